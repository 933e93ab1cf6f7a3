# Co placówka pisze pierwsza i co odpowiada na słowa o wiadomościach. SMS nie zdradza dziedziny medycyny (SAFETY.md 5.4).
reminder-visit = Przypominamy o wizycie { $at }, { $address }. Czy można na Państwa liczyć?
reminder-visit-sms = { -clinic }: wizyta { $at }, { $address }. Odpisz TAK (bede), NIE (odwoluje) albo ZMIANA.
reminder-choice-confirm = Tak, potwierdzam
reminder-choice-decline = Nie, odwołuję
reminder-choice-move = Przełóż na inny termin
reminder-choice-stop = Nie wysyłaj przypomnień
reminder-choice-visit = { $at }, { $address }
reminder-choice-visit-sms = { $at }
reminder-confirmed = Dziękujemy, wizyta potwierdzona: { $at }.
reminder-decline = Czy odwołać wizytę: { $at }, { $address }? Na razie nic się nie zmieniło.
reminder-decline-sms = Odwolac wizyte { $at }? Na razie nic sie nie zmienilo.
reminder-which = Której wizyty to dotyczy? Na razie nic się nie zmieniło.
reminder-moved = Ta wizyta ma już inny termin: { $at }, { $address }. Czy go potwierdzić?
reminder-moved-sms = Ta wizyta ma juz inny termin: { $at }. Potwierdzic?
reminder-past = Ta wizyta już się zaczęła albo odbyła. Nic nie zostało zmienione.
reminder-gone = Ta wizyta została już odwołana. Nic nie zostało zmienione.
sms-stopped-reminder = Nie będziemy wysyłać przypomnień. Wizyty pozostają bez zmian. Przywrócenie: START.
sms-stopped-marketing = Nie będziemy wysyłać ofert. Przypomnienia o wizytach pozostają. Przywrócenie: START.
consents-told = Przypomnienia o wizytach: { $reminder ->
    [yes] włączone
    [no] wyłączone
   *[other] włączone, bo dotyczą umówionych wizyt
}. Informacje i oferty: { $marketing ->
    [yes] zgoda udzielona
    [no] zgoda wycofana
   *[other] brak zgody, nie wysyłamy
}. Zmiana: „nie wysyłajcie przypomnień”, „nie wysyłajcie ofert”, START.
message-waits = { -clinic }: czeka wiadomość, której nie możemy tu pokazać. Słowo „konsultant” łączy z człowiekiem.
message-waits-sms = { -clinic }: czeka wiadomosc, ktorej nie wysylamy SMS-em. Odpisz KONSULTANT, a odezwie sie czlowiek.

dose-due = Pora na leki, o której mieliśmy przypomnieć. Czy są przyjęte?
dose-due-sms = { -clinic }: pora na leki. Przyjete?
dose-choice-taken = Tak, przyjęte
dose-choice-taken-sms = tak
dose-choice-not-yet = Jeszcze nie
dose-choice-not-yet-sms = jeszcze nie
dose-choice-problem = Jest problem
dose-choice-problem-sms = jest problem
dose-taken = Dziękujemy, zapisane.
dose-later = Dobrze. Przypomnimy jeszcze raz za pół godziny.
dose-not-yet = Dobrze, zapisane. W razie wątpliwości, co zrobić z pominiętą dawką, odpowie farmaceuta lub lekarz.
dose-not-yet-sms = Dobrze, zapisane. Co z pominieta dawka: odpowie farmaceuta lub lekarz.
dose-problem = Rozumiemy. Przekazujemy to personelowi. Proszę napisać, co się dzieje. W nagłym przypadku proszę dzwonić pod 112.
dose-problem-sms = Przekazujemy to personelowi. Prosze napisac, co sie dzieje. W naglym przypadku 112.
dose-gone = To przypomnienie jest już nieaktualne. Nic nie zostało zapisane.

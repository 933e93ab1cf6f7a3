## The telephone
voice-welcome = Dzień dobry, tu { -clinic }, automatyczny asystent, czyli sztuczna inteligencja. Rozmowa jest zapisywana jako tekst. W nagłym przypadku proszę się rozłączyć i zadzwonić pod 112. Zero łączy z człowiekiem. W czym można pomóc? For English press nine.
voice-still-there = Czy nadal się słyszymy? Proszę powiedzieć, w czym można pomóc. Zero łączy z człowiekiem.
voice-goodbye = Nic nie słychać, więc kończymy rozmowę. Można zadzwonić ponownie albo napisać SMS na ten numer. Do usłyszenia.
channel-voice = Telefon
handoff-queued-voice = Przekazujemy sprawę człowiekowi, miejsce w kolejce: { $position }{ $minutes ->
    [0] .
   *[other] , zwykły czas oczekiwania w minutach: { $minutes }.
} Konsultant odezwie się na ten numer, można się rozłączyć, a klawisz jeden umawia telefon od nas. W nagłym przypadku 112.
handoff-queued-closed-voice = Konsultanci pracują w godzinach otwarcia i odezwą się na ten numer, najwcześniej { $opens }. Zobaczą całą rozmowę. W nagłym przypadku 112.
voice-trouble = Coś się u nas zacięło i tych słów nie zapisano. Proszę je powtórzyć, a w nagłym przypadku zadzwonić pod 112.
held-interrupted = osoba weszła w słowo: tego nie usłyszała
held-call-over = rozmowa się skończyła: wysłano SMS, jeśli jest numer
voice-keys = Można też odpowiadać klawiszami. Zero łączy z człowiekiem, gwiazdka powtarza ostatnie słowa.
voice-noise = Nie dało się rozróżnić słów. Proszę powtórzyć, a zero łączy z człowiekiem.
voice-deaf = Rozpoznawanie mowy w tej chwili zawodzi. Rozmowa trwa: można odpowiadać klawiszami, a zero łączy z człowiekiem.
voice-resumed = Poprzednia rozmowa urwała się w połowie, więc wracamy do pytania.
voice-waits = Ta sprawa czeka na człowieka. Można coś dopowiedzieć, a klawisz jeden umawia telefon od nas.
voice-waits-noted = Dopisane: człowiek zobaczy to razem ze sprawą. Można się rozłączyć, a klawisz jeden umawia telefon od nas.
voice-person = Tę sprawę prowadzi konsultant i widzi tę rozmowę. Można mówić.
voice-person-noted = Zapisane, konsultant to widzi.
voice-slower = Dobrze, będzie wolniej.
voice-louder = Głośność można zmienić tylko w telefonie, zwykle przyciskiem z boku. Powtarzamy.
voice-objection = Dźwięku nie nagrywamy, zapisywane są tylko słowa, bo bez nich automat nie działa. Bez zapisu pomoże człowiek: zero. Można też mówić dalej.
voice-sms-sent = Wysłane SMS-em na ten numer.
voice-sms-follows = Potwierdzenie przyjdzie SMS-em.
voice-sms-nothing = Nie ma jeszcze czego wysłać. W czym można pomóc?
voice-sms-cannot = Na ten numer nie można wysłać SMS-a. Powtórzy gwiazdka, a zero łączy z człowiekiem.
voice-link-sent = Odnośnik do strony idzie SMS-em na ten numer. Tam rozmowa pójdzie dalej.
voice-once-more = Powtarzamy.
call-dropped = Rozmowa telefoniczna się urwała. Nic nie przepadło: można zadzwonić ponownie albo odpowiedzieć tutaj na pytanie, które zaraz przyjdzie.
call-dropped-sms = Rozmowa telefoniczna sie urwala. Nic nie przepadlo: mozna zadzwonic albo odpisac na pytanie w nastepnym SMS.
voice-choice = Klawisz { $number }: { $label }
voice-others = Są też inne.
voice-rest-by-sms = Całość można dostać po słowach „wyślij SMS-em”.
## What is said otherwise than it is written: two sentences at most, and nothing to be typed
utter-greet-voice = Dzień dobry, można tu umówić lub odwołać wizytę i zapytać o ceny, godziny i przygotowanie do badań. W czym można pomóc?
utter-nothing-asked-voice = Nic teraz nie czeka na odpowiedź. Można umówić wizytę, usłyszeć o swoich wizytach, odwołać je albo nacisnąć zero, aby porozmawiać z człowiekiem.
utter-identify-voice = Dziękujemy. Proszę powiedzieć, w jakiej sprawie: o dane pytamy tylko tam, gdzie są potrzebne.
utter-no-code-awaited-voice = W tej rozmowie nie czekamy na kod jednorazowy. Jeśli brakuje kodu do recepty, proszę powiedzieć „kod recepty”, a zero łączy z człowiekiem.
utter-stop-messages-voice = Żeby nie dostawać od nas SMS-ów, proszę wysłać nam SMS o treści STOP. Żadna wizyta nie zostanie przez to odwołana, a część wiadomości wyłączy człowiek: zero.
task-stopped-voice = Dobrze, przerywamy i nic nie zostało zapisane. W czym jeszcze można pomóc?
not-understood-voice = Przepraszamy, to nie było jasne. Proszę powiedzieć inaczej albo wybrać klawiszem.
bot-unreadable-voice = Nie słychać słów. Proszę powiedzieć, w czym można pomóc, a zero łączy z człowiekiem.
bot-too-long-voice = To za długo dla automatu. Proszę powiedzieć w jednym lub dwóch zdaniach, w czym można pomóc, a zero łączy z człowiekiem.
correct-how-voice = Co zmienić? Wystarczy powiedzieć nową odpowiedź, na przykład: „wtorek po szesnastej”, „inny lekarz” albo „na NFZ”.
booked-voice = Wizyta została umówiona: { $at }, { $clinician }, { $address }. Gdyby coś się zmieniło, wystarczy zadzwonić, a w nagłym przypadku 112.
visit-moved-voice = Wizyta została przełożona, nowy termin: { $at }, { $clinician }, { $address }. Poprzedni termin jest zwolniony.
price-which-voice = Czego ma dotyczyć cena? Proszę powiedzieć nazwę badania albo lekarza.
price-visit-voice = { $name }: { $price } prywatnie, cena od { $since } roku. Na NFZ bez opłat, jeśli przysługuje. Cały cennik jest na naszej stronie.
price-visit-coming-voice = { $name }: { $price } prywatnie, a od { $then } roku { $next }. Na NFZ bez opłat, jeśli przysługuje. Cały cennik jest na naszej stronie.
price-visit-sites-voice = { $name } prywatnie. { $prices }. To cennik z { $since } roku. Na NFZ bez opłat, jeśli przysługuje. Cały cennik jest na naszej stronie.
site-info-voice = { $name }, { $address }. Dziś: { $hours }.
site-info-closed-voice = { $name }, { $address }. Teraz nieczynne, otwarcie: { $next }.
prepare-which-voice = Przygotowanie do jakiego badania? Proszę powiedzieć jego nazwę.
symptoms-next-voice = Automat nie może ocenić objawów: jeśli to nagłe lub szybko się pogarsza, proszę dzwonić pod 112. Umówić wizytę czy połączyć z człowiekiem?
answer-needs-person-voice = Na to pytanie nie ma zatwierdzonej odpowiedzi. Odpowie człowiek: zero.
ask-time-window-voice = Na kiedy ma być wizyta? Na przykład: w czwartek po piętnastej, jutro rano.
ask-time-window-instead-voice = Na kiedy przełożyć wizytę? Na przykład: w czwartek po piętnastej, w przyszłym tygodniu.
identity-code-sent-voice = Jeśli te dane zgadzają się z kartoteką, wysłaliśmy SMS-em 6-cyfrowy kod na numer, który mamy w kartotece. Proszę wpisać go klawiszami albo powiedzieć.
identity-code-sent-for-other-voice = Jeśli mamy zapisane upoważnienie albo prawa rodzicielskie i dane się zgadzają, wysłaliśmy SMS-em 6-cyfrowy kod na numer osoby upoważnionej. Proszę wpisać go klawiszami albo powiedzieć; bez upoważnienia zero łączy z człowiekiem.
identity-code-ask-voice = Proszę wpisać klawiszami 6-cyfrowy kod z SMS-a albo go powiedzieć.
identity-shared-voice = Z tego numeru korzysta kilka osób, więc sam kod nie wystarczy. Tożsamość potwierdzi człowiek.
refill-which-voice = O który lek chodzi? Proszę powiedzieć nazwę z opakowania albo wybrać klawiszem.
identity-who-self-here-voice = Proszę podać imię, nazwisko i datę urodzenia albo wpisać PESEL klawiszami.
identity-who-self-voice = Proszę podać imię, nazwisko i datę urodzenia albo wpisać PESEL klawiszami.
identity-who-other-here-voice = Proszę podać imię, nazwisko i datę urodzenia pacjenta.
identity-who-other-voice = Proszę podać imię, nazwisko i datę urodzenia pacjenta.

## Without a socket, and people
voice-hold = Chwileczkę.
voice-no-answer = Konsultant nie odebrał, więc sprawa czeka na następną osobę. Można poczekać, a klawisz jeden umawia telefon od nas.
voice-callback = Dobrze, oddzwonimy na ten numer, najpóźniej { $due }. Można się rozłączyć.
voice-callback-cannot = Numer jest zastrzeżony, więc nie ma na co oddzwonić. Można poczekać na linii.
voice-whisper = Połączenie z przychodni. Jeden: przyjąć i usłyszeć, o co chodzi.
voice-briefing = { $ending ->
    [none] Numer zastrzeżony.
   *[other] Numer kończy się na { $ending }.
} { $reason }. Czas oczekiwania w minutach: { $minutes }. { $words ->
    [none] Łączę.
   *[other] Ostatnie słowa: { $words }. Łączę.
}
answer-article-files-voice = { $text } Jest do tego plik, przyjdzie po słowach wyślij SMS-em.
none-of-these-voice = Proszę powiedzieć innymi słowami, o co chodzi. Może też odpowiedzieć konsultant.

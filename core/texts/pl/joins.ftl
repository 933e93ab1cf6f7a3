# Dwie rozmowy jednej osoby: odszukane, połączone, rozdzielone.
join-title = Połącz dwie rozmowy jednej osoby
join-open = Połącz z inną rozmową tej osoby
join-offer = { $count ->
    [one] Jest { $count } rozmowa tej osoby.
    [few] Są { $count } rozmowy tej osoby. Można je połączyć w jedną, w kolejności czasu.
   *[many] Jest { $count } rozmów tej osoby. Można je połączyć w jedną, w kolejności czasu.
}
join-same-person = Inne rozmowy tej osoby
join-find = Druga rozmowa
join-help = Po numerze telefonu albo po nazwisku, dacie urodzenia, numerze PESEL lub adresie e-mail pacjenta.
join-found-none = Nie znaleziono żadnej rozmowy.
join-nobody = nie wiadomo kto
join-both = Obie rozmowy
join-table = Porównanie rozmów
join-stays = Toczy się dalej
join-goes = Zostanie do niej dołączona
join-swap = Zamień: niech dalej toczy się druga
join-row-who = Pacjenci
join-row-contacts = Skąd
join-row-messages = Wiadomości
join-row-first = Pierwsza
join-row-last = Ostatnia
join-row-state = Teraz
join-ends = zakończy się
join-do-title = Połączenie
join-how = Wszystkie wiadomości będą w jednej rozmowie, w kolejności czasu. Cokolwiek ta osoba napisze, skądkolwiek, trafi tam; odpowiedź idzie tam, skąd przyszła ostatnia wiadomość. Notatki, pliki, alarmy, skargi i to, co czeka na wysłanie, przejdą razem. Połączenie można cofnąć: wróci to, co przeszło, razem z tym, co potem napisano z tamtych kontaktów.
join-case-ends = Dalej może toczyć się tylko jedna otwarta sprawa. Druga się zakończy; jej wiadomości zostaną.
join-form-ends = Dalej może toczyć się tylko jedna otwarta sprawa. W drugiej bot czeka na odpowiedź: to, co tam zaczęto, zakończy się, nic nie zostanie zapisane ani zamówione, a pacjent dowie się o tym tam, gdzie pisał.
join-do = Połącz rozmowy
join-was = Tutaj toczy się dalej także inna rozmowa. Połączenie: { $by }, { $at }. Powód:
join-undo = Rozdziel rozmowy
join-undo-how = Wróci to, co przyszło z drugiej rozmowy, razem z tym, co potem napisano z jej kontaktów.
join-to-thread = Do rozmowy
joined-people = Ta rozmowa jest teraz połączona z drugą Państwa rozmową z nami i odpowiada w niej pracownik placówki. To, co zostało tu zaczęte, nie zostało dokończone: nic nie zostało zapisane ani zamówione.
joined-people-sms = Panstwa rozmowy z nami sa teraz polaczone. Odpowie pracownik placowki. Zaczete tu sprawy nie zostaly dokonczone: nic nie zapisano.
joined-bot = Ta rozmowa jest teraz połączona z drugą Państwa rozmową z nami. To, co zostało tu zaczęte, nie zostało dokończone: nic nie zostało zapisane ani zamówione. Proszę napisać, w czym pomóc.
joined-bot-sms = Panstwa rozmowy z nami sa teraz polaczone. Zaczete tu sprawy nie zostaly dokonczone: nic nie zapisano. Prosze napisac, w czym pomoc.
handoff-reason-separated = Rozdzielone dwie rozmowy
refused-join-reason = Prosimy napisać, skąd wiadomo, że to ta sama osoba (od { $least } do { $most } znaków).
refused-join-same = To jest ta sama rozmowa. Prosimy wybrać drugą.
refused-join-joined = Jedna z tych rozmów jest już połączona z inną. Nic nie zostało zmienione.
refused-join-busy = W jednej z tych rozmów właśnie powstaje odpowiedź. Prosimy spróbować za chwilę.
refused-join-call = Ta osoba właśnie rozmawia przez telefon. Prosimy spróbować po zakończeniu połączenia.
refused-join-two-people = Każdą z tych rozmów prowadzi ktoś inny. Najpierw jedna z nich musi zostać przekazana albo zakończona.
refused-join-talking = Ta osoba pisze teraz z botem w obu rozmowach i odpowiedzi mogłyby się pomieszać. Prosimy poczekać kilka minut albo przejąć jedną z rozmów.
refused-join-follow-ups = Każda z tych rozmów ma zadanie, aby zająć się tą osobą. Prosimy najpierw zakończyć jedno z nich.
refused-join-erasure = Dane jednej z tych osób są właśnie usuwane. Prosimy zaczekać, aż inspektor ochrony danych zobaczy raport.
refused-join-undone = Te rozmowy są już rozdzielone.
refused-join-later = Ta rozmowa została potem sama połączona z inną. Prosimy najpierw rozdzielić tamte.
audit-did-thread-joined = rozmowy połączone
audit-did-thread-join-undone = rozmowy rozdzielone

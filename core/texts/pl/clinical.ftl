# Nadzór kliniczny: podpisy pod regułami, wyłącznik, lista reguł i protokołów.
clinical-title = Nadzór kliniczny
clinical-lead = Które reguły kliniczne obowiązują, kto za nie odpowiada i czy automat w ogóle odpowiada. Wszystko tutaj trafia do dziennika.
clinical-of-triage = Tabele triażu
clinical-of-red-flags = Reguły objawów alarmowych
clinical-version = Wersja
clinical-signed = podpisane
clinical-unsigned = bez podpisu
clinical-triage-on = Tę wersję podpisał personel medyczny: automat pyta pacjentów o objawy.
clinical-triage-off = Triaż jest wyłączony: pacjenci dostają propozycję wizyty lub rozmowy z człowiekiem. Ruszy kilka sekund po podpisie.
clinical-triage-trial = Wersja pokazowa: automat pyta o objawy bez podpisu i każdemu to mówi. Prawdziwych pacjentów by nie pytał.
clinical-red-flags-always = Te reguły sprawdzają każdą wiadomość, z podpisem lub bez: ich brak byłby gorszy. Podpisu mimo to wymagają.
clinical-licence-as-said = numer PWZ { $licence } (według oświadczenia)
clinical-withdraw = Wycofaj
clinical-sign-open = Podpisz tę wersję
clinical-sign-statement = Przedmiot podpisu: { $what }, wersja { $version }. Oświadczam, że znam tę wersję, sprawdziłam/-em ją i dopuszczam do użytku w tej przychodni. Każda zmiana kończy ważność mojego podpisu.
clinical-sign-name = Imię i nazwisko
clinical-sign-licence = Numer prawa wykonywania zawodu
clinical-sign-code = Kod, który pokazuje teraz aplikacja
clinical-sign = Podpisz
clinical-past = Wcześniejsze podpisy
clinical-subject = Przedmiot
clinical-signer = Podpis
clinical-signed-at = Podpisano
clinical-ended = Koniec
clinical-withdrawn = wycofany { $at }
clinical-edited = reguły zmieniono

clinical-switch = Automat
clinical-switch-on = włączony
clinical-switch-off = wyłączony: wszystko trafia do ludzi
clinical-switch-lead = Jeden wyłącznik dla całej przychodni. Gdy automat jest wyłączony, każda nowa wiadomość trafia do człowieka; objawy alarmowe, rada „112” i STOP działają dalej.
clinical-switch-thrown = Ostatnia zmiana: { $by }, { $at }:
clinical-switch-reason = Powód (bez danych pacjentów)
clinical-switch-turn-off = Kieruj wszystko do ludzi
clinical-switch-turn-on = Włącz automat
clinical-switch-banner = Automat jest wyłączony: każda wiadomość trafia do ludzi.

clinical-rules = Wszystkie reguły objawów alarmowych ({ $count })
clinical-rules-lead = Przy każdej zmianie sprawdzamy zdania, które muszą wywołać alarm, i takie, które nie mogą. Alarmy to liczba wiadomości z ostatnich 30 dni. Brzmienie reguł to propozycja zespołu.
clinical-rule = Reguła
clinical-level = Poziom
clinical-level-emergency = nagłe
clinical-level-crisis = kryzys
clinical-level-violence = przemoc
clinical-level-support = wsparcie
clinical-group = Grupa
clinical-table-red-flags = polski i angielski
clinical-table-red-flags-uk-ru = ukraiński i rosyjski
clinical-table-second-net = wyuczone ze zdań (druga sieć)
clinical-source = Źródło
clinical-sentences = Zdania testowe
clinical-sentences-count = z alarmem: { $seen }, bez alarmu: { $left }
clinical-sentences-none = brak w zestawie
clinical-fired = Alarmy w 30 dni
clinical-not-counted = nie liczymy

clinical-protocols = Protokoły triażu ({ $count })
clinical-protocols-all = Przeczytaj wszystkie tabele
clinical-rule-count = { $count ->
    [one] { $count } reguła
    [few] { $count } reguły
   *[other] { $count } reguł
}
clinical-back = Nadzór kliniczny
clinical-tables-lead = Decyduje najpilniejsza spełniona reguła. To, czego nie wiadomo, liczy się tak, jakby było groźne.
clinical-urgency = Pilność
clinical-when = Kiedy

triage-service-gp = lekarz rodzinny (dziecko: pediatra)
triage-service-family-medicine = lekarz rodzinny
triage-service-emergency = 112 albo najbliższy SOR
triage-service-self-care = bez wizyty, w domu
triage-service-dermatology = dermatolog
triage-service-gynecology = ginekolog
triage-service-ophthalmology = okulista
triage-service-orthopedics = ortopeda
triage-service-pediatrics = pediatra
triage-service-psychiatry = psychiatra
triage-service-urology = urolog

refused-signature-name = Podaj imię i nazwisko, najwyżej 120 znaków.
refused-signature-licence = Podaj numer prawa wykonywania zawodu: od 4 do 30 liter i cyfr.
refused-signature-stale = Reguły zmieniły się od otwarcia strony. Przeczytaj nową wersję i podpisz właśnie ją.
factor-missing = Podpis wymaga drugiego składnika logowania. Najpierw go ustaw:
refused-switch-reason = Podaj powód: od { $least } do { $most } znaków.
handoff-reason-automation-off = Automat jest wyłączony
refused-automation-is-off = Automat jest wyłączony, więc nie można mu teraz oddać rozmowy.

## The hazard log
hazards-title = Rejestr zagrożeń
hazards-lead = Wersja { $version }. Zagrożenia: { $count }, przyjęte przez osobę z placówki: { $accepted }. Od największego ryzyka, które pozostaje.
hazards-versions = Tabele wywiadu: { $triage }. Czerwone flagi: { $screen }.
hazards-risk = ciężkość { $severity }, prawdopodobieństwo { $likelihood }, razem { $score } z 25
hazards-cause = Przyczyna
hazards-harm = Szkoda
hazards-before = Ryzyko bez zabezpieczeń
hazards-control = Zabezpieczenie
hazards-after = Ryzyko, które pozostaje
hazards-left = Co pozostaje
hazards-misses = Znane przeoczenia
hazards-accepted = Ryzyko przyjmuje
hazards-nobody = jeszcze nikt

## Stepping through the interview
clinical-try-title = Przejdź przez wywiad
clinical-try-lead = Tabele krok po kroku, tak jak spotyka je pacjent. Nic nie jest zapisywane; proszę nie wpisywać danych pacjentów.
clinical-try-open = Przejdź przez wywiad
clinical-try-so-far = Jak dotąd
clinical-try-over = Wynik
clinical-try-service = Dokąd
clinical-try-present = Jest
clinical-try-absent = Nie ma
clinical-try-unsure = Nie wiadomo, liczy się jak „jest”
clinical-try-say-present = tak
clinical-try-say-absent = nie
clinical-try-say-unsure = nie wiadomo
clinical-try-question = Pytanie
clinical-try-complaint = Dolegliwość
clinical-try-age = Wiek
clinical-try-lasting = Od jak dawna
clinical-try-unit = Jednostka
clinical-try-years = lata
clinical-try-months = miesiące
clinical-try-hours = godziny
clinical-try-days = dni
clinical-try-sex = Płeć
clinical-try-sex-unknown = nie podano
clinical-try-sex-f = kobieta
clinical-try-sex-m = mężczyzna
clinical-try-begin = Zacznij
clinical-try-next = Dalej
clinical-try-anew = Od nowa
refused-triage-complaint = Tabele nie znają takiej dolegliwości. Proszę wybrać z listy.
refused-triage-finding = Tabele nie znają jednej z odpowiedzi; mogły się zmienić. Proszę zacząć od nowa.
refused-triage-number = Wiek i czas trwania to liczby, na przykład 40 albo 1,5.
clinical-tables-refused = Nowe tabele reguł odrzucono; obowiązuje wersja { $version }. Powód:

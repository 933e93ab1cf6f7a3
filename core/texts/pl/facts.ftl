# What the clinic says of itself: sites, hours, the price list.
facts-title = Dane placówki
facts-parts = Części danych placówki
facts-sites = Placówki i godziny
facts-lead = Tak bot, telefon, rezerwacja i artykuły podają adresy, telefony i godziny. Zmiana działa od następnej wiadomości.
facts-none = Nie ma jeszcze żadnej placówki. Dodaje je import z pliku.
facts-change = Zmień
facts-empty = (nic)
facts-field-name = Nazwa
facts-field-address = Adres
facts-field-phone = Telefon
facts-field-parking = Parking
facts-field-directions = Dojazd
facts-field-parking-pl = Parking po polsku
facts-field-parking-en = Parking po angielsku
facts-field-directions-pl = Dojazd po polsku
facts-field-directions-en = Dojazd po angielsku
facts-hours = Godziny otwarcia
facts-hours-hint = Na przykład „8:00–12:00, 14:00–18:00”. Puste pole to dzień bez przyjęć. Wizyty są proponowane tylko w tych godzinach; pojedyncze dni zamyka strona „Dni nieczynne”.
facts-day-0 = Poniedziałek
facts-day-1 = Wtorek
facts-day-2 = Środa
facts-day-3 = Czwartek
facts-day-4 = Piątek
facts-day-5 = Sobota
facts-day-6 = Niedziela
facts-closed-weekday = nieczynne
facts-save = Zapisz
facts-save-anyway = Potwierdź i zapisz
facts-back = Wszystkie placówki
facts-saved = Zapisano. Obowiązuje od następnej wiadomości.
facts-before-saving = Zanim to zostanie zapisane
facts-press-again = Jeszcze nic nie jest zapisane. Formularz poniżej można poprawić.
facts-rewordings = { $count ->
    [one] Zmieni się treść { $count } opublikowanego artykułu:
   *[other] Zmieni się treść { $count } opublikowanych artykułów:
}
facts-channel-webchat = czat
facts-channel-sms = SMS
facts-channel-voice = telefon
facts-open-article = Otwórz artykuł
facts-sms-long = SMS będzie miał segmentów: { $count }. To za dużo, artykuł potrzebuje krótszego wariantu SMS.
facts-left = { $count ->
    [one] Poza nowymi godzinami zostanie { $count } umówiona wizyta. Nikt jej sam nie przełoży.
    [few] Poza nowymi godzinami zostaną { $count } umówione wizyty. Nikt ich sam nie przełoży.
   *[other] Poza nowymi godzinami zostanie { $count } umówionych wizyt. Nikt ich sam nie przełoży.
}
facts-outside = Umówione wizyty poza godzinami
facts-outside-lead = Wizyty pozostają umówione. Rejestracja może je przełożyć albo odwołać z kalendarza.
facts-outside-count = { $count ->
    [one] Poza godzinami otwarcia jest { $count } umówiona wizyta.
    [few] Poza godzinami otwarcia są { $count } umówione wizyty.
   *[other] Poza godzinami otwarcia jest { $count } umówionych wizyt.
}
facts-outside-which = Pokaż które
facts-theirs = Co zapisał ktoś inny
facts-theirs-lead = Dane zmieniły się, gdy formularz był otwarty. Ponowny zapis zastąpi je treścią z formularza poniżej.
facts-saved-as = Zapisane: { $words }
facts-typed-as = W formularzu: { $words }
refused-facts-faults = { $count ->
    [one] Nic nie zostało zapisane: jedno pole wymaga poprawy.
   *[other] Nic nie zostało zapisane: pola do poprawy: { $count }.
}
refused-facts-changed = Ktoś zapisał te dane w międzyczasie. Nic jeszcze nie zostało zastąpione.
refused-fact-missing = To pole jest potrzebne.
refused-fact-long = Najwyżej { $most } znaków.
refused-fact-letters = Nawiasy klamrowe są zastrzeżone dla artykułów.
refused-fact-both = Potrzebne są oba języki albo żaden.
refused-fact-phone = To nie jest numer telefonu. Numer wewnętrzny lepiej podać w dojeździe albo w artykule.
refused-fact-name-twice = Tak nazywa się już inna placówka.
refused-hours-unreadable = Nie da się odczytać „{ $words }”. Na przykład: 8:00–12:00, 14:00–18:00.
refused-hours-order = „{ $words }”: zamknięcie musi być później niż otwarcie.
refused-hours-overlap = Godziny zachodzą na siebie przy „{ $words }”.
refused-hours-many = Najwyżej { $most } przedziały jednego dnia.
refused-hours-none = Potrzebny jest choć jeden dzień z godzinami. Pojedyncze dni zamyka strona „Dni nieczynne”.

prices-title = Cennik
prices-lead = Stąd bierze ceny bot na czacie, w SMS-ie i przez telefon, a rezerwacja podaje cenę z dnia wizyty. Kwoty w artykułach są z nim porównywane przy publikacji.
prices-find = Badanie albo specjalność
prices-find-act = Szukaj
prices-kind-service = Badania i zabiegi
prices-kind-visit = Wizyty
prices-everywhere = wszystkie placówki
prices-elsewhere = pozostałe placówki
prices-saved = Zapisano.
prices-no-price = brak ceny
prices-no-price-lead = Bot odpowiada, że ceny nie ma w cenniku, i proponuje człowieka.
prices-not-found = Nic się tak nie nazywa.
prices-nothing = Nie ma jeszcze badań ani specjalności. Dodaje je import z pliku.
prices-of = Cena: { $name }
prices-now = Ceny teraz i w przyszłości
prices-ahead = od { $day }: { $amount }
prices-to = do { $day }
prices-from = od { $day }
prices-from-to = od { $first } do { $last }
prices-new = Nowa cena
prices-amount = Kwota w złotych
prices-where = Gdzie
prices-valid-from = Obowiązuje od
prices-valid-to = Obowiązuje do
prices-valid-to-hint = Puste: aż do następnej ceny.
prices-payer = Cennik dotyczy wizyt prywatnych. Na NFZ nic się nie płaci.
prices-look = Dalej
prices-back = Cały cennik
prices-withdraw = Wycofaj
prices-withdraw-sure = Tak, wycofaj { $amount }: ta cena nie zacznie obowiązywać { $day }.
prices-history = Historia
prices-state-now = obowiązuje
prices-state-ahead = przyszła
prices-state-over = dawna
prices-state-withdrawn = wycofana
prices-set-by = zapis: { $name }, { $at }
prices-set-before = z danych początkowych
prices-withdrawn-by = wycofanie: { $name }, { $at }
prices-nobody = system
prices-step-new = { $amount } od { $day }.
prices-step-until = Ostatni dzień: { $day }.
prices-step-ends = Ostatni dzień ceny { $amount }: { $day }. To, co obowiązywało, zostaje w historii.
prices-step-stays = { $site } zostaje przy własnej cenie { $amount }. Można ją zakończyć na tej stronie.
prices-end-own = Zakończ własną cenę placówki
prices-end-own-lead = Od dziś w placówce { $site } obowiązuje cena pozostałych placówek: { $amount }. Dotychczasowa zostaje w historii.
prices-end-own-act = Zakończ od dziś
prices-end-own-sure = Tak, kończę cenę { $amount } tej placówki.
prices-step-replaces = Zastąpi cenę { $amount }, która zaczęła się tego samego dnia. Tamta zostanie w historii jako wycofana.
prices-step-large = Duża różnica: teraz { $before }, potem { $after }. Czy na pewno nie ma literówki?
prices-step-gap = Po { $day } w cenniku nie będzie żadnej ceny i bot powie, że jej nie zna.
prices-step-article = Artykuł ({ $tongue }) podaje { $amount } zł, a takiej kwoty nie będzie już w cenniku:
refused-prices-changed = Ktoś zmienił w międzyczasie te ceny. Stoją poniżej; nowa cena nie została jeszcze zapisana.
refused-price-unreadable = To nie jest kwota. Na przykład: 250 albo 249,50.
refused-price-negative = Cena nie może być ujemna.
refused-price-high = Najwyżej { $most } zł.
refused-price-past = Ceny z przeszłości się nie zmienia. Najwcześniej dziś.
refused-price-far = Najdalej dwa lata naprzód.
refused-price-order = Ostatni dzień jest przed pierwszym.
refused-price-same-day = Od tego dnia jest już inna cena. Najpierw trzeba ją wycofać.
refused-price-overlap = Od { $day } jest już inna cena ({ $amount }). Ta musi skończyć się wcześniej albo tamtą trzeba wycofać.
refused-price-holds = Ta cena już obowiązuje. Zamiast wycofania potrzebna jest nowa cena od dziś.
refused-price-day = Dzień jest nieczytelny.
refused-price-site = Nie ma takiej placówki.
price-list-lead = Ceny wizyt i badań prywatnych. Na NFZ wizyta jest bez opłat, jeśli przysługuje.
price-list-since = od { $day }
price-list-empty = Cennika jeszcze tu nie ma. Ceny podaje rejestracja: { $phone }.

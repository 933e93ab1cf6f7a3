## The studio: articles
studio-articles = Artykuły
studio-find = Szukaj w pytaniach
studio-search = Szukaj
studio-new = Nowy artykuł
studio-filters = Stan artykułów
studio-all = Wszystkie
studio-state-published = Opublikowane
studio-state-ahead = Z nowszym szkicem
studio-state-withdrawn = Wycofane
studio-state-due = Do przeglądu
studio-state-one-language = W jednym języku
studio-none = Nie ma takich artykułów.
studio-live = odpowiada wersja { $version }
studio-not-live = jeszcze nie odpowiada
studio-draft = szkic { $version }
studio-shown = pokazana wersja { $version }
studio-lacks = brak { $tongue }
studio-due = przegląd do { $day }
studio-id = Identyfikator
studio-id-hint = Małe litery, cyfry i łączniki, np. zwolnienie-lekarskie. Nie zmienia się później.
studio-language-pl = Polski
studio-language-en = Angielski
studio-question = Pytanie
studio-answer = Odpowiedź
studio-sms = Wersja SMS (pusta: odpowiedź bez polskich liter)
studio-voice = Wersja głosowa (pusta: odpowiedź)
studio-level = Trudność tekstu: około { $years } lat nauki w szkole. Słów w zdaniu: średnio { $sentence }.
studio-level-most = Trudność tekstu: ponad { $years } lat nauki. Słów w zdaniu: średnio { $sentence }.
studio-level-sentences = Łatwiej będzie czytać krótsze zdania.
studio-level-words = Łatwiej będzie czytać krótsze słowa, na przykład zamiast: { $words }.
studio-level-both = Łatwiej będzie czytać krótsze zdania i krótsze słowa, na przykład zamiast: { $words }.
studio-preview = Tak to zobaczy pacjent
studio-preview-web = Czat
studio-preview-as-sms = SMS, segmenty: { $count }
studio-preview-voice = Telefon
studio-facts = Dane placówki wstawiają się same:
studio-topic = Temat
studio-topic-general = Ogólne
studio-topic-clinic-info = O przychodni
studio-topic-prepare = Przygotowanie do badań
studio-topic-refill = Recepty
studio-topic-results = Wyniki
studio-topic-documents = Dokumenty
studio-topic-referral = Skierowania
studio-topic-insurance = Ubezpieczenie
studio-topic-payment = Płatności
studio-services = Kody badań (po spacji)
studio-source = Źródło
studio-review-at = Przegląd do
studio-keep = Zapisz szkic
studio-to-publish = Sprawdź i opublikuj
studio-kept = Zapisano szkic { $version }. Pacjenci zobaczą go po publikacji.
studio-kept-same = Zapisano. Treść się nie zmieniła: odpowiada wersja { $version }.
studio-published = Opublikowano: od teraz odpowiada wersja { $version }.
studio-discarded = Szkic usunięto.
studio-discard-title = Usunięcie szkicu
studio-discard-whole = Tego artykułu nigdy nie opublikowano. Zniknie razem ze wszystkimi szkicami i plikami.
studio-discard-ahead = Znikną szkice nowsze niż wersja { $version }. Wersje, które kiedyś opublikowano, zostają.
studio-discard-sure = Na pewno usunąć; nie da się tego cofnąć
studio-discard = Usuń szkic
refused-discard-unconfirmed = Proszę zaznaczyć, że szkic ma zostać usunięty.
refused-discard-changed = W międzyczasie ktoś zapisał wersję { $newest }. Niczego nie usunięto; poniżej jest jej treść.
refused-discard-nothing = Nie ma szkicu do usunięcia: wszystko, co tu jest, było opublikowane.
refused-discard-planned = Na swój termin czeka wersja { $version }. Najpierw proszę odwołać plan.
studio-versions = Wersje
studio-version = wersja { $version }
studio-restore = Przywróć jako szkic
studio-withdraw = Wycofaj: bot przestanie tak odpowiadać
studio-theirs = Ktoś zapisał nowszą wersję
studio-theirs-lead = Poniżej jej treść; w formularzu są nadal wpisane słowa. Ponowny zapis tworzy wersję następną po niej.
studio-publish-title = Publikacja wersji { $version }
studio-checks = Sprawdzenia
studio-checks-fine = Nic nie stoi na przeszkodzie.
studio-words = Co się zmieni w treści
studio-words-same = Bez zmian.
studio-field-question = Pytanie
studio-field-answer = Odpowiedź
studio-field-variant-sms = SMS
studio-field-variant-voice = Głos
studio-field-source = Źródło
studio-impact = Pytania, na które odpowie inny artykuł
studio-asked = Ostatnie pytania pacjentów
studio-asked-try = Sprawdź, czy dostaną inną odpowiedź
studio-asked-count = Zadane jeszcze raz: { $count }. Z inną odpowiedzią: { $moved }.
studio-impact-none = Żadne pytanie artykułów nie zmieni odpowiedzi.
studio-nothing = nic
studio-publish = Opublikuj
studio-try = Wypróbuj pytanie
studio-try-question = Pytanie pacjenta
studio-try-language = Język
studio-try-do = Zapytaj
studio-found-live = Teraz
studio-found-drafts = Ze szkicami
studio-verdict-answer = odpowiedź
studio-verdict-choices = pytanie, o co chodzi
studio-verdict-unknown = nie wiadomo
studio-score = dopasowanie { $score }
article-problem-language = Brakuje wersji: { $tongue }.
article-problem-placeholder = Nieznane pole: { $placeholder }.
article-problem-price = Kwoty { $price } zł nie ma w cenniku ({ $tongue }).
article-problem-price-of = Artykuł ({ $tongue }) podaje { $price } zł, a „{ $name }” ma w cenniku cenę: { $prices } zł.
article-problem-sms = SMS ({ $tongue }) ma { $count } segmentów, najwyżej { $most }.
article-problem-diagnosis = Wersja SMS nazywa chorobę: { $words }.
refused-article-id = Identyfikator to małe litery bez polskich znaków, cyfry i łączniki, do 60 znaków.
refused-article-exists = Taki identyfikator już istnieje.
refused-article-incomplete = Przynajmniej jeden język musi mieć pytanie i odpowiedź; żadne z nich nie może stać samo.
refused-article-too-long = Tekst jest za długi, najwyżej { $most } znaków.
refused-article-changed = W międzyczasie ktoś zapisał wersję { $newest }. Oba teksty są poniżej.
refused-article-review = Data przeglądu jest nieczytelna.
refused-article-problems = Najpierw proszę usunąć przeszkody: { $count }.
refused-article-hides-another = Po publikacji na pytanie „{ $question }” nie odpowiadałby już artykuł { $article }.

# Second signatures.
studio-safety = Treść dotycząca bezpieczeństwa
studio-safety-hint = Publikują ją dwie osoby. Oznaczenie zostaje, gdy artykuł został z nim opublikowany.
signatures-title = Drugi podpis
signatures-lead = To treść dotycząca bezpieczeństwa ({ $about }). Jedna osoba podpisuje, inna publikuje; zmiana wymaga nowego podpisu.
signatures-none = Nie ma jeszcze podpisu.
signatures-mine = Własny podpis już jest. Publikuje inna osoba.
signatures-sign = Podpisz to, co tu widać
refused-signature-missing = To treść dotycząca bezpieczeństwa ({ $about }): przed publikacją musi ją podpisać inna osoba. Tego podpisu brakuje.
refused-signature-changed = Treść się tymczasem zmieniła. Proszę obejrzeć ją w obecnej postaci i podpisać.
refused-signature-needless = To nie jest treść dotycząca bezpieczeństwa, więc drugi podpis nie jest potrzebny.
refused-signature-twice = Podpis tej osoby już tu jest. Drugi podpis składa inna osoba.

# Publishing at a time.
studio-state-planned = Z planem publikacji
studio-state-unplanned = Plan się nie powiódł
plan-title = Publikacja w późniejszym terminie
plan-at = Dzień i godzina
plan-hint = Wszystko, co mogłoby stać na przeszkodzie, jest sprawdzane teraz (z cenami z tamtego dnia) i jeszcze raz w tym terminie.
plan-make = Zaplanuj publikację
plan-waits = Zaplanowana publikacja
plan-waits-for = Wersja { $version } zacznie odpowiadać { $when }.
plan-by = Zaplanowano: { $name }, { $at }
plan-off = Odwołaj plan
plan-refused = Planu nie udało się wykonać
plan-refused-at = Wersja { $version } miała zacząć odpowiadać { $when }. Nie została opublikowana:
plan-look = Obejrzyj tę wersję
plan-aside = Zamknij tę wiadomość
plan-tag = plan { $version }: { $at }
plan-tag-refused = plan { $version } nie powiódł się
refused-plan-time = Proszę podać dzień i godzinę, która istnieje (przy zmianie czasu jednej godziny brakuje).
refused-plan-past = Ten termin już minął. Można opublikować od razu.
refused-plan-far = Plan może sięgać najwyżej rok naprzód.
refused-plan-twice = Na swój termin czeka już wersja { $version }. Najpierw proszę odwołać tamten plan.
refused-plan-over = Żaden plan już nie czeka: właśnie został wykonany albo odwołany.
refused-plan-overtaken = W międzyczasie opublikowano inną wersję albo artykuł wycofano.
refused-plan-author = { $name } nie może już publikować treści.
refused-plan-gone = Tej wersji już nie ma.

# Safety content withdrawn or taken back: two people, or one in an emergency.
withdraw-title = Wycofanie artykułu
withdraw-live = Teraz odpowiada wersja { $version }
withdraw-at-once = Wycofaj natychmiast
version-at-once = Przywróć natychmiast
emergency-title = Nie można czekać na drugą osobę
emergency-lead = Jeśli czekanie szkodzi pacjentom, jedna osoba może to zrobić od razu. Druga ma dobę, aby potwierdzić albo wyrazić sprzeciw; wszystko zostaje w rejestrze.
emergency-reason = Co się dzieje (bez danych pacjentów)
emergencies-title = Do potwierdzenia
emergencies-lead = Zmiany treści dotyczących bezpieczeństwa, które jedna osoba zrobiła od razu. Potwierdza je albo cofa inna osoba.
emergencies-none = Nic nie czeka na drugą osobę.
emergencies-over = Zakończone
emergencies-wait = { $count ->
    [one] Jedna pilna zmiana czeka na drugą osobę.
    [few] Pilne zmiany czekające na drugą osobę: { $count }.
   *[other] Pilne zmiany czekające na drugą osobę: { $count }.
}
emergency-retire = Wycofany artykuł
emergency-return = Powrót do wcześniejszej wersji bota
emergency-until = Potwierdzenie potrzebne najpóźniej { $when }.
emergency-late = Termin potwierdzenia minął { $when }. Proszę rozstrzygnąć to teraz.
emergency-mine = To własna zmiana. Potwierdza ją inna osoba.
emergency-confirm = Potwierdź
emergency-object-retire = Sprzeciw: niech znów odpowiada wersja { $version }
emergency-object-return = Sprzeciw: wróć do wersji { $version }
emergency-objection-failed = Powrotu po sprzeciwie nie udało się wykonać. Proszę rozstrzygnąć to jeszcze raz.
emergency-state-confirmed = potwierdzona
emergency-state-objected = cofnięta
emergency-state-settled = zastąpiona inną zmianą
emergency-state-void = nie doszła do skutku
refused-emergency-reason = Proszę opisać powód: od { $least } do { $most } znaków.
refused-emergency-open = Pilny powrót do wcześniejszej wersji czeka na drugą osobę (Do potwierdzenia). Dopiero potem można publikować.
refused-emergency-over = To już rozstrzygnięto.
refused-emergency-own = Własną zmianę potwierdza albo cofa inna osoba.
refused-article-safety-subject = Treść dotycząca bezpieczeństwa, która odpowiada, nie zmienia tematu ani badań. Najpierw trzeba ją wycofać.

# Documents into drafts.
documents-title = Artykuły z dokumentu
documents-open = Z dokumentu
documents-lead = PDF, DOCX (Word) albo HTML, najwyżej { $most } MB. Z nagłówków powstają pytania, z tekstu pod nimi odpowiedzi. Obrazów i skryptów nikt nie przenosi, a sam plik nie jest przechowywany.
documents-file = Plik
documents-language-auto = Rozpoznaj z treści
documents-read = Odczytaj
documents-found = { $count ->
    [one] Znaleziono jedną część. Proszę ją obejrzeć i poprawić; zapisana zostanie, jeśli jest zaznaczona.
    [few] Znaleziono { $count } części. Proszę je obejrzeć i poprawić; zapisane zostaną zaznaczone.
   *[other] Znaleziono { $count } części. Proszę je obejrzeć i poprawić; zapisane zostaną zaznaczone.
}
documents-origin = Źródło
documents-section = Część { $number }
documents-take = Zapisz jako szkic
documents-known = taki artykuł już jest
documents-drafts-hint = Powstają szkice w jednym języku. Zanim zaczną odpowiadać, trzeba dopisać drugi język i je opublikować.
documents-keep = Zapisz zaznaczone jako szkice
documents-other = Inny dokument
studio-drafted = { $count ->
    [one] Zapisano jeden szkic.
    [few] Zapisano { $count } szkice.
   *[other] Zapisano { $count } szkiców.
}
refused-document-none = Proszę wybrać plik.
refused-document-empty = W tym dokumencie nie ma tekstu.
refused-document-large = Plik jest za duży, najwyżej { $most } MB.
refused-document-kind = To nie jest PDF, DOCX ani HTML (liczy się zawartość, nie nazwa pliku).
refused-document-old = To starszy format Worda (.doc) albo plik Office zaszyfrowany hasłem. Proszę go zapisać jako DOCX bez hasła.
refused-document-locked = Dokument jest chroniony hasłem. Proszę zapisać go bez hasła.
refused-document-broken = Dokument jest uszkodzony i nie da się go odczytać.
refused-document-scanned = W tym PDF-ie są tylko obrazy (skan), bez tekstu. Potrzebny jest plik z tekstem.
refused-document-long = Dokument jest za długi: najwyżej 200 stron i 120 części. Proszę go podzielić.
refused-document-heavy = Tego dokumentu nie da się bezpiecznie odczytać: po rozpakowaniu jest za duży albo ma niedozwoloną budowę.
refused-document-language = Nie widać, czy tekst jest po polsku, czy po angielsku. Proszę wybrać język.
refused-document-nothing = Nic nie jest zaznaczone. Proszę wybrać przynajmniej jedną część.

# Whom an article is for, until when, and whose it is.
studio-state-mine = Moje
studio-owner = Opiekun
studio-owner-none = nikt
studio-owner-gone = osoba, która już nie edytuje
studio-owned-by = opiekun: { $name }
studio-expires-at = Odpowiada do dnia
studio-expires-hint = Po tym dniu artykuł wycofuje się sam.
studio-expires = wygasa { $day }
studio-ages = Dla osób w wieku
studio-age-from = od lat
studio-age-to = do lat
studio-condition = Dla kogo jeszcze
studio-condition-example-pl = np. kobiet w ciąży
studio-condition-example-en = e.g. pregnant women
article-for-from = Dotyczy osób od { $least }. roku życia.
article-for-to = Dotyczy osób do { $most }. roku życia.
article-for-between = Dotyczy osób w wieku od { $least } do { $most } lat.
article-for-condition = Dotyczy: { $condition }.
article-problem-expired = Ostatni dzień odpowiadania już minął.
article-problem-condition = Dla kogo jest artykuł, trzeba napisać w obu językach albo w żadnym.
refused-article-expires = Dzień, do którego artykuł odpowiada, jest nieczytelny.
refused-article-ages = Wiek to pełne lata od 0 do { $most }, najpierw mniejszy.
refused-article-owner = Opiekunem może być osoba, która edytuje treści.
studio-field-for-whom = Dla kogo
studio-field-expires-at = Odpowiada do dnia
article-for-some = Dotyczy tylko niektórych pacjentów.
studio-field-files = Pliki
studio-files = Pliki do pobrania
studio-files-lead = PDF, PNG albo JPEG, najwyżej { $size } MB i { $most } na język. Na czacie i w SMS-ie po odpowiedzi stoi odnośnik. Dodanie i usunięcie zapisuje też wpisany tekst i tworzy kolejny szkic; do pobrania jest dopiero po publikacji.
studio-files-none = Brak plików.
studio-file-title = Nazwa dla pacjenta
studio-file = Plik
studio-file-add = Dodaj plik
studio-file-remove = Usuń
refused-article-files = Pliki muszą należeć do tego artykułu, najwyżej { $most } na język.
refused-leaflet-empty = Nie wybrano pliku.
refused-leaflet-large = Plik jest za duży, najwyżej { $most } MB.
refused-leaflet-kind = To nie jest PDF, PNG ani JPEG.
refused-leaflet-title = Nazwa ma od 1 do { $most } znaków, bez ukośników, cudzysłowów i nawiasów ostrych.

# Days without visits.
closed-days-title = Dni nieczynne
closed-days-lead = Od następnej wiadomości wie o tym bot, telefon, rezerwacja i każda obietnica odpowiedzi. Umówionych wizyt to nie odwołuje: ich liczba stoi przy dniu.
closed-days-day = Dzień
closed-days-site = Gdzie
closed-days-all = Cała poradnia
closed-days-why-pl = Powód po polsku
closed-days-why-en = Powód po angielsku
closed-days-close = Zamknij w tym dniu
closed-days-close-sure = Tak, zamknij
closed-days-choose = wybierz miejsce
closed-days-visits-stay = Zostają umówione: trzeba je przełożyć albo odwołać.
closed-days-visits-none = Nie ma wtedy umówionych wizyt.
closed-days-list = Najbliższe dni nieczynne
closed-days-visits = { $count ->
    [one] umówiona { $count } wizyta
    [few] umówione { $count } wizyty
   *[other] umówionych { $count } wizyt
}
closed-days-reopen = Otwórz z powrotem
closed-days-reopen-sure = Tak, otwórz z powrotem ({ $day }): od następnej wiadomości bot proponuje wtedy wizyty.
closed-days-none = Nie ma dni nieczynnych.
refused-closing-site = Proszę wybrać miejsce: jedną placówkę albo całą poradnię.
refused-unsure = Proszę zaznaczyć potwierdzenie. Nic nie zostało zmienione.
refused-closing-day = Dzień jest nieczytelny, minął albo jest dalej niż za rok.
refused-closing-name = Powód trzeba podać w obu językach, najwyżej { $most } znaków.
refused-closing-twice = W tym dniu jest już nieczynne.
facts-closed = Nieczynne: { $days }.
facts-closed-all = cała poradnia

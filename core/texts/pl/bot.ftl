# What the bot says. Polish is formal and impersonal and never guesses anyone's gender.

## First words
notice = Tu asystent AI placówki { -clinic } — rozmowa jest z automatem, nie z człowiekiem. W nagłym przypadku prosimy dzwonić pod 112. Słowo „konsultant” łączy z człowiekiem. O danych osobowych: { $page }
notice-sms = { -clinic }: tu asystent AI (automat). W naglym przypadku prosze dzwonic 112. Slowo KONSULTANT laczy z czlowiekiem. Dane osobowe: { $page }
notice-both = Tu asystent AI placówki { -clinic } (automat). Nagły przypadek: 112. „Konsultant” łączy z człowiekiem. / This is an AI assistant. Emergency: call 112. Say “human” for a person. Dane osobowe / your data: { $page }
notice-both-sms = { -clinic }: asystent AI (automat). Nagly przypadek: 112. KONSULTANT = czlowiek. / AI assistant. Emergency: 112. HUMAN = a person. Dane/data: { $page }
webchat-greeting = Dzień dobry! W czym można pomóc?

## Menu
menu-book = Umówić wizytę
menu-price = Sprawdzić cenę
menu-prepare = Przygotowanie do badania
menu-clinic-info = Godziny i adres
menu-list-visits = Moje wizyty
menu-next-slots = Wolne terminy
menu-reschedule = Przełożyć wizytę
menu-cancel-visit = Odwołać wizytę
menu-confirm-visit = Potwierdzić wizytę
menu-running-late = Spóźnienie na wizytę
menu-service-info = Co tu wykonujemy
menu-referral = Skierowania
menu-refill = Recepta na stałe leki
menu-prescription-code = Kod recepty
menu-results = Wyniki badań
menu-documents = Zaświadczenia i dokumentacja
menu-insurance = NFZ czy prywatnie
menu-payment = Płatność i faktury
menu-complaint = Złożyć skargę
menu-data-rights = Moje dane osobowe
menu-stop-messages = Mniej wiadomości
menu-contact-data = Zmienić dane kontaktowe
menu-symptoms = Coś boli lub niepokoi
menu-medical-advice = Porada medyczna
menu-emergency = Pilna pomoc
menu-otp-resend = Nowy kod jednorazowy
menu-change-language = Zmienić język
menu-human = Rozmowa z człowiekiem

## Short answers
utter-greet = Dzień dobry! Można tu umówić lub odwołać wizytę, zapytać o ceny, godziny i przygotowanie do badań. W czym można pomóc?
utter-help = Można tu umówić wizytę, sprawdzić albo odwołać swoje wizyty, zapytać o ceny, godziny, adres i przygotowanie do badań. Słowo „konsultant” łączy z człowiekiem.
utter-help-sms = Mozna tu umowic, sprawdzic lub odwolac wizyte, zapytac o ceny, godziny i przygotowanie do badan. KONSULTANT laczy z czlowiekiem.
utter-thanks = Cała przyjemność po naszej stronie.
utter-goodbye = Do zobaczenia, dużo zdrowia!
utter-praise = Dziękujemy! Miło to czytać; zespół zobaczy te słowa w rozmowie.
utter-chitchat = Tu automatyczny asystent placówki, nie człowiek. Może umówić wizytę, podać ceny i godziny albo połączyć z człowiekiem.
utter-nothing-asked = Nic teraz nie czeka na odpowiedź. Można umówić wizytę, zobaczyć lub odwołać swoje wizyty albo napisać „konsultant”.
utter-identify = Dziękujemy. Proszę napisać, w jakiej sprawie: o dane pytamy tylko tam, gdzie są potrzebne.
utter-no-code-awaited = W tej rozmowie nie czekamy na kod jednorazowy. Jeśli brakuje kodu do recepty, proszę napisać „kod recepty”; „konsultant” łączy z człowiekiem.
utter-stop-messages = Żeby nie dostawać od nas SMS-ów, proszę wysłać STOP. Aby zostawić część wiadomości, a z innych zrezygnować, proszę napisać „konsultant”: ustawi to człowiek. Żadna wizyta nie zostanie przez to odwołana.
utter-out-of-scope = W tym nie pomożemy, ale można tu umówić wizytę, zapytać o ceny, godziny i przygotowanie do badań albo porozmawiać z konsultantem.
utter-going-on = Właśnie to załatwiamy.
task-stopped = Dobrze, przerywamy. Nic nie zostało zapisane. W czym jeszcze można pomóc?
task-switched = Dobrze, najpierw to. Poprzednia sprawa została przerwana.
task-none = Nic nie jest w toku. W czym można pomóc?
repeat-in-form = Jeszcze raz:
language-pl = Dobrze, dalej po polsku. W czym można pomóc?
language-en = Dobrze, dalej po angielsku.
not-understood = Przepraszamy, ta wiadomość nie jest jasna. Proszę napisać inaczej albo wybrać:
not-understood-in-form = Przepraszamy, to nie jest jasne. Słowo „konsultant” łączy z człowiekiem, „przerwij” kończy.
bot-unreadable = Ta wiadomość nie zawiera słów. Proszę napisać, w czym można pomóc, albo „konsultant”, aby porozmawiać z człowiekiem.
bot-too-long = Ta wiadomość jest za długa dla automatu. Proszę napisać w kilku zdaniach, w czym można pomóc, albo „konsultant”, aby porozmawiać z człowiekiem.
bot-trouble = Przepraszamy, automat ma teraz kłopot i nie może odpowiedzieć. Wiadomość nie zginęła: zajmie się nią człowiek.

## Files
media-refused = Tego rodzaju pliku nie możemy otworzyć. Przyjmujemy zdjęcia i pliki PDF. Nagrań nie odsłuchujemy — prosimy opisać sprawę słowami.
media-lost = Nie udało się pobrać pliku. Prosimy wysłać go jeszcze raz.
media-infected = Przysłanego pliku nie przyjęliśmy: nasze sprawdzenie znalazło w nim szkodliwe oprogramowanie i nikt go nie otworzy. Warto sprawdzić też urządzenie, z którego pochodzi. Można przysłać nowe zdjęcie albo opisać sprawę słowami.
media-kept = Plik został dołączony do rozmowy.

## Booking
utter-ask-booking-form-specialty = Do jakiego lekarza lub na jakie badanie ma być wizyta?
booking-topic = Wizyta: { $name }, zgodnie z wcześniejszym pytaniem.
booking-reason-noted = Dziękujemy, powód wizyty zostaje w tej rozmowie.
booking-noted = Dobrze, to jest zapisane.
examination-by-people = { $name }: na to badanie umawia człowiek z placówki.
specialty-which = Do kogo ma być wizyta?
ask-time-window = Na kiedy ma być wizyta? Na przykład: „w czwartek po 15”, „jutro rano”.
ask-time-window-instead = Na kiedy przełożyć wizytę? Na przykład: „w czwartek po 15”, „w przyszłym tygodniu”.
choice-soonest = Najbliższy wolny termin
offers-here = Wolne terminy:
offers-nearest = W tym czasie nie ma wolnych terminów. Najbliższe:
offers-others = U tej osoby nie ma wolnych terminów. Inne możliwości:
offers-others-then = U tej osoby nie ma wtedy wolnych terminów. Inne możliwości:
offers-past = Ten czas już minął. Najbliższe wolne terminy:
offers-none = Niestety w najbliższych sześciu tygodniach nie ma wolnych terminów. Można podać inny czas albo porozmawiać z konsultantem.
started-over = Dobrze, zaczynamy od początku.
undo-done = Dobrze, cofamy.
undo-nothing = To pierwsze pytanie, nie ma czego cofać. „Przerwij” kończy.
skip-needed = Ta odpowiedź jest potrzebna. „Cofnij” wraca o krok, „przerwij” kończy.
correct-how = Co zmienić? Wystarczy napisać nową odpowiedź, na przykład: „wtorek po 16”, „inny lekarz” albo „na NFZ”.
date-impossible = Nie ma takiej daty: { $said }.
clinician-unknown = Nie przyjmuje u nas taka osoba: { $said }.{ $names ->
        [none] {""}
       *[other] {" "}Przyjmują: { $names }.
    }
offers-closed = W tym dniu placówka jest nieczynna. Najbliższe wolne terminy:
choice-offer = { $at }, { $clinician }, { $site }
choice-offer-sms = { $at } { $clinician }
choice-offer-nfz = { $at }, { $clinician }, { $site } (NFZ)
choice-offer-nfz-sms = { $at } { $clinician } NFZ
choice-offer-private = { $at }, { $clinician }, { $site } (prywatnie)
choice-offer-private-sms = { $at } { $clinician } prywatnie
choice-other-time = Inny termin
choice-named = { $name }
ask-payer = Czy wizyta ma być na NFZ, czy prywatnie?
choice-payer-nfz = Na NFZ
choice-payer-private = Prywatnie
choice-payer-private-price = Prywatnie ({ $price })
payer-not-at-this-slot = W tym terminie nie ma takiej możliwości.
ask-visit-kind = Czy to pierwsza wizyta u tego specjalisty, czy kolejna?
choice-visit-first = Pierwsza
choice-visit-follow-up = Kolejna
ask-patient-for-booking = Dla kogo jest wizyta? Proszę podać imię, nazwisko i datę urodzenia, na przykład: Jan Kowalski 12.03.1957.
ask-patient-for-visits = Proszę podać imię, nazwisko i datę urodzenia osoby, której dotyczy wizyta, na przykład: Jan Kowalski 12.03.1957.
person-same-or-other = Kogo to dotyczy?
choice-person-same = Tej samej osoby co wcześniej
choice-person-other = Kogoś innego
utter-ask-birth-date = Proszę podać datę urodzenia tej osoby, na przykład 12.03.1957.
birth-date-future = Ta data jest w przyszłości.
birth-date-unreadable = Nie udało się odczytać daty.
ask-referral-code = Na NFZ potrzebne jest skierowanie. Proszę podać 4-cyfrowy kod e-skierowania.
choice-no-referral = Nie mam skierowania
referral-none = Bez skierowania wizyta na NFZ nie jest możliwa; można umówić ją prywatnie.
referral-malformed = Kod e-skierowania ma 4 cyfry.
confirm-booking-nfz = Sprawdźmy: { $at }, { $clinician }, { $site }, na NFZ.{ $name ->
        [none] {""}
       *[other] {" "}Dla: { $name }, ur. { $born }.
    } Umówić?
confirm-booking-private = Sprawdźmy: { $at }, { $clinician }, { $site }, prywatnie{ $price ->
        [0] {""}
       *[other] , { $price }
    }.{ $name ->
        [none] {""}
       *[other] {" "}Dla: { $name }, ur. { $born }.
    } Umówić?
choice-yes-book = Tak, umów
choice-no-other = Nie, inny termin
booking-not-this = Dobrze, wybierzmy jeszcze raz.
booking-lost = Tej wizyty nie udało się umówić. Proszę zacząć jeszcze raz.
booked = Wizyta została umówiona: { $at }, { $clinician }, { $address }. Gdyby coś się zmieniło, wystarczy napisać „przełóż” albo „odwołaj”. Na te wiadomości nikt nie czuwa — w nagłym przypadku 112.
booked-sms = Wizyta umowiona: { $at }, { $clinician }, { $address }. Zmiana: napisz ODWOLAJ. W naglym przypadku 112.
choice-book-again = Umówić inną wizytę

## Own visits
visits-none = Dla tych danych nie widać nadchodzących wizyt umówionych stąd. Można umówić wizytę albo zapytać konsultanta.
visit-line = { $at }: { $clinician }, { $address }.
cancel-which = Którą wizytę odwołać?
choice-visit = { $at }, { $clinician }
confirm-cancel = Czy odwołać wizytę: { $at }, { $clinician }?
choice-yes-cancel = Tak, odwołaj
choice-no-keep = Nie, zostaw
cancel-kept = Dobrze, wizyta zostaje bez zmian.
cancelled = Wizyta została odwołana: { $at }. Dziękujemy za wiadomość.
reschedule-which = Którą wizytę przełożyć?
confirm-which = Którą wizytę potwierdzić?
visit-confirmed = Wizyta jest potwierdzona: { $at }, { $address }. Dziękujemy.
confirm-move = Sprawdźmy: wizyta { $old } będzie zamiast tego { $at }, { $clinician }, { $site }. Przełożyć?
choice-yes-move = Tak, przełóż
visit-moved = Wizyta została przełożona. Nowy termin: { $at }, { $clinician }, { $address }. Poprzedni termin jest zwolniony.
visit-moved-sms = Wizyta przelozona. Nowy termin: { $at }, { $clinician }, { $address }. Zmiana: napisz PRZELOZ albo ODWOLAJ.

## Answers
price-which = Czego ma dotyczyć cena? Proszę napisać nazwę badania albo lekarza.
price-visit = { $name }: { $price } prywatnie. Cena obowiązuje od { $since } roku. Na NFZ bez opłat, jeśli przysługuje. Cennik: { $link }
price-visit-sms = { $name }: { $price } prywatnie, cena od { $since }. Na NFZ bez oplat, jesli przysluguje. Cennik: { $link }
price-visit-coming = { $name }: { $price } prywatnie, a od { $then } roku { $next }. Na NFZ bez opłat, jeśli przysługuje. Cennik: { $link }
price-visit-coming-sms = { $name }: { $price } prywatnie, a od { $then } { $next }. Na NFZ bez oplat, jesli przysluguje. Cennik: { $link }
price-visit-sites = { $name } prywatnie, zależnie od placówki. { $prices }. Cennik z { $since } roku. Na NFZ bez opłat, jeśli przysługuje. Cennik: { $link }
price-visit-sites-sms = { $name } prywatnie: { $prices }; cennik z { $since }. Na NFZ bez oplat, jesli przysluguje. Cennik: { $link }
price-unknown = Ceny tej usługi nie ma w cenniku. Konsultant może ją sprawdzić.
prepare-which = Przygotowanie do jakiego badania? Proszę napisać jego nazwę.
answer-article = { $text }
answer-article-files = { $text } { $files }
article-files = Do pobrania: { $files }
answer-choices = Czy chodzi o jedno z tych?
info-unknown = Na to pytanie nie mam zatwierdzonej odpowiedzi. W czym mogę pomóc?
site-info = { $name }: { $address }, tel. { $phone }. Dziś: { $hours }.
site-info-closed = { $name }: { $address }, tel. { $phone }. Teraz nieczynne, otwarcie: { $next }.
site-day = { $name }, { $day }: { $hours }.
site-hours-closed = nieczynne
site-directions = { $name }: { $directions }

service-offered = { $name }: tak, to jest u nas możliwe.
symptoms-next = Automat nie może ocenić objawów. Jeśli to nagłe lub szybko się pogarsza, proszę dzwonić pod 112. Umówić wizytę czy ma odpisać człowiek?
answer-needs-person = Na to pytanie nie ma zatwierdzonej odpowiedzi. Odpowie człowiek: proszę napisać „konsultant”.
staff-can-do = Jeśli potrzebna jest pomoc w tej sprawie, konsultant jest do dyspozycji.
none-of-these = Proszę napisać innymi słowami, o co chodzi. Może też odpowiedzieć konsultant.
which-did-you-mean = Dla pewności: o co chodzi?
which-goal = { $name }: w czym pomóc?
choice-article = { $name }
choice-goal = { $name }

## People
handoff-queued = Łączymy z człowiekiem. { $position ->
    [1] Ta rozmowa jest następna w kolejce.
   *[other] Miejsce w kolejce: { $position }.
} Konsultant zobaczy całą rozmowę — nie trzeba nic powtarzać.
handoff-queued-closed = Konsultanci odpowiadają w godzinach pracy. Odpowiedź przyjdzie tutaj, najwcześniej { $opens }. Konsultant zobaczy całą rozmowę. W nagłym przypadku 112.
handoff-attachment = Dziękujemy, plik jest w rozmowie. Obejrzy go konsultant, gdy przyjdzie kolej. Miejsce w kolejce: { $position }.
handoff-attachment-closed = Dziękujemy, plik jest w rozmowie. Konsultant obejrzy go najwcześniej { $opens }. W nagłym przypadku 112.
handoff-because-staff-request = Tym zajmuje się człowiek z placówki.
running-late-passed-on = Dziękujemy za wiadomość. Przekazujemy ją rejestracji.
handoff-because-clinician = Na pytania o leki i dawki odpowiada człowiek z placówki, nie automat.
handoff-because-not-understood = Nie udało się tego zrozumieć, więc przekazujemy rozmowę człowiekowi.
human-passes-on = Za chwilę odezwie się ktoś inny z placówki. Nie trzeba nic powtarzać.
human-joined = Rozmowę prowadzi teraz { $name } ({ -clinic }).
bot-again = Rozmowę przejmuje znów asystent AI (automat). W czym jeszcze można pomóc?
case-closed = Rozmowa została zakończona. Gdyby coś było potrzebne, wystarczy napisać.
sms-stopped = Nie będziemy wysyłać wiadomości. Aby to zmienić, proszę napisać START.
sms-started = Wiadomości są znów włączone. W czym można pomóc?

## Safety. Binding source: SAFETY.md 5.1 and 5.2; wording: team proposal, unsigned.
safety-emergency = To może być nagły przypadek. Nie możemy wysłać pomocy. Proszę teraz zadzwonić pod 112. Dyspozytor zapyta, co się stało, o dokładny adres, ile jest osób, czy ktoś jest przytomny i oddycha. Proszę nie rozłączać się jako pierwszy. Osoba niesłysząca: aplikacja Alarm112.
safety-emergency-sms = To moze byc nagly przypadek. NIE wyslemy pomocy - prosze dzwonic teraz 112. Dyspozytor zapyta o adres, co sie stalo, czy ktos oddycha. Nieslyszacy: aplikacja Alarm112.
safety-crisis = To brzmi bardzo ciężko i dobrze, że padły te słowa. Czy teraz grozi niebezpieczeństwo? Jeśli tak, proszę zadzwonić pod 112 — sami nie możemy wysłać pomocy. Bezpłatnie i całą dobę można porozmawiać: dorośli 116 123, dzieci i młodzież 116 111, Centrum Wsparcia 800 70 2222. Tę rozmowę przekazujemy też człowiekowi. Proszę pisać dalej.
safety-crisis-sms = Dobrze, ze padly te slowa. Jesli grozi niebezpieczenstwo: 112 (my nie wyslemy pomocy). Rozmowa cala dobe, bezplatnie: 116 123, dzieci i mlodziez 116 111, 800 70 2222. Prosze pisac dalej.
# Said once beside the answer; the conversation goes on.
safety-support = To musi być trudne i dobrze, że można o tym napisać. O każdej porze, bezpłatnie, można porozmawiać z człowiekiem: dorośli 116 123, dzieci i młodzież 116 111, Centrum Wsparcia 800 70 2222. Słowo „konsultant” łączy z osobą z placówki.
safety-support-sms = To musi byc trudne. Bezplatna rozmowa z czlowiekiem o kazdej porze: 116 123, dzieci i mlodziez 116 111. Slowo KONSULTANT laczy z osoba z placowki.
# Neutral words: somebody else may read them on the phone.
safety-violence = Czy pisanie jest teraz bezpieczne? Jeśli nie, nie trzeba odpowiadać i można usunąć tę wiadomość. Jeśli coś grozi teraz: 112 — sami nie możemy wysłać pomocy. Bezpłatnie, całą dobę można porozmawiać: 800 120 002. Nie będziemy dzwonić bez uzgodnionej, bezpiecznej pory. Tę rozmowę czyta też człowiek.
safety-violence-sms = Czy pisanie jest teraz bezpieczne? Jesli nie, prosze nie odpisywac. Zagrozenie teraz: 112 (my nie wyslemy pomocy). Rozmowa cala dobe, bezplatnie: 800 120 002. Nie zadzwonimy bez uzgodnienia.

## Ukrainian and Russian: one fixed sentence each, the same in both catalogues; wording: team proposal, unsigned.
speaks-uk = Бачимо, що це українська. Відповість людина з клініки, не автомат. У невідкладному випадку телефонуйте 112.
speaks-ru = Видим, что это русский язык. Ответит сотрудник клиники, не автомат. В экстренном случае звоните 112.
safety-emergency-uk = Це може бути невідкладний стан. Ми не можемо вислати допомогу. Телефонуйте 112 зараз.
safety-emergency-ru = Это может быть неотложное состояние. Мы не можем выслать помощь. Звоните 112 сейчас.
safety-crisis-uk = Добре, що Ви про це написали. Якщо є небезпека — телефонуйте 112. Розмову передаємо людині. Пишіть далі.
safety-crisis-ru = Хорошо, что Вы об этом написали. Если есть опасность — звоните 112. Разговор передаём человеку. Пишите дальше.
safety-violence-uk = Якщо зараз є небезпека — телефонуйте 112. Безкоштовно, цілодобово: 800 120 002. Відповідати не обов’язково. Розмову читає людина.
safety-violence-ru = Если сейчас есть опасность — звоните 112. Бесплатно, круглосуточно: 800 120 002. Отвечать не обязательно. Разговор читает человек.
csat-ask = Rozmowa została zakończona. Jak ocenia się tę pomoc, od 1 (źle) do 5 (bardzo dobrze)? Wystarczy cyfra.
csat-1 = 1 – źle
csat-2 = 2 – słabo
csat-3 = 3 – średnio
csat-4 = 4 – dobrze
csat-5 = 5 – bardzo dobrze
csat-thanks = Dziękujemy za ocenę.
csat-sorry = Dziękujemy, szkoda, że nie było dobrze. Jeśli sprawa nie jest załatwiona, wystarczy napisać: konsultant.
agent-file = Plik z przychodni.

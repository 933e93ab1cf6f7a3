# Strony: wspólne słowa, logowanie, strona placówki, symulator telefonu.
page-skip = Przejdź do treści
page-language = Język strony

login-title = Logowanie dla personelu
login-lead = Konsola rozmów z pacjentami.
login-email = Adres e-mail
login-password = Hasło
login-enter = Zaloguj
login-leave = Wyloguj
login-refused = Nie udało się zalogować. Proszę sprawdzić adres i hasło; po kilku nieudanych próbach trzeba odczekać 10 minut.
login-slow-down = Zbyt wiele prób. Proszę odczekać minutę.
login-form-stale = Formularz był otwarty zbyt długo. Proszę spróbować jeszcze raz.
login-session-over = Sesja się zakończyła, więc prosimy zalogować się ponownie. Szkice odpowiedzi są zachowane w tej karcie.
login-other-role-title = Ta strona jest dla konsultantów
login-other-role = Zalogowane konto: { $name }. To konto nie ma dostępu do rozmów z pacjentami. Dostęp nadaje kierownictwo placówki.
login-demo-title = Konta pokazowe
login-demo-lead = Hasło do każdego:
role-agent = konsultacja
role-supervisor = nadzór

demo-banner-label = O tym pokazie
demo-banner = To jest pokaz: placówka i wszystkie osoby są zmyślone. Prosimy nie podawać prawdziwych danych.
demo-banner-try = Co można wypróbować
demo-subtitle = poradnia w Lipogrodzie
demo-description = Zmyślona poradnia: lekarze rodzinni, specjaliści i badania w Lipogrodzie.
demo-nav = Strona
demo-nav-care = Opieka
demo-nav-sites = Adresy i godziny
demo-nav-try = Wypróbuj
demo-emergency = W nagłym przypadku: 112
demo-hero = Spokojna opieka, blisko domu
demo-hero-lead = Lekarze rodzinni, specjaliści i badania w dwóch miejscach Lipogrodu. Wizytę można umówić telefonicznie, SMS-em albo na czacie — o każdej porze.
demo-hero-more = Zobacz, w czym pomagamy
demo-care = W czym pomagamy
demo-care-family = Medycyna rodzinna
demo-care-family-lead = Stały lekarz dla całej rodziny, recepty i skierowania.
demo-care-heart = Kardiologia
demo-care-heart-lead = Konsultacje, EKG i echo serca jednego dnia.
demo-care-skin = Dermatologia
demo-care-skin-lead = Ocena znamion i leczenie chorób skóry.
demo-care-children = Pediatria
demo-care-children-lead = Dzieci zdrowe i chore, o osobnych godzinach.
demo-care-tests = Badania
demo-care-tests-lead = USG, EKG i badania krwi, z jasnym opisem przygotowania.
demo-care-chat = Rozmowa bez czekania
demo-care-chat-lead = Asystent AI odpowiada od razu, a człowiek jest o jedno słowo dalej.
demo-sites = Adresy i godziny
demo-days-week = pon.–czw.
demo-days-friday = pt.
demo-days-monday = pon.
demo-days-middle = wt., czw.
demo-days-wednesday = śr.
demo-phone = tel.
demo-try = Co można wypróbować
demo-try-chat = Czat na tej stronie
demo-try-chat-lead = Przycisk w rogu ekranu. Można umówić wizytę, zapytać o cenę albo poprosić o człowieka.
demo-try-phone = Telefon pacjenta
demo-try-phone-lead = SMS-y w przeglądarce, bez konta u operatora.
demo-try-console = Konsola konsultanta
demo-try-console-lead = Kolejka, cała rozmowa i pacjent obok. Konta pokazowe są na stronie logowania.
demo-foot-purpose = Asystent pomaga w umawianiu wizyt i odpowiada zatwierdzonymi tekstami. Nie stawia diagnoz i nie zastępuje lekarza.
demo-foot-invented = Placówka, adresy, numery i osoby na tej stronie są zmyślone na potrzeby pokazu.

phone-banner = Symulator: te SMS-y nie opuszczają tego komputera.
phone-title = Telefon pacjenta
phone-lead = Tak rozmowę widzi osoba, która pisze SMS‑y do placówki.
phone-whose = Czyj telefon
phone-add = Inny numer
phone-add-do = Weź ten telefon do ręki
phone-number-refused = To nie wygląda na numer telefonu.
phone-fault = Operator
phone-fault-none = działa
phone-fault-down = nie odpowiada
phone-fault-refuse = odrzuca wiadomości
phone-fault-set = Ustaw
phone-log = SMS-y
phone-empty = Nie ma jeszcze wiadomości. Na przykład: „chcę się umówić do kardiologa”.
phone-attach = Dołącz zdjęcie lub PDF
phone-write = Treść SMS-a
phone-hint = SMS
phone-send = Wyślij
phone-file-only = (plik)
phone-segments = { $count ->
    [one] { $count } część
    [few] { $count } części
   *[many] { $count } części
}
sms-status-queued = w kolejce
sms-status-sent = wysłano ✓
sms-status-delivered = doręczono ✓✓
sms-status-received = wysyłanie…
sms-status-failed = nie doszło ✗

refused-unkept = W tym, co przyszło, jest znak, którego nie da się zapisać. Nic nie zostało zmienione; proszę wpisać tekst jeszcze raz.

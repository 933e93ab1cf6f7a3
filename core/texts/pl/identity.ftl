## Potwierdzenie tożsamości
identity-whose = Tych informacji udzielamy po potwierdzeniu tożsamości. Czyjej sprawy to dotyczy?
choice-role-self = Mojej
choice-role-child = Mojego dziecka
choice-role-parent = Mojej mamy lub taty
choice-role-partner = Męża, żony, partnera
choice-role-other = Innej osoby
identity-who-self = Proszę podać imię, nazwisko i datę urodzenia albo PESEL, na przykład: Jan Kowalski 12.03.1957.
identity-who-self-here = { identity-who-self } Wygodniej na stronie? Wystarczy odpisać STRONA.
identity-who-other = Proszę podać imię, nazwisko i datę urodzenia pacjenta, na przykład: Jan Kowalski 12.03.1957.
identity-who-other-here = { identity-who-other } Wygodniej na stronie? Wystarczy odpisać STRONA.
identity-born = Proszę podać datę urodzenia albo PESEL tej osoby, na przykład 12.03.1957.
identity-own-born = Proszę podać jeszcze własną datę urodzenia, czyli osoby działającej za pacjenta.
identity-code-sent = Jeśli te dane zgadzają się z kartoteką, wysłaliśmy SMS-em 6-cyfrowy kod na numer, który mamy w kartotece. Proszę wpisać go tutaj.
identity-code-sent-for-other = Jeśli mamy zapisane upoważnienie albo prawa rodzicielskie i dane się zgadzają, wysłaliśmy SMS-em 6-cyfrowy kod na numer osoby upoważnionej. Proszę wpisać go tutaj. Bez upoważnienia można umówić wizytę albo porozmawiać z człowiekiem.
identity-code-ask = Proszę wpisać 6-cyfrowy kod z SMS-a.
identity-code-again = Jeśli dane się zgadzają, wysłaliśmy nowy kod. Poprzedni już nie działa.
identity-code-digits = Kod ma 6 cyfr.
identity-code-wrong = Ten kod się nie zgadza. { $left ->
    [1] Została jeszcze 1 próba.
   *[other] Zostały jeszcze { $left } próby.
}
identity-code-expired = Ten kod stracił ważność. Proszę poprosić o nowy.
identity-resend-soon = Nowy kod można wysłać minutę po poprzednim. Proszę chwilę poczekać.
identity-too-often = Wysłaliśmy już kilka kodów i na razie więcej nie możemy. Proszę spróbować za godzinę.
identity-nothing-open = Ta próba już się zakończyła. Proszę zacząć jeszcze raz.
identity-locked = Kod nie zgodził się trzy razy, więc na pewien czas nie przyjmujemy kodów dla tych danych ani z tej rozmowy.
identity-instead = W tym czasie można umówić wizytę albo porozmawiać z człowiekiem, który potwierdzi tożsamość inaczej.
identity-proven = Dziękujemy, tożsamość została potwierdzona.
identity-shared = Dziękujemy. Z tego numeru korzysta kilka osób, więc sam kod nie wystarczy. Tożsamość potwierdzi człowiek.
identity-code = Kod: { $code }. Wazny { $minutes } min. Prosimy wpisac go tylko w rozmowie z nami i nikomu go nie podawac.
choice-code-again = Wyślij nowy kod
choice-identify = Potwierdzam tożsamość kodem
authorisation-needed = Terminy innej osoby podajemy tylko osobie upoważnionej albo rodzicowi, po zapisaniu tego w placówce. Bez tego można umówić dla niej wizytę albo porozmawiać z człowiekiem.

## Rozmowa przechodzi na stronę
link-to-web = Rozmowa idzie dalej tutaj: { $link } Odnośnik działa raz, przez pół godziny, i jest tylko dla tego telefonu.
link-already-web = Ta rozmowa już toczy się na stronie.
link-too-often = Wysłaliśmy już kilka odnośników. Następny można dostać za godzinę; tymczasem piszmy tutaj.
moved-to-web = Rozmowa z SMS-ów jest teraz tutaj. Nic nie trzeba podawać jeszcze raz.

## Upoważnienia
refused-authorisation-incomplete = Potrzebne są imię i nazwisko, data urodzenia, numer telefonu i zakres upoważnienia.
refused-authorisation-not-a-child = Prawa rodzicielskie dotyczą tylko dziecka, które nie skończyło 18 lat.
refused-authorisation-over = Ten dzień już minął.
authorisations = Kto może działać za pacjenta
authorisations-none = Nikt nie jest zapisany.
authorisation-record = Zapisz upoważnienie
authorisation-name = Imię i nazwisko
authorisation-born = Data urodzenia
authorisation-phone = Telefon, na który przyjdzie kod
authorisation-patient-is = Pacjent jest dla tej osoby
patient-is-child = dzieckiem
patient-is-parent = rodzicem
patient-is-partner = mężem, żoną, partnerem
patient-is-other = kimś innym
authorisation-basis = Podstawa
basis-parental-right = władza rodzicielska
basis-authorisation = upoważnienie pacjenta
basis-court-ruling = orzeczenie sądu
authorisation-scopes = Zakres
scope-visits = wizyty
scope-medicines = leki i recepty
scope-results = wyniki i dokumenty
authorisation-evidence = Co widział personel
evidence-signed-form = podpisany formularz
evidence-identity-document = dokument tożsamości
evidence-birth-record = akt urodzenia
evidence-court-document = dokument z sądu
evidence-patient-present = pacjent był obecny
authorisation-until = Ważne do (puste: bez terminu)
authorisation-agreed = Pacjent (16 lub 17 lat) też się zgodził
authorisation-save = Zapisz
authorisation-withdraw = Wycofaj
authorisation-ended = wycofane lub po terminie
authorisation-valid-until = ważne do { $day }

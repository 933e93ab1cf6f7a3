# Zapis rozmowy przez odnośnik, po kodzie jednorazowym.
transcript-link = Zapis rozmowy: { $link } Otwiera się po kodzie z SMS-a, przez { $days ->
    [one] { $days } dzień
   *[other] { $days } dni
}.
transcript-code = Kod do zapisu rozmowy: { $code }. Wazny { $minutes } min. Prosimy nikomu go nie podawac.
transcript-sent-by-sms = Odnośnik do zapisu rozmowy idzie SMS-em na ten numer.
asked-transcript-no-number = Zapis rozmowy otwiera się po kodzie z SMS-a, a w tej rozmowie nie znamy numeru telefonu. Można napisać o zapis SMS-em albo poprosić człowieka: KONSULTANT.
asked-transcript-shared-number = Zapis rozmowy otwiera się po kodzie z SMS-a, a z numeru w kartotece korzystają też inne osoby. Pomoże człowiek: KONSULTANT.
asked-link-too-often = Na ten numer wysłaliśmy już kilka odnośników. Następny można dostać za godzinę.

transcript-title = Zapis rozmowy
transcript-help = W razie pytań: { $phone }. W nagłym przypadku 112.
transcript-no-script = Ta strona potrzebuje JavaScriptu. Zapis rozmowy można też dostać w rejestracji: { $phone }.
transcript-arrive = Zapis rozmowy widać dopiero po wpisaniu kodu. Wyślemy go SMS-em na numer, który mamy w kartotece.
transcript-no-token = W adresie brakuje końcówki. Prosimy otworzyć odnośnik z wiadomości jeszcze raz, w całości.
transcript-send-code = Wyślij mi kod
transcript-code-sent = Jeśli odnośnik jest ważny, kod jest już w drodze SMS-em. Działa { $minutes } min. Jeśli nie dotrze w ciągu 2 minut, można poprosić o nowy albo o nowy odnośnik.
transcript-code-label = Kod z SMS-a (6 cyfr)
transcript-open = Pokaż zapis
transcript-code-again = Wyślij nowy kod
transcript-code-wrong = Ten kod nie pasuje, jego czas minął albo odnośnik już nie działa. Po trzech złych kodach trzeba będzie chwilę poczekać.
transcript-code-locked = Kod nie zgodził się trzy razy, więc przez pewien czas nie przyjmujemy kodów. Prosimy spróbować później.
transcript-slow-down = Za dużo prób naraz. Prosimy spróbować za minutę.
transcript-over = Czytanie zostało zakończone albo jego czas minął. Aby wrócić, prosimy otworzyć odnośnik z wiadomości jeszcze raz.
transcript-began = Początek rozmowy: { $when }.
transcript-until = Odnośnik działa do: { $when }.
transcript-leave = Zakończ czytanie
transcript-said = Rozmowa
transcript-empty = W tej rozmowie nie ma wiadomości.
transcript-by-patient = Pacjent
transcript-by-bot = Asystent AI (automat)
transcript-by-agent = Osoba z placówki
transcript-by-system = Placówka
transcript-files = { $count ->
    [one] Załączony plik: { $count }
   *[other] Załączone pliki: { $count }
}
transcript-not-delivered = Tej wiadomości nie udało się doręczyć.
transcript-viewed = Kto oglądał tę rozmowę
transcript-viewed-how = Każde otwarcie rozmowy przez pracownika jest zapisywane. Imienny wykaz można dostać od inspektora ochrony danych: { $phone }.
transcript-viewed-nobody = Nikt z placówki nie otwierał tej rozmowy.
transcript-role-agent = rejestracja
transcript-role-clinician = personel medyczny
transcript-role-supervisor = kierowanie rejestracją
transcript-role-admin = administracja
transcript-role-privacy-officer = ochrona danych
transcript-role-none = osoba, która już tu nie pracuje
transcript-view-open = otwarcie rozmowy
transcript-view-accept = przejęcie rozmowy

transcript-send-title = Wyślij zapis rozmowy
transcript-send-how = Pacjent dostanie tutaj odnośnik, ważny { $days ->
    [one] { $days } dzień
   *[other] { $days } dni
}. Zapis otworzy się po kodzie, który wyślemy SMS-em na numer z rozmowy albo z kartoteki. Notatek i wycofanych słów w nim nie ma; widać, kto otwierał rozmowę (role, bez nazwisk).
transcript-send = Wyślij odnośnik
transcript-is-sent = Odnośnik wysłany, działa do: { $when }
refused-transcript-nowhere = W tej rozmowie nikt jeszcze do nas nie napisał, więc nie ma dokąd wysłać odnośnika.
refused-transcript-no-number = Nie ma numeru, na który można wysłać kod: w tej rozmowie nikt nie pisał z telefonu, a w kartotece nie ma numeru. Nic nie zostało wysłane.
refused-transcript-shared-number = Z numeru w kartotece korzystają też inne osoby, więc kod nie dowiódłby, kto czyta. Nic nie zostało wysłane.
refused-link-too-often = Na ten numer wysłano już kilka odnośników. Następny można wysłać za godzinę.
audit-did-transcript-sent = odnośnik do zapisu rozmowy wysłany
audit-did-transcript-code-asked = kod do zapisu rozmowy wysłany
audit-did-transcript-code-wrong = zły kod do zapisu rozmowy
audit-did-transcript-opened = zapis rozmowy otwarty przez odnośnik

## The call simulator
call-banner = Symulator: rozmowa nie wychodzi z tego komputera, o ile nie włączy się mikrofonu. Tylko zmyślone osoby.
call-title = Telefon pacjenta: rozmowa
call-lead = Tak dzwoni się do placówki: słowa można pisać albo mówić, a odpowiadać także klawiszami.
call-to-texts = SMS-y tego telefonu
call-withheld = Numer zastrzeżony
call-sound = Dźwięk
call-aloud = Czytaj odpowiedzi na głos
call-listen = Słuchaj mikrofonu
call-listen-warning = Niektóre przeglądarki wysyłają dźwięk do swojego producenta. Proszę nie mówić nic o prawdziwym pacjencie.
call-no-sound = Ta przeglądarka nie ma wszystkich funkcji mowy: pisanie i klawisze działają zawsze.
call-idle = Nie ma połączenia
call-ringing = Dzwoni…
call-going = Połączenie trwa
call-waiting = Słychać sygnał oczekiwania na człowieka
call-over = Połączenie zakończone
call-human = Tu dostawca połączyłby z telefonem konsultanta
call-failed = Nie udało się połączyć
call-key = Klawisz
call-pressed = Przychodnia naciska klawisz
call-log = Przebieg rozmowy
call-say = Słowa, które się mówi
call-say-do = Powiedz
call-keypad = Klawiatura telefonu
call-start = Zadzwoń
call-end = Rozłącz
demo-try-call = Zadzwonić
demo-try-call-lead = Symulator rozmowy: pisze się albo mówi, można przerwać i nacisnąć klawisz.

## Calls in the console
calls-title = Trwające połączenia
calls-open = Połączenie trwa

## Staff
staff-telephone = Telefon do rozmów
staff-telephone-lead = Tu łączone są rozmowy spraw, które ta osoba przyjmie. Numer (także z wewnętrznym: 22 555 01 00 wew. 12) albo adres SIP; puste: odpowiada na piśmie.
staff-telephone-label = Numer lub adres SIP
staff-telephone-save = Zapisz telefon
staff-done-telephone = Telefon zapisany.
refused-telephone = To nie jest numer telefonu ani adres SIP (sip:ktos@serwer).
audit-did-staff-telephone = telefon do rozmów zmieniony
audit-did-follow-up-made = zadanie utworzone
follow-up-after-callback = Oddzwonić, jak obiecano w rozmowie

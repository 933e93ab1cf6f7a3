## Red flags that nobody claims, and what follows them. Wording: team proposal, unsigned; version: handoff/watch.py TEXTS_VERSION.
unattended-emergency = Mówimy wprost: w tej chwili nikt z placówki nie czyta tej rozmowy. Proszę nie czekać tu na odpowiedź. Jeśli coś zagraża życiu lub zdrowiu, proszę teraz zadzwonić pod 112.
unattended-emergency-sms = Nikt z placowki teraz tego nie czyta. Prosze nie czekac na odpowiedz - w naglym przypadku prosze teraz dzwonic 112.
unattended-crisis = Mówimy wprost: w tej chwili nikt z placówki nie czyta tej rozmowy. Odpowiemy, gdy tylko ktoś będzie. Nie trzeba czekać w samotności: bezpłatnie i o każdej porze ktoś odbierze — dorośli 116 123, dzieci i młodzież 116 111, Centrum Wsparcia 800 70 2222. Gdy zagrożone jest życie: 112. Można tu dalej pisać.
unattended-crisis-sms = Nikt z placowki teraz tego nie czyta, odpowiemy, gdy ktos bedzie. O kazdej porze, bezplatnie, ktos odbierze: 116 123, dzieci i mlodziez 116 111, 800 70 2222. Zagrozenie zycia: 112. Mozna tu dalej pisac.
# To the on-call telephone: no name, nothing about health. The console's address follows on a line of its own.
oncall-alert = Poradnia: pilny alarm bez opieki, konsola:
# The same, said by telephone.
oncall-call = Poradnia: pilny alarm bez opieki. Proszę otworzyć konsolę.
sms-status-call = połączenie telefoniczne

# A threat to staff: calm, no scolding, no promise.
safety-threat = Widzimy, że emocje są duże, i chcemy pomóc. Nie możemy jednak przyjmować gróźb wobec osób, które tu pracują. Rozmowę przekazujemy osobie kierującej zespołem. Proszę spokojnie opisać, co się stało. Jeśli ktoś jest w niebezpieczeństwie: 112.
safety-threat-sms = Widzimy, ze emocje sa duze. Grozb wobec osob, ktore tu pracuja, nie mozemy przyjmowac. Rozmowe przekazujemy kierownikowi. W niebezpieczenstwie: 112.
handoff-reason-threat = Groźba wobec personelu: dla kierownika
handoff-reason-repeat-contact = Kolejny kontakt z dolegliwościami w 72 godziny: dla pielęgniarki lub lekarza
alert-level-threat = Groźba wobec personelu.
alert-for-supervisor = Dla kierownika.
refused-alert-for-supervisor = Groźbę wobec personelu przejmuje kierownik.

alert-ring-none = Nikt nie odpowiedział w porę.
alert-ring-queued = Nikt nie odpowiedział w porę; powiadamiamy dyżurnego.
alert-ring-sent = Nikt nie odpowiedział w porę; dyżurny dostał SMS.
alert-ring-spared = Nikt nie odpowiedział w porę.
alert-ring-dead = Nikt nie odpowiedział w porę, a dyżurnego nie udało się powiadomić.

follow-ups = Do odezwania się w 24 godziny
follow-up-due = do { $when }
follow-up-after-crisis = Po kryzysie psychicznym
follow-up-after-violence = Po sygnale o przemocy
follow-up-overdue = Po terminie
follow-up-no-call = Nie dzwonić bez uzgodnionej, bezpiecznej pory
follow-up-take = Biorę
follow-up-take-whom = Biorę na siebie: { $name }
follow-up-note = Co zrobiono, w kilku słowach
follow-up-done = Zrobione
refused-follow-up-taken = To zadanie ma już { $name }.
refused-follow-up-over = To zadanie jest już zrobione.
refused-follow-up-not-yours = To zadanie trzeba najpierw wziąć na siebie.
refused-follow-up-note = Proszę napisać w kilku słowach, co zrobiono.

audit-kind-follow-up = zadanie „odezwać się”
audit-did-follow-up-taken = zadanie wzięte
audit-did-follow-up-done = zadanie zrobione
audit-did-alert-unattended = alarm bez opieki
audit-did-alert-oncall-told = dyżurny powiadomiony
audit-did-alert-oncall-not-reached = dyżurny nieosiągalny

## Repeat contact with symptoms.
triage-repeat-sooner = To kolejna rozmowa o tych dolegliwościach w ciągu trzech dni, dlatego proponujemy pomoc wcześniej.
triage-repeat-person = To już trzecia rozmowa o dolegliwościach w ciągu trzech dni. Dlatego przekazujemy ją pielęgniarce lub lekarzowi.
handoff-reason-dose-problem = Kłopot z lekami, zgłoszony w odpowiedzi na przypomnienie
handoff-reason-vitals = Pomiar poza granicą

# Triage: from what a person tells to how soon who should see them. Unsigned: wordings wait for a clinician.

triage-urgency-now = natychmiast (112)
triage-urgency-today = dziś
triage-urgency-days3 = w ciągu 3 dni
triage-urgency-routine = planowo
triage-urgency-self = samoopieka
triage-word-and = i
triage-word-or = lub
triage-word-not = bez:
triage-word-possible = nie wykluczono: {"{finding}"}
triage-word-age = wiek (lata)
triage-word-age-months = wiek (miesiące)
triage-word-hours = czas trwania (godziny)
triage-word-days = czas trwania (dni)
triage-word-male = mężczyzna
triage-word-female = kobieta
triage-table-head = # Tabele triażu, wersja { $version } (bez podpisu klinicysty)
triage-table-floor = Najmniej: { $base }; gdy nic więcej nie wiadomo: { $bare }; dokąd: { $service }. Pytania, najpierw objawy nagłe:
triage-table-columns = | reguła | pilność | kiedy | źródło |

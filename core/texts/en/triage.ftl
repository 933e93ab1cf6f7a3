# Triage: from what a person tells to how soon who should see them. Unsigned: wordings wait for a clinician.

triage-urgency-now = at once (112)
triage-urgency-today = today
triage-urgency-days3 = within 3 days
triage-urgency-routine = planned
triage-urgency-self = self-care
triage-word-and = and
triage-word-or = or
triage-word-not = without:
triage-word-possible = not ruled out: {"{finding}"}
triage-word-age = age (years)
triage-word-age-months = age (months)
triage-word-hours = lasting (hours)
triage-word-days = lasting (days)
triage-word-male = male
triage-word-female = female
triage-table-head = # Triage tables, version { $version } (not signed by a clinician)
triage-table-floor = At least: { $base }; while nothing more is known: { $bare }; where: { $service }. Questions, signs of an emergency first:
triage-table-columns = | rule | urgency | when | source |

# Clinical governance: signatures under the rules, the switch, the list of rules and protocols.
clinical-title = Clinical governance
clinical-lead = Which clinical rules are in force, who answers for them, and whether the bot answers at all. Everything here is audited.
clinical-of-triage = Triage tables
clinical-of-red-flags = Red-flag rules
clinical-version = Version
clinical-signed = signed
clinical-unsigned = not signed
clinical-triage-on = A clinician has signed this version: patients are asked about their symptoms.
clinical-triage-off = Triage is off: patients are offered a visit or a person instead. It starts within seconds of a signature.
clinical-triage-trial = Demonstration: the bot asks about symptoms without a signature and tells everybody so. It would not ask real patients.
clinical-red-flags-always = These rules run on every message, signed or not: leaving them out would be worse. They need a signature all the same.
clinical-licence-as-said = licence { $licence } (as given)
clinical-withdraw = Withdraw
clinical-sign-open = Sign this version
clinical-sign-statement = I have read and reviewed: { $what }, version { $version }. I approve them for use in this clinic. Any edit ends my signature.
clinical-sign-name = Given and family name
clinical-sign-licence = Licence number
clinical-sign-code = Code your app shows now
clinical-sign = Sign
clinical-past = Earlier signatures
clinical-subject = Subject
clinical-signer = Signed by
clinical-signed-at = Signed
clinical-ended = Ended
clinical-withdrawn = withdrawn { $at }
clinical-edited = the rules were edited

clinical-switch = Automation
clinical-switch-on = on
clinical-switch-off = off: everything goes to people
clinical-switch-lead = One switch for the whole clinic. While it is off, every new message goes to a person; red flags, 112 advice and STOP still work.
clinical-switch-thrown = Last changed by { $by }, { $at }:
clinical-switch-reason = Reason (no patient data)
clinical-switch-turn-off = Send everything to people
clinical-switch-turn-on = Turn automation on
clinical-switch-banner = Automation is off: every message goes to people.

clinical-rules = All red-flag rules ({ $count })
clinical-rules-lead = A sentence that must raise the alarm and one that must not are tested at every change. Alarms count messages of the last 30 days. The wordings are the team's proposal.
clinical-rule = Rule
clinical-level = Level
clinical-level-emergency = emergency
clinical-level-crisis = crisis
clinical-level-violence = violence
clinical-level-support = support
clinical-group = Group
clinical-table-red-flags = Polish and English
clinical-table-red-flags-uk-ru = Ukrainian and Russian
clinical-table-second-net = learned from sentences (second net)
clinical-source = Source
clinical-sentences = Test sentences
clinical-sentences-count = { $seen } must alarm, { $left } must not
clinical-sentences-none = none in the pack
clinical-fired = Alarms in 30 days
clinical-not-counted = not counted

clinical-protocols = Triage protocols ({ $count })
clinical-protocols-all = Read all tables
clinical-rule-count = { $count ->
    [one] { $count } rule
   *[other] { $count } rules
}
clinical-back = Clinical governance
clinical-tables-lead = The most urgent rule that holds decides. What is unknown counts as if it were dangerous.
clinical-urgency = Urgency
clinical-when = When

triage-service-gp = family doctor (a child: paediatrician)
triage-service-family-medicine = family doctor
triage-service-emergency = 112 or the nearest emergency department
triage-service-self-care = no visit, at home
triage-service-dermatology = dermatologist
triage-service-gynecology = gynaecologist
triage-service-ophthalmology = eye doctor
triage-service-orthopedics = orthopaedic doctor
triage-service-pediatrics = paediatrician
triage-service-psychiatry = psychiatrist
triage-service-urology = urologist

refused-signature-name = Please give your given and family name, at most 120 characters.
refused-signature-licence = Please give your licence number: 4 to 30 letters and digits.
refused-signature-stale = The rules have changed since you opened the page. Please read the new version and sign that.
factor-missing = Signing needs a second factor. Please set one up first:
refused-switch-reason = Please give a reason of { $least } to { $most } characters.
handoff-reason-automation-off = Automation is switched off
refused-automation-is-off = Automation is off, so a conversation cannot be handed back to the bot now.

## The hazard log
hazards-title = Hazard log
hazards-lead = Version { $version }. Hazards: { $count }, accepted by somebody of the clinic: { $accepted }. The gravest remaining risk first.
hazards-versions = Triage tables: { $triage }. Red flags: { $screen }.
hazards-risk = severity { $severity }, likelihood { $likelihood }, together { $score } of 25
hazards-cause = Cause
hazards-harm = Harm
hazards-before = Risk without controls
hazards-control = Control
hazards-after = Remaining risk
hazards-left = What is left
hazards-misses = Known misses
hazards-accepted = Accepted by
hazards-nobody = nobody yet

## Stepping through the interview
clinical-try-title = Step through an interview
clinical-try-lead = The tables step by step, as a patient meets them. Nothing is kept; please type no patient's data.
clinical-try-open = Step through an interview
clinical-try-so-far = So far
clinical-try-over = Result
clinical-try-service = Where to
clinical-try-present = Is so
clinical-try-absent = Is not so
clinical-try-unsure = Not known, counts as "is so"
clinical-try-say-present = yes
clinical-try-say-absent = no
clinical-try-say-unsure = not known
clinical-try-question = Question
clinical-try-complaint = Complaint
clinical-try-age = Age
clinical-try-lasting = For how long
clinical-try-unit = Unit
clinical-try-years = years
clinical-try-months = months
clinical-try-hours = hours
clinical-try-days = days
clinical-try-sex = Sex
clinical-try-sex-unknown = not said
clinical-try-sex-f = female
clinical-try-sex-m = male
clinical-try-begin = Begin
clinical-try-next = Next
clinical-try-anew = Start again
refused-triage-complaint = The tables know no such complaint. Please choose one of the list.
refused-triage-finding = The tables do not know one of the answers; they may have changed. Please start again.
refused-triage-number = Age and duration are numbers, such as 40 or 1.5.
clinical-tables-refused = The new tables were refused; version { $version } stays in force. Reason:

## Red flags that nobody claims, and what follows them. Wording: team proposal, unsigned; version: handoff/watch.py TEXTS_VERSION.
unattended-emergency = To be honest with you: nobody at the clinic is reading this conversation right now. Please do not wait here for an answer. If life or health is in danger, please call 112 now.
unattended-emergency-sms = Nobody at the clinic is reading this right now. Please do not wait for an answer - in an emergency call 112 now.
unattended-crisis = To be honest with you: nobody at the clinic is reading this conversation right now. We will answer as soon as someone is here. You need not wait alone: free and at any hour someone picks up — adults 116 123, children and teenagers 116 111, support centre 800 70 2222. If life is in danger: 112. You can keep writing here.
unattended-crisis-sms = Nobody at the clinic is reading this right now; we will answer when someone is here. Free, at any hour, someone picks up: 116 123, young people 116 111, 800 70 2222. If life is in danger: 112. You can keep writing.
# To the on-call telephone: no name, nothing about health. The console's address follows on a line of its own.
oncall-alert = Poradnia: urgent alert, nobody on it, console:
# The same, said by telephone.
oncall-call = Poradnia: urgent alert, nobody is on it. Please open the console.
sms-status-call = telephone call

# A threat to staff: calm, no scolding, no promise.
safety-threat = We can see that feelings run high, and we want to help. But we cannot accept threats against the people who work here. We are passing this conversation to the person in charge. Please tell us calmly what happened. If anyone is in danger: call 112.
safety-threat-sms = We see that feelings run high. We cannot accept threats against people who work here. The person in charge gets this. If anyone is in danger: 112.
handoff-reason-threat = Threat to staff: for a supervisor
handoff-reason-repeat-contact = Symptoms again within 72 hours: for a nurse or doctor
alert-level-threat = Threat to staff.
alert-for-supervisor = For a supervisor.
refused-alert-for-supervisor = A supervisor takes threats to staff.

alert-ring-none = Nobody came in time.
alert-ring-queued = Nobody came in time; telling the on-call telephone.
alert-ring-sent = Nobody came in time; the on-call telephone got an SMS.
alert-ring-spared = Nobody came in time.
alert-ring-dead = Nobody came in time, and the on-call telephone could not be reached.

follow-ups = To follow up within 24 hours
follow-up-due = by { $when }
follow-up-after-crisis = After a mental health crisis
follow-up-after-violence = After a sign of violence
follow-up-overdue = Overdue
follow-up-no-call = No call-back without a safe time
follow-up-take = Take
follow-up-take-whom = Take: { $name }
follow-up-note = What was done, in a few words
follow-up-done = Done
refused-follow-up-taken = { $name } already has this task.
refused-follow-up-over = This task is done already.
refused-follow-up-not-yours = Take this task first.
refused-follow-up-note = Please say in a few words what was done.

audit-kind-follow-up = follow-up task
audit-did-follow-up-taken = task taken
audit-did-follow-up-done = task done
audit-did-alert-unattended = alert unattended
audit-did-alert-oncall-told = on-call told
audit-did-alert-oncall-not-reached = on-call not reached

## Repeat contact with symptoms.
triage-repeat-sooner = This is another conversation about the same complaint within three days, so we suggest help sooner.
triage-repeat-person = This is the third conversation about symptoms within three days. So we are passing it to a nurse or a doctor.
handoff-reason-dose-problem = A problem with medicines, told in answer to a reminder
handoff-reason-vitals = A measurement beyond its bound

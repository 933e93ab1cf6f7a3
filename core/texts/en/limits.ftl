# Abusive contacts, limited or ended.
contact-limited = People of the clinic will not answer in this conversation until { $until }, because of how it went. Until then the AI assistant (a machine) answers: visits can be booked, moved and cancelled with it. In an emergency call 112.
contact-ended = We are ending this conversation because of how it went. People of the clinic will answer here again from { $until }. Until then the AI assistant (a machine) answers: visits can be booked, moved and cancelled with it. In an emergency call 112.
contact-limited-still = People of the clinic answer here again from { $until }. Until then the AI assistant (a machine) can help: visits can be booked, moved and cancelled with it. In an emergency call 112.
contact-trouble = Sorry, the assistant has a problem and cannot answer now. Please write again in a while. People answer here again from { $until }. In an emergency call 112.
contact-lifted = People of the clinic answer in this conversation again. How can we help?

limits-title = Limited contacts
limits-none = No contact is limited.
limit-title = Limit an abusive contact
limit-what = What to do
limit-kind-limited = Limit: back to the bot
limit-kind-ended = End: close it
limit-how-long = For how long
limit-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
limit-why = Reason
limit-cause-insults = Insults
limit-cause-threats = Threats
limit-cause-harassment = Harassment
limit-cause-flood = Flood of messages
limit-cause-other = Another reason
limit-words = What happened
limit-how = Until then only the bot answers. The patient is told at once, and until when. Supervisors see the reason and can lift the limit. Emergencies still reach people.
limit-keep = Limit and tell the patient
limit-is-limited = Contact limited until { $when }: only the bot answers
limit-is-ended = Contact ended; until { $when } only the bot answers
limit-until = until { $when }
limit-ended = ended
limit-by = set by: { $name }
limit-flags-on = Emergencies still reach people.
limit-lift = Lift
limit-lift-on-board = Lift it on the board
refused-limit-choice = Please choose what to do, for how long and why.
refused-limit-words = Please say in { $least } to { $most } characters what happened.
refused-limit-already = The contact is limited already.
refused-limit-red-flag = There is a red flag in this conversation that nobody has taken. Please take it first; nothing was limited.
refused-limit-over = This limit is over already.
audit-did-contact-limited = contact limited
audit-did-contact-ended = contact ended
audit-did-contact-lifted = limit on a contact lifted

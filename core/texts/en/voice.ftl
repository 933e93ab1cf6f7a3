## The telephone
voice-welcome = Hello, this is { -clinic }, the automatic assistant, an artificial intelligence. The call is kept as text. In an emergency please hang up and call 112. Zero connects you to a person. How can I help? Po polsku: klawisz dziewięć.
voice-still-there = Are we still connected? Please say how I can help. Zero connects you to a person.
voice-goodbye = I cannot hear anything, so the call ends now. You can call again or send a text message to this number. Goodbye.
channel-voice = Telephone
handoff-queued-voice = A person will take this over, place in the queue: { $position }{ $minutes ->
    [0] .
   *[other] , usual wait in minutes: { $minutes }.
} They will get in touch on this number, you may hang up, and key one arranges a call from us. In an emergency call 112.
handoff-queued-closed-voice = People work during opening hours and will get in touch on this number, at the earliest { $opens }. They will see the whole conversation. In an emergency call 112.
voice-trouble = Something got stuck on our side and these words were not kept. Please say them again, and in an emergency call 112.
held-interrupted = the person spoke: they did not hear this
held-call-over = the call was over: sent by SMS if there is a number
voice-keys = You can also answer with keys. Zero connects you to a person, the star key repeats the last words.
voice-noise = The words could not be made out. Please say them again, or press zero for a person.
voice-deaf = Speech recognition is failing at the moment. The call goes on: you can answer with keys, and zero connects you to a person.
voice-resumed = The last call broke off half way, so here is the question again.
voice-waits = This is waiting for a person. You can add to it, and key one arranges a call from us.
voice-waits-noted = That is added: a person will see it with the rest. You can hang up, and key one arranges a call from us.
voice-person = A person of the clinic has this matter and sees this call. Please go ahead.
voice-person-noted = Noted, they can see it.
voice-slower = All right, slower from now on.
voice-louder = The volume can only be changed on your telephone, usually with a button on its side. Once more.
voice-objection = No sound is recorded, only the words are kept, as the assistant cannot work without them. A person can help without that: zero. You can also just go on.
voice-sms-sent = Sent by SMS to this number.
voice-sms-follows = A confirmation comes by SMS.
voice-sms-nothing = There is nothing to send yet. How can we help?
voice-sms-cannot = This number takes no SMS. The star key repeats the words, and zero connects you to a person.
voice-link-sent = A link to the page is coming to this number by SMS. The conversation goes on there.
voice-once-more = Once more.
call-dropped = The telephone call broke off. Nothing is lost: you can call again or answer here, the question follows.
call-dropped-sms = The telephone call broke off. Nothing is lost: call again or answer the question in the next SMS.
voice-choice = Key { $number }: { $label }
voice-others = There are others.
voice-rest-by-sms = Say “text it to me” to get all of it by SMS.
## What is said otherwise than it is written: two sentences at most, and nothing to be typed
utter-greet-voice = Hello, here you can book or cancel a visit and ask about prices, opening hours and how to prepare for tests. How can we help?
utter-nothing-asked-voice = No question is waiting for an answer now. You can book a visit, hear about or cancel your visits, or press zero for a person.
utter-identify-voice = Thank you. Please say what it is about: details are asked for only where they are needed.
utter-no-code-awaited-voice = No one-time code is awaited in this call. If the code of a prescription is missing, say “my prescription code”; zero reaches a person.
utter-stop-messages-voice = To get no more SMS messages from us, text us the word STOP. This does not cancel any visit, and a person can switch off some kinds only: press zero.
task-stopped-voice = All right, stopped, and nothing was saved. What else can we do for you?
not-understood-voice = Sorry, that was not clear. Please say it another way or choose with a key.
bot-unreadable-voice = No words can be heard. Please say how we can help, or press zero for a person.
bot-too-long-voice = That is too long for the assistant. Please say in a sentence or two how we can help, or press zero for a person.
correct-how-voice = What should change? Just say the new answer, for example: “Tuesday after four”, “another doctor” or “privately”.
booked-voice = Your visit is booked: { $at }, { $clinician }, { $address }. If anything changes, just call, and in an emergency call 112.
visit-moved-voice = The visit was moved, the new time: { $at }, { $clinician }, { $address }. The old time is free again.
price-which-voice = The price of what? Please say the name of the test or the doctor.
price-visit-voice = { $name }: { $price } as a private patient, since { $since }. Free with public cover (NFZ) where it applies. The whole price list is on our website.
price-visit-coming-voice = { $name }: { $price } as a private patient, from { $then } on { $next }. Free with public cover (NFZ) where it applies. The whole price list is on our website.
price-visit-sites-voice = { $name } as a private patient. { $prices }. This is the price list of { $since }. Free with public cover (NFZ) where it applies. The whole price list is on our website.
site-info-voice = { $name }, { $address }. Today: { $hours }.
site-info-closed-voice = { $name }, { $address }. Closed now, opens: { $next }.
prepare-which-voice = Preparation for which test? Please say its name.
symptoms-next-voice = Symptoms cannot be judged here by a machine: if it is sudden or getting worse quickly, call 112. Shall we book a visit, or connect you to a person?
answer-needs-person-voice = There is no approved answer to this question. A person can tell you: press zero.
ask-time-window-voice = When should the visit be? For example: Thursday after three, tomorrow morning.
ask-time-window-instead-voice = When should the visit be instead? For example: Thursday after three, next week.
identity-code-sent-voice = If these details match our records, we have sent a 6-digit code by SMS to the number in the records. Please key it in or say it.
identity-code-sent-for-other-voice = If an authorisation or parental right is on record and the details match, we have sent a 6-digit code by SMS to the authorised person’s number. Please key it in or say it; without an authorisation zero reaches a person.
identity-code-ask-voice = Please key in the 6-digit code from the SMS, or say it.
identity-shared-voice = Several people use this number, so the code alone is not enough. A person will confirm identity.
refill-which-voice = Which medicine is it? Please say the name on the box, or choose with a key.
identity-who-self-here-voice = Please say the first name, last name and date of birth, or key in the PESEL.
identity-who-self-voice = Please say the first name, last name and date of birth, or key in the PESEL.
identity-who-other-here-voice = Please say the patient’s first name, last name and date of birth.
identity-who-other-voice = Please say the patient’s first name, last name and date of birth.

## Without a socket, and people
voice-hold = One moment.
voice-no-answer = The person did not pick up, so the matter waits for the next one. You can hold, and key one arranges a call from us.
voice-callback = All right, we will call this number back, at the latest { $due }. You may hang up.
voice-callback-cannot = The number is withheld, so there is nothing to call back. You can hold the line.
voice-whisper = A call from the clinic. One: take it and hear what it is about.
voice-briefing = { $ending ->
    [none] The number is withheld.
   *[other] The number ends in { $ending }.
} { $reason }. Minutes waited: { $minutes }. { $words ->
    [none] Connecting.
   *[other] Last words: { $words }. Connecting.
}
answer-article-files-voice = { $text } There is a file for this, say send it by SMS to get it.
none-of-these-voice = Please say it in other words. A person can answer, too.

# What the bot says.

## First words
notice = This is the AI assistant of { -clinic } — you are talking to a machine, not a person. In an emergency call 112. Say “human” to reach a person. Your personal data: { $page }
notice-sms = { -clinic }: this is an AI assistant (a machine). In an emergency call 112. Text HUMAN to reach a person. Your data: { $page }
notice-both = Tu asystent AI placówki { -clinic } (automat). Nagły przypadek: 112. „Konsultant” łączy z człowiekiem. / This is an AI assistant. Emergency: call 112. Say “human” for a person. Dane osobowe / your data: { $page }
notice-both-sms = { -clinic }: asystent AI (automat). Nagly przypadek: 112. KONSULTANT = czlowiek. / AI assistant. Emergency: 112. HUMAN = a person. Dane/data: { $page }
webchat-greeting = Hello! How can we help?

## Menu
menu-book = Book a visit
menu-price = Check a price
menu-prepare = Prepare for a test
menu-clinic-info = Hours and address
menu-list-visits = My visits
menu-next-slots = See free times
menu-reschedule = Move a visit
menu-cancel-visit = Cancel a visit
menu-confirm-visit = Confirm a visit
menu-running-late = I am running late
menu-service-info = What is done here
menu-referral = Referrals
menu-refill = Repeat prescription
menu-prescription-code = Code of a prescription
menu-results = Test results
menu-documents = Certificates and records
menu-insurance = Public or private cover
menu-payment = Payment and invoices
menu-complaint = Make a complaint
menu-data-rights = My personal data
menu-stop-messages = Fewer messages
menu-contact-data = Change my contact data
menu-symptoms = Something hurts or worries me
menu-medical-advice = Ask for medical advice
menu-emergency = Urgent help
menu-otp-resend = A new one-time code
menu-change-language = Change the language
menu-human = Talk to a person

## Short answers
utter-greet = Hello! Here you can book or cancel a visit and ask about prices, opening hours and how to prepare for tests. How can we help?
utter-help = Here you can book a visit, see or cancel your visits, and ask about prices, opening hours, the address and how to prepare for tests. Say “human” to reach a person.
utter-help-sms = Here you can book, see or cancel a visit and ask about prices, hours and how to prepare for tests. HUMAN reaches a person.
utter-thanks = You are very welcome.
utter-goodbye = Goodbye, and take care!
utter-praise = Thank you! That is good to hear; the team will be glad to see it in this conversation.
utter-chitchat = This is an automatic assistant of the clinic, not a person. It can book a visit, tell prices and opening hours, or connect you with a person.
utter-nothing-asked = No question is waiting for an answer now. You can book a visit, see or cancel your visits, or write “human”.
utter-identify = Thank you. Please write what it is about: details are asked for only where they are needed.
utter-no-code-awaited = No one-time code is awaited in this conversation. If the code of a prescription is missing, write “my prescription code”; “human” reaches a person.
utter-stop-messages = To get no more SMS messages from us, text STOP. To keep some kinds and drop others, write “human”: a person will set it. This does not cancel any visit.
utter-out-of-scope = We cannot help with that, but you can book a visit here, ask about prices, hours and how to prepare for tests, or talk to a person.
utter-going-on = We are just doing that.
task-stopped = All right, stopped. Nothing was saved. What else can we do for you?
task-switched = All right, this first. What was under way has been stopped.
task-none = Nothing is under way. How can we help?
repeat-in-form = Once more:
language-pl = All right, in Polish from now on.
language-en = All right, in English from now on. How can we help?
not-understood = Sorry, that was not clear to us. Please put it another way, or choose:
not-understood-in-form = Sorry, that was not clear. “Human” reaches a person, “stop this” ends it.
bot-unreadable = There are no words in this message. Please write how we can help, or “human” to talk to a person.
bot-too-long = This message is too long for the assistant. Please write in a few sentences how we can help, or “human” to talk to a person.
bot-trouble = Sorry, the assistant has a problem and cannot answer now. Your message is not lost: a person will take care of it.

## Files
media-refused = We cannot open this kind of file. We take pictures and PDF files. We do not listen to recordings — please describe it in words.
media-lost = We could not fetch the file. Please send it once more.
media-infected = We did not take a file you sent: our check found harmful software in it, and nobody will open it. The device it comes from may need a check too. You can send a new photo, or describe it in words.
media-kept = The file was added to the conversation.

## Booking
utter-ask-booking-form-specialty = Which doctor or which test is the visit for?
booking-topic = This is about { $name }, as asked before.
booking-reason-noted = Thank you, the reason for the visit stays in this conversation.
booking-noted = All right, that is noted.
examination-by-people = { $name }: a person of the clinic books this one.
specialty-which = Who should the visit be with?
ask-time-window = When should the visit be? For example: “Thursday after 3 pm”, “tomorrow morning”.
ask-time-window-instead = When should the visit be instead? For example: “Thursday after 3 pm”, “next week”.
choice-soonest = The first free one
offers-here = Free times:
offers-nearest = Nothing is free then. The nearest times:
offers-others = This person has no free time. Other possibilities:
offers-others-then = This person has no free time then. Other possibilities:
offers-past = That time has passed. The nearest free times:
offers-none = Sorry, nothing is free in the next six weeks. You can name another time or talk to a person.
started-over = All right, from the beginning.
undo-done = All right, one step back.
undo-nothing = This is the first question, there is nothing to take back. “Stop” ends it.
skip-needed = This answer is needed. “Back” goes one step back, “stop” ends it.
correct-how = What should change? Just write the new answer, for example: “Tuesday after 4”, “another doctor” or “privately”.
date-impossible = There is no such date: { $said }.
clinician-unknown = Nobody of that name works here: { $said }.{ $names ->
        [none] {""}
       *[other] {" "}You can see: { $names }.
    }
offers-closed = The clinic is closed on that day. The nearest free times:
choice-offer = { $at }, { $clinician }, { $site }
choice-offer-sms = { $at } { $clinician }
choice-offer-nfz = { $at }, { $clinician }, { $site } (public, NFZ)
choice-offer-nfz-sms = { $at } { $clinician } NFZ
choice-offer-private = { $at }, { $clinician }, { $site } (private)
choice-offer-private-sms = { $at } { $clinician } private
choice-other-time = Another time
choice-named = { $name }
ask-payer = Should the visit be public (NFZ) or private?
choice-payer-nfz = Public (NFZ)
choice-payer-private = Private
choice-payer-private-price = Private ({ $price })
payer-not-at-this-slot = That is not possible at this time.
ask-visit-kind = Is it the first visit with this specialist, or a follow-up?
choice-visit-first = First visit
choice-visit-follow-up = Follow-up
ask-patient-for-booking = Who is the visit for? Please give the first name, last name and date of birth, for example: John Smith 12.03.1957.
ask-patient-for-visits = Please give the first name, last name and date of birth of the person the visit is for, for example: John Smith 12.03.1957.
person-same-or-other = Who is it about?
choice-person-same = The same person as before
choice-person-other = Someone else
utter-ask-birth-date = Please give the date of birth of that person, for example 12.03.1957.
birth-date-future = That date is in the future.
birth-date-unreadable = We could not read the date.
ask-referral-code = A public (NFZ) visit needs a referral. Please give the 4-digit e-referral code.
choice-no-referral = I have no referral
referral-none = Without a referral a public (NFZ) visit is not possible; a private one is.
referral-malformed = An e-referral code has 4 digits.
confirm-booking-nfz = Let us check: { $at }, { $clinician }, { $site }, public (NFZ).{ $name ->
        [none] {""}
       *[other] {" "}For: { $name }, born { $born }.
    } Shall we book it?
confirm-booking-private = Let us check: { $at }, { $clinician }, { $site }, private{ $price ->
        [0] {""}
       *[other] , { $price }
    }.{ $name ->
        [none] {""}
       *[other] {" "}For: { $name }, born { $born }.
    } Shall we book it?
choice-yes-book = Yes, book it
choice-no-other = No, another time
booking-not-this = All right, let us choose again.
booking-lost = This visit could not be booked. Please start again.
booked = Your visit is booked: { $at }, { $clinician }, { $address }. If anything changes, just write “cancel”. Nobody watches these messages all the time — in an emergency call 112.
booked-sms = Visit booked: { $at }, { $clinician }, { $address }. To change it text CANCEL VISIT. In an emergency call 112.
choice-book-again = Book another visit

## Own visits
visits-none = We see no coming visits booked from here for these details. You can book a visit or ask a person.
visit-line = { $at }: { $clinician }, { $address }.
cancel-which = Which visit should be cancelled?
choice-visit = { $at }, { $clinician }
confirm-cancel = Cancel the visit: { $at }, { $clinician }?
choice-yes-cancel = Yes, cancel it
choice-no-keep = No, keep it
cancel-kept = All right, the visit stays as it is.
cancelled = The visit was cancelled: { $at }. Thank you for telling us.
reschedule-which = Which visit should be moved?
confirm-which = Which visit are you confirming?
visit-confirmed = The visit is confirmed: { $at }, { $address }. Thank you.
confirm-move = Let us check: the visit on { $old } will be on { $at } instead, { $clinician }, { $site }. Shall we move it?
choice-yes-move = Yes, move it
visit-moved = The visit was moved. The new time: { $at }, { $clinician }, { $address }. The old time is free again.
visit-moved-sms = Visit moved. New time: { $at }, { $clinician }, { $address }. To change it, text MOVE or CANCEL VISIT.

## Answers
price-which = The price of what? Please write the name of the test or the doctor.
price-visit = { $name }: { $price } as a private patient, valid since { $since }. Free of charge with public cover (NFZ) where it applies. Price list: { $link }
price-visit-sms = { $name }: { $price } private, since { $since }. Free with public cover (NFZ) where it applies. Price list: { $link }
price-visit-coming = { $name }: { $price } as a private patient, from { $then } on { $next }. Free of charge with public cover (NFZ) where it applies. Price list: { $link }
price-visit-coming-sms = { $name }: { $price } private, from { $then } on { $next }. Free with public cover (NFZ) where it applies. Price list: { $link }
price-visit-sites = { $name } as a private patient depends on the site. { $prices }. Price list of { $since }. Free of charge with public cover (NFZ) where it applies. Price list: { $link }
price-visit-sites-sms = { $name } private: { $prices }; price list of { $since }. Free with public cover (NFZ) where it applies. Price list: { $link }
price-unknown = This is not in our price list. A person can check it for you.
prepare-which = Preparation for which test? Please write its name.
answer-article = { $text }
answer-article-files = { $text } { $files }
article-files = To download: { $files }
answer-choices = Is it one of these?
info-unknown = I have no approved answer to that. What would help?
site-info = { $name }: { $address }, phone { $phone }. Today: { $hours }.
site-info-closed = { $name }: { $address }, phone { $phone }. Closed now, opens: { $next }.
site-day = { $name }, { $day }: { $hours }.
site-hours-closed = closed
site-directions = { $name }: { $directions }

service-offered = { $name }: yes, we do that here.
symptoms-next = Symptoms cannot be judged here by a machine. If it is sudden or getting worse quickly, call 112. Shall we book a visit, or should a person write back?
answer-needs-person = There is no approved answer to this question. A person can tell you: write “human”.
staff-can-do = If you need help with it, a person is here for you.
none-of-these = Please put it in other words. A person can answer, too.
which-did-you-mean = To be sure: which of these is it about?
which-goal = { $name }: what would you like?
choice-article = { $name }
choice-goal = { $name }

## People
handoff-queued = We are connecting you with a person. { $position ->
    [1] You are next in line.
   *[other] Your place in the queue: { $position }.
} They will see the whole conversation — no need to repeat anything.
handoff-queued-closed = People answer during opening hours. The answer will come here, at the earliest { $opens }. They will see the whole conversation. In an emergency call 112.
handoff-attachment = Thank you, the file is in the conversation. A person will look at it when it is your turn. Your place in the queue: { $position }.
handoff-attachment-closed = Thank you, the file is in the conversation. A person will look at it at the earliest { $opens }. In an emergency call 112.
handoff-because-staff-request = A person of the clinic takes care of that.
running-late-passed-on = Thank you for telling us. We are passing it on to reception.
handoff-because-clinician = Questions about medicines and doses are answered by a person of the clinic, not by a machine.
handoff-because-not-understood = We could not make sense of it, so a person will take over.
human-passes-on = Someone else from the clinic will be with you in a moment. Nothing needs repeating.
human-joined = { $name } ({ -clinic }) is answering now.
bot-again = The AI assistant (a machine) is answering again. What else can we do for you?
case-closed = This conversation is closed. If you need anything, just write.
sms-stopped = We will send no more messages. To change that, text START.
sms-started = Messages are on again. How can we help?

## Safety. Binding source: SAFETY.md 5.1 and 5.2; wording: team proposal, unsigned.
safety-emergency = This may be an emergency. We cannot send help. Please call 112 now. The dispatcher will ask what happened, for the exact address, how many people there are, and whether someone is conscious and breathing. Do not hang up first. If you are deaf: the Alarm112 app.
safety-emergency-sms = This may be an emergency. We can NOT send help - call 112 now. They will ask the address, what happened, and if the person is breathing. Deaf: Alarm112 app.
safety-crisis = This sounds very hard, and it is good that you said it. Are you in danger right now? If so, please call 112 — we cannot send help ourselves. Free and day and night you can talk to someone: adults 116 123, children and teenagers 116 111, support centre 800 70 2222. We are also passing this conversation to a person. Please keep writing.
safety-crisis-sms = It is good that you said it. If there is danger now: call 112 (we cannot send help). Free, day and night: 116 123, young people 116 111, 800 70 2222. Please keep writing.
# Said once beside the answer; the conversation goes on.
safety-support = This must be hard, and it is good that you can say it. You can talk to a person at any time, free: adults 116 123, children and teenagers 116 111, support centre 800 70 2222. Say “human” to reach a person of the clinic.
safety-support-sms = This must be hard. You can talk to a person at any time, free: 116 123, young people 116 111. Text HUMAN to reach a person of the clinic.
# Neutral words: somebody else may read them on the phone.
safety-violence = Is it safe for you to write now? If not, you need not answer, and you can delete this message. If there is danger now: 112 — we cannot send help ourselves. Free, day and night you can talk to someone: 800 120 002. We will not call without a time agreed to be safe. A person reads this conversation too.
safety-violence-sms = Is it safe to write now? If not, do not answer. If there is danger now: call 112 (we cannot send help). Free, day and night: 800 120 002. We will not call without a time agreed with you.

## Ukrainian and Russian: one fixed sentence each, the same in both catalogues; wording: team proposal, unsigned.
speaks-uk = Бачимо, що це українська. Відповість людина з клініки, не автомат. У невідкладному випадку телефонуйте 112.
speaks-ru = Видим, что это русский язык. Ответит сотрудник клиники, не автомат. В экстренном случае звоните 112.
safety-emergency-uk = Це може бути невідкладний стан. Ми не можемо вислати допомогу. Телефонуйте 112 зараз.
safety-emergency-ru = Это может быть неотложное состояние. Мы не можем выслать помощь. Звоните 112 сейчас.
safety-crisis-uk = Добре, що Ви про це написали. Якщо є небезпека — телефонуйте 112. Розмову передаємо людині. Пишіть далі.
safety-crisis-ru = Хорошо, что Вы об этом написали. Если есть опасность — звоните 112. Разговор передаём человеку. Пишите дальше.
safety-violence-uk = Якщо зараз є небезпека — телефонуйте 112. Безкоштовно, цілодобово: 800 120 002. Відповідати не обов’язково. Розмову читає людина.
safety-violence-ru = Если сейчас есть опасность — звоните 112. Бесплатно, круглосуточно: 800 120 002. Отвечать не обязательно. Разговор читает человек.
csat-ask = This conversation is closed. How good was the help, from 1 (bad) to 5 (very good)? One figure is enough.
csat-1 = 1 – bad
csat-2 = 2 – poor
csat-3 = 3 – fair
csat-4 = 4 – good
csat-5 = 5 – very good
csat-thanks = Thank you for your answer.
csat-sorry = Thank you; we are sorry that it was not good. If the matter is not settled, just write: human.
agent-file = A file from the clinic.

# What the clinic writes first, and what it answers to words about messages. No SMS tells a field of medicine (SAFETY.md 5.4).
reminder-visit = A reminder of your visit { $at }, { $address }. Will you come?
reminder-visit-sms = { -clinic }: your visit { $at }, { $address }. Reply YES (coming), NO (cancel) or RESCHEDULE.
reminder-choice-confirm = Yes, I will come
reminder-choice-decline = No, cancel it
reminder-choice-move = Another time, please
reminder-choice-stop = Send no reminders
reminder-choice-visit = { $at }, { $address }
reminder-choice-visit-sms = { $at }
reminder-confirmed = Thank you, the visit is confirmed: { $at }.
reminder-decline = Cancel the visit { $at }, { $address }? Nothing has changed so far.
reminder-decline-sms = Cancel the visit { $at }? Nothing has changed so far.
reminder-which = Which visit is it about? Nothing has changed so far.
reminder-moved = This visit has another time by now: { $at }, { $address }. Confirm it?
reminder-moved-sms = This visit has another time by now: { $at }. Confirm?
reminder-past = This visit has begun or is over. Nothing was changed.
reminder-gone = This visit was cancelled already. Nothing was changed.
sms-stopped-reminder = We will send no reminders. Your visits stay as they are. To get them back: START.
sms-stopped-marketing = We will send no offers. Reminders of visits stay. To get them back: START.
consents-told = Reminders of visits: { $reminder ->
    [yes] on
    [no] off
   *[other] on, as they are about visits you booked
}. News and offers: { $marketing ->
    [yes] you have agreed
    [no] you have withdrawn
   *[other] you have not agreed, we send none
}. To change: “no more reminders”, “no more offers”, START.
message-waits = { -clinic }: there is a message that we cannot show here. Say “human” for a person.
message-waits-sms = { -clinic }: there is a message that we do not send by SMS. Reply HUMAN and a person will answer.

dose-due = It is the time for medicines that we were asked to remind of. Have they been taken?
dose-due-sms = { -clinic }: time for medicines. Taken?
dose-choice-taken = Yes, taken
dose-choice-taken-sms = yes
dose-choice-not-yet = Not yet
dose-choice-not-yet-sms = not yet
dose-choice-problem = There is a problem
dose-choice-problem-sms = problem
dose-taken = Thank you, noted.
dose-later = All right. We will remind once more in half an hour.
dose-not-yet = All right, noted. What to do about a missed dose: a pharmacist or doctor will answer.
dose-not-yet-sms = All right, noted. About a missed dose, please ask a pharmacist or doctor.
dose-problem = We understand. Our staff are told. Please write what is happening. In an emergency call 112.
dose-problem-sms = Our staff are told. Please write what is happening. In an emergency call 112.
dose-gone = This reminder is out of date. Nothing was noted.

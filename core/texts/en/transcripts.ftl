# The transcript of a conversation by link, after a one-time code.
transcript-link = Your conversation: { $link } It opens with a code sent by SMS, for { $days ->
    [one] { $days } day
   *[other] { $days } days
}.
transcript-code = Code for your conversation: { $code }. Valid { $minutes } min. Please give it to nobody.
transcript-sent-by-sms = The link to the transcript is on its way to this number by SMS.
asked-transcript-no-number = A transcript opens with a code sent by SMS, and we know no phone number in this conversation. You can ask for it by SMS, or ask a person: HUMAN.
asked-transcript-shared-number = A transcript opens with a code sent by SMS, and other people use the number on record too. A person can help: HUMAN.
asked-link-too-often = We have sent several links to this number already. You can get another one in an hour.

transcript-title = Your conversation
transcript-help = Questions: { $phone }. In an emergency 112.
transcript-no-script = This page needs JavaScript. The reception can also give you the conversation: { $phone }.
transcript-arrive = The conversation is shown only after a code. We will send it by SMS to the number we have on file.
transcript-no-token = The end of the address is missing. Please open the whole link from the message again.
transcript-send-code = Send me the code
transcript-code-sent = If the link works, a code is on its way by SMS. It is valid for { $minutes } min. If it does not come within 2 minutes, you can ask for a new code or a new link.
transcript-code-label = Code from the SMS (6 digits)
transcript-open = Show the conversation
transcript-code-again = Send a new code
transcript-code-wrong = The code does not fit, its time is over, or the link no longer works. After three wrong codes you will have to wait for a while.
transcript-code-locked = The code was wrong three times, so no codes are taken for a while. Please try again later.
transcript-slow-down = Too many tries at once. Please try again in a minute.
transcript-over = Reading has ended, or its time is over. To come back, please open the link from the message again.
transcript-began = The conversation began: { $when }.
transcript-until = The link works until: { $when }.
transcript-leave = Stop reading
transcript-said = Conversation
transcript-empty = There are no messages in this conversation.
transcript-by-patient = Patient
transcript-by-bot = AI assistant (automatic)
transcript-by-agent = A person of the clinic
transcript-by-system = The clinic
transcript-files = { $count ->
    [one] { $count } file attached
   *[other] { $count } files attached
}
transcript-not-delivered = This message could not be delivered.
transcript-viewed = Who looked at this conversation
transcript-viewed-how = Every time somebody at the clinic opens the conversation, it is recorded. The data protection officer can give you the list with names: { $phone }.
transcript-viewed-nobody = Nobody at the clinic has opened this conversation.
transcript-role-agent = reception
transcript-role-clinician = medical staff
transcript-role-supervisor = head of reception
transcript-role-admin = administration
transcript-role-privacy-officer = data protection
transcript-role-none = somebody who no longer works here
transcript-view-open = opened the conversation
transcript-view-accept = took over the conversation

transcript-send-title = Send the transcript
transcript-send-how = The patient gets a link here, valid for { $days ->
    [one] { $days } day
   *[other] { $days } days
}. The transcript opens with a code sent by SMS to the number of the conversation or on file. Notes and words taken back are not in it; it shows who opened the conversation (roles, no names).
transcript-send = Send the link
transcript-is-sent = Link sent, it works until: { $when }
refused-transcript-nowhere = Nobody has written to us in this conversation yet, so there is nowhere to send the link.
refused-transcript-no-number = There is no number to send the code to: nobody wrote from a telephone here, and there is no number on file. Nothing was sent.
refused-transcript-shared-number = Other people use the number on file too, so a code would not show who reads. Nothing was sent.
refused-link-too-often = Several links were sent to this number already. The next can be sent in an hour.
audit-did-transcript-sent = link to the transcript sent
audit-did-transcript-code-asked = code for the transcript sent
audit-did-transcript-code-wrong = wrong code for the transcript
audit-did-transcript-opened = transcript opened by link

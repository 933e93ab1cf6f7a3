## The call simulator
call-banner = Simulator: the call does not leave this computer unless the microphone is switched on. Invented people only.
call-title = A patient’s telephone: a call
call-lead = This is what calling the clinic is like: type the words or speak them, and answer with keys too.
call-to-texts = The text messages of this telephone
call-withheld = Withheld number
call-sound = Sound
call-aloud = Read the answers aloud
call-listen = Listen to the microphone
call-listen-warning = Some browsers send the sound to their maker. Please say nothing about a real patient.
call-no-sound = This browser lacks some of the speech functions: typing and keys always work.
call-idle = No call
call-ringing = Ringing…
call-going = The call is going on
call-waiting = The waiting sound can be heard
call-over = The call has ended
call-human = Here the provider would connect to a person’s telephone
call-failed = The call could not be made
call-key = Key
call-pressed = The clinic presses key
call-log = What was said
call-say = Words to say
call-say-do = Say
call-keypad = Telephone keys
call-start = Call
call-end = Hang up
demo-try-call = Call
demo-try-call-lead = A call simulator: type or speak, interrupt, press keys.

## Calls in the console
calls-title = Calls going on
calls-open = The call is going on

## Staff
staff-telephone = Telephone for calls
staff-telephone-lead = Calls of cases that this person takes are put through here. A number (with an extension, too: 22 555 01 00 ext. 12) or a SIP address; empty: answers in writing.
staff-telephone-label = Number or SIP address
staff-telephone-save = Save telephone
staff-done-telephone = The telephone is saved.
refused-telephone = This is neither a telephone number nor a SIP address (sip:somebody@server).
audit-did-staff-telephone = telephone for calls changed
audit-did-follow-up-made = task made
follow-up-after-callback = Call back, as promised in the call

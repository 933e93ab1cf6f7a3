## Proving identity
identity-whose = This is told once identity is confirmed. Whose matter is it?
choice-role-self = Mine
choice-role-child = My child’s
choice-role-parent = My mother’s or father’s
choice-role-partner = My husband’s, wife’s or partner’s
choice-role-other = Someone else’s
identity-who-self = Please give the first name, last name and date of birth or PESEL, for example: John Smith 12.03.1957.
identity-who-self-here = { identity-who-self } Rather on our page? Just reply WEB.
identity-who-other = Please give the patient’s first name, last name and date of birth, for example: John Smith 12.03.1957.
identity-who-other-here = { identity-who-other } Rather on our page? Just reply WEB.
identity-born = Please give the date of birth or PESEL of that person, for example 12.03.1957.
identity-own-born = Please also give your own date of birth, as the one who acts for the patient.
identity-code-sent = If these details match our records, we have sent a 6-digit code by SMS to the number in the records. Please enter it here.
identity-code-sent-for-other = If an authorisation or parental right is on record and the details match, we have sent a 6-digit code by SMS to the authorised person’s number. Please enter it here. Without an authorisation you can book a visit or talk to a person.
identity-code-ask = Please enter the 6-digit code from the SMS.
identity-code-again = If the details match, we have sent a new code. The one before no longer works.
identity-code-digits = The code has 6 digits.
identity-code-wrong = This code does not match. { $left ->
    [1] There is 1 more try.
   *[other] There are { $left } more tries.
}
identity-code-expired = This code has expired. Please ask for a new one.
identity-resend-soon = A new code can be sent a minute after the one before. Please wait a moment.
identity-too-often = Several codes were sent already and no more can be sent for now. Please try again in an hour.
identity-nothing-open = This attempt is over. Please start again.
identity-locked = The code did not match three times, so for a while no codes are taken for these details or from this conversation.
identity-instead = Meanwhile you can book a visit, or talk to a person who will confirm identity in another way.
identity-proven = Thank you, identity is confirmed.
identity-shared = Thank you. Several people use this number, so the code alone is not enough. A person will confirm identity.
identity-code = Code: { $code }. Valid for { $minutes } min. Please enter it only in your conversation with us and give it to nobody.
choice-code-again = Send a new code
choice-identify = I confirm who I am by a code
authorisation-needed = Another person’s visits are told only to someone authorised or to a parent, once that is recorded at the clinic. Without it you can book a visit for them or talk to a person.

## The conversation moves to the page
link-to-web = The conversation goes on here: { $link } The link works once, for half an hour, and is for this phone only.
link-already-web = This conversation is already on the page.
link-too-often = Several links were sent already. The next one is possible in an hour; meanwhile let us write here.
moved-to-web = The conversation from your SMS is now here. Nothing has to be given again.

## Authorisations
refused-authorisation-incomplete = Name, date of birth, phone number and scope are needed.
refused-authorisation-not-a-child = Parental rights are for a child under 18 only.
refused-authorisation-over = That day has passed.
authorisations = Who may act for the patient
authorisations-none = Nobody is recorded.
authorisation-record = Record an authorisation
authorisation-name = First and last name
authorisation-born = Date of birth
authorisation-phone = Phone that gets the code
authorisation-patient-is = To this person the patient is a
patient-is-child = child
patient-is-parent = parent
patient-is-partner = husband, wife or partner
patient-is-other = someone else
authorisation-basis = Basis
basis-parental-right = parental right
basis-authorisation = the patient’s authorisation
basis-court-ruling = court ruling
authorisation-scopes = Covers
scope-visits = visits
scope-medicines = medicines and prescriptions
scope-results = results and documents
authorisation-evidence = What staff saw
evidence-signed-form = signed form
evidence-identity-document = identity document
evidence-birth-record = birth certificate
evidence-court-document = court document
evidence-patient-present = the patient was present
authorisation-until = Valid until (empty: no end)
authorisation-agreed = The patient (16 or 17) agreed as well
authorisation-save = Save
authorisation-withdraw = Withdraw
authorisation-ended = withdrawn or past its end
authorisation-valid-until = valid until { $day }

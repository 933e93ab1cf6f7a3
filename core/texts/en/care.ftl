# Refusals when booking a visit, and words about visits.
refused-slot-taken = That time has just been taken. Here are the next free times.
refused-slot-past = That time has already passed. Please choose another one.
refused-clinic-closed = The clinic is closed on that day. Please choose another day.
refused-referral-needed = A first public (NFZ) visit with this specialist needs a referral. Please give the 4 digits of the e-referral code, or choose a private visit.
refused-referral-malformed = An e-referral code has 4 digits. Please give it once more.
refused-payer-not-accepted = { $payer ->
    [nfz] There are no public (NFZ) visits at that time. Please choose a private visit or another time.
   *[other] That time is for public (NFZ) visits only. Please choose another time.
}
refused-patient-has-visit-then = This person already has another visit at that time. Please choose another time.
refused-patient-restricted = We may not book for this person now. A member of staff will write back.
refused-visit-past = This visit has already begun or taken place, so it cannot be changed or cancelled any more.
refused-visit-moved = This visit has another time by now.
refused-visit-cancelled = This visit was cancelled.
payer-nfz = public (NFZ)
payer-private = private
visit-kind-first = first visit
visit-kind-follow_up = follow-up visit
visit-status-held = on hold
visit-status-booked = booked
visit-status-cancelled = cancelled
visit-status-completed = completed
visit-status-missed = missed
referral-status-none = no referral
referral-status-not_verified = referral not verified
referral-status-confirmed = referral confirmed
person-role-self = patient
person-role-child = child
person-role-parent = parent
person-role-partner = partner
person-role-other = another person
price-free = free of charge (NFZ)
refused-article-language-missing = A language is missing: { $language }. An article can be published once both are there.
refused-article-placeholder-unknown = Unknown placeholder: { $placeholder }.

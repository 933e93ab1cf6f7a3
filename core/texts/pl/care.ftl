# Odmowy przy rezerwacji wizyty i słowa o wizytach. Formy bezosobowe.
refused-slot-taken = Ten termin jest już zajęty. Oto następne wolne terminy.
refused-slot-past = Ten termin już minął. Można wybrać inny.
refused-clinic-closed = W tym dniu poradnia jest nieczynna. Można wybrać inny dzień.
refused-referral-needed = Na pierwszą wizytę na NFZ u tego specjalisty potrzebne jest skierowanie. Proszę podać 4 cyfry kodu e-skierowania albo wybrać wizytę prywatną.
refused-referral-malformed = Kod e-skierowania ma 4 cyfry. Proszę podać go jeszcze raz.
refused-payer-not-accepted = { $payer ->
    [nfz] W tym terminie nie ma wizyt na NFZ. Można wybrać wizytę prywatną albo inny termin.
   *[other] Ten termin jest tylko dla wizyt na NFZ. Można wybrać inny termin.
}
refused-patient-has-visit-then = O tej porze jest już umówiona inna wizyta tej osoby. Można wybrać inny termin.
refused-patient-restricted = Nie możemy teraz umówić wizyty tej osobie. Odpisze ktoś z personelu.
refused-visit-past = Ta wizyta już się zaczęła albo odbyła i nie można jej już zmienić ani odwołać.
refused-visit-moved = Ta wizyta ma już inny termin.
refused-visit-cancelled = Ta wizyta została odwołana.
payer-nfz = NFZ
payer-private = prywatnie
visit-kind-first = pierwsza wizyta
visit-kind-follow_up = kolejna wizyta
visit-status-held = termin wstrzymany
visit-status-booked = umówiona
visit-status-cancelled = odwołana
visit-status-completed = odbyta
visit-status-missed = nieodbyta
referral-status-none = bez skierowania
referral-status-not_verified = skierowanie niesprawdzone
referral-status-confirmed = skierowanie potwierdzone
person-role-self = pacjent
person-role-child = dziecko
person-role-parent = rodzic
person-role-partner = partner lub partnerka
person-role-other = inna osoba
price-free = bezpłatnie w ramach NFZ
refused-article-language-missing = Brakuje wersji językowej: { $language }. Artykuł można opublikować, gdy są obie.
refused-article-placeholder-unknown = Nieznane pole: { $placeholder }.

"""Whole conversations with the trained model.

Invariant: after every message somebody knows what happens next.
"""

import pytest

from .conftest import Rasa
from .stand_in_actions import StandInActions

pytestmark = pytest.mark.rasa


def test_a_booking_survives_questions_and_small_talk(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("Dzień dobry") == ["utter-greet"]
    assert say("chcę się umówić na wizytę") == ["utter-ask-booking-form-specialty"]
    assert say("a ile kosztuje wizyta?") == ["action-price", "utter-ask-booking-form-specialty"]
    assert say("do kardiologa") == ["action-ask-time-window"]
    assert say("o której otwieracie?") == ["action-clinic-info", "action-ask-time-window"]
    assert say("jutro rano") == ["action-ask-booking-form-offer"]
    assert say("czy mam być na czczo?") == ["action-prepare", "action-ask-booking-form-offer"]
    assert say('/inform{"option": "2"}') == ["action-ask-booking-form-payer"]
    assert say("dziękuję") == ["utter-thanks", "action-ask-booking-form-payer"]
    assert say("na nfz") == ["action-ask-booking-form-visit-kind"]
    assert say("powtórz proszę") == ["action-repeat", "action-ask-booking-form-visit-kind"]
    assert say("pierwszy raz") == ["action-ask-booking-form-patient-name"]
    assert say("Maria Wiśniewska 4.05.1945") == ["action-ask-booking-form-referral-code"]
    assert say("pomoc") == ["utter-help", "action-ask-booking-form-referral-code"]
    assert say("4821") == ["action-ask-booking-form-booking-confirmed"]
    assert say("/deny") == ["action-ask-booking-form-offer"]
    assert say("1") == ["action-ask-booking-form-booking-confirmed"]
    assert say("tak, zgadza się") == ["action-book"]
    assert say("do widzenia") == ["utter-goodbye"]


def test_the_first_message_may_already_hold_answers(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("I'd like to book an appointment with a cardiologist tomorrow") == ["action-ask-booking-form-offer"]
    assert say("2") == ["action-ask-booking-form-payer"]
    assert say("privately") == ["action-ask-booking-form-visit-kind"]
    assert say("can we speak polish") == ["action-change-language", "action-ask-booking-form-visit-kind"]
    assert say("first visit") == ["action-ask-booking-form-patient-name"]
    assert say("John Smith 1.02.1980") == ["action-ask-booking-form-booking-confirmed"]
    assert say("thank you") == ["utter-thanks", "action-ask-booking-form-booking-confirmed"], (
        "no referral for a private visit"
    )
    assert say("/nlu_fallback") == ["action-default-fallback", "action-ask-booking-form-booking-confirmed"]
    assert say("yes please") == ["action-book"]


def test_a_complaint_without_signed_tables_asks_nothing_and_leads_on(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("boli mnie gardło od trzech dni") == ["action-triage-result"]
    assert say("to chcę się umówić na wizytę") == ["utter-ask-booking-form-specialty"]


def test_a_visit_is_cancelled_after_a_yes(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("chcę odwołać wizytę") == ["action-ask-patient-name"]
    assert say("Jan Kowalski") == ["utter-ask-birth-date"]
    assert say("12.03.1980") == ["action-ask-visit"]
    assert say("gdzie jesteście?") == ["action-clinic-info", "action-ask-visit"]
    assert say("1") == ["action-ask-cancel-form-cancel-confirmed"]
    assert say("tak") == ["action-cancel-visit"]


def test_visits_are_told_to_who_says_who_they_are(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("na kiedy mam wizytę?") == ["action-ask-patient-name"]
    assert say("Anna Nowak 12.03.1980") == ["action-list-visits"]


def test_a_person_is_reached_from_anywhere_and_the_form_is_left(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("proszę z konsultantem") == ["action-request-human"]
    assert say("umów wizytę") == ["utter-ask-booking-form-specialty"]
    assert say("chcę rozmawiać z człowiekiem") == ["action-request-human"]
    assert say("dziękuję") == ["utter-thanks"]


def test_what_only_staff_can_do_leaves_the_form_for_a_person(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("book an appointment") == ["utter-ask-booking-form-specialty"]
    assert say("I need a prescription refill") == ["action-refill"]
    assert say("thanks") == ["utter-thanks"]


def test_goals_without_a_form_lead_somewhere_and_never_to_a_dead_end(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("czy do kardiologa trzeba skierowanie") == ["action-answer"]
    assert say("czy są już wyniki krwi") == ["action-staff-request"]
    assert say("spóźnię się jakieś pół godziny") == ["action-staff-request"]
    assert say("nie wysyłajcie mi SMS-ów") == ["utter-stop-messages"]
    assert say("robicie gastroskopię?") == ["action-clinic-info"]
    assert say("cofnij to") == ["utter-nothing-asked"]
    assert say("kod nie przyszedł") == ["action-identity-code"]


def test_a_referral_is_answered_within_a_booking_and_the_booking_goes_on(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("umów wizytę do okulisty") == ["action-ask-time-window"]
    assert say("czy potrzebne jest skierowanie do dermatologa") == [
        "action-answer",
        "action-ask-time-window",
    ]
    assert say("mówi pani za cicho") == ["action-repeat", "action-ask-time-window"]


def test_a_task_is_left_at_a_word_and_another_may_begin(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("umów wizytę do okulisty") == ["action-ask-time-window"]
    assert say("rozmyśliłem się") == ["action-stop-task"]
    assert say("umów wizytę") == ["utter-ask-booking-form-specialty"]
    assert say("chcę odwołać wizytę") == ["action-stop-task", "action-ask-patient-name"]
    assert say("pokaż moje wizyty") == ["action-stop-task", "action-ask-patient-name"]
    assert say("chcę się umówić na wizytę") == ["action-stop-task", "utter-ask-booking-form-specialty"]
    assert say("chcę się umówić na wizytę") == ["utter-going-on", "utter-ask-booking-form-specialty"]
    assert say("do widzenia") == ["action-stop-task"]
    assert say("dzień dobry") == ["utter-greet"]


def test_what_is_not_understood_is_asked_again_then_handed_over(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("umów wizytę") == ["utter-ask-booking-form-specialty"]
    assert say("/nlu_fallback") == ["action-default-fallback", "utter-ask-booking-form-specialty"]
    assert say("/out_of_scope") == ["handed-over"]
    assert say("dzień dobry") == ["utter-greet"]
    assert say("/nlu_fallback") == ["action-default-fallback"]
    assert say("jaka jutro pogoda") == ["action-out-of-scope"]


def test_a_doubtful_message_is_tried_as_an_answer_before_it_counts_as_not_understood(rasa: Rasa) -> None:
    say = rasa.talk()
    doubtful = "może kardiolog nie wiem sam"
    assert rasa.understood(doubtful)["intent"]["name"] == "nlu_fallback"
    assert say("umów wizytę") == ["utter-ask-booking-form-specialty"]
    assert say(doubtful) == ["action-ask-time-window"]


def test_yes_no_and_an_answer_to_nothing_asked_lead_somewhere(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("tak") == ["utter-help"]
    assert say("nie") == ["action-no"]
    assert say("12.03.1980") == ["action-default-fallback"]
    assert say("zostawmy to") == ["action-stop-task"]


def test_every_action_call_carries_the_secret_and_the_metadata(rasa: Rasa, actions: StandInActions) -> None:
    rasa.answer(
        "case-with-metadata",
        "ile kosztuje wizyta",
        message_id="m-7",
        lease="l-1",
        channel="sms",
        language="pl",
    )
    call = [call for call in actions.calls if call["sender_id"] == "case-with-metadata"][-1]
    metadata = call["tracker"]["latest_message"]["metadata"]
    assert metadata.items() >= {"message_id": "m-7", "lease": "l-1", "channel": "sms", "language": "pl"}.items()
    assert actions.secrets == {"told-to-rasa-alone"}

"""How Rasa really behaves where it surprises. Each fact here is a duty of the service.

If one changes, so does the duty.
"""

import pytest

from .conftest import Rasa
from .stand_in_actions import StandInActions

pytestmark = pytest.mark.rasa


def test_a_broken_action_server_shows_as_success_without_replies(rasa: Rasa, actions: StandInActions) -> None:
    actions.broken = True
    try:
        response = rasa.answer("trap-broken", "ile kosztuje wizyta")
    finally:
        actions.broken = False
    assert (response.status_code, response.json()) == (200, [])


@pytest.mark.parametrize("text", ["/restart", "/human", '/book{"specialty": "cardiology"}'])
def test_a_leading_slash_is_obeyed_so_the_service_must_take_it_away(rasa: Rasa, text: str) -> None:
    intent = rasa.understood(text)["intent"]
    assert intent == {"name": text[1:].split("{")[0], "confidence": 1.0}


def test_restart_from_a_person_would_wipe_the_conversation(rasa: Rasa) -> None:
    say = rasa.talk()
    assert say("umów wizytę") == ["utter-ask-booking-form-specialty"]
    say("/restart")
    assert say("do kardiologa") == ["action-default-fallback"]


def test_a_tapped_choice_arrives_as_an_entity(rasa: Rasa) -> None:
    parsed = rasa.understood('/inform{"option": "2"}')
    assert [(entity["entity"], entity["value"]) for entity in parsed["entities"]] == [("option", "2")]


@pytest.mark.parametrize("text", ["👍", "?!", "…"])
def test_signs_without_letters_never_mean_yes(rasa: Rasa, text: str) -> None:
    assert rasa.understood(text)["intent"]["name"] != "affirm"


def test_an_empty_message_gets_no_reply_so_the_service_must_stop_it(rasa: Rasa) -> None:
    response = rasa.answer("trap-empty", "")
    assert (response.status_code, response.json()) == (200, [])

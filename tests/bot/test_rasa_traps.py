"""How Rasa really behaves where it surprises. Each fact here is a duty of the service.

If one changes, so does the duty.
"""

import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

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


def test_an_empty_message_is_never_an_answer(rasa: Rasa) -> None:
    (reply,) = rasa.answer("trap-empty", "").json()
    assert reply["custom"]["key"] == "action-default-fallback"


def test_a_message_that_is_asked_again_is_heard_once_and_gets_the_same_answer(rasa: Rasa) -> None:
    case = uuid.uuid4().hex
    body = {"sender": case, "message": "dzień dobry", "metadata": {"message_id": uuid.uuid4().hex}}

    def ask(_: int) -> Any:
        return rasa.http.post("/webhooks/service/webhook", json=body).json()

    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(ask, range(4)), ask(5)]
    assert answers[0]["messages"] and all(answer == answers[0] for answer in answers)
    events = rasa.http.get(f"/conversations/{case}/tracker", params={"include_events": "ALL"}).json()["events"]
    assert sum(event["event"] == "user" for event in events) == 1


def test_while_its_memory_is_away_rasa_fails_rather_than_forgets(rasa: Rasa) -> None:
    case = uuid.uuid4().hex
    body = {"sender": case, "message": "umów wizytę", "metadata": {"message_id": uuid.uuid4().hex}}
    answer = {**body, "message": "do kardiologa", "metadata": {"message_id": uuid.uuid4().hex}}
    address = "/webhooks/service/webhook"
    assert (
        rasa.http.post(address, json=body).json()["messages"][0]["custom"]["key"] == "utter-ask-booking-form-specialty"
    )
    with sqlite3.connect(rasa.trackers) as away:
        away.execute("ALTER TABLE events RENAME TO elsewhere")
    try:
        assert rasa.http.post(address, json=answer).status_code == 500
    finally:
        with sqlite3.connect(rasa.trackers) as back:
            back.execute("ALTER TABLE elsewhere RENAME TO events")
    said = rasa.http.post(address, json=answer).json()["messages"]
    assert said and said[0]["custom"]["key"] != "action-default-fallback"
    events = rasa.http.get(f"/conversations/{case}/tracker", params={"include_events": "ALL"}).json()["events"]
    assert sum(event["event"] == "user" for event in events) == 2

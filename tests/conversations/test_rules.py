"""Who speaks and what happens first: the decision for one message, as a table and as properties."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import rules
from conversations.models import CaseState
from conversations.outreach.replies import Bound
from conversations.rules import (
    Act,
    Alert,
    AnswerReminder,
    AskDialogue,
    Consent,
    Escalate,
    Facts,
    Say,
    SayWaiting,
    StopMessages,
    decide,
)
from conversations.safety import Firing, Level, Screening
from conversations.understanding import CarrierWord, Keyword, Unreadable
from tests.conftest import WARSAW

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)
CALM = Screening(Level.none, (), "v1")
EMERGENCY = Screening(Level.emergency, (Firing("chest", Level.emergency, 0, 4),), "v1")
CRISIS = Screening(Level.crisis, (Firing("die", Level.crisis, 0, 4),), "v1")
DISTRESSED = Screening(Level.support, (Firing("distress", Level.support, 0, 4),), "v1")
DOSE = Screening(Level.support, (Firing("dose-question", Level.support, 0, 4),), "v1")
STOP, OUR_STOP = CarrierWord(Keyword.stop, True), CarrierWord(Keyword.stop, False)
OR_MESSAGES = Bound("no", UUID(int=1), may_mean_messages=True)
START = CarrierWord(Keyword.start, True)


def facts(**changes: Any) -> Facts:
    """A plain message to the bot, with changes."""
    plain: dict[str, Any] = {
        "state": CaseState.bot, "text": "hej", "screening": CALM, "carrier_word": None, "unreadable": None,
        "asks_for_human": False, "payload": None, "kept_media": 0, "refused_media": 0, "lost_media": 0, "waiting_told_at": None, "now": NOW,
    }  # fmt: skip
    return Facts(**{**plain, **changes})


HUMAN, WAITING = {"state": CaseState.human}, {"state": CaseState.waiting}
TOLD = {"waiting_told_at": NOW - timedelta(seconds=59)}
TOLD_LONG_AGO = {"waiting_told_at": NOW - timedelta(minutes=1)}

TABLE: list[tuple[str, dict[str, Any], tuple[Act, ...]]] = [
    ("a plain message goes to the dialogue core", {}, (AskDialogue("hej"),)),
    ("a picked choice goes with its payload", {"payload": "/book"}, (AskDialogue("hej", "/book"),)),
    ("a tap without words too", {"payload": "/a", "unreadable": Unreadable.empty}, (AskDialogue("hej", "/a"),)),
    ("the word for a human", {"asks_for_human": True}, (Escalate("asked"),)),
    ("the word for a human beats a choice", {"asks_for_human": True, "payload": "/a"}, (Escalate("asked"),)),
    ("distress goes on, with kind words", {"screening": DISTRESSED}, (Say("safety-support", "support"), AskDialogue("hej"))),
    ("a question for a clinician", {"screening": DOSE}, (Escalate("clinician-question"),)),
    ("no words", {"unreadable": Unreadable.empty}, (Say("bot-unreadable", "content"),)),
    ("too many words", {"unreadable": Unreadable.too_long}, (Say("bot-too-long", "length"),)),
    ("a kept file", {"kept_media": 1, "unreadable": Unreadable.empty}, (Escalate("attachment"),)),
    ("a kept file with words", {"kept_media": 1}, (Escalate("attachment"),)),
    ("a refused file", {"refused_media": 1, "unreadable": Unreadable.empty}, (Say("media-refused", "media"),)),
    ("a refused file with words", {"refused_media": 1}, (Say("media-refused", "media"), AskDialogue("hej"))),
    ("a file the provider lost", {"lost_media": 1}, (Say("media-lost", "media"), AskDialogue("hej"))),
    ("files of both kinds", {"refused_media": 1, "kept_media": 1}, (Say("media-refused", "media"), Escalate("attachment"))),
    ("waiting, never told", WAITING, (SayWaiting(),)),
    ("waiting, just told", {**WAITING, **TOLD}, ()),
    ("waiting, told a minute ago", {**WAITING, **TOLD_LONG_AGO}, (SayWaiting(),)),
    ("waiting and asking again", {**WAITING, **TOLD, "asks_for_human": True}, (SayWaiting(),)),
    ("a file while waiting", {**WAITING, **TOLD, "kept_media": 1}, (Say("media-kept", "media"),)),
    ("with a person the bot is silent", HUMAN, ()),
    ("with a person even if asked for one", {**HUMAN, "asks_for_human": True}, ()),
    ("with a person files are silent", {**HUMAN, "kept_media": 1, "refused_media": 1}, ()),
    ("STOP by the carrier is not answered", {"carrier_word": STOP}, (Consent(True, True),)),
    ("STOP in our own words is", {"carrier_word": OUR_STOP}, (StopMessages(frozenset()),)),
    ("our own word for an end, after a reminder, is asked about", {"carrier_word": OUR_STOP, "reply": OR_MESSAGES},
     (AnswerReminder(OR_MESSAGES),)),
    ("the carrier's, after a reminder, goes to a person too", {"carrier_word": STOP, "reply": OR_MESSAGES},
     (Consent(True, True), Escalate("carrier-stop", is_silent=True))),
    ("a word that the carrier alone takes for a STOP goes to a person", {"carrier_stops": True},
     (Consent(True, True), Escalate("carrier-stop", is_silent=True))),
    ("START", {"carrier_word": START}, (Consent(False, True), Say("sms-started", "start-word"))),
    ("an emergency", {"screening": EMERGENCY},
     (Alert(), Say("safety-emergency", "safety:chest@v1"), Escalate("emergency", is_urgent=True, is_silent=True))),
    ("a crisis while waiting", {**WAITING, "screening": CRISIS},
     (Alert(), Say("safety-crisis", "safety:die@v1"), Escalate("crisis", is_urgent=True, is_silent=True))),
    ("an emergency with a person", {**HUMAN, "screening": EMERGENCY}, (Alert(), Say("safety-emergency", "safety:chest@v1"))),
    ("violence comes before the dialogue", {"screening": Screening(Level.violence, (Firing("beaten", Level.violence, 0, 4),), "v1")},
     (Alert(), Say("safety-violence", "safety:beaten@v1"), Escalate("violence", is_urgent=True, is_silent=True))),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "acts"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_decision_table(changes: dict[str, Any], acts: tuple[Act, ...]) -> None:
    assert decide(facts(**changes)) == acts


any_facts = st.builds(
    Facts,
    state=st.sampled_from([CaseState.bot, CaseState.waiting, CaseState.human]),
    text=st.text(max_size=20),
    screening=st.sampled_from([CALM, EMERGENCY, CRISIS, Screening(Level.support, (), "v1")]),
    carrier_word=st.sampled_from([None, None, None, STOP, OUR_STOP, START]),
    unreadable=st.sampled_from([None, *Unreadable]),
    asks_for_human=st.booleans(),
    payload=st.sampled_from([None, "/book"]),
    reply=st.sampled_from([None, None, Bound("yes", UUID(int=1)), Bound("move", UUID(int=1)), OR_MESSAGES]),
    kept_media=st.integers(0, 2),
    refused_media=st.integers(0, 2),
    lost_media=st.integers(0, 2),
    waiting_told_at=st.sampled_from([None, NOW, NOW - timedelta(hours=1)]),
    now=st.just(NOW),
    is_automated=st.booleans(),
)


@given(any_facts)
def test_a_red_flag_comes_first_in_every_state(given_facts: Facts) -> None:
    acts = decide(given_facts)
    if given_facts.screening.level >= Level.violence:
        assert acts[0] == Alert()
        assert isinstance(acts[1], Say) and acts[1].key.startswith("safety-")
        assert not any(isinstance(act, AskDialogue) for act in acts)
        urgent = [act for act in acts if isinstance(act, Escalate)]
        assert (given_facts.state is CaseState.human) == (not urgent)
        assert all(act.is_urgent for act in urgent)
    else:
        assert Alert() not in acts


@given(any_facts)
def test_while_automation_is_off_no_machine_answers(given_facts: Facts) -> None:
    if not given_facts.is_automated:
        acts = decide(given_facts)
        assert not any(rules.asks_the_dialogue(act) or isinstance(act, AnswerReminder) for act in acts)
        is_plain = given_facts.screening.level < Level.violence and given_facts.carrier_word is None
        if is_plain and given_facts.state is CaseState.bot:
            assert any(isinstance(act, Escalate) for act in acts)


@given(any_facts)
def test_while_a_person_speaks_the_bot_says_nothing_but_safety_and_stop(given_facts: Facts) -> None:
    if given_facts.state is CaseState.human:
        said = [act for act in decide(given_facts) if not isinstance(act, Alert | Consent | StopMessages)]
        assert all(isinstance(act, Say) and act.key.startswith(("safety-", "sms-")) for act in said)


@given(any_facts)
def test_the_dialogue_core_is_asked_only_in_the_bots_state_and_never_what_cannot_be_read(given_facts: Facts) -> None:
    for act in decide(given_facts):
        if rules.asks_the_dialogue(act):
            assert given_facts.state is CaseState.bot
        if isinstance(act, AskDialogue):
            assert given_facts.unreadable is not Unreadable.too_long
            assert given_facts.unreadable is None or given_facts.payload is not None


@given(any_facts)
def test_a_message_to_the_bot_or_the_queue_never_stays_without_an_effect_unless_just_told(given_facts: Facts) -> None:
    if not decide(given_facts):
        assert given_facts.state is CaseState.human or (
            given_facts.state is CaseState.waiting
            and given_facts.waiting_told_at is not None
            and given_facts.waiting_told_at + rules.WAITING_REMINDER > NOW
        )


@given(any_facts)
def test_at_most_one_handoff_and_one_question_come_of_a_message(given_facts: Facts) -> None:
    acts = decide(given_facts)
    assert sum(isinstance(act, Escalate | AskDialogue) for act in acts) <= 1

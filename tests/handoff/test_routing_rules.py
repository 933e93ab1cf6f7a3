"""The routing table and its decision. Invariant: the same table, facts and candidates give the same decision, kept whole."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigurationError
from handoff.routing.rules import Candidate, Decision, Facts, Skip, Waits, as_record, decide, replayed
from handoff.routing.tables import read_table, shipped_text

TABLE = read_table(shipped_text())
ASKED = Facts("asked", False, "pl", "sms", 0)


def free(name: str, **more: object) -> Candidate:
    """Somebody who could take one."""
    return replace(Candidate(name, "available", capacity=4), **more)  # type: ignore[arg-type]


def test_the_first_rule_that_fits_decides_the_queue() -> None:
    for facts, rule, queue in (
        (ASKED, "everyone-else", "reception"),
        (replace(ASKED, is_urgent=True), "urgent", "clinical"),
        (replace(ASKED, reason="complex"), "clinical-question", "clinical"),
        (replace(ASKED, reason="language"), "other-language", "languages"),
        (replace(ASKED, topic="complaint"), "complaint", "complaints"),
        (replace(ASKED, topic="complaint", is_urgent=True), "urgent", "clinical"),
        (replace(ASKED, topic="results"), "medical-topic", "clinical"),
    ):
        decision = decide(TABLE, facts, [])
        assert (decision.rule, decision.queue, decision.waits) == (rule, queue, Waits.nobody)


def test_each_one_who_is_skipped_is_skipped_with_a_reason() -> None:
    people = [
        Candidate("gone", "offline"), Candidate("break", "away"), Candidate("writes", "wrap_up"), free("full", load=4),
        free("missed", has_missed=True), free("english", languages=frozenset({"en"})), free("free"),
    ]  # fmt: skip
    decision = decide(TABLE, ASKED, people)
    assert decision.chosen == "free" and dict(decision.skipped) == {
        "gone": Skip.offline, "break": Skip.away, "writes": Skip.wrap_up, "full": Skip.full, "missed": Skip.missed,
        "english": Skip.language,
    }  # fmt: skip


def test_who_knows_the_patient_goes_before_the_least_busy_and_is_waited_for_a_moment() -> None:
    known, other = free("known", load=2), free("other")
    facts = replace(ASKED, last_agent="known")
    assert decide(TABLE, facts, [other, known]).ranked == ("known", "other")
    full = free("known", load=4)
    held = decide(TABLE, replace(facts, waited=19), [other, full])
    assert held.chosen is None and held.waits is Waits.hold
    assert decide(TABLE, replace(facts, waited=20), [other, full]).chosen == "other"


def test_skills_are_wanted_first_and_given_up_before_anybody_waits_long() -> None:
    nurse, clerk = free("nurse", skills=frozenset({"clinical"}), load=3), free("clerk")
    question = replace(ASKED, reason="clinician-question")
    assert decide(TABLE, question, [clerk, nurse]).ranked == ("nurse",)
    later = decide(TABLE, replace(question, waited=60), [clerk, nurse])
    assert later.is_widened and later.ranked == ("nurse", "clerk")
    assert decide(TABLE, replace(question, is_urgent=True), [clerk]).chosen == "clerk"


def test_a_call_weighs_more_and_yet_somebody_with_nothing_can_always_take_it() -> None:
    call = replace(ASKED, channel="voice")
    assert dict(decide(TABLE, call, [free("busy", load=1)]).skipped) == {"busy": Skip.full}
    assert decide(TABLE, call, [free("small", capacity=1)]).chosen == "small"


def test_ties_fall_to_whoever_has_been_idle_longest() -> None:
    assert decide(TABLE, ASKED, [free("b", idle=5), free("a", idle=5), free("c", idle=9)]).ranked == ("c", "a", "b")


people = st.lists(
    st.builds(
        Candidate,
        st.sampled_from("abcdefgh"), st.sampled_from(["available", "away", "offline", "wrap_up"]),
        st.frozensets(st.sampled_from(["clinical", "complaints"])), st.frozensets(st.sampled_from(["pl", "en", "uk"])),
        st.integers(0, 9), st.integers(1, 6), st.integers(0, 99), st.booleans(),
    ),
    unique_by=lambda one: one.id,
)  # fmt: skip
facts = st.builds(
    Facts, st.sampled_from(["asked", "complex", "language"]), st.booleans(), st.sampled_from(["pl", "en", "uk"]),
    st.sampled_from(["sms", "voice", "webchat", ""]), st.integers(0, 400), st.sampled_from([None, *"abc"]),
    st.sampled_from([None, "complaint", "book"]),
)  # fmt: skip


@given(facts, people)
def test_a_kept_decision_made_again_is_the_same_and_nobody_is_forgotten(facts: Facts, people: list[Candidate]) -> None:
    decision = decide(TABLE, facts, people)
    record = json.loads(json.dumps(as_record(TABLE, facts, people, decision)))
    assert replayed(TABLE, record) == decision
    turned = decide(TABLE, facts, people[::-1])
    assert (turned.chosen, turned.ranked, {*turned.skipped}) == (decision.chosen, decision.ranked, {*decision.skipped})
    assert {one.id for one in people} == {*decision.ranked, *dict(decision.skipped)}
    able = {one.id for one in people if one.state == "available" and not one.has_missed}
    assert decision.chosen is None or decision.chosen in able


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("queue: languages", "queue: tongues", "rule other-language: there is no queue tongues"),
        ("reasons: [language]", "reasons: [sprache]", "rule other-language: unknown reason sprache"),
        ("when: {urgent: true}", "when: {urgent: maybe}", "rule urgent: urgent is true or false"),
        ("when: {urgent: true}", "when: {mood: bad}", "rule urgent: unknown word mood"),
        ("  - id: languages", "  - id: clinical", "queue clinical stands twice"),
        ("id: complaint\n", "id: urgent\n", "rule urgent stands twice"),
        ("first_minutes: 5", "first_minutes: soon", "queue clinical: first_minutes is a whole number"),
        ("prefer: [language, least_busy]", "prefer: [tallest]", "rule other-language: 'tallest'"),
        ("offer_seconds: 30", "offer_seconds: 1", "offer_seconds is a whole number from 10 to 120"),
        ("when: {}", "when: {urgent: false}", "the last rule must fit everything"),
        ("rules:", "rules: none\nregeln:", "needs queues and rules"),
        ("queues:", "queues: [", "no YAML, line"),
        ("weights: {voice: 4", "weights: {voice: heavy", "voice is a whole number"),
        ("name: {pl: \"Rejestracja\", en", "name: {pl: \"Rejestracja\", de", "queue reception: 'en' is missing"),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_says_where(old: str, new: str, said: str) -> None:
    text = shipped_text()
    assert old in text
    with pytest.raises(ConfigurationError, match=said):
        read_table(text.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "[]", "- a", "x" * 30_000, "queues: []\nrules: []", "queues: [1]\nrules: [2]"])
def test_what_is_no_table_at_all_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="routing"):
        read_table(text)


def test_a_decision_is_plain_to_compare() -> None:
    assert decide(TABLE, ASKED, []) == Decision("everyone-else", "reception", None, Waits.nobody, (), (), False)

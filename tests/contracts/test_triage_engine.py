"""The contract of `care.triage.engine`: what goes over the wire comes back as it was; whatever fails changes no result."""

import json

import pytest

from care.triage.engine import EngineFailed, FhirEngine, Opinion, joined, parameters
from care.triage.models import Case, Urgency
from care.triage.rules import assess
from care.triage.tables import default_tables
from service.triage import case_of
from tests.contracts.engine import EngineSimulator, answer, read

URL = "https://engine.example/fhir/$triage"
CASES = [
    Case("headache"),
    Case("headache", frozenset({"neck_pain"}), frozenset({"fever"}), frozenset({"confusion"}), 40 * 12, "f", 6.5),
    Case("fever", age_months=2, sex="m", duration_hours=3),
]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
async def test_a_case_goes_over_the_wire_whole_and_twice_gets_the_same_opinion(case: Case) -> None:
    simulator = EngineSimulator()
    engine = FhirEngine(URL, "secret", simulator.client)
    first, second = await engine.assess(case), await engine.assess(case)
    assert first == second and read(simulator.asked[0]) == case
    assert first.urgency is assess(default_tables(), case).urgency


async def test_an_emergency_of_the_tables_is_one_for_an_engine_that_reads_them() -> None:
    emergency = case_of(
        {"complaint": "chest_pain", "age_months": 720, "present": ["chest_pressure", "chest_pain_radiating"]},
        default_tables(),
    )
    assert (await FhirEngine(URL, client=EngineSimulator().client).assess(emergency)).urgency is Urgency.now


async def test_an_engine_that_never_ends_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care.triage.engine.TIMEOUT_SECONDS", 0.05)
    with pytest.raises(EngineFailed) as failed:
        await FhirEngine(URL, client=EngineSimulator("endless").client).assess(CASES[0])
    assert failed.value.reason == "slow"


async def test_nobody_is_named_to_the_engine() -> None:
    simulator = EngineSimulator()
    await FhirEngine(URL, client=simulator.client).assess(CASES[-1])
    names = {one["name"] for one in simulator.asked[0]["parameter"]}
    assert names <= {"complaint", "age", "gender", "duration", "present", "absent", "unsure"}


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        ("down", "down"), ("slow", "slow"), ("refused", "refused"), ("", "garbled"), ("null", "garbled"), ("[1]", "garbled"),
        ('{"resourceType": "Bundle"}', "garbled"), (json.dumps(answer("soon")), "garbled"),
        (json.dumps(answer("now") | {"parameter": []}), "garbled"), (json.dumps(answer("now") | {"parameter": None}), "garbled"),
        (json.dumps({"resourceType": "Parameters", "parameter": answer("now")["parameter"] * 2}), "garbled"),
    ],
)  # fmt: skip
async def test_whatever_is_not_the_agreed_answer_fails_with_a_word(manner: str, reason: str) -> None:
    with pytest.raises(EngineFailed) as failed:
        await FhirEngine(URL, client=EngineSimulator(manner).client).assess(CASES[0])
    assert failed.value.reason == reason


@pytest.mark.parametrize("urgency", list(Urgency))
def test_an_opinion_makes_a_result_graver_and_never_lighter(urgency: Urgency) -> None:
    own = assess(default_tables(), CASES[0])
    both = joined(own, Opinion(urgency, "simulator-1.0", "abc-1"))
    assert both.urgency is max(own.urgency, urgency)
    if urgency > own.urgency:
        assert both.rules == ("engine.simulator-1.0#abc-1", *own.rules)
        assert (both.service == "emergency") is (urgency is Urgency.now)
    else:
        assert both == own


def test_what_is_unknown_is_left_out_of_the_parameters() -> None:
    assert [one["name"] for one in parameters(Case("headache"))["parameter"]] == ["complaint"]

"""Stepping through an interview. Invariant: the page asks what the patient would be asked and shows the rules that decide."""

import re

import pytest

from care.triage.models import Case
from care.triage.rules import assess
from care.triage.tables import default_tables
from core.access import Role
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard

PATH = "/clinical/try"


def asked(page: str) -> list[str]:
    """The findings the page asks about."""
    return list(dict.fromkeys(re.findall(r'name="sign-([a-z0-9_]+)"', page)))


def carried(page: str) -> dict[str, list[str]]:
    """What the page carries along."""
    return {
        one: re.findall(rf'type="hidden" name="{one}" value="([^"]+)"', page) for one in ("present", "absent", "unsure")
    }


async def test_an_interview_is_stepped_through_to_the_result_of_the_tables(house: TestHouse) -> None:
    async with keyboard(house, Role.clinician) as ewa:
        begun = {
            "complaint": "headache",
            "age": "40",
            "age-unit": "years",
            "lasting": "2",
            "lasting-unit": "days",
            "sex": "f",
        }
        page = (await ewa.post(PATH, **begun)).text
        absent: set[str] = set()
        for _ in range(40):
            question = asked(page)
            if not question:
                break
            absent |= set(question)
            signs = {f"sign-{one}": "absent" for one in question}
            page = (await ewa.post(PATH, **begun, **carried(page), **signs)).text
        result = assess(
            default_tables(), Case("headache", absent=frozenset(absent), age_months=480.0, sex="f", duration_hours=48.0)
        )
        assert absent and not asked(page) and "Wynik" in page
        assert all(f"<code>{rule}</code>" in page for rule in result.rules)


async def test_one_sign_of_an_emergency_ends_the_questions_and_the_case_matches_the_tool(house: TestHouse) -> None:
    async with keyboard(house, Role.clinician) as ewa:
        page = (await ewa.post(PATH, complaint="headache", age="40")).text
        sign = asked(page)[0]
        page = (await ewa.post(PATH, complaint="headache", age="40", **{f"sign-{sign}": "present"})).text
        result = assess(default_tables(), Case("headache", present=frozenset([sign]), age_months=480.0))
        assert result.urgency.name == "now" and not asked(page) and result.rules[0] in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"complaint": "no such thing"}, "nie znają takiej dolegliwości"),
        ({"complaint": ""}, "nie znają takiej dolegliwości"),
        ({"complaint": "headache", "present": "nonsense"}, "nie znają jednej z odpowiedzi"),
        ({"complaint": "headache", "sign-<b>": "present"}, "nie znają jednej z odpowiedzi"),
        ({"complaint": "headache", "age": "czterdzieści"}, "to liczby"),
        ({"complaint": "headache", "age": "-1"}, "to liczby"),
        ({"complaint": "headache", "lasting": "nan"}, "to liczby"),
        ({"complaint": "headache", "lasting": "1e99"}, "to liczby"),
    ],
)
async def test_what_the_tables_do_not_know_is_refused_in_words(
    house: TestHouse, typed: dict[str, str], said: str
) -> None:
    async with keyboard(house, Role.clinician) as ewa:
        answer = await ewa.post(PATH, **typed)
        assert answer.status_code == 400 and said in answer.text and "<b>" not in answer.text


async def test_who_may_not_read_the_rules_cannot_step_through_them(house: TestHouse) -> None:
    async with keyboard(house, Role.agent) as marta:
        assert (await marta.client.get(PATH)).status_code == 403
        assert (await marta.post(PATH, complaint="headache")).status_code == 403

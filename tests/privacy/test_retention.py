"""Retention. Invariant: what is over goes, nothing else does, and nothing under a mark; running again finds nothing."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from care.patients.marks import MarkKind, make_mark
from care.patients.models import Patient
from conversations.models import Case, Message, Turn
from conversations.privacy.rules import CaseFacts, class_of_case, is_over, newest_that_is_over
from core.access import Access
from core.audit import AuditEvent
from core.register import PERIODS, RetentionClass
from tests.house import TestHouse
from tests.privacy.planting import everything_readable, medical_entries, plant, visit

WARSAW = ZoneInfo("Europe/Warsaw")
AUTOMATIC = [kind for kind, period in PERIODS.items() if period.years or period.length]
moments = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(WARSAW))  # noqa: DTZ001 - given a zone


@given(last=moments, now=moments, kind=st.sampled_from(AUTOMATIC))
def test_the_query_and_the_rule_agree(last: datetime, now: datetime, kind: RetentionClass) -> None:
    assert (last < newest_that_is_over(kind, now)) is is_over(kind, last, now)


def test_a_medical_record_lasts_twenty_years_from_the_end_of_its_year() -> None:
    last = datetime(2026, 3, 1, tzinfo=WARSAW)
    assert not is_over(RetentionClass.medical, last, datetime(2046, 12, 31, 23, 59, tzinfo=WARSAW))
    assert is_over(RetentionClass.medical, last, datetime(2047, 1, 1, tzinfo=WARSAW))


@pytest.mark.parametrize(
    ("facts", "kind"),
    [((False, False, False), "lead"), ((True, False, False), "administrative"), ((False, True, False), "medical"),
     ((True, True, False), "medical"), ((True, False, True), "medical")],
)  # fmt: skip
def test_the_class_of_a_case(facts: tuple[bool, bool, bool], kind: str) -> None:
    assert class_of_case(CaseFacts(*facts)) == kind


async def pass_days(house: TestHouse, days: int) -> Counter[str]:
    """So many days go by, then comes the night."""
    house.clock.instant += timedelta(days=days)
    return await house.house.privacy.retention.enforce()


async def test_working_copies_go_after_a_month_and_the_conversation_after_its_period(house: TestHouse) -> None:
    planted = await plant(house)
    await visit(house, planted.patient_id, "completed")
    assert await pass_days(house, 29) == {}
    month = await pass_days(house, 2)
    assert {"turns", "action_results", "bot.events", "simulated_sms", "simulated_media"} <= set(month)
    assert await house.rows(Turn) == [] and await house.rows(Message) != []
    assert await pass_days(house, 2) == {}, "running again finds nothing"
    years = await pass_days(house, 3 * 365)
    assert {"messages", "cases", "appointments", "handoffs"} <= set(years) and years["appointments"] == 1
    assert await house.rows(Patient) != [], "a completed visit is medical record, and so is whose it is"
    audited = await house.rows(AuditEvent, AuditEvent.action == "retention.erased")
    assert {(one.subject_kind, one.subject_id) for one in audited} >= {("cases", str(years["cases"]))}
    last = await pass_days(house, 21 * 366)
    assert last["appointments"] == 1 and last["patients"] == 1
    assert "zasadz" not in (await everything_readable(house)).lower()


async def test_a_lead_goes_after_a_year_and_an_open_case_never(house: TestHouse) -> None:
    await house.text("ile kosztuje wizyta", "+48600711008")
    await house.text("to jest otwarte", "+48600711009")
    (first, _) = sorted(await house.rows(Case), key=lambda one: one.opened_at)
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(
            update(Case).where(Case.id == first.id).values(state="closed", closed_at=house.clock.now())
        )
    assert "cases" not in await pass_days(house, 364)
    assert (await pass_days(house, 2))["cases"] == 1
    assert "cases" not in await pass_days(house, 50 * 365)


@pytest.mark.parametrize("kind", list(MarkKind))
async def test_nothing_of_a_marked_patient_goes(house: TestHouse, kind: MarkKind) -> None:
    planted = await plant(house)
    async with house.house.database.unit_of_work() as uow:
        await make_mark(uow, Access.system("test"), planted.patient_id, kind, "spór sądowy", house.clock.now())
    gone = set(await pass_days(house, 30 * 366))
    assert not gone & {"cases", "messages", "appointments", "patients", "bot.events", "attachments"}
    assert "zasadzone zdanie o jabłkach" in await everything_readable(house)


async def test_a_record_with_medical_entries_stays_until_the_last_of_them_is_over(house: TestHouse) -> None:
    planted = await plant(house)
    await pass_days(house, 15 * 366)
    await medical_entries(house, planted.patient_id)
    assert "patients" not in await pass_days(house, 10 * 366)
    assert "patients" in await pass_days(house, 11 * 366) and await house.rows(Patient) == []


async def test_a_night_with_more_than_one_batch_ends_with_nothing_left(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await house.text("pytanie", f"+4860071102{number}")
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(Case).values(state="closed", closed_at=house.clock.now()))
    monkeypatch.setattr("conversations.privacy.retention.CASES_AT_ONCE", 2)
    counts = await pass_days(house, 400)
    assert (counts["cases"], counts["threads"], counts["contact_points"]) == (5, 5, 5)
    assert await pass_days(house, 1) == {}

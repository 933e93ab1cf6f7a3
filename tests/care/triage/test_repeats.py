"""Counting contacts with symptoms, and what they make of a result: more urgent by one level, never less."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from care.triage.models import Case, Urgency
from care.triage.repeats import (
    RESENT,
    SAME_PROTOCOL,
    SYMPTOMS,
    WITHIN,
    Counts,
    Person,
    SymptomContact,
    contacts,
    note,
    patient_token,
    point_token,
    raised,
)
from care.triage.rules import assess
from care.triage.tables import default_tables
from core.clock import FixedClock
from core.db import Database

NOON = datetime.fromisoformat("2026-11-23T12:00:00+01:00")
TABLES = default_tables()


def test_what_comes_within_ten_minutes_is_the_same_contact() -> None:
    after = [NOON + timedelta(minutes=m) for m in (0, 3, 9)]
    assert contacts(after) == 1
    assert contacts([*after, NOON + RESENT]) == 2
    assert contacts([]) == 0


@given(st.lists(st.integers(0, 72 * 60), max_size=30))
def test_more_contacts_never_count_as_fewer(minutes: list[int]) -> None:
    times = [NOON + timedelta(minutes=one) for one in minutes]
    assert contacts(times) <= len(times)
    assert contacts([*times, NOON + timedelta(days=4)]) == contacts(times) + 1


@given(st.sampled_from(sorted(TABLES.protocols)), st.integers(1, 5), st.integers(1, 5), st.integers(0, 1200))
def test_a_result_is_raised_by_one_level_at_most_and_never_lowered(
    protocol: str, same: int, more: int, months: int
) -> None:
    case = Case(protocol, frozenset(), frozenset(), frozenset(), months, None, 24)
    counts, result = Counts(same, same + more - 1), assess(TABLES, case)
    after = raised(TABLES, case, result, counts)
    wanted = min(result.urgency + bool(counts.rules), Urgency.now)
    assert after.urgency == wanted and after.rules == (*counts.rules, *result.rules)
    assert (after.service == "emergency") == (after.urgency is Urgency.now)
    assert after.service != "self_care" or after.urgency is Urgency.self


@pytest.mark.parametrize(
    ("counts", "rules", "needs_person"),
    [
        (Counts(1, 1), (), False),
        (Counts(1, 2), (), False),
        (Counts(2, 2), (SAME_PROTOCOL,), False),
        (Counts(1, 3), (SYMPTOMS,), True),
        (Counts(3, 3), (SAME_PROTOCOL, SYMPTOMS), True),
    ],
)
def test_the_rules_say_which_of_them_held(counts: Counts, rules: tuple[str, ...], needs_person: bool) -> None:
    assert (counts.rules, counts.needs_person) == (rules, needs_person)


async def seen(database: Database, person: Person, protocol: str | None, at: datetime) -> Counts:
    """One contact, kept and counted."""
    async with database.unit_of_work() as uow:
        return await note(uow, person, protocol, Urgency.routine, at)


async def test_contacts_are_counted_over_three_days_and_then_let_go(database: Database, clock: FixedClock) -> None:
    one, now = Person(None, uuid4()), clock.now()
    assert await seen(database, one, "cough", now) == Counts(1, 1)
    assert await seen(database, one, "cough", now + timedelta(hours=30)) == Counts(2, 2)
    assert await seen(database, one, "rash", now + WITHIN - timedelta(hours=1)) == Counts(1, 3)
    assert await seen(database, one, "cough", now + WITHIN) == Counts(2, 3), "the first is over"
    assert await seen(database, one, "cough", now + timedelta(days=9)) == Counts(1, 1)
    async with database.unit_of_work() as uow:
        assert len(list(await uow.session.scalars(select(SymptomContact)))) == 1


async def test_a_contact_resent_within_ten_minutes_counts_once(database: Database, clock: FixedClock) -> None:
    one, now = Person(None, uuid4()), clock.now()
    for minutes in (0, 4, 9):
        assert await seen(database, one, "cough", now + timedelta(minutes=minutes)) == Counts(1, 1)
    assert await seen(database, one, "cough", now + timedelta(minutes=10)) == Counts(2, 2)
    assert await seen(database, one, "cough", now + timedelta(minutes=15)) == Counts(2, 2)


async def test_a_family_that_shares_a_telephone_is_told_apart_where_it_is_known(
    database: Database, clock: FixedClock
) -> None:
    point, anna, jan = uuid4(), uuid4(), uuid4()
    now = clock.now()
    assert await seen(database, Person(anna, point), "cough", now) == Counts(1, 1)
    assert await seen(database, Person(jan, point), "cough", now + timedelta(hours=1)) == Counts(1, 1)
    assert await seen(database, Person(anna, uuid4()), "cough", now + timedelta(hours=2)) == Counts(2, 2)
    assert await seen(database, Person(None, point), "cough", now + timedelta(hours=3)) == Counts(3, 3)
    assert await seen(database, Person(None, uuid4()), "cough", now) == Counts(1, 1)


async def test_nothing_but_tokens_is_kept_of_a_person(database: Database, clock: FixedClock) -> None:
    one = Person(uuid4(), uuid4())
    await seen(database, one, "cough", clock.now())
    async with database.unit_of_work() as uow:
        (row,) = await uow.session.scalars(select(SymptomContact))
    assert one.patient_id is not None
    assert (row.patient_token, row.point_token) == (patient_token(one.patient_id), point_token(one.contact_point_id))
    told = {column.name for column in SymptomContact.__table__.columns} - {"patient_token", "point_token"}
    assert told == {"id", "protocol", "urgency", "at"}

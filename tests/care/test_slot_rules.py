"""The rules of slots, as properties."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from care.appointments.rules import (
    Absence,
    Block,
    Slot,
    Taken,
    at_local,
    choose,
    day_slots,
    free_slots,
    is_referral_code,
    may_cancel,
    needs_referral,
    open_blocks,
)

WARSAW = ZoneInfo("Europe/Warsaw")
CLINICIANS = [UUID(int=1), UUID(int=2)]
SITES = [UUID(int=11), UUID(int=12)]
ZONES = dict.fromkeys(SITES, WARSAW)
MONDAY = date(2026, 11, 23)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)

days = st.one_of(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from([SPRING, AUTUMN]))
moments = st.integers(0, 24 * 12 - 1).map(lambda five: time(five // 12, five % 12 * 5))


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    starts, ends = sorted((draw(moments), draw(moments)))
    first = draw(st.dates(date(2025, 12, 1), date(2027, 6, 1)))
    return Block(
        draw(st.sampled_from(CLINICIANS)),
        draw(st.sampled_from(SITES)),
        "cardiology",
        draw(st.one_of(st.none(), st.integers(0, 6))),
        starts,
        ends,
        draw(st.integers(5, 90)),
        frozenset({"nfz"}),
        first,
        draw(st.one_of(st.none(), st.just(first + timedelta(days=300)))),
    )


@st.composite
def absences(draw: st.DrawFn, day: date) -> Absence:
    if draw(st.booleans()):
        return Absence(draw(st.sampled_from(CLINICIANS)), day, day)
    starts, ends = sorted((draw(moments), draw(moments)))
    return Absence(draw(st.sampled_from(CLINICIANS)), day - timedelta(days=1), day, starts, ends)


def block(starts: str = "09:00", ends: str = "12:00", minutes: int = 20, clinician: UUID = CLINICIANS[0]) -> Block:
    return Block(
        clinician,
        SITES[0],
        "cardiology",
        None,
        time.fromisoformat(starts),
        time.fromisoformat(ends),
        minutes,
        frozenset({"nfz", "private"}),
        date(2020, 1, 1),
    )


def instant(slot: Slot) -> datetime:
    return slot.start.astimezone(UTC)


@given(days, st.lists(blocks(), max_size=6), st.data())
def test_slots_lie_inside_a_block_outside_absences_and_never_overlap(
    day: date, schedule: list[Block], data: st.DataObject
) -> None:
    away = data.draw(st.lists(absences(day), max_size=3))
    slots = day_slots(day, schedule, away, set(), ZONES)
    for slot in slots:
        assert any(
            one.clinician_id == slot.clinician_id
            and one.site_id == slot.site_id
            and one.holds_on(day)
            and at_local(day, one.starts, WARSAW).astimezone(UTC) <= instant(slot)
            and slot.end.astimezone(UTC) <= at_local(day, one.ends, WARSAW).astimezone(UTC)
            and slot.end.astimezone(UTC) - instant(slot) == timedelta(minutes=one.slot_minutes)
            for one in schedule
        )
        for absence in away:
            if absence.clinician_id == slot.clinician_id:
                assert absence.starts is not None and absence.ends is not None
                assert not slot.overlaps(at_local(day, absence.starts, WARSAW), at_local(day, absence.ends, WARSAW))
    for one in CLINICIANS:
        own = [slot for slot in slots if slot.clinician_id == one]
        assert all(a.end.astimezone(UTC) <= instant(b) for a, b in pairwise(own))


@given(days, st.lists(blocks(), max_size=6), st.sets(st.sampled_from(SITES)))
def test_a_closed_site_has_no_slots_that_day(day: date, schedule: list[Block], closed: set[UUID]) -> None:
    assert not {slot.site_id for slot in day_slots(day, schedule, [], closed, ZONES)} & closed


@given(st.lists(st.tuples(st.sampled_from(CLINICIANS), st.integers(0, 300), st.integers(5, 120)), max_size=8))
def test_what_is_free_shares_no_moment_with_what_is_taken(entries: list[tuple[UUID, int, int]]) -> None:
    base = datetime(2026, 11, 23, 8, tzinfo=WARSAW)
    taken = [
        Taken(who, base + timedelta(minutes=start), base + timedelta(minutes=start + length))
        for who, start, length in entries
    ]
    everything = day_slots(MONDAY, [block(clinician=who) for who in CLINICIANS], [], set(), ZONES)
    free = free_slots(everything, taken, base)
    for slot in everything:
        is_hit = any(t.clinician_id == slot.clinician_id and slot.overlaps(t.start, t.end) for t in taken)
        assert (slot in free) is not is_hit


def test_slots_on_clock_change_days_are_real_minutes_apart() -> None:
    night = block("01:00", "04:00", 30)
    assert len(day_slots(SPRING, [night], [], set(), ZONES)) == 4
    assert len(day_slots(AUTUMN, [night], [], set(), ZONES)) == 8
    for day in (SPRING, AUTUMN):
        starts = [instant(slot) for slot in day_slots(day, [night], [], set(), ZONES)]
        assert all(b - a == timedelta(minutes=30) for a, b in pairwise(starts))
    morning = day_slots(SPRING, [block()], [], set(), ZONES)
    assert morning[0].start.isoformat() == "2026-03-29T09:00:00+02:00" and len(morning) == 9


@given(st.integers(1, 6))
def test_offers_begin_with_the_soonest_and_spread_over_clinicians_and_days(limit: int) -> None:
    schedule = [block(clinician=who) for who in CLINICIANS]
    slots = [
        slot for days_on in range(3) for slot in day_slots(MONDAY + timedelta(days=days_on), schedule, [], set(), ZONES)
    ]
    offers = choose(slots, limit)
    assert len(offers) == limit and offers[0] == slots[0]
    assert len({(offer.clinician_id, offer.start.date()) for offer in offers}) == limit
    assert offers == sorted(offers, key=instant)


def test_one_busy_clinician_still_offers_several_times_of_one_day() -> None:
    slots = day_slots(MONDAY, [block()], [], set(), ZONES)
    assert [offer.start.strftime("%H:%M") for offer in choose(slots, 3)] == ["09:00", "09:20", "09:40"]


def test_a_referral_is_needed_for_public_first_visits_where_the_specialty_asks_for_it() -> None:
    assert needs_referral(True, "nfz", "first")
    assert not needs_referral(True, "nfz", "follow_up")
    assert not needs_referral(True, "private", "first")
    assert not needs_referral(False, "nfz", "first")


def test_a_referral_code_has_four_digits() -> None:
    assert is_referral_code("0412")
    assert not any(is_referral_code(code) for code in ("412", "04123", "O412", "٠٤١٢", "0412\n", ""))


def test_only_a_visit_that_has_not_begun_can_be_cancelled() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=WARSAW)
    assert may_cancel("booked", now + timedelta(minutes=1), now)
    assert not may_cancel("booked", now, now)
    assert not may_cancel("completed", now + timedelta(minutes=1), now)


def test_opening_hours_of_a_day_may_have_several_blocks_and_none_on_a_closed_day() -> None:
    hours = [(0, time(13), time(18)), (0, time(8), time(12)), (1, time(8), time(12))]
    assert [b.opens.hour for b in open_blocks(MONDAY, hours, False, WARSAW)] == [8, 13]
    assert open_blocks(MONDAY, hours, True, WARSAW) == []
    assert open_blocks(MONDAY + timedelta(days=5), hours, False, WARSAW) == []


def test_ids_in_blocks_may_be_any() -> None:
    other = uuid4()
    assert {slot.clinician_id for slot in day_slots(MONDAY, [block(clinician=other)], [], set(), ZONES)} == {other}

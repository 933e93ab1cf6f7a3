"""Facts by site. Invariant: who edits at one site changes nothing of another, nor what holds at all of them."""

from datetime import timedelta
from uuid import UUID

import pytest

from care.appointments import price_list, site_facts
from care.appointments.models import Price, Site
from care.appointments.opening import read_day, say_day
from care.appointments.price_list import Wanted, read_amount
from care.seed import seed
from core.access import Access, Role
from core.errors import Forbidden, Refused
from core.ids import new_id
from tests.house import TestHouse


def editor_at(site_id: UUID) -> Access:
    """An admin of one site."""
    return Access.staff(new_id(), frozenset({Role.admin}), "facts", ((Role.admin, frozenset({site_id})),))


async def test_an_editor_of_one_site_keeps_to_it(house: TestHouse) -> None:
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        await seed(uow, now)
    here, other = sorted(await house.rows(Site), key=lambda one: one.code)
    access, later = editor_at(here.id), now.date() + timedelta(days=30)
    async with house.house.database.unit_of_work() as uow:
        held = await site_facts.of_site(uow, access, here.id)
        assert await site_facts.save(uow, access, here.id, held, held.mark, now) == []
        for asked in (
            site_facts.of_site(uow, access, other.id),
            site_facts.save(uow, access, other.id, held, held.mark, now),
            site_facts.outside(uow, access, other.id, now),
        ):
            with pytest.raises(Forbidden):
                await asked
        subject = await price_list.subject_of(uow, access, "service", "ecg")
        seen = price_list.mark(await price_list.history(uow, access, subject))
        for place in (other.id, None):
            with pytest.raises(Forbidden):
                await price_list.set_price(uow, access, subject, Wanted(7000, place, later, None), seen, now)
        made = await price_list.set_price(uow, access, subject, Wanted(7000, here.id, later, None), seen, now)
        assert isinstance(made, Price)
        with pytest.raises(Forbidden):
            await price_list.withdraw(uow, editor_at(other.id), made.id, now)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("8-12, 14-18", "8:00–12:00, 14:00–18:00"),
        ("od 14 do 18 i od 8 do 12.30", "8:00–12:30, 14:00–18:00"),
        ("from 9 to 17", "9:00–17:00"),
        ("8:00–12:00; 12:00–16:00", "8:00–16:00"),
        ("Nieczynne", ""),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_write_them_and_read_back_the_same(words: str, read: str) -> None:
    day = read_day(words)
    assert not isinstance(day, Refused) and say_day(day) == read and read_day(read) == day


@pytest.mark.parametrize(
    ("words", "grosze"),
    [("250", 25000), ("249,5", 24950), ("1 200,00 zł", 120000), ("1.200", 120000), ("0", 0), ("99.90", 9990)],
)
def test_amounts_are_read_as_people_write_them(words: str, grosze: int) -> None:
    assert read_amount(words) == grosze


@pytest.mark.parametrize("words", ["", "12,345", "1e3", "٣", "1 2", "12 zł 50", "--5"])
def test_what_is_no_amount_is_not_guessed(words: str) -> None:
    assert read_amount(words) == Refused("price-unreadable")

"""Closed conversations with some of the demo staff, drawn for evaluation, for browser tests."""

from datetime import timedelta

from sqlalchemy import select, update

from conversations.models import Case
from core.accounts import SignedIn, Staff
from core.errors import Refused
from core.ids import StaffId
from handoff.quality.sampling import draw_week, monday_of
from tests.browser.conftest import Site


async def signed_in(site: Site, name: str) -> SignedIn:
    """Somebody of the demo staff, as the house knows them."""
    async with site.house.database.unit_of_work() as uow:
        found = (await uow.session.scalars(select(Staff).where(Staff.email == f"{name}@demo.example"))).one()
    return SignedIn(StaffId(found.id), found.name, found.email, found.held, "pl", "csrf", scopes=found.scopes)


async def drawn(site: Site, name: str, *numbers: str) -> None:
    """That person held a conversation with each number last week, and they were drawn."""
    person, now = await signed_in(site, name), site.clock.now()
    for number in numbers:
        await site.text(number, "kardiolog, proszę na przyszły tydzień")
        thread_id = await site.waiting(number)
        async with site.house.database.unit_of_work() as uow:
            case = (await uow.session.scalars(select(Case.id).where(Case.thread_id == thread_id))).one()
            assert await site.house.desk.accept(uow, person, case, now) is None
        async with site.house.database.unit_of_work() as uow:
            words = "Dzień dobry, najbliższy wolny termin jest we wtorek o 9:20. Czy może być?"
            assert not isinstance(await site.house.desk.reply(uow, person, case, words, now), Refused)
            assert await site.house.desk.close(uow, person, case, now) is None
    async with site.house.database.unit_of_work() as uow:
        await uow.session.execute(update(Case).values(closed_at=now - timedelta(days=4)))
    async with site.house.database.unit_of_work() as uow:
        assert await draw_week(uow, monday_of(now.date()) - timedelta(days=7), now) == len(numbers)

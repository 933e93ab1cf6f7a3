"""Colleagues named in notes. Invariant: whoever is named is told until they say it is read, and no name is lost silently."""

import pytest

from core.access import Role
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from handoff import mentions
from handoff.mentions import Mention, names_in
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard


def test_a_name_stands_after_a_lone_at_sign() -> None:
    assert names_in("@Paweł, zobacz; (@Ewa Nowak) a@b.pl @ 12 @7") == [("Paweł", ""), ("Ewa", "Nowak")]


async def unread_of(house: TestHouse, person: SignedIn) -> list[str]:
    """Who named them."""
    async with house.house.database.unit_of_work() as uow:
        return [one.by for one in await mentions.unread(uow, person)]


async def test_whoever_is_named_is_told_once_until_they_have_read_it(house: TestHouse) -> None:
    marta, pawel = await house.staff("Marta Lis"), await house.staff("Paweł Wrona")
    _, case = await house.human()
    async with house.house.database.unit_of_work() as uow:
        kept = await mentions.note(
            uow, house.house.desk, marta, case, "@pawel i @Paweł Wrona, proszę; @marta", house.clock.now()
        )
    assert not isinstance(kept, Refused)
    assert (await unread_of(house, pawel), await unread_of(house, marta)) == (["Marta Lis"], [])
    (mention,) = await house.rows(Mention)
    with pytest.raises(NotFound):
        async with house.house.database.unit_of_work() as uow:
            await mentions.mark_read(uow, marta, mention.id, house.clock.now())
    for _ in range(2):
        async with house.house.database.unit_of_work() as uow:
            await mentions.mark_read(uow, pawel, mention.id, house.clock.now())
    assert await unread_of(house, pawel) == []


async def test_a_name_of_nobody_or_of_two_is_refused_and_the_note_is_not_kept(house: TestHouse) -> None:
    marta = await house.staff("Marta")
    for name in ("Ewa Lis", "Ewa Sowa"):
        await house.staff(name)
    await house.staff("Ola", Role.admin)
    thread, case = await house.human()
    before = len(await house.messages(thread))
    for body, reason in (("@Zenon", "unknown"), ("@Ola", "unknown"), ("@Ewa", "which"), ("@Ewa Kos", "which")):
        async with house.house.database.unit_of_work() as uow:
            refused = await mentions.note(uow, house.house.desk, marta, case, body, house.clock.now())
        assert isinstance(refused, Refused) and refused.reason == f"mention-{reason}"
    assert len(await house.messages(thread)) == before
    async with house.house.database.unit_of_work() as uow:
        assert not isinstance(
            await mentions.note(uow, house.house.desk, marta, case, "@Ewa Sowa tak", house.clock.now()), Refused
        )


async def test_the_desk_shows_it_and_it_is_ticked_off(house: TestHouse) -> None:
    thread, case = await house.human()
    author = await house.staff("Jan")
    async with keyboard(house, Role.agent) as ola:
        async with house.house.database.unit_of_work() as uow:
            await mentions.note(uow, house.house.desk, author, case, "@Ola oddzwoń", house.clock.now())
        part = (await ola.client.get("/console/fragments/mine?lang=pl")).text
        assert "Jan" in part and f"/console/threads/{thread}" in part and "oddzwoń" not in part
        (mention,) = await house.rows(Mention)
        assert (await ola.post(f"/console/mentions/{mention.id}/read")).status_code == 303
        assert str(mention.id) not in (await ola.client.get("/console/fragments/mine")).text
        unknown = await ola.client.post(
            f"/console/cases/{case}/note", data={"csrf": ola.csrf, "body": "@Zenon"}, headers={"hx-request": "true"}
        )
        assert "Zenon" in unknown.text and 'role="alert"' in unknown.text

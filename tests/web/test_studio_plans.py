"""Publishing at a time. Invariant: a plan is carried out at its time or says why not; nothing gets past the checks by waiting."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.access import Role
from core.accounts import Staff
from core.audit import AuditEvent
from knowledge import editing, publishing
from knowledge.editing import Change
from knowledge.models import Article
from knowledge.schedules import PlannedPublication
from knowledge.scheduling import Punctual
from tests.house import TestHouse
from tests.serving import until
from tests.web.test_staff_pages import Keyboard, keyboard
from tests.web.test_studio import DOG, answer_of
from tests.web.test_studio_signatures import MISSING, SAFE, content_of

SOON = timedelta(minutes=10)
"""Within a session that nobody touches."""
ADDRESS = "/studio/articles/guide-dog"


def punctual(house: TestHouse) -> Punctual:
    """A worker that has just started."""
    return Punctual(house.house.database, house.house.library, house.clock)


def typed(at: datetime) -> str:
    """As the form sends it."""
    return at.strftime("%Y-%m-%dT%H:%M")


async def planned(
    house: TestHouse, ola: Keyboard, after: timedelta = SOON, version: str = "1", **words: str
) -> datetime:
    """The article with its plan; when it is due."""
    at = (house.clock.now() + after).replace(second=0, microsecond=0)
    assert (await ola.post("/studio/articles", **(DOG | words))).status_code == 303
    done = await ola.post(f"{ADDRESS}/plan", version=version, at=typed(at))
    assert done.status_code == 303, done.text
    return at


async def state(house: TestHouse) -> list[str]:
    """Of all plans, in order."""
    async with house.house.database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(PlannedPublication.state).order_by(PlannedPublication.id)))


async def answers(house: TestHouse) -> bool:
    """Is the article answered with?"""
    return hasattr(await answer_of(house, "guide-dog"), "text")


async def test_a_version_answers_from_its_time_on_also_after_a_restart(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        at = await planned(filled, ola)
        for path in (ADDRESS, f"{ADDRESS}/publish", "/studio/articles?state=planned"):
            page = (await ola.client.get(path)).text
            assert "plan 1:" in page or "Wersja 1 zacznie odpowiadać dziś" in page, path
        filled.clock.instant = at - timedelta(seconds=1)
        assert await punctual(filled).look() == 0 and not await answers(filled)
        filled.clock.instant = at + timedelta(minutes=5)
        assert await punctual(filled).look() == 1 and await answers(filled)
        assert await punctual(filled).look() == 0, "once"
        assert "zacznie odpowiadać" not in (await ola.client.get(ADDRESS)).text
    assert await state(filled) == ["published"]
    events = {(one.action, one.actor) for one in await filled.rows(AuditEvent)}
    assert {("publication.planned", str(ola.staff_id)), ("article.published", str(ola.staff_id))} <= events


async def test_two_workers_that_look_for_ever_publish_once(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        at = await planned(filled, ola)
    workers = [asyncio.create_task(punctual(filled).run()) for _ in range(2)]
    filled.clock.instant = at
    try:
        for _ in range(600):
            if await answers(filled):
                break
            await asyncio.sleep(0.05)
        assert await answers(filled)
    finally:
        for one in workers:
            one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await one
    await until(lambda: all(one.done() for one in workers))
    published = [
        one
        for one in await filled.rows(AuditEvent)
        if one.action == "article.published" and one.subject_id == "guide-dog"
    ]
    assert len(published) == 1


async def test_a_plan_is_called_off(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        at = await planned(filled, ola)
        twice = await ola.post(f"{ADDRESS}/plan", version="1", at=typed(at))
        assert twice.status_code == 422 and "czeka już wersja 1" in twice.text
        assert (await ola.post(f"{ADDRESS}/plan/off")).status_code == 303
        over = await ola.post(f"{ADDRESS}/plan/off")
        assert over.status_code == 422 and "Żaden plan już nie czeka" in over.text
        filled.clock.instant = at
        assert await punctual(filled).look() == 0 and not await answers(filled)
    assert await state(filled) == ["cancelled"]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("", "dzień i godzinę"),
        ("jutro", "dzień i godzinę"),
        ("2027-03-28T02:30", "jednej godziny brakuje"),
        ("9999-12-31T23:59", "najwyżej rok"),
        ("0001-01-01T00:00", "dzień i godzinę"),
        ("2020-01-01T10:00", "już minął"),
        ("2026-12-01T10:00+99:00", "dzień i godzinę"),
    ],
)
async def test_a_time_that_is_none_is_said(filled: TestHouse, at: str, told: str) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        refused = await ola.post(f"{ADDRESS}/plan", version="1", at=at)
        assert refused.status_code == 422 and told in refused.text
    assert await state(filled) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"en_question": "", "en_answer": ""}, "Najpierw proszę usunąć przeszkody"),
        ({"pl_answer": "Wizyta kosztuje 12345 zł."}, "Najpierw proszę usunąć przeszkody"),
        ({"is_safety": "yes"}, MISSING),
    ],
)
async def test_what_refuses_publishing_refuses_planning(filled: TestHouse, changed: dict[str, str], told: str) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **(DOG | changed))
        refused = await ola.post(f"{ADDRESS}/plan", version="1", at=typed(filled.clock.now() + SOON))
        assert refused.status_code == 422 and told in refused.text
    assert await state(filled) == []


async def test_safety_content_is_signed_before_it_is_planned_and_checked_again_at_its_time(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola, keyboard(filled, Role.admin) as jan:
        await ola.post("/studio/articles", **SAFE)
        at = filled.clock.now() + SOON
        content = content_of((await jan.client.get(f"{ADDRESS}/publish")).text)
        await jan.post(f"{ADDRESS}/sign", version="1", content=content)
        own = await jan.post(f"{ADDRESS}/plan", version="1", at=typed(at))
        assert own.status_code == 422 and MISSING in own.text, "who signed plans nothing"
        assert (await ola.post(f"{ADDRESS}/plan", version="1", at=typed(at))).status_code == 303
        # A draft with another topic: what was signed is not what would be answered with.
        await ola.post(ADDRESS, **(SAFE | {"base": "1", "topic": "refill"}))
        filled.clock.instant = at
        assert await punctual(filled).look() == 1
        assert not await answers(filled) and await state(filled) == ["refused"]
        for person in (ola, jan):
            page = (await person.client.get(ADDRESS)).text
            assert MISSING in page and "Planu nie udało się wykonać" in page
            assert "guide-dog" in (await person.client.get("/studio/articles?state=unplanned")).text
        assert (await ola.post(f"{ADDRESS}/plan/off")).status_code == 303
        assert "Planu nie udało się" not in (await ola.client.get(ADDRESS)).text
    assert "publication.refused" in {one.action for one in await filled.rows(AuditEvent)}


async def test_the_mark_of_safety_put_on_meanwhile_counts(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        at = await planned(filled, ola)
        await ola.post(ADDRESS, **(SAFE | {"base": "1", "pl_answer": "Inaczej."}))
        filled.clock.instant = at
        await punctual(filled).look()
        assert MISSING in (await ola.client.get(ADDRESS)).text
    assert not await answers(filled)


async def test_what_somebody_else_published_or_withdrew_meanwhile_is_not_overwritten(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola, keyboard(filled, Role.admin) as jan:
        at = await planned(filled, ola)
        await jan.post(ADDRESS, **(DOG | {"base": "1", "pl_answer": "Tak, zawsze."}))
        assert (await jan.post(f"{ADDRESS}/publish", version="2")).status_code == 303
        assert "W międzyczasie opublikowano inną wersję" in (await ola.client.get(ADDRESS)).text
        filled.clock.instant = at
        assert await punctual(filled).look() == 0
        assert (await answer_of(filled, "guide-dog")).version == 2
        later = filled.clock.now() + SOON
        assert (await ola.post(f"{ADDRESS}/plan", version="1", at=typed(later))).status_code == 303
        await jan.post(f"{ADDRESS}/withdraw")
        filled.clock.instant = later
        assert await punctual(filled).look() == 0 and not await answers(filled)
    assert await state(filled) == ["refused", "refused"]


async def test_a_planned_version_that_is_published_by_hand_is_a_plan_that_was_carried_out(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        at = await planned(filled, ola)
        assert (await ola.post(f"{ADDRESS}/publish", version="1")).status_code == 303
        page = (await ola.client.get(ADDRESS)).text
        assert "Planu nie udało się" not in page and "zacznie odpowiadać" not in page
        filled.clock.instant = at
        assert await punctual(filled).look() == 0 and await answers(filled)
    assert await state(filled) == ["published"]
    assert "publication.overtaken" not in {one.action for one in await filled.rows(AuditEvent)}


async def test_who_may_no_longer_publish_publishes_nothing_by_a_plan(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola, keyboard(filled, Role.admin) as jan:
        at = await planned(filled, ola)
        async with filled.house.database.unit_of_work() as uow:
            await uow.session.execute(update(Staff).where(Staff.id == ola.staff_id).values(is_active=False))
        filled.clock.instant = at
        await punctual(filled).look()
        assert "nie może już publikować treści" in (await jan.client.get(ADDRESS)).text
    assert not await answers(filled)


async def test_one_plan_that_cannot_be_carried_out_holds_up_no_other(filled: TestHouse) -> None:
    """The first article's words go from under its plan; the second is published all the same."""
    async with keyboard(filled, Role.admin) as ola:
        at = await planned(filled, ola)
        other = DOG | {"id": "a-bicycle", "pl_question": "Gdzie zostawić rower?", "en_question": "Where do bikes go?"}
        await ola.post("/studio/articles", **other)
        await ola.post("/studio/articles/a-bicycle/plan", version="1", at=typed(at))
        async with filled.house.database.unit_of_work() as uow:
            await uow.session.execute(
                update(PlannedPublication).where(PlannedPublication.article_id == "guide-dog").values(version=7)
            )
        filled.clock.instant = at
        assert await punctual(filled).look() == 2
        assert "Tej wersji już nie ma" in (await ola.client.get(ADDRESS)).text
    (bicycle,) = await filled.rows(Article, Article.id == "a-bicycle")
    assert bicycle.status == "published"


async def test_what_takes_long_is_done_before_the_time_and_again_only_if_something_changed(
    filled: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []

    async def impact(*given: Any) -> list[Change]:
        counted.append("asked")
        return await editing.impact(*given)

    async with keyboard(filled, Role.admin) as ola:
        at = await planned(filled, ola)
        other = DOG | {"id": "a-bicycle", "pl_question": "Gdzie zostawić rower?", "en_question": "Where do bikes go?"}
        await ola.post("/studio/articles", **other)
        await ola.post("/studio/articles/a-bicycle/plan", version="1", at=typed(at))
        monkeypatch.setattr(publishing, "impact", impact)
        worker = punctual(filled)
        filled.clock.instant = at - timedelta(minutes=3)
        assert await worker.look() == 0 and counted == []
        filled.clock.instant = at - timedelta(minutes=1)
        for _ in range(4):
            assert await worker.look() == 0
        assert len(counted) == 2 and not await answers(filled)
        filled.clock.instant = at
        assert await worker.look() == 2
    # The first was known to be harmless; after it everything else is asked once more.
    assert len(counted) == 3 and await state(filled) == ["published", "published"]


@pytest.mark.parametrize("role", [Role.agent, Role.supervisor, Role.clinician])
async def test_others_plan_nothing(filled: TestHouse, role: Role) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await planned(filled, ola)
    async with keyboard(filled, role) as other:
        refused = await other.post(f"{ADDRESS}/plan", version="1", at=typed(filled.clock.now() + SOON))
        assert refused.status_code in (403, 404)
        assert (await other.post(f"{ADDRESS}/plan/off")).status_code in (403, 404)
    assert await state(filled) == ["waiting"]

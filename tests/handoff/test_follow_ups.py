"""Somebody is looked after within a day of a crisis or violence: one open task each, taken by one person, done with a note."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from conversations.alerts import FOLLOW_UP_WITHIN, FollowUp
from conversations.privacy.copies import erase_cases
from core.access import Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.errors import Forbidden, NotFound, Refused
from handoff.follow_ups import FollowUpItem, finish, open_follow_ups, take
from handoff.privacy import HandoffCopies
from tests.house import ANNA, BARTEK, TestHouse
from tests.service.test_roles import at_keyboard

DIE, BEATEN = "chcę się zabić", "mąż mnie bije"


async def listed(house: TestHouse, person: SignedIn) -> list[FollowUpItem]:
    """The open tasks as the person sees them."""
    async with house.house.database.unit_of_work() as uow:
        return await open_follow_ups(uow, person.access, house.clock.now())


async def takes(house: TestHouse, person: SignedIn, task: UUID) -> Refused | None:
    """The person takes a task."""
    async with house.house.database.unit_of_work() as uow:
        return await take(uow, person, task, house.clock.now())


async def finishes(house: TestHouse, person: SignedIn, task: UUID, note: str = "rozmowa odbyta") -> Refused | None:
    """The person says what was done."""
    async with house.house.database.unit_of_work() as uow:
        return await finish(uow, person, task, note, house.clock.now())


@pytest.mark.parametrize(
    ("body", "level", "is_unsafe"),
    [
        (DIE, "crisis", False),
        ("I want to kill myself", "crisis", False),
        (BEATEN, "violence", True),
        ("my husband hits me", "violence", True),
        ("chcę się zabić, mąż mnie bije", "crisis", True),
        ("połknąłem całe opakowanie tabletek, chcę się zabić", "crisis", False),
    ],
)
async def test_crisis_and_violence_make_a_task_within_a_day(
    house: TestHouse, body: str, level: str, is_unsafe: bool
) -> None:
    await house.text(body)
    (task,) = await listed(house, await house.staff())
    assert (task.level, task.is_call_unsafe, task.address) == (level, is_unsafe, ANNA)
    assert task.due_at == house.clock.now() + FOLLOW_UP_WITHIN and not task.is_overdue


@pytest.mark.parametrize("body", ["boli mnie w klatce i nie mogę oddychać", "zabiję tego lekarza", "dzień dobry"])
async def test_nothing_else_makes_a_task(house: TestHouse, body: str) -> None:
    await house.text(body)
    assert await house.rows(FollowUp) == []


async def test_a_conversation_has_one_open_task_that_grows_graver_and_keeps_its_hour(house: TestHouse) -> None:
    await house.text(BEATEN)
    first = (await house.rows(FollowUp))[0]
    house.clock.instant += timedelta(hours=2)
    await house.text(DIE)
    await house.text(DIE)
    (task,) = await house.rows(FollowUp)
    assert (task.id, task.due_at, task.level, task.is_call_unsafe) == (first.id, first.due_at, "crisis", True)
    await house.text(DIE, BARTEK)
    assert len(await house.rows(FollowUp)) == 2


async def test_a_task_outlives_its_case_and_a_new_sign_after_it_is_done_makes_another(house: TestHouse) -> None:
    marta = await house.staff()
    await house.text(DIE)
    case = await house.open_case(await house.only_thread())
    await house.accept(marta, case.id)
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.desk.close(uow, marta, case.id, house.clock.now()) is None
    (task,) = await listed(house, marta)
    assert await takes(house, marta, task.id) is None and await finishes(house, marta, task.id) is None
    assert await listed(house, marta) == []
    await house.text(DIE)
    assert len(await listed(house, marta)) == 1


async def test_one_of_two_takes_it_and_alone_says_that_it_is_done(house: TestHouse) -> None:
    await house.text(DIE)
    marta, pawel = await house.staff("Marta"), await house.staff("Paweł")
    (task,) = await listed(house, marta)
    assert await finishes(house, marta, task.id) == Refused("follow-up-not-yours")
    results = await asyncio.gather(takes(house, marta, task.id), takes(house, pawel, task.id))
    winner = results.index(None)
    owner, other = (marta, pawel)[winner], (pawel, marta)[winner]
    assert results[1 - winner] == Refused("follow-up-taken", {"name": owner.name})
    assert (await listed(house, other))[0].taken_name == owner.name
    assert await finishes(house, other, task.id) == Refused("follow-up-not-yours")
    assert await finishes(house, owner, task.id, "  ") == Refused("follow-up-note")
    assert await finishes(house, owner, task.id) is None
    assert await finishes(house, owner, task.id) == Refused("follow-up-over")
    assert await takes(house, other, task.id) == Refused("follow-up-over")
    (kept,) = await house.rows(FollowUp)
    assert (kept.note, kept.done_by) == ("rozmowa odbyta", owner.staff_id)
    events = [one.action for one in await house.rows(AuditEvent, AuditEvent.subject_id == str(task.id))]
    assert sorted(events) == ["follow-up.done", "follow-up.taken"]


async def test_what_is_overdue_is_marked_and_comes_first(house: TestHouse) -> None:
    await house.text(DIE)
    house.clock.instant += FOLLOW_UP_WITHIN + timedelta(minutes=1)
    await house.text(DIE, BARTEK)
    tasks = await listed(house, await house.staff())
    assert [(one.address, one.is_overdue) for one in tasks] == [(ANNA, True), (BARTEK, False)]


async def test_who_may_not_claim_alerts_may_not_take_tasks(house: TestHouse) -> None:
    await house.text(DIE)
    (task,) = await house.rows(FollowUp)
    for role in (Role.clinician, Role.admin, Role.privacy_officer):
        with pytest.raises(Forbidden):
            await takes(house, await house.staff("Ktoś", role), task.id)
    with pytest.raises(NotFound):
        await takes(house, await house.staff(), uuid4())


async def test_with_its_case_a_task_and_its_watch_are_erased(house: TestHouse) -> None:
    await house.text(DIE)
    case = await house.open_case(await house.only_thread())
    async with house.house.database.unit_of_work() as uow:
        counts = await erase_cases(uow, [case.id], (HandoffCopies(),))
    assert (counts["follow_ups"], counts["alert_watches"], counts["safety_alerts"]) == (1, 1, 1)


async def test_the_console_shows_the_list_and_the_flag_and_works_without_scripts(house: TestHouse) -> None:
    await house.text(BEATEN)
    house.clock.instant += FOLLOW_UP_WITHIN + timedelta(minutes=1)
    async with house.web() as client:
        keyboard = await at_keyboard(house, client, Role.agent)
        (task,) = await house.rows(FollowUp)
        page = (await client.get("/console?lang=pl")).text
        assert "Nie dzwonić bez uzgodnionej, bezpiecznej pory" in page and "Po terminie" in page
        taken = await client.post(f"/console/follow-ups/{task.id}/take", data={"csrf": keyboard.csrf})
        assert taken.status_code == 303
        part = (await client.get("/console/fragments/follow-ups?lang=en")).text
        assert "No call-back without a safe time" in part and f"/console/follow-ups/{task.id}/done" in part
        refused = await client.post(f"/console/follow-ups/{task.id}/done", data={"csrf": keyboard.csrf, "note": " "})
        assert refused.status_code == 200 and 'role="alert"' in refused.text
        form = {"csrf": keyboard.csrf, "note": "umówiona bezpieczna pora"}
        assert (await client.post(f"/console/follow-ups/{task.id}/done", data=form)).status_code == 303
        assert str(task.id) not in (await client.get("/console")).text

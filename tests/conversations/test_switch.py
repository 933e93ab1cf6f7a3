"""The one switch. Invariant: while it is off no machine answers a patient, and a red flag is still answered at once."""

import pytest

from care.governance.models import SwitchThrow
from care.governance.service import is_automated, throw_switch
from conversations.models import Case, CaseState, ContactPoint, Turn, TurnState
from core.access import Access, Role
from core.audit import AuditEvent
from core.db import Database
from core.errors import Forbidden, Refused
from tests.house import BARTEK, TestHouse

WHY = "reguły do poprawy po zgłoszeniu"


async def throw(house: TestHouse, *, is_on: bool, reason: str = WHY, role: Role = Role.supervisor) -> Refused | None:
    """Somebody of that role throws the switch, in a process of their own."""
    person = await house.staff("Ewa", role)
    other = Database(house.house.database.url)
    try:
        async with other.unit_of_work() as uow:
            return await throw_switch(uow, person.access, person.staff_id, reason, house.clock.now(), is_on=is_on)
    finally:
        await other.close()


async def test_while_it_is_off_every_message_goes_to_a_person_and_afterwards_the_bot_answers_again(
    house: TestHouse,
) -> None:
    assert await house.keys("dzień dobry") == ["answer-article"]
    assert await throw(house, is_on=False, role=Role.clinician) is None
    assert await house.keys("boli mnie gardło od trzech dni") == ["handoff-queued"]
    assert await house.keys("chcę się umówić", BARTEK) == ["handoff-queued"]
    assert house.dialogue.texts == ["dzień dobry"]
    assert {one.state for one in await house.rows(Case)} == {CaseState.waiting}
    assert await throw(house, is_on=True) is None
    assert await house.keys("chcę się umówić", "+48600100400") == ["answer-article"]


async def test_while_it_is_off_an_emergency_still_gets_its_answer_and_stop_is_obeyed(house: TestHouse) -> None:
    await throw(house, is_on=False)
    keys = await house.keys("mąż nie oddycha")
    assert keys[0] == "safety-emergency" and len(await house.alerts()) == 1
    assert any("112" in body for body in await house.said(await house.only_thread()))
    await house.keys("STOP", BARTEK)
    (point,) = await house.rows(ContactPoint, ContactPoint.opted_out_by.is_not(None))
    assert point.address == BARTEK
    assert house.dialogue.asked == []


@pytest.mark.parametrize(
    "text", ["1", "", "?!", "a" * 5000, "jaka dawka ibuprofenu dla dziecka", "доброго дня, мені потрібен лікар"]
)
async def test_whatever_is_written_while_it_is_off_a_person_gets_it(house: TestHouse, text: str) -> None:
    await throw(house, is_on=False)
    accepted = await house.sms(text)
    await house.house.turns.take(accepted.thread_id)
    assert (await house.open_case(accepted.thread_id)).state is CaseState.waiting
    assert house.dialogue.asked == []


async def test_a_question_cut_off_when_it_was_switched_off_goes_to_a_person_instead(house: TestHouse) -> None:
    accepted = await house.sms("boli mnie brzuch")
    async with house.house.database.unit_of_work() as uow:
        turn = await uow.session.get_one(Turn, (await house.turn(accepted.message_id)).message_id)
        turn.state, turn.attempts, turn.lease = TurnState.asking, 1, "a process that died"
    await throw(house, is_on=False)
    await house.house.turns.take(accepted.thread_id)
    assert await house.said_keys(accepted.thread_id) == ["handoff-queued"]
    assert house.dialogue.asked == house.dialogue.recalled == []


async def test_a_conversation_is_not_handed_back_to_a_bot_that_is_off(house: TestHouse) -> None:
    _, case_id = await house.human()
    agent = await house.staff("Marta")
    await house.accept(agent, case_id)
    await throw(house, is_on=False)
    async with house.house.database.unit_of_work() as uow:
        refused = await house.house.desk.hand_back(uow, agent, case_id, house.clock.now())
    assert refused == Refused("automation-is-off")


async def test_a_reason_is_needed_and_the_same_twice_is_once_and_all_is_audited(house: TestHouse) -> None:
    for reason in ("", "   ", "bo", "x" * 501):
        refused = await throw(house, is_on=False, reason=reason)
        assert refused is not None and refused.reason == "switch-reason"
    await throw(house, is_on=True)
    assert await house.rows(SwitchThrow) == [], "it was on"
    await throw(house, is_on=False)
    await throw(house, is_on=False)
    (thrown,) = await house.rows(SwitchThrow)
    assert thrown.reason == WHY and not thrown.is_on
    actions = [one.action for one in await house.rows(AuditEvent, AuditEvent.subject_kind == "clinical")]
    assert actions == ["clinical.automation-off"]


@pytest.mark.parametrize("role", [Role.agent, Role.admin, Role.privacy_officer, Role.patient])
async def test_nobody_else_may_throw_it(house: TestHouse, role: Role) -> None:
    with pytest.raises(Forbidden):
        await throw(house, is_on=False, role=role)
    async with house.house.database.unit_of_work() as uow:
        assert await is_automated(uow)


async def test_a_right_at_one_site_is_not_enough_for_what_touches_all(house: TestHouse) -> None:
    person = await house.staff("Ewa", Role.supervisor)
    here = Access.staff(person.staff_id, person.roles, scopes=((Role.supervisor, frozenset({person.staff_id})),))
    with pytest.raises(Forbidden):
        async with house.house.database.unit_of_work() as uow:
            await throw_switch(uow, here, person.staff_id, WHY, house.clock.now(), is_on=False)

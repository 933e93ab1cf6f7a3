"""Report unsafe. Invariant: what was reported stays as it was, and what a clinician locks binds every later version."""

import json
from uuid import UUID

from sqlalchemy import select

from conversations.models import Case
from conversations.safety import default_screen
from conversations.screen_in_force import LOCKED
from conversations.unsafe.models import LockedTest, ReportState, UnsafeReport
from core.access import Role
from core.audit import AuditEvent
from tests.house import TestHouse
from tests.web.test_staff_pages import Keyboard, keyboard

MISSED = "od wczoraj kryptonit parzy mnie w gardle, mój numer 600 700 800"


async def reported(house: TestHouse, agent: Keyboard, text: str = MISSED, reason: str = "to było poważne") -> UUID:
    """A message of a patient that an agent reports; the report's id."""
    accepted = await house.sms(text)
    await house.house.turns.take(accepted.thread_id)
    done = await agent.post(f"/console/messages/{accepted.message_id}/unsafe", reason=reason)
    assert done.status_code == 303, done.text
    return next(one.id for one in await house.rows(UnsafeReport) if one.message_id == accepted.message_id)


async def test_a_report_freezes_the_conversation_and_keeps_it_from_erasure(house: TestHouse) -> None:
    async with keyboard(house, Role.agent) as agent:
        await reported(house, agent)
    (kept,) = await house.rows(UnsafeReport)
    (case,) = await house.rows(Case)
    assert case.is_medical and kept.reported_by == agent.staff_id and kept.state is ReportState.open
    (line,) = [one for one in kept.frozen["lines"] if one["author"] == "patient"]
    assert line["text"] == MISSED and line["rules"] == []
    assert kept.frozen["versions"]["screen"] == default_screen().version
    assert "unsafe.reported" in [one.action for one in await house.rows(AuditEvent)]


async def test_a_report_without_a_reason_or_twice_is_refused_in_words(house: TestHouse) -> None:
    async with keyboard(house, Role.agent) as agent:
        await reported(house, agent)
        (kept,) = await house.rows(UnsafeReport)
        again = await agent.post(f"/console/messages/{kept.message_id}/unsafe", reason="jeszcze raz")
        assert "Tę wiadomość już zgłoszono" in again.text
        short = await agent.post(f"/console/messages/{kept.message_id}/unsafe", reason="  a ")
        assert "w kilku słowach" in short.text
    assert len(await house.rows(UnsafeReport)) == 1


async def test_a_clinician_reads_the_replay_and_locks_a_test_that_binds_later_versions(house: TestHouse) -> None:
    async with keyboard(house, Role.agent) as agent:
        report = await reported(house, agent)
    async with keyboard(house, Role.clinician) as ewa:
        listed = await ewa.client.get("/clinical/unsafe")
        assert "to było poważne" in listed.text and "kryptonit" not in listed.text
        page = await ewa.client.get(f"/clinical/unsafe/{report}")
        assert "kryptonit" in page.text and default_screen().version in page.text and "600 700 800" in page.text
        assert "mój numer •••" in page.text, "what is suggested as a test has no numbers"
        lock = f"/clinical/unsafe/{report}/lock"
        for bad in (
            {"text": MISSED, "level": "emergency", "nobody": "yes"},
            {"text": "kryptonit parzy mnie w gardle", "level": "emergency"},
            {"text": "", "level": "emergency", "nobody": "yes"},
            {"text": "kryptonit", "level": "very", "nobody": "yes"},
        ):
            assert (await ewa.post(lock, **bad)).status_code == 400
        assert not await house.rows(LockedTest)
        done = await ewa.post(lock, text="kryptonit parzy mnie w gardle", level="emergency", nobody="yes")
        assert done.status_code == 303
        after = await ewa.client.get("/clinical/unsafe")
        assert "nie zdaje" in after.text and "jest testem" in after.text
        again = await ewa.post(lock, text="kryptonit", level="emergency", nobody="yes")
        assert again.status_code == 400 and "już zdecydowano" in again.text
    locked = json.loads((house.house.settings.data_folder / "safety" / LOCKED).read_text("utf-8"))
    assert locked == [{"text": "kryptonit parzy mnie w gardle", "level": "emergency"}]
    acts = [one.action for one in await house.rows(AuditEvent) if one.action.startswith("unsafe")]
    assert acts[0] == "unsafe.reported" and "unsafe.locked" in acts and "unsafe.opened" in acts


async def test_a_report_may_be_closed_with_a_finding_and_makes_no_test(house: TestHouse) -> None:
    async with keyboard(house, Role.agent) as agent:
        report = await reported(house, agent)
    async with keyboard(house, Role.clinician) as ewa:
        assert (await ewa.post(f"/clinical/unsafe/{report}/dismiss", finding="x")).status_code == 400
        assert (await ewa.post(f"/clinical/unsafe/{report}/dismiss", finding="odpowiedź była dobra")).status_code == 303
        assert "odpowiedź była dobra" in (await ewa.client.get(f"/clinical/unsafe/{report}")).text
    async with house.house.database.unit_of_work() as uow:
        kept = await uow.session.scalar(select(UnsafeReport))
    assert kept is not None and kept.state is ReportState.dismissed and not await house.rows(LockedTest)

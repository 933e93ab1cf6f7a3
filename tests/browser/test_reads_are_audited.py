"""What staff open is audited. Invariant: every page of the console that shows one person's data leaves a row, a list leaves none."""

import pytest
from sqlalchemy import select, update

from care.patients.models import Patient
from conversations.models import Attachment, Case
from core.audit import AuditEvent
from tests.browser.conftest import Site
from tests.channels.test_sms_webhook import PNG
from tests.conftest import until

pytestmark = pytest.mark.browser


async def rows(site: Site) -> list[tuple[str, str]]:
    async with site.house.database.unit_of_work() as uow:
        events = await uow.session.scalars(
            select(AuditEvent).where(AuditEvent.actor == str(await site.staff_id("sylwia"))).order_by(AuditEvent.id)
        )
        return [(event.action, event.subject_kind) for event in events]


async def test_each_thing_opened_leaves_its_row_and_lists_leave_none(site: Site) -> None:
    thread_id = await site.waiting("+48890002001")
    await site.text("+48890002001", "zdjęcie", ("image/png", PNG))
    async with site.house.database.unit_of_work() as uow:
        patient_id = await uow.session.scalar(select(Patient.id).limit(1))
        await uow.session.execute(update(Case).where(Case.thread_id == thread_id).values(patient_id=patient_id))
        case_id = await uow.session.scalar(select(Case.id).where(Case.thread_id == thread_id))

    async def file() -> object:
        async with site.house.database.unit_of_work() as uow:
            return await uow.session.scalar(select(Attachment.id).where(Attachment.state == "kept"))

    for _ in range(100):
        if await file():
            break
        await until(lambda: True)
    file_id = await file()
    page = await site.agent("sylwia")
    opened = {
        "/console": [],
        "/console/fragments/queue": [],
        "/console/fragments/alerts": [],
        f"/console/threads/{thread_id}": [("open", "thread")],
        f"/console/fragments/threads/{thread_id}": [("open", "thread")],
        f"/console/fragments/threads/{thread_id}/beside": [("open", "thread")],
        f"/console/threads/{thread_id}/files/{file_id}": [("open", "attachment")],
        f"/console/cases/{case_id}/patient": [("patient.read", "patient"), ("appointments.read", "patient")],
    }
    for path, expected in opened.items():
        before = await rows(site)
        answer = await page.request.get(f"{site.base}{path}")
        assert answer.status == 200, path
        assert (await rows(site))[len(before) :] == expected, path

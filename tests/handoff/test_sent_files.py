"""Files that agents send. Invariant: a patient gets them in the chat alone, checked, and what was taken back is fetched by nobody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from conversations.models import Attachment, Case, CaseState, Direction, Message
from core.access import Role
from core.audit import AuditEvent
from core.clock import FixedClock
from tests.channels.test_sms_webhook import EXE, PDF, PNG
from tests.channels.test_webchat_api import Browser
from tests.contracts.clamd import EICAR, SimulatedClamd
from tests.house import TestHouse, open_house
from tests.serving import free_port
from tests.web.test_staff_pages import Keyboard, keyboard


@asynccontextmanager
async def talking(house: TestHouse) -> AsyncIterator[tuple[Keyboard, Browser, UUID]]:
    """An agent who has the conversation of somebody in the web chat."""
    async with house.web() as client, keyboard(house, Role.agent) as ola:
        hello = (await client.post("/chat/session", json={"language": "pl"})).json()
        visitor = Browser(house, client, hello)
        await visitor.say("konsultant")
        (case,) = await house.rows(Case, Case.state == CaseState.waiting)
        assert (await ola.post(f"/console/cases/{case.id}/accept")).status_code == 303
        yield ola, visitor, case.id


async def given(visitor: Browser) -> list[dict[str, Any]]:
    """The messages with files that the visitor has been given."""
    await visitor.house.house.deliverer.drain(await visitor.thread_id())
    return [one for one in (await visitor.read())["messages"] if one["files"]]


async def sends(ola: Keyboard, case: UUID, content: bytes, **fields: str) -> httpx.Response:
    """The composer's form with a file."""
    file = {"file": ("x", content, "application/octet-stream")}
    return await ola.client.post(f"/console/files/{case}", data={"csrf": ola.csrf, **fields}, files=file)


async def test_a_file_is_fetched_by_its_patient_alone_until_it_is_taken_back(house: TestHouse) -> None:
    async with talking(house) as (ola, visitor, case):
        assert (await sends(ola, case, PDF, body="Proszę, ulotka.")).status_code == 303
        assert (await sends(ola, case, PNG)).status_code == 303
        told = await given(visitor)
        assert [one["text"] for one in told] == ["Proszę, ulotka.", "Plik z przychodni."]
        first, second = (one["files"][0] for one in told)
        assert (first["type"], second["type"]) == ("application/pdf", "image/png")
        address = f"/chat/files/{first['id']}"
        got = await visitor.client.get(address, headers=visitor.headers)
        assert (got.status_code, got.content) == (200, PDF) and got.headers["content-disposition"] == "attachment"
        other = (await visitor.client.post("/chat/session", json={"language": "pl"})).json()["token"]
        assert (await visitor.client.get(address, headers={"Authorization": f"Bearer {other}"})).status_code == 404
        assert (await visitor.client.get(address)).status_code == 401
        (sent,) = [
            one
            for one in await house.rows(Message, Message.direction == Direction.outbound)
            if one.body == "Proszę, ulotka."
        ]
        assert (await ola.client.get(f"/console/threads/{sent.thread_id}/files/{first['id']}")).content == PDF
        assert (await ola.post(f"/console/replies/{sent.id}/take-back")).status_code == 303
        assert (await visitor.client.get(address, headers=visitor.headers)).status_code == 404
        again = await given(visitor)
        assert [one["files"][0]["id"] for one in again] == [None, second["id"]]
    acts = [one.action for one in await house.rows(AuditEvent, AuditEvent.subject_kind == "attachment")]
    assert acts.count("send") == 2 and "open" in acts


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Nie wybrano pliku"),
        (EXE, "To nie jest zdjęcie ani PDF"),
        (PDF + b"0" * 5_000_000, "za duży, najwyżej 5 MB"),
    ],
)
async def test_what_is_no_file_for_a_patient_is_refused_in_words(house: TestHouse, content: bytes, told: str) -> None:
    async with talking(house) as (ola, visitor, case):
        refused = await sends(ola, case, content)
        assert told in refused.text
        assert not await given(visitor)
    assert await house.rows(Attachment) == []


async def test_who_writes_by_sms_gets_no_file_and_the_agent_is_told_why(house: TestHouse) -> None:
    async with keyboard(house, Role.agent) as ola:
        thread, case = await house.human()
        await ola.post(f"/console/cases/{case}/accept")
        assert "reply-file" not in (await ola.client.get(f"/console/threads/{thread}")).text
        assert "tylko na czacie" in (await sends(ola, case, PDF)).text
    assert await house.rows(Attachment) == []


async def test_who_has_not_the_case_sends_nothing(house: TestHouse) -> None:
    async with talking(house) as (_, visitor, case), keyboard(house, Role.agent) as another:
        assert "reply-file" not in (await another.client.get(f"/console/threads/{await visitor.thread_id()}")).text
        await sends(another, case, PDF)
    assert await house.rows(Attachment) == []


async def test_a_file_with_a_virus_or_one_that_cannot_be_checked_is_not_sent(
    database_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    port = free_port()
    async with (
        open_house(database_url, tmp_path, clock, scanner="clamd", clamd=f"127.0.0.1:{port}") as house,
        talking(house) as (ola, visitor, case),
    ):
        assert "nie da się teraz sprawdzić" in (await sends(ola, case, PDF)).text
        async with SimulatedClamd().listening(port):
            assert "szkodliwe oprogramowanie" in (await sends(ola, case, PDF + EICAR)).text
            assert (await sends(ola, case, PDF)).status_code == 303
        assert len(await given(visitor)) == 1

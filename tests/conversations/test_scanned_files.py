"""Files and the scanner. Invariant: nobody opens a file before it was judged clean, and none is lost while the scanner is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from conversations.models import CaseState, Delivery
from conversations.protocols import Media
from conversations.transcript import Transcripts
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.clock import FixedClock
from core.errors import NotFound
from tests.contracts.clamd import EICAR, SimulatedClamd
from tests.house import TestHouse, open_house
from tests.serving import free_port

CLEAN = b"%PDF-1.4\nwyniki"
INFECTED = b"%PDF-1.4\n" + EICAR


@pytest.fixture
def port() -> int:
    """Where clamd is looked for."""
    return free_port()


@pytest.fixture
async def guarded(database_url: str, tmp_path: Path, clock: FixedClock, port: int) -> AsyncIterator[TestHouse]:
    """A house with a scanner, which is away until a test lets it listen."""
    async with open_house(database_url, tmp_path, clock, scanner="clamd", clamd=f"127.0.0.1:{port}") as house:
        yield house


async def sent(house: TestHouse, *contents: bytes, words: str = "") -> tuple[UUID, UUID]:
    """Files by MMS, answered: thread and message."""
    accepted = await house.sms(words, media=tuple(Media("application/pdf", None, one) for one in contents))
    await house.house.turns.take(accepted.thread_id)
    return accepted.thread_id, accepted.message_id


async def opened(house: TestHouse, thread_id: UUID, message_id: UUID, who: SignedIn) -> list[bytes | None]:
    """What staff get who ask for each file; None where there is nothing for them."""
    found: list[bytes | None] = []
    for one in await house.attachments(message_id):
        async with house.house.database.unit_of_work() as uow:
            try:
                _, content = await Transcripts(uow, who.access).file(thread_id, one.id, house.clock.now())
            except NotFound:
                found.append(None)
            else:
                found.append(content)
    return found


async def states(house: TestHouse, message_id: UUID) -> list[str]:
    """Of all files of the message."""
    return sorted(one.state for one in await house.attachments(message_id))


async def test_a_clean_file_reaches_a_person_and_an_infected_one_nobody(guarded: TestHouse, port: int) -> None:
    agent = await guarded.staff()
    async with SimulatedClamd().listening(port):
        thread, message = await sent(guarded, CLEAN, INFECTED)
    assert await states(guarded, message) == ["infected", "kept"]
    assert set(await opened(guarded, thread, message, agent)) == {CLEAN, None}
    assert [one.content for one in await guarded.attachments(message) if one.state == "infected"] == [None]
    assert await guarded.said_keys(thread) == ["media-infected", "handoff-attachment"]
    (infected,) = [one for one in await guarded.attachments(message) if one.state == "infected"]
    acts = await guarded.rows(AuditEvent, AuditEvent.action == "attachment.infected")
    assert [row.subject_id for row in acts] == [str(infected.id)]


async def test_while_the_scanner_is_away_a_file_waits_unopened_and_is_there_once_it_answers(
    guarded: TestHouse, port: int
) -> None:
    agent = await guarded.staff()
    thread, message = await sent(guarded, CLEAN, CLEAN)
    assert await states(guarded, message) == ["waiting", "waiting"]
    assert await guarded.said_keys(thread) == ["handoff-attachment"], "a person is asked for all the same"
    assert await opened(guarded, thread, message, agent) == [None, None]
    assert await guarded.house.attachments.judge_waiting() == 0
    assert await states(guarded, message) == ["waiting", "waiting"]
    async with SimulatedClamd().listening(port):
        assert await guarded.house.attachments.judge_waiting() == 2
        assert await guarded.house.attachments.judge_waiting() == 0
    assert await opened(guarded, thread, message, agent) == [CLEAN, CLEAN]
    assert len(await guarded.said_keys(thread)) == 1, "nothing more is said"


async def test_a_file_found_infected_later_is_destroyed_and_its_sender_told_once_whoever_speaks(
    guarded: TestHouse, port: int
) -> None:
    agent = await guarded.staff()
    thread, message = await sent(guarded, INFECTED)
    case = await guarded.open_case(thread)
    assert case.state is CaseState.waiting and await guarded.accept(agent, case.id) is None
    async with SimulatedClamd().listening(port):
        counts = await asyncio.gather(*(guarded.house.attachments.judge_waiting() for _ in range(3)))
    assert sum(counts) == 1
    (one,) = await guarded.attachments(message)
    assert (one.state, one.content) == ("infected", None)
    told = [line for line in await guarded.messages(thread) if (line.content or {}).get("key") == "media-infected"]
    assert len(told) == 1 and told[0].channel == "sms" and told[0].case_id == case.id
    assert [row.state.value for row in await guarded.rows(Delivery, Delivery.message_id == told[0].id)] == ["queued"]
    assert len(await guarded.rows(AuditEvent, AuditEvent.action == "attachment.infected")) == 1


async def test_to_a_person_who_has_the_conversation_an_infected_file_says_itself(guarded: TestHouse, port: int) -> None:
    thread, case_id = await guarded.human()
    agent = await guarded.staff()
    assert await guarded.accept(agent, case_id) is None
    async with SimulatedClamd().listening(port):
        _, message = await sent(guarded, INFECTED, words="wyniki w załączniku")
    assert await states(guarded, message) == ["infected"]
    assert (await guarded.said_keys(thread))[-1] == "media-infected"
    async with guarded.house.database.unit_of_work() as uow:
        lines = await Transcripts(uow, agent.access).of_thread(thread, guarded.clock.now())
    assert [file.state for line in lines for file in line.files] == ["infected"]


async def test_what_is_no_picture_and_no_pdf_is_not_even_scanned(guarded: TestHouse, port: int) -> None:
    clamd = SimulatedClamd()
    async with clamd.listening(port):
        thread, message = await sent(guarded, b"MZ" + EICAR)
    assert await states(guarded, message) == ["refused"] and clamd.seen == []
    assert await guarded.said_keys(thread) == ["media-refused"]


async def test_a_scanner_that_speaks_nonsense_lets_nothing_through(guarded: TestHouse, port: int) -> None:
    clamd = SimulatedClamd()
    clamd.says = b"stream: maybe"
    async with clamd.listening(port):
        _, message = await sent(guarded, INFECTED)
        assert await guarded.house.attachments.judge_waiting() == 0
    assert await states(guarded, message) == ["waiting"]
    assert [one.content for one in await guarded.attachments(message)] == [INFECTED], (
        "kept, encrypted, for the next try"
    )


async def test_without_a_scanner_files_pass_by_their_bytes_alone(house: TestHouse) -> None:
    agent = await house.staff()
    thread, message = await sent(house, CLEAN)
    assert await opened(house, thread, message, agent) == [CLEAN]

"""Shadow mode. Invariant: a candidate reads what was answered already and nothing else; no turn waits for it and nothing of it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from care.patients.marks import MarkKind, make_mark
from conversations.models import Case, Message
from conversations.privacy.copies import erase_cases
from conversations.protocols import DialogueReply, DialogueTurn, Utterance
from core.access import Access, Role
from core.audit import AuditEvent
from core.errors import Refused
from knowledge.gate import shadow
from knowledge.gate.models import BotRun
from knowledge.gate.shadow import Reading, ShadowDifference, ShadowRun
from knowledge.intents import editing, versions
from service.shadow import SILENT, ShadowWatch, understood
from tests.house import TestHouse
from tests.knowledge.test_intents import FEW
from tests.privacy.planting import NUMBER, plant
from tests.serving import serve, until
from tests.web.test_staff_pages import keyboard

ALARM = "mam silny ból w klatce piersiowej i duszność"


@pytest.fixture
async def learnt(house: TestHouse) -> TestHouse:
    """A bot that takes everything for a question about the clinic, surely; and a draft."""

    async def respond(turn: DialogueTurn) -> DialogueReply:
        return DialogueReply((Utterance("clinic-info"),), "clinic_info", 0.9, "d1")

    house.dialogue.always = respond
    ola = await house.staff("Ola", Role.admin)
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, FEW, "d1", house.clock.now())
        await editing.add(uow, ola.access, "pl", "book", "zapisz mnie", house.clock.now(), "Ola")
    return house


async def watching(house: TestHouse, hours: int = 1) -> UUID:
    """A run whose candidate is ready."""
    ola = await house.staff("Ola", Role.admin)
    async with house.house.database.unit_of_work() as uow:
        made = await shadow.ask(uow, ola, hours, house.clock.now())
        assert isinstance(made, ShadowRun)
        made.state = "training"
        await uow.session.flush()
        assert await shadow.begin(uow, made.id, house.clock.now())
    return made.id


class Candidate:
    """Takes prices for prices and is as sure as it is told; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, words: str) -> Reading:
        self.asked.append(words)
        await self.gate.wait()
        return ("price", 0.8) if "kosztuje" in words else ("clinic_info", 0.5 if "może" in words else 0.85)


async def read(house: TestHouse, run_id: UUID, candidate: Callable[[str], Awaitable[Reading]]) -> bool:
    """One look."""
    return await shadow.step(house.house.database, house.clock, run_id, candidate)


async def the_run(house: TestHouse) -> ShadowRun:
    """As it stands."""
    return (await house.rows(ShadowRun))[-1]


async def test_only_what_is_answered_from_then_on_is_read_and_differences_are_kept(learnt: TestHouse) -> None:
    await learnt.text("czy jest parking")
    run_id, candidate = await watching(learnt), Candidate()
    learnt.clock.instant += timedelta(seconds=1)
    await learnt.text("ile kosztuje USG")
    await learnt.text("do której czynne", "+48600700801")
    await learnt.text("może macie windę", "+48600700802")
    before = len(await learnt.rows(Message))
    assert await read(learnt, run_id, candidate)
    assert candidate.asked == ["ile kosztuje usg", "do której czynne", "może macie windę"]
    assert await read(learnt, run_id, candidate) and len(candidate.asked) == 3, "each once"
    found = {(one.before, one.after, one.before_sure, one.after_sure) for one in await learnt.rows(ShadowDifference)}
    assert found == {("clinic_info", "price", 0.9, 0.8), ("clinic_info", "clinic_info", 0.9, 0.5)}
    run = await the_run(learnt)
    assert (run.read, run.differed, run.dropped) == (3, 2, 0)
    assert len(await learnt.rows(Message)) == before, "nothing is said"


async def test_red_flags_and_restricted_patients_are_never_read_and_erasure_takes_what_was(learnt: TestHouse) -> None:
    planted = await plant(learnt)
    run_id, candidate = await watching(learnt), Candidate()
    learnt.clock.instant += timedelta(seconds=1)
    await learnt.text(ALARM, "+48600700804")
    await learnt.text("ile kosztuje parking", NUMBER)
    await learnt.text("ile kosztuje winda", "+48600700805")
    cases = {one.body: one.case_id for one in await learnt.rows(Message) if one.author == "patient"}
    async with learnt.house.database.unit_of_work() as uow:
        (await uow.session.get_one(Case, cases["ile kosztuje parking"])).patient_id = planted.patient_id
        await make_mark(
            uow, Access.system("test"), planted.patient_id, MarkKind.restriction, "sprzeciw", learnt.clock.now()
        )
    assert await read(learnt, run_id, candidate)
    assert candidate.asked == ["ile kosztuje winda"]
    assert len(await learnt.rows(ShadowDifference)) == 1
    async with learnt.house.database.unit_of_work() as uow:
        await erase_cases(uow, [cases["ile kosztuje winda"]], ())
    assert await learnt.rows(ShadowDifference) == []


async def test_what_is_erased_while_the_candidate_thinks_is_not_kept_and_a_turn_waits_for_nothing(
    learnt: TestHouse,
) -> None:
    run_id, candidate = await watching(learnt), Candidate()
    learnt.clock.instant += timedelta(seconds=1)
    await learnt.text("ile kosztuje USG")
    candidate.gate.clear()
    thinking = asyncio.create_task(read(learnt, run_id, candidate))
    await until(lambda: bool(candidate.asked))
    # The same person writes on, is answered, and is erased: the candidate holds no row and no turn knows of it.
    await learnt.text("do której czynne")
    said = [one for one in await learnt.rows(Message) if one.author == "bot"]
    assert len(said) >= 2 and not thinking.done()
    async with learnt.house.database.unit_of_work() as uow:
        await erase_cases(uow, sorted({one.case_id for one in said}), ())
    candidate.gate.set()
    assert await thinking
    assert await learnt.rows(ShadowDifference) == []
    run = await the_run(learnt)
    assert (run.read, run.differed) == (1, 0)


async def test_when_it_is_behind_the_oldest_are_left_out_and_when_it_hangs_it_goes_on(
    learnt: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "BEHIND", 2)
    run_id, candidate = await watching(learnt), Candidate()
    for number in range(5):
        learnt.clock.instant += timedelta(seconds=1)
        await learnt.text(f"czy jest winda {number}", f"+4860070081{number}")
    assert await read(learnt, run_id, candidate)
    assert candidate.asked == ["czy jest winda 3", "czy jest winda 4"]
    assert (await the_run(learnt)).dropped == 3
    monkeypatch.setattr(shadow, "PATIENCE", 0.05)
    candidate.gate.clear()
    learnt.clock.instant += timedelta(seconds=1)
    await learnt.text("ile kosztuje USG", "+48600700819")
    assert await read(learnt, run_id, candidate)
    run = await the_run(learnt)
    assert (run.read, run.dropped, run.differed) == (2, 4, 0)


async def test_it_ends_by_the_button_by_time_by_count_and_on_a_publication(
    learnt: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ola, candidate, ended = await learnt.staff("Ola", Role.admin), Candidate(), []
    run_id = await watching(learnt)
    async with learnt.house.database.unit_of_work() as uow:
        twice = await shadow.ask(uow, ola, 1, learnt.clock.now())
        assert isinstance(twice, Refused) and twice.reason == "shadow-open"
        assert await shadow.stop(uow, ola, run_id, learnt.clock.now()) is None
        again = await shadow.stop(uow, ola, run_id, learnt.clock.now())
        assert isinstance(again, Refused) and again.reason == "shadow-over"
    assert not await read(learnt, run_id, candidate)
    ended.append((await the_run(learnt)).because)
    run_id = await watching(learnt)
    learnt.clock.instant += timedelta(hours=1)
    assert not await read(learnt, run_id, candidate)
    ended.append((await the_run(learnt)).because)
    monkeypatch.setattr(shadow, "MOST", 1)
    run_id = await watching(learnt)
    learnt.clock.instant += timedelta(seconds=1)
    await learnt.text("do której czynne")
    assert await read(learnt, run_id, candidate)
    assert not await read(learnt, run_id, candidate)
    ended.append((await the_run(learnt)).because)
    run_id = await watching(learnt)
    async with learnt.house.database.unit_of_work() as uow:
        uow.session.add(
            BotRun(kind="publish", author="Ola", note="x", asked_at=learnt.clock.now(), steps=[], report={})
        )
    assert not await read(learnt, run_id, candidate)
    ended.append((await the_run(learnt)).because)
    assert ended == ["button", "time", "turns", "published"]


async def test_a_run_whose_process_is_gone_is_over(learnt: TestHouse) -> None:
    run_id = await watching(learnt)
    watch = ShadowWatch(learnt.house.database, learnt.clock)
    await watch.look()
    assert (await the_run(learnt)).state == "watching"
    learnt.clock.instant += SILENT + timedelta(seconds=1)
    await watch.look()
    run = await the_run(learnt)
    assert (run.id, run.state, run.because) == (run_id, "ended", "interrupted")


async def test_an_answer_that_is_none_is_an_error_that_is_counted() -> None:
    app, answers = FastAPI(), [(200, {"intent": {"name": "book", "confidence": 0.7}}), (500, {}), (200, {"intent": {}})]

    @app.post("/model/parse")
    async def parse(request: Request) -> JSONResponse:
        assert (await request.json())["text"] and request.query_params["token"] == "t"
        code, body = answers.pop(0)
        return JSONResponse(body, code)

    async with serve(app) as url, httpx.AsyncClient(base_url=url, params={"token": "t"}) as client:
        assert await understood(client, "umów mnie") == ("book", 0.7)
        for wrong in (ValueError, KeyError):
            with pytest.raises(wrong):
                await understood(client, "umów mnie")
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9") as client:
        with pytest.raises(OSError):
            await understood(client, "umów mnie")


async def test_the_page_starts_shows_without_the_patient_and_stops(learnt: TestHouse) -> None:
    async with keyboard(learnt, Role.admin) as ola:
        odd = await ola.post("/studio/shadow", hours="5")
        assert odd.status_code == 422 and "jak długo" in odd.text
        sent = await ola.post("/studio/shadow", hours="8")
        assert sent.status_code == 303
        async with learnt.house.database.unit_of_work() as uow:
            run = await uow.session.get_one(ShadowRun, UUID(sent.headers["location"].rsplit("/", 1)[1]))
            run.state = "training"
            await uow.session.flush()
            await shadow.begin(uow, run.id, learnt.clock.now())
        learnt.clock.instant += timedelta(seconds=1)
        await learnt.text("ile kosztuje USG, pisze Jan Brzechwa 605111222")
        await read(learnt, run.id, Candidate())
        page = (await ola.client.get(f"/studio/shadow/{run.id}")).text
        assert "ile kosztuje USG" in page and "Brzechwa" not in page and "605111222" not in page
        assert "clinic_info → <strong>price</strong>" in page and "Przeczytane: 1, inaczej: 1." in page
        assert (await ola.post(f"/studio/shadow/{run.id}/stop")).status_code == 303
        assert "Wyłączono przyciskiem" in (await ola.client.get(f"/studio/shadow/{run.id}")).text
    async with keyboard(learnt, Role.supervisor) as other:
        assert (await other.client.get(f"/studio/shadow/{run.id}")).status_code in (403, 404)
        assert (await other.post("/studio/shadow", hours="8")).status_code in (403, 404)
    assert {"shadow.asked", "shadow.stopped", "questions.read"} <= {one.action for one in await learnt.rows(AuditEvent)}

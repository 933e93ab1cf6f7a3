"""Killing: web, worker, Rasa and PostgreSQL are ended with SIGKILL at random while patients text. Nothing is lost, nothing done twice.

A patient's provider repeats a webhook until it is acknowledged, as providers do. A conversation ends when it is through its script
or waits for a person. Afterwards everything stored is compared with everything acknowledged.
"""

import asyncio
import contextlib
import itertools
import os
import random
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import psutil
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from twilio.request_validator import RequestValidator

from bench.installation import TOKEN, Installation, installation, progress
from bench.turn import number
from care.appointments.models import Appointment
from conversations.models import Case, CaseState, Direction, Message, Turn, TurnState
from core.access import Role
from core.accounts import SignedIn, Staff
from core.errors import Refused
from core.ids import StaffId
from handoff.models import Handoff
from service.bot_models import places
from service.supervisor import Supervisor

BOUNDS = {
    "kills": (">=", 100), "lost": ("<=", 0), "duplicated": ("<=", 0), "double_owned": ("<=", 0), "unanswered": ("<=", 0),
    "order_breaks": ("<=", 0),
}  # fmt: skip
QUICK_KILLS, KILLS = 12, 110
SCRIPT = (
    "chce sie umowic do ortopedy prywatnie, pierwsza wizyta, pierwszy wolny termin", "1", "Jan Testowy 01.02.1980", "tak",
    "kiedy mam wizyte", "dziekuje",
)  # fmt: skip
TARGETS = {"web": 0.36, "worker": 0.42, "postgres": 0.17, "bot": 0.05}
PATIENTS = 16


def run(quick: bool) -> dict[str, float]:
    """All figures. With `--quick` a dozen kills, and the bound on their number is that dozen."""
    if quick:
        BOUNDS["kills"] = (">=", QUICK_KILLS)
    return asyncio.run(_run(QUICK_KILLS if quick else KILLS))


async def _run(kills: int) -> dict[str, float]:
    async with installation(with_plain=False) as place:
        storm = Storm(place)
        supervisor = Supervisor(place.processes, place.postgres.revive)
        keeping = asyncio.create_task(keep(supervisor))
        patients = [asyncio.create_task(storm.patient()) for _ in range(PATIENTS)]
        killed = await kill(place, kills, TARGETS)
        storm.over.set()
        await asyncio.gather(*patients)
        progress(f"{sum(killed.values())} kills: {dict(killed)}; waiting for what is left")
        await storm.settle()
        figures = await compare(place, storm)
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
    return {"kills": sum(killed.values()), **{f"kills_{name}": killed[name] for name in TARGETS}, **figures}


@dataclass
class Storm:
    """Patients who text whatever happens."""

    place: Installation
    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0
    pause: tuple[float, float] = (0.0, 0.0)
    """Seconds from an answer to the patient's next message, at least and at most."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def patient(self) -> None:
        """One conversation after another, each from a new number."""
        async with httpx.AsyncClient(base_url=self.place.settings.public_url, timeout=10) as client:
            while not self.over.is_set():
                phone = number()
                for text in SCRIPT:
                    sid = f"SM{uuid4().hex}"
                    if not await self.deliver(client, phone, text, sid) or await self.answered(sid) == "person":
                        break
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self.over.wait(), random.uniform(*self.pause))
                    if self.over.is_set():
                        break

    async def deliver(self, client: httpx.AsyncClient, phone: str, text: str, sid: str) -> bool:
        """As a provider does: again until it is acknowledged. True once it is."""
        form = {
            "MessageSid": sid, "AccountSid": "AC" + "b" * 32, "From": phone, "To": "+48732100200", "Body": text, "NumMedia": "0",
        }  # fmt: skip
        url = f"{self.place.settings.public_url}/webhooks/twilio/sms"
        headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form)}
        for _ in range(240):
            with contextlib.suppress(httpx.HTTPError):
                response = await client.post("/webhooks/twilio/sms", data=form, headers=headers)
                if response.status_code == 200:
                    self.acknowledged.add(sid)
                    return True
                self.refused += 1
            await asyncio.sleep(0.5)
        return False

    async def answered(self, sid: str) -> str:
        """Waits for the turn's end: `bot`, or `person` once the case is no longer the bot's."""
        for _ in range(600):
            with contextlib.suppress(DBAPIError):
                async with self.place.house.database.unit_of_work() as uow:
                    row = (
                        await uow.session.execute(
                            select(Turn.state, Case.state.label("case"))
                            .join(Message, Message.id == Turn.message_id)
                            .join(Case, Case.id == Message.case_id)
                            .where(Message.provider_id == sid)
                        )
                    ).first()
                if row is not None and row.state is TurnState.done:
                    return "bot" if row.case is CaseState.bot else "person"
            await asyncio.sleep(0.2)
        return "person"

    async def settle(self) -> None:
        """Wait until nothing is left to answer, at most three minutes."""
        for _ in range(360):
            with contextlib.suppress(DBAPIError):
                async with self.place.house.database.unit_of_work() as uow:
                    left = await uow.session.scalar(
                        select(Turn.message_id).where(Turn.state != TurnState.done).limit(1)
                    )
                if left is None:
                    return
            await asyncio.sleep(0.5)


async def keep(supervisor: Supervisor) -> None:
    """Start again what has ended, until cancelled."""
    while True:
        await asyncio.to_thread(supervisor.look)
        await asyncio.sleep(0.2)


async def kill(place: Installation, kills: int, targets: Mapping[str, float]) -> Counter[str]:
    """Kill at random moments, only what is alive; what has just come up gets a chance to work first."""
    chance = random.Random(20261123)
    done: Counter[str] = Counter()
    while sum(done.values()) < kills:
        await asyncio.sleep(chance.uniform(1.0, 8.0))
        name = chance.choices(list(targets), list(targets.values()))[0]
        pid = await _once_alive(place, name)
        if pid is None:
            continue
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            done[name] += 1
            progress(f"kill {sum(done.values())}: {name}")
    return done


async def _once_alive(place: Installation, name: str) -> int | None:
    """Its process id as soon as it lives, or None if it does not come back within ten seconds."""
    for _ in range(40):
        if (pid := await _alive(place, name)) is not None:
            return pid
        await asyncio.sleep(0.25)
    return None


async def _alive(place: Installation, name: str) -> int | None:
    if name == "postgres":
        pid = place.postgres.pid()
        with contextlib.suppress(psutil.NoSuchProcess):
            return None if pid is None or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE else pid
        return None
    child = next(one for one in place.processes if one.name == name)
    if child.process is None or child.process.poll() is not None or not await asyncio.to_thread(child.is_healthy):
        return None
    return child.process.pid


async def compare(place: Installation, storm: Storm) -> dict[str, float]:
    """What is stored against what was acknowledged. `failed`: turns that people got because the bot did not answer."""
    async with place.house.database.unit_of_work() as uow:
        inbound = {
            row.provider_id: row
            for row in await uow.session.scalars(select(Message).where(Message.direction == Direction.inbound))
        }
        turns = list(await uow.session.scalars(select(Turn).order_by(Turn.thread_id, Turn.seq)))
        threads: dict[UUID, list[Message]] = {}
        for message in await uow.session.scalars(select(Message).order_by(Message.thread_id, Message.seq)):
            threads.setdefault(message.thread_id, []).append(message)
        visits = list(
            await uow.session.scalars(
                select(Appointment).where(Appointment.status == "booked", Appointment.booked_by_case_id.is_not(None))
            )
        )
        handoffs = list(await uow.session.scalars(select(Handoff)))
        cases = list(await uow.session.scalars(select(Case)))
    lost = len(storm.acknowledged - inbound.keys())
    handed = {handoff.thread_id for handoff in handoffs}
    unanswered = sum(1 for turn in turns if not _has_answer(turn, threads[turn.thread_id], handed))
    said_twice = sum(_said_twice(messages) for messages in threads.values())
    booked_twice = sum(count - 1 for count in Counter(visit.booked_by_case_id for visit in visits).values())
    steps_twice = await _steps_twice(place, [case.id for case in cases])
    breaks = sum(
        1
        for before, after in itertools.pairwise(turns)
        if before.thread_id == after.thread_id and before.done_at and after.done_at and before.done_at > after.done_at
    )
    outcomes = Counter((turn.outcome or "none").split(":")[0] for turn in turns)
    reasons = Counter(turn.outcome for turn in turns if (turn.outcome or "").startswith("failed"))
    progress(
        f"{len(turns)} turns: {dict(outcomes)} {dict(reasons)}; {len(visits)} visits; said twice {said_twice}, steps twice {steps_twice}"
    )
    return {
        "messages": len(turns), "visits": len(visits), "to_people": len(handed), "webhooks_refused": storm.refused,
        "lost": lost, "unanswered": unanswered, "duplicated": said_twice + booked_twice + steps_twice, "order_breaks": breaks,
        "failed": outcomes["failed"],
        "double_owned": await _double_owned(place, cases), "sent_again": sum(count - 1 for count in place.sent.values()),
    }  # fmt: skip


def _has_answer(turn: Turn, messages: list[Message], handed: set[UUID]) -> bool:
    """True if something was said after the message, or it waits for a person."""
    if turn.state is not TurnState.done:
        return False
    return turn.thread_id in handed or any(
        one.direction is Direction.outbound and one.seq > turn.seq for one in messages
    )


def _said_twice(messages: list[Message]) -> int:
    """The same words twice to the same message."""
    twice, said = 0, Counter[str]()
    for message in messages:
        if message.direction is Direction.inbound:
            said = Counter()
        elif message.direction is Direction.outbound:
            twice += said[message.body] > 0
            said[message.body] += 1
    return twice


async def _steps_twice(place: Installation, case_ids: list[UUID]) -> int:
    """Messages that Rasa's trackers hold more than once."""
    twice = 0
    headers = {"Authorization": ""}
    async with place.house.database.unit_of_work() as uow:
        found_at = await places(uow)  # a model published meanwhile answers on the other port
    url = f"http://127.0.0.1:{found_at[0].port}" if found_at else place.settings.rasa_url
    async with httpx.AsyncClient(base_url=url, timeout=30, headers=headers) as client:
        for case_id in case_ids:
            found = await _tracker(client, place, case_id)
            ids = Counter(
                str((event.get("metadata") or {}).get("message_id")) for event in found if event["event"] == "user"
            )
            twice += sum(count - 1 for name, count in ids.items() if name != "None")
    return twice


async def _tracker(client: httpx.AsyncClient, place: Installation, case_id: UUID) -> list[dict[str, Any]]:
    params = {"include_events": "ALL", "token": place.settings.secrets["actions"]}
    for _ in range(400):
        with contextlib.suppress(httpx.HTTPError):
            response = await client.get(f"/conversations/{case_id}/tracker", params=params)
            if response.status_code == 200:
                return list(response.json()["events"] or ())
        await asyncio.sleep(0.5)
    raise TimeoutError("Rasa does not answer")


async def _double_owned(place: Installation, cases: list[Case]) -> int:
    """Two agents take every waiting case at the same instant: how often both were told that it is theirs."""
    database, desk, clock = place.house.database, place.house.desk, place.house.clock
    async with database.unit_of_work() as uow:
        found = await uow.session.scalars(
            select(Staff).where(Staff.email.in_(("marta@demo.example", "pawel@demo.example")))
        )
        agents = [SignedIn(StaffId(one.id), one.name, one.email, frozenset({Role.agent}), "pl", "") for one in found]

    async def accept(agent: SignedIn, case_id: UUID) -> bool:
        async with database.unit_of_work() as uow:
            return not isinstance(await desk.accept(uow, agent, case_id, clock.now()), Refused)

    both = 0
    for case in cases:
        if case.state is CaseState.waiting:
            both += sum(await asyncio.gather(*(accept(agent, case.id) for agent in agents))) != 1
    return both

"""An edit of what the bot learns, from pressing publish to the new bot answering, while patients go on writing; and the suite alone.

`gate_s`: from the press to the first answer that only the new model gives. Patients book visits all the while, from before the press
until the old bot has stopped; `failed_turns` are those that people got because no bot answered, and those never answered;
`duplicated_turns` what was said, booked or heard twice. Somebody asks for the new words every second: `back_and_forth` counts old
answers after the first new one, beyond the second for which a process may remember the old bot's address.
`suite_s`: a hundred conversations on the stage, with nobody else about.
An article's edit is measured by `bench retrieval` (`live_s`).
"""

import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from bench.chaos import Storm, compare
from bench.installation import Installation, installation, progress
from bench.turn import number
from conversations.models import Direction, Message
from core.access import Role
from core.accounts import SignedIn, Staff
from core.crypto import keyring
from core.errors import ConfigurationError, Refused
from core.ids import StaffId
from core.settings import Settings
from knowledge.gate import service as gate
from knowledge.gate.models import BotRun
from knowledge.gate.suite import shipped
from knowledge.intents import editing
from service.bot_address import KEPT_SECONDS
from service.cli import bot_python
from service.keeper import OUTLIVES
from service.rehearsal import scene, stage
from service.replaying import Replayed, replay
from service.setup import bot_model
from service.training import train

BOUNDS = {
    "gate_s": ("<=", 240.0), "failed_turns": ("<=", 0), "duplicated_turns": ("<=", 0), "order_breaks": ("<=", 0), "lost": ("<=", 0),
    "back_and_forth": ("<=", 0), "suite_s": ("<=", 60.0), "suite_failed": ("<=", 0),
}  # fmt: skip
PATIENTS, PAUSE = 4, (1.0, 4.0)
SUITE = 100
TAUGHT = ("kukuryku na patyku", "no to kukuryku na patyku", "kukuryku na patyku i tyle", "kukuryku na patyku dla was")
"""Words without a meaning, taught as thanks."""
ASKED, LEARNT_AS, NEW_ANSWER = "kukuryku na patyku", "thanks", "utter-thanks"
GIVES_UP_AFTER = 900.0


def run(quick: bool) -> dict[str, float]:
    """All figures; with `quick` two patients and a suite of twenty conversations. The gate is the whole gate either way."""
    return asyncio.run(_run(2 if quick else PATIENTS, 20 if quick else SUITE))


async def _run(patients: int, conversations: int) -> dict[str, float]:
    python = bot_python()
    if python is None:
        raise ConfigurationError("benchmarks need the bot: see ./poradnia doctor")
    figures = await _suite(python, conversations)
    async with installation(with_plain=False) as place:
        progress("the published model is kept, as the first start does it")
        cached, own = Settings().data_folder / "models", place.settings.data_folder / "models"
        own.mkdir(exist_ok=True)
        for file in (train(python, cached), cached / "vectors.npz"):
            shutil.copy2(file, own)
        await bot_model(place.settings, place.url, python)
        return figures | await _gate(place, patients)


async def _suite(python: Path, conversations: int) -> dict[str, float]:
    keys = vars(keyring).copy()
    try:
        model = train(python, Settings().data_folder / "models")
        async with scene() as ready, stage(ready, python, model) as candidate:
            scripts = shipped()[:conversations]
            progress(f"{len(scripts)} conversations on the stage")
            began = time.perf_counter()
            found = Replayed()
            await replay(candidate, scripts, {}, found)
            took = time.perf_counter() - began
    finally:
        vars(keyring).update(keys)
    for one in found.failed:
        progress(f"{one['test']} ({one['channel']}), turn {one['turn']}: {one['expected']}, not {one['got']}")
    return {"conversations": len(scripts), "suite_s": round(took, 1), "suite_failed": len(found.failed)}


async def _gate(place: Installation, patients: int) -> dict[str, float]:
    storm = Storm(place, pause=PAUSE)
    writing = [asyncio.create_task(storm.patient()) for _ in range(patients)]
    asking = Asking(storm)
    asked = asyncio.create_task(asking.run())
    await asyncio.sleep(10)  # they are in the middle of it
    began = time.monotonic()
    run_id = await _press(place)
    progress("publish was pressed")
    run = await _over(place, run_id, began)
    first = await asking.first_new(time.monotonic() + 60) if run.state == "live" else None
    took = {step["name"]: step.get("took", -1.0) for step in run.steps}
    progress(f"the run is {run.state} ({run.report.get('reason')}): {took}")
    for one in run.report["failed"]:
        progress(f"{one['test']} ({one['channel']}), turn {one['turn']}: {one['expected']}, not {one['got']}")
    if run.state == "live":
        progress("until the old bot has stopped")
        await asyncio.sleep(OUTLIVES + 5)
    storm.over.set()
    await asyncio.gather(*writing, asked)
    await storm.settle()
    figures = await compare(place, storm)
    return {
        "gate_s": round(first - began, 1) if first is not None else -1.0,
        **{f"{name}_s": took.get(name, -1.0) for name in ("train", "start", "conversations", "switch")},
        "turns": figures["messages"], "failed_turns": figures["failed"] + figures["unanswered"],
        "duplicated_turns": figures["duplicated"], "order_breaks": figures["order_breaks"], "lost": figures["lost"],
        "back_and_forth": asking.back_and_forth() if first is not None else -1.0,
    }  # fmt: skip


async def _press(place: Installation) -> UUID:
    """An editor teaches a few phrases and presses publish."""
    database, clock = place.house.database, place.house.clock
    async with database.unit_of_work() as uow:
        found = (await uow.session.scalars(select(Staff).where(Staff.email == "ola@demo.example"))).one()
        ola = SignedIn(StaffId(found.id), found.name, found.email, frozenset({Role.admin}), "pl", "")
        for text in TAUGHT:
            made = await editing.add(uow, ola.access, "pl", LEARNT_AS, text, clock.now(), ola.name)
            if isinstance(made, Refused):
                raise ConfigurationError(f"{text}: {made.reason}")
        run = await gate.ask_to_publish(uow, ola, "Słowa bez znaczenia jako podziękowanie", clock.now())
        if isinstance(run, Refused):
            raise ConfigurationError(run.reason)
        return run.id


async def _over(place: Installation, run_id: UUID, began: float) -> BotRun:
    """The run once it is over."""
    while True:
        async with place.house.database.unit_of_work() as uow:
            run = await uow.session.get_one(BotRun, run_id)
            if run.ended_at is not None:
                return run
        if time.monotonic() - began > GIVES_UP_AFTER:
            raise TimeoutError("the gate does not come to an end")
        await asyncio.sleep(0.5)


@dataclass(frozen=True)
class _Heard:
    asked_at: float
    answered_at: float
    is_new: bool


class Asking:
    """Somebody new asks for the new words every second, and hears one model or the other."""

    def __init__(self, storm: Storm) -> None:
        self._storm = storm
        self.heard: list[_Heard] = []

    async def run(self) -> None:
        """Until the storm is over."""
        async with httpx.AsyncClient(base_url=self._storm.place.settings.public_url, timeout=10) as client:
            while not self._storm.over.is_set():
                asked_at, sid = time.monotonic(), f"SM{uuid4().hex}"
                await self._storm.deliver(client, number(), ASKED, sid)
                await self._storm.answered(sid)
                self.heard.append(_Heard(asked_at, time.monotonic(), await self._is_new(sid)))
                await asyncio.sleep(1.0)

    async def _is_new(self, sid: str) -> bool:
        async with self._storm.place.house.database.unit_of_work() as uow:
            question = (await uow.session.scalars(select(Message).where(Message.provider_id == sid))).one()
            said = await uow.session.scalars(
                select(Message).where(
                    Message.thread_id == question.thread_id, Message.direction == Direction.outbound,
                    Message.seq > question.seq,
                )
            )  # fmt: skip
            return NEW_ANSWER in [str((one.content or {}).get("key")) for one in said]

    async def first_new(self, until: float) -> float | None:
        """When the first new answer was stored; None if there is none in time."""
        while time.monotonic() < until:
            for one in self.heard:
                if one.is_new:
                    return one.answered_at
            await asyncio.sleep(0.2)
        return None

    def back_and_forth(self) -> int:
        """How often the old model answered after the new one had."""
        first = next(one.answered_at for one in self.heard if one.is_new)
        return sum(not one.is_new and one.asked_at > first + KEPT_SECONDS for one in self.heard)

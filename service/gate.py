"""The gate: a process of its own that trains a candidate, tries it, and only then lets it answer. It tells how far it is.

Steps of publishing: safety, train (while the stage is set up), start, judge, asked, conversations, publish, switch. Whatever stands
against the draft is collected over all steps, so that an editor sees all of it at once.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update

from conversations.screen_in_force import held
from conversations.unsafe.models import LockedTest
from core import audit
from core.access import Access
from core.clock import SystemClock
from core.db import Database
from core.errors import ConfigurationError
from core.keys import open_keys
from core.logging import describe
from core.settings import Settings
from knowledge.asked import Asked, last_asked
from knowledge.gate.models import BotRun, ConversationTest
from knowledge.gate.suite import CHANNELS, Script, shipped
from knowledge.intents import clinic_goals, versions
from knowledge.intents.editing import by_language, live_version, phrases
from knowledge.intents.models import BotVersion
from service import bot_content, bot_models
from service.judging import Figures, against, changed, differences, judge, utterances
from service.rehearsal import Stage, scene, stage, understood
from service.replaying import Replayed, replay
from service.training import code_digest, fingerprint, train

log = structlog.get_logger()
BEATS_EVERY = 3.0
SWITCHES_WITHIN = 240.0
NICENESS = 3
STEPS = {
    "publish": ("safety", "train", "start", "judge", "asked", "conversations", "publish", "switch"),
    "upgrade": ("safety", "train", "start", "judge", "asked", "conversations", "publish", "switch"),
    "rollback": ("train", "publish", "switch"),
}


class Cancelled(Exception):
    """Somebody stopped the run, or another process took it for dead."""


class Gate:
    """One run. Every write is a transaction of its own, on the real database; nothing else of it is touched before `publish`."""

    def __init__(self, settings: Settings, database: Database, run_id: UUID, python: Path) -> None:
        self._settings = settings
        self._database = database
        self._id = run_id
        self._python = python
        self._clock = SystemClock(settings.zone)
        self._steps: list[dict[str, Any]] = []
        self._report: dict[str, Any] = {"against": [], "failed": []}
        self._state = "running"

    async def run(self) -> None:
        """From asked to answered, refused or failed."""
        async with self._database.unit_of_work() as uow:
            run = await uow.session.get_one(BotRun, self._id)
            kind, self._note, self._author, self._to = run.kind, run.note, run.author, run.goes_back_to
        self._kind = kind
        self._steps = [{"name": name, "state": "waiting"} for name in STEPS[kind]]
        await self._write()
        beating = asyncio.create_task(self._beat())
        working = asyncio.create_task(self._work())
        try:
            done, _ = await asyncio.wait({beating, working}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Cancelled:
            log.info("a run of the gate was stopped")
        except Exception as error:
            log.error("a run of the gate failed", **describe(error))
            for one in self._steps:
                one["state"] = "failed" if one["state"] == "running" else one["state"]
            reason = str(error).split("\n")[0][:200] if isinstance(error, ConfigurationError) else type(error).__name__
            await self._end("failed", reason=reason)
        finally:
            for task in (beating, working):
                task.cancel()
            await asyncio.gather(beating, working, return_exceptions=True)

    async def _work(self) -> None:
        if self._kind == "rollback":
            await self._go_back()
            return
        async with self._database.unit_of_work() as uow:
            live = await live_version(uow)
            self._phrases = await phrases(uow, None if self._kind == "publish" or live is None else live.number)
            self._before: Figures | None = dict(live.figures) if live is not None and live.figures else None
            answers = clinic_goals.merged(await clinic_goals.published(uow))
            will = clinic_goals.merged(await clinic_goals.drafted(uow)) if self._kind == "publish" else answers
            self._merged = will
            scripts = await self._suite(uow)
            locked = list(await uow.session.scalars(select(LockedTest)))
            texts = [(one.text, one.level) for one in locked]
            questions = await last_asked(uow)
        self._report["phrases"] = by_language(self._phrases)
        training = asyncio.create_task(self._train())
        try:
            # While it learns, everything that can be asked without the candidate.
            await self._safety(texts)
            if self._before is None and (came := await self._live([text for text, _ in utterances()])) is not None:
                self._before = judge(utterances(), came, answers)
            answered_now = await self._live([one.words for one in questions])
            async with scene() as ready:
                model = await training
                async with AsyncExitStack() as on_stage:
                    async with self._step("start"):
                        candidate = await on_stage.enter_async_context(stage(ready, self._python, model))
                    # A conversation keeps the candidate busy half of the time; single utterances come in between.
                    _, passed = await asyncio.gather(
                        self._utterances(candidate, questions, answered_now), self._replay(candidate, scripts)
                    )
        finally:
            training.cancel()
            await asyncio.gather(training, return_exceptions=True)
        if self._report["against"] or self._report["failed"]:
            await self._end("refused")
            return
        async with self._step("publish"):
            version = await self._publish(model, passed)
        await self._switch(version)

    async def _suite(self, uow: Any) -> list[Script]:
        """All conversations, read before the stage brings its own keys."""
        own = await uow.session.scalars(select(ConversationTest).where(ConversationTest.retired_at.is_(None)))
        return shipped(without=self._merged) + [
            Script(one.name, one.language, one.channel, one.steps, one.id, one.passed_in is not None)
            for one in own if one.channel in CHANNELS
        ]  # fmt: skip

    async def _train(self) -> Path:
        async with self._step("train") as step:
            step["count"] = sum(map(len, self._phrases.values()))
            return await asyncio.to_thread(train, self._python, self._settings.data_folder / "models", self._phrases)

    async def _live(self, texts: Sequence[str]) -> list[str] | None:
        """What the model that answers now makes of them, if one answers: asked for intents alone, which keeps nothing."""
        async with self._database.unit_of_work() as uow:
            found = await bot_models.places(uow)
        port = found[0].port if found else self._settings.rasa_port
        try:
            token = self._settings.secrets["actions"]
            return await understood(f"http://127.0.0.1:{port}", token, texts)
        except Exception as error:
            log.info("no bot answers to compare with", **describe(error))
            return None

    async def _utterances(
        self, candidate: Stage, questions: Sequence[Asked], answered_now: Sequence[str] | None
    ) -> None:
        async with self._step("judge") as step:
            self._after = await self._judge(candidate, step)
        async with self._step("asked") as step:
            await self._ask_again(candidate, questions, answered_now, step)

    async def _judge(self, candidate: Stage, step: dict[str, Any]) -> Figures:
        wanted = utterances()
        after = judge(wanted, await candidate.understood([text for text, _ in wanted]), self._merged)
        before = self._before
        step |= {"right": after["right"], "total": after["total"], "before": before["right"] if before else None}
        self._report["confused"] = differences(before, after)
        self._report["against"] += [[key, args] for key, args in against(before, after)]
        return after

    async def _ask_again(
        self, candidate: Stage, questions: Sequence[Asked], before: Sequence[str] | None, step: dict[str, Any]
    ) -> None:
        """What would become of the patients' last questions. It blocks nothing: whether it is better, an editor sees."""
        if before is None:
            step |= {"right": 0, "total": 0}
            return
        moved = changed(questions, before, await candidate.understood([one.words for one in questions]))
        step |= {"right": len(questions) - len(moved), "total": len(questions)}
        self._report["moved"] = moved

    async def _safety(self, locked: Sequence[tuple[str, str]]) -> None:
        """The red flags see their pack and what clinicians locked. What the bot learns cannot change that; it is asked all the same."""
        async with self._step("safety") as step:
            right, total = await asyncio.to_thread(held, self._settings.data_folder, locked)
            step |= {"right": right, "total": total}
            if right < total:
                self._report["against"].append(["gate-safety-missed", {"count": str(total - right)}])

    async def _replay(self, candidate: Stage, scripts: Sequence[Script]) -> list[UUID]:
        """Hold all conversations; which of the clinic's own passed."""
        found = Replayed(failed=self._report["failed"])
        self._report["unproved"] = found.unproved
        async with self._step("conversations") as step:
            await replay(candidate, scripts, step, found)
        return found.passed

    async def _publish(self, model: Path, passed: Sequence[UUID]) -> BotVersion:
        digest, now = model.name.removesuffix(".tar.gz"), self._clock.now()
        content = await asyncio.to_thread(model.read_bytes)
        async with self._database.unit_of_work() as uow:
            # An erasure meanwhile took its examples: what was trained is no longer what would be published.
            held = await phrases(uow, None if self._kind == "publish" else (await live_version(uow) or _none()).number)
            if fingerprint(held) != digest:
                raise ConfigurationError("the draft changed meanwhile")
            await bot_models.store(uow, self._settings.secrets["actions"], digest, code_digest(), content, now)
            if self._kind == "publish":
                made = await versions.publish_draft(uow, digest, self._note, self._author, self._after, now)
            else:
                made = await versions.same_again(uow, digest, self._after, now)
            # Not through the model of the table: what is sealed there cannot be opened with the stage's keys.
            first = update(ConversationTest).where(
                ConversationTest.id.in_(passed), ConversationTest.passed_in.is_(None)
            )
            await uow.session.execute(first.values(passed_in=made.number).execution_options(synchronize_session=False))
            await self._announce(uow, made, digest)
        return made

    async def _go_back(self) -> None:
        async with self._database.unit_of_work() as uow:
            to = await uow.session.get_one(BotVersion, self._to)
            kept = await bot_models.content(uow, self._settings.secrets["actions"], str(to.digest))
            self._phrases = await phrases(uow, to.number)
        async with self._step("train") as step:
            step["count"] = sum(map(len, self._phrases.values()))
            digest = fingerprint(self._phrases)
            # Erasure, or a new version of the product, makes the kept model no longer the right one.
            if kept is None or digest != to.digest:
                model = await asyncio.to_thread(
                    train, self._python, self._settings.data_folder / "models", self._phrases
                )
                kept = await asyncio.to_thread(model.read_bytes)
        async with self._step("publish"), self._database.unit_of_work() as uow:
            now = self._clock.now()
            await bot_models.store(uow, self._settings.secrets["actions"], digest, code_digest(), kept, now)
            to = await uow.session.get_one(BotVersion, self._to)
            made = await versions.go_back(uow, to, self._note, self._author, now)
            made.digest = digest
            await self._announce(uow, made, digest)
        await self._switch(made)

    async def _announce(self, uow: Any, made: BotVersion, digest: str) -> None:
        run = await uow.session.get(BotRun, self._id, with_for_update=True)
        if run is None or run.state != "running":
            raise Cancelled
        run.state, run.version = "switching", made.number
        self._state = "switching"
        await bot_models.make_live(uow, digest, self._clock.now())
        access = Access.staff(run.staff_id, frozenset(), "gate") if run.staff_id else Access.system("gate")
        audit.record(uow, access, f"bot.{self._kind}", "bot_version", str(made.number), self._clock.now())

    async def _switch(self, made: BotVersion) -> None:
        """Wait until every bot answers with it. One that cannot start it: what answered before is published again."""
        async with self._step("switch") as step:
            until = time.monotonic() + SWITCHES_WITHIN
            while time.monotonic() < until:
                async with self._database.unit_of_work() as uow:
                    found = await bot_models.places(uow)
                step |= {"right": sum(one.digest == made.digest for one in found), "total": len(found)}
                if all(one.digest == made.digest for one in found):
                    break
                if any(one.state == "failed" and one.digest != made.digest for one in found):
                    until = 0.0
                await asyncio.sleep(0.5)
            else:
                async with self._database.unit_of_work() as uow:
                    before = await bot_content.earlier(uow, made.number)
                    if before is not None and before.digest is not None:
                        back = await versions.go_back(uow, before, "", self._author, self._clock.now())
                        await bot_models.make_live(uow, str(back.digest), self._clock.now())
                raise ConfigurationError("the bot did not start with the new model; the one before goes on answering")
        await self._end("live")

    @asynccontextmanager
    async def _step(self, name: str) -> AsyncIterator[dict[str, Any]]:
        step = next(one for one in self._steps if one["name"] == name)
        began = time.monotonic()
        step["state"] = "running"
        await self._write()
        yield step
        step |= {"state": "done", "took": round(time.monotonic() - began, 1)}
        await self._write()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEATS_EVERY)
            await self._write()

    async def _write(self) -> None:
        """Tell how far it is. Raises `Cancelled` once the run is no longer ours."""
        async with self._database.unit_of_work() as uow:
            run = await uow.session.get(BotRun, self._id, with_for_update=True)
            if run is None or run.state != self._state:
                raise Cancelled
            run.steps, run.report, run.beat_at = (
                [dict(one) for one in self._steps],
                dict(self._report),
                self._clock.now(),
            )

    async def _end(self, state: str, *, reason: str | None = None) -> None:
        async with self._database.unit_of_work() as uow:
            run = await uow.session.get(BotRun, self._id, with_for_update=True)
            if run is None or run.ended_at is not None:
                return
            self._report |= {"reason": reason} if reason else {}
            run.state, run.ended_at, run.beat_at = state, self._clock.now(), self._clock.now()
            run.steps, run.report = [dict(one) for one in self._steps], dict(self._report)
            audit.record(uow, Access.system("gate"), f"bot.run-{state}", "bot_run", self._id, self._clock.now())
            await uow.publish("gate", id=str(self._id))


def _none() -> BotVersion:
    raise ConfigurationError("nothing was published yet")


async def run(settings: Settings, url: str, run_id: UUID, python: Path) -> None:
    """One run, in this process, which gives way to those who answer patients."""
    os.nice(NICENESS)
    open_keys(url, settings.secrets_now)
    database = Database(url, pool_size=2)
    try:
        await Gate(settings, database, run_id, python).run()
    finally:
        await database.close()

"""What the bot learns from comes into an installation, and its model into the database: at the start, and with an upgrade."""

import asyncio
from pathlib import Path

from sqlalchemy import func, select

from core.clock import Clock
from core.db import Database, UnitOfWork
from knowledge.gate.models import OPEN, BotRun
from knowledge.intents import versions
from knowledge.intents.editing import live_version, phrases
from knowledge.intents.models import BotVersion
from service import bot_models
from service.training import Phrases, code_digest, file_phrases, fingerprint


async def settle(database: Database, clock: Clock) -> None:
    """An empty installation gets the phrases of the files as its first version; another one gets new ones of an upgrade as drafts."""
    found = file_phrases()
    async with database.unit_of_work() as uow:
        if await versions.seed(uow, found, fingerprint(found), clock.now()):
            return
        if await uow.session.scalar(select(BotRun.id).where(BotRun.state.in_(OPEN))) is None:
            await versions.adopt(uow, found, clock.now())


async def published_phrases(database: Database) -> Phrases | None:
    """What the bot is to have learnt; None where nothing was published, or only the files themselves."""
    async with database.unit_of_work() as uow:
        version = await live_version(uow)
        if version is None:
            return None
        return await phrases(uow, version.number)


async def keep(database: Database, secret: str, model: Path, clock: Clock) -> None:
    """The model of the published phrases and this version's code is kept in the database, and is to answer."""
    digest = model.name.removesuffix(".tar.gz")
    content = await asyncio.to_thread(model.read_bytes)
    async with database.unit_of_work() as uow:
        if await bot_models.live(uow) == (digest, code_digest()):
            return
        await bot_models.store(uow, secret, digest, code_digest(), content, clock.now())
        await bot_models.make_live(uow, digest, clock.now())
        version = await live_version(uow)
        if version is not None and version.digest != digest:
            version.digest = digest


async def ask_for_upgrade(uow: UnitOfWork, clock: Clock) -> bool:
    """Ask the gate for a model of this version's code, if the published one is of another and nobody asked yet."""
    live = await bot_models.live(uow)
    if live is None or live[1] == code_digest():
        return False
    await uow.lock("intent-draft")
    tried = await uow.session.scalar(
        select(func.count()).select_from(BotRun).where(BotRun.state.in_(OPEN) | (BotRun.note == code_digest()))
    )
    if tried:
        return False
    uow.session.add(
        BotRun(
            kind="upgrade", state="waiting", author="", note=code_digest(), asked_at=clock.now(), steps=[], report={}
        )
    )
    return True


async def earlier(uow: UnitOfWork, number: int) -> BotVersion | None:
    """The version before that one."""
    found: BotVersion | None = await uow.session.scalar(
        select(BotVersion).where(BotVersion.number < number).order_by(BotVersion.number.desc()).limit(1)
    )
    return found

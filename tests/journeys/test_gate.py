"""The gate on the real thing: a model really trained, a stage of its own, conversations held by a second Rasa.

Invariant: an edit that breaks booking is refused, naming the turn, and what answers patients stays what it was.
"""

from pathlib import Path

import pytest

from conversations.models import Message
from core.access import Role
from core.crypto import keyring
from knowledge.gate import service as gate
from knowledge.gate.models import BotRun
from knowledge.intents import editing, versions
from service.cli import bot_python
from service.gate import Gate
from service.training import file_phrases, fingerprint
from tests.house import TestHouse
from tests.journeys.conftest import Clinic

FEW = 20
"""Phrases of each intent and language: enough to tell booking from small talk, and learnt in half a minute."""

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]


async def test_an_edit_that_breaks_booking_is_refused_naming_the_turn(house: TestHouse, clinic: Clinic) -> None:
    python = bot_python()
    assert python is not None, "the bot's environment is missing: see ./poradnia doctor"
    known = {place: texts[:FEW] for place, texts in file_phrases().items()}
    ola, now, database = await house.staff("Ola", Role.admin), house.clock.now(), house.house.database
    async with database.unit_of_work() as uow:
        await versions.seed(uow, known, fingerprint(known), now)
    async with database.unit_of_work() as uow:
        wrong = [one.id for one in await editing.examples(uow, ola.access, "book")]
        assert await editing.move(uow, ola.access, wrong, "chitchat", now, "Ola") == 2 * FEW
        run = await gate.ask_to_publish(uow, ola, "Porządki w przykładach", now)
        assert isinstance(run, BotRun)
        run.state, run.beat_at = "running", now
    await house.text("proszę mnie umówić do kardiologa")
    keys = vars(keyring).copy()
    try:
        await Gate(clinic.house.settings, database, run.id, Path(python)).run()
    finally:
        vars(keyring).update(keys)
    (done,) = await house.rows(BotRun, BotRun.id == run.id)
    assert done.state == "refused" and done.version is None, done.report
    booking = next(one for one in done.report["failed"] if (one["test"], one["channel"]) == ("rezerwacja", "sms"))
    assert (booking["turn"], booking["said"], booking["expected"]) == (
        1,
        "chcę się umówić do kardiologa",
        ["ask-time-window"],
    )
    assert booking["got"] != ["ask-time-window"]
    (asked,) = (one for one in await house.rows(Message) if one.author == "patient")
    moved = {one["message"]: (one["before"], one["after"]) for one in done.report["moved"]}
    assert moved[str(asked.id)][0] == "book" and moved[str(asked.id)][1] != "book"
    states = {one["name"]: one["state"] for one in done.steps}
    assert states["conversations"] == "done" and states["publish"] == states["switch"] == "waiting"
    async with database.unit_of_work() as uow:
        live = await editing.live_version(uow)
        assert live is not None and live.number == 1
        assert await editing.locked(uow) is None and len(await editing.changes(uow, ola.access)) == 2 * FEW

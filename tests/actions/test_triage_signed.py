"""Triage and its signature. Invariant: no real patient is triaged by tables that no clinician has signed."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from care.governance.gate import FRESH
from care.governance.models import Signature, Subject
from care.triage.tables import default_tables
from core.access import Role
from core.clock import FixedClock
from tests.actions.bot import Bot, action_client, make
from tests.conftest import emptied
from tests.house import TestHouse, open_house


@pytest.fixture
async def real(house_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Bot]:
    """The bot of a clinic with real patients."""
    async with (
        open_house(
            emptied(house_url), tmp_path, clock, mode="production", twilio_account_sid="AC1", twilio_auth_token="t",
        ) as house,
        action_client(house) as client,
    ):  # fmt: skip
        yield await make(house, client)


async def sign(house: TestHouse, version: str | None = None) -> Signature:
    """A clinician's signature; how it is given is tested with the page."""
    clinician = await house.staff("Ewa", Role.clinician)
    made = Signature(
        subject=Subject.triage, version=version or default_tables().digest, staff_id=clinician.staff_id, name="Ewa Nowak",
        licence="1234567", signed_at=house.clock.now(),
    )  # fmt: skip
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(made)
    house.clock.instant += FRESH
    return made


async def asked(bot: Bot) -> str | None:
    """What the interview asks first; None where there is none."""
    bot.heard, bot.form = [("symptoms", 0.9)], "triage_form"
    await bot.says("od trzech dni boli mnie gardło", ("validate_triage_form", {}))
    events = bot.responses[-1].json()["events"]
    return next((one["value"] for one in events if one["name"] == "requested_slot"), None)


async def told(bot: Bot) -> list[str]:
    """What is said at the end of an interview about a cold."""
    interview: dict[str, Any] = {"complaint": "runny_nose", "age_months": 400, "hours": 24, "absent": ["breathless"]}
    return await bot.says("nie", ("action_triage_result", {"triage": json.dumps(interview)}))


async def test_real_patients_are_not_triaged_until_the_tables_are_signed_and_then_without_a_restart(real: Bot) -> None:
    assert await asked(real) is None
    assert await told(real) == ["symptoms-next"]
    await sign(real.house)
    assert await asked(real) == "triage_age"
    said = await told(real)
    assert "triage-watch-for" in said and "triage-demonstration" not in said


async def test_a_signature_under_other_tables_or_withdrawn_triages_nobody(real: Bot) -> None:
    await sign(real.house, version="0" * 64)
    assert await asked(real) is None
    kept = await sign(real.house)
    assert await asked(real) == "triage_age"
    async with real.house.house.database.unit_of_work() as uow:
        (await uow.session.get_one(Signature, kept.id)).voided_at = real.house.clock.now()
    real.house.clock.instant += FRESH
    assert await asked(real) is None


async def test_a_clock_set_back_does_not_keep_an_old_answer(real: Bot) -> None:
    kept = await sign(real.house)
    assert await asked(real) == "triage_age"
    async with real.house.house.database.unit_of_work() as uow:
        (await uow.session.get_one(Signature, kept.id)).voided_at = real.house.clock.now()
    real.house.clock.instant -= timedelta(hours=1)
    assert await asked(real) is None


async def test_a_demonstration_always_triages_and_says_what_it_is_until_signed(bot: Bot) -> None:
    assert await asked(bot) == "triage_age"
    assert "triage-demonstration" in await told(bot)
    await sign(bot.house)
    said = await told(bot)
    assert "triage-watch-for" in said and "triage-demonstration" not in said

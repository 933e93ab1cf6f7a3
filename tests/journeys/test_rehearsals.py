"""The shipped conversations, held on the gate's stage by the model of the shipped phrases: else the first publishing would be refused."""

from pathlib import Path

import pytest

from core.crypto import keyring
from core.settings import Settings
from knowledge.gate.service import first_difference
from knowledge.gate.suite import shipped
from service.cli import bot_python
from service.rehearsal import scene, stage
from service.training import train

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]


async def test_every_shipped_conversation_goes_as_it_is_written() -> None:
    python = bot_python()
    assert python is not None, "the bot's environment is missing: see ./poradnia doctor"
    model = train(Path(python), Settings().data_folder / "models")
    keys, different = vars(keyring).copy(), []
    try:
        async with scene() as ready, stage(ready, Path(python), model) as candidate:
            for script in shipped():
                got = await candidate.hold(script.channel, script.steps)
                found = first_difference(script.steps, got)
                if found is not None:
                    place, expected, came = found
                    different.append(
                        f"{script.name} ({script.channel}): {script.steps[place]['say']!r}: {expected}, not {came}"
                    )
    finally:
        vars(keyring).update(keys)
    assert not different, "\n".join(different)

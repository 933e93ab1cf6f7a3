"""Of the mending of words, in the bot's own environment: what it repairs, and what it leaves alone."""

import json
import subprocess

import pytest

from core.errors import ConfigurationError
from core.settings import ROOT
from service.cli import bot_python

pytestmark = pytest.mark.rasa
ASK = """
import json, sys
from components.word_repair import WordRepair
repair = WordRepair({}, None, None)
repair._learn(json.loads(sys.argv[1]))
print(json.dumps([repair.repaired(line) for line in json.load(sys.stdin)]))
"""
MEANT = {
    "chcialbym sie umowic do kardiologa": "chciałbym się umówić do kardiologa",
    "ile ksztuje wizyta prywatna": "ile kosztuje wizyta prywatna",
    "nie moge przyjsc we wtorek, odwwoluje": "nie mogę przyjść we wtorek, odwołuję",
    "i would like to bok an appointmnet": "i would like to bok an appointment",
    "nie przyszedl kod 482913!": "nie przyszedł kod 482913!",
    "proszę o wizytę": "proszę o wizytę",
    "pani brzęczyszczykiewicz": "pani brzęczyszczykiewicz",
    "usg, ekg, tsh": "usg, ekg, tsh",
    "🙂 ok": "🙂 ok",
    "": "",
}


def test_words_are_mended_and_the_rest_is_left_alone() -> None:
    python = bot_python()
    if python is None:
        raise ConfigurationError("the bot needs Python 3.10: see ./poradnia doctor")
    done = subprocess.run(
        [str(python), "-c", ASK, json.dumps({"odwołuję": 3, "umówić": 2})],
        cwd=ROOT / "bot", input=json.dumps(list(MEANT)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert dict(zip(MEANT, json.loads(done.stdout.splitlines()[-1]), strict=True)) == MEANT

"""One trained model and one running Rasa for the whole session: both take too long to start for each test."""

import os
import socket
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conversations.understanding import normalise
from core.keys import wrap
from core.settings import Settings
from service.training import QUIET, train
from service.up import ONE_THREAD

from .stand_in_actions import StandInActions

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"


TRACKER_KEY = "ab" * 32


def give_key(file: Path) -> None:
    """The key of events, as the service keeps it in the real database."""
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE keys (version INTEGER, wrapped BLOB, state TEXT)")
        wrapped = wrap(os.urandom(32), bytes.fromhex(TRACKER_KEY), "tracker", 1)
        connection.execute("INSERT INTO keys VALUES (1, ?, 'active')", (wrapped,))


class Rasa:
    """A conversation partner over the REST channel; a new `case` each time `fresh` is called."""

    def __init__(self, url: str, process: int, trackers: Path) -> None:
        self.process = process
        self.trackers = trackers
        self.http = httpx.Client(base_url=url, timeout=30)
        self._understood: dict[str, dict[str, Any]] = {}

    def answer(self, case: str, text: str, **metadata: str) -> httpx.Response:
        body = {"sender": case, "message": text, "metadata": metadata}
        return self.http.post("/webhooks/rest/webhook", json=body)

    def talk(self) -> Callable[[str], list[str]]:
        """Opens a case.

        Each call of the result sends one message as the service would and returns the keys of the replies.
        """
        case = uuid.uuid4().hex

        def say(text: str) -> list[str]:
            words = text if text.startswith("/") else normalise(text)
            return [reply["custom"]["key"] for reply in self.answer(case, words).json()]

        return say

    def understood(self, text: str) -> dict[str, Any]:
        """What the model makes of a text; it is asked once, for the same text has the same meaning."""
        if text not in self._understood:
            self._understood[text] = self.http.post("/model/parse", json={"text": text}).json()
        return self._understood[text]


@pytest.fixture(scope="session")
def bot_python() -> str:
    python = ROOT / os.environ.get("PORADNIA_BOT_PYTHON", ".env/bot/bin/python")
    if not python.exists():
        pytest.fail(f"no Rasa at {python}: install requirements/bot.lock, or set PORADNIA_BOT_PYTHON")
    return str(python)


@pytest.fixture(scope="session")
def model(bot_python: str) -> Path:
    """The model of the tree as it is, trained as the product trains it and shared with the journeys."""
    return train(Path(bot_python), Settings().data_folder / "models")


@pytest.fixture(scope="session")
def actions() -> Iterator[StandInActions]:
    served = StandInActions()
    yield served
    served.close()


@pytest.fixture(scope="session")
def rasa(
    bot_python: str, model: Path, actions: StandInActions, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rasa]:
    folder = tmp_path_factory.mktemp("rasa")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    give_key(folder / "trackers.db")
    environment = (
        os.environ
        | QUIET
        | ONE_THREAD
        | {
            "PORADNIA_ACTIONS_URL": actions.url,
            "PORADNIA_ACTIONS_SECRET": "told-to-rasa-alone",
            "PORADNIA_TRACKER_URL": f"sqlite:///{folder}/trackers.db",
            "PORADNIA_TRACKER_KEY": TRACKER_KEY,
        }
    )
    command = [
        bot_python, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port), "--enable-api",
        "--model", str(model), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=BOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    partner = Rasa(f"http://127.0.0.1:{port}", process.pid, folder / "trackers.db")
    try:
        for _ in range(1800):
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            try:
                if partner.http.get("/status").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        else:
            pytest.fail(f"Rasa did not start in three minutes: {(folder / 'log').read_text()[-3000:]}")
        yield partner
    finally:
        process.terminate()
        process.wait(20)

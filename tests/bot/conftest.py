"""One trained model and one running Rasa for the whole session: both take too long to start for each test."""

import hashlib
import os
import shutil
import socket
import subprocess
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .stand_in_actions import StandInActions
from .training_data import DATA, normalised, prepare

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"
WORKPLACE = ROOT / ".cache" / "bot-tests"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "MALLOC_ARENA_MAX": "2",
    "RASA_CACHE_DIRECTORY": str(WORKPLACE / "cache"),
}


class Rasa:
    """A conversation partner over the REST channel; a new `case` each time `fresh` is called."""

    def __init__(self, url: str, process: int) -> None:
        self.process = process
        self.http = httpx.Client(base_url=url, timeout=30)

    def answer(self, case: str, text: str, **metadata: str) -> httpx.Response:
        body = {"sender": case, "message": text, "metadata": metadata}
        return self.http.post("/webhooks/rest/webhook", json=body)

    def talk(self) -> Callable[[str], list[str]]:
        """Opens a case.

        Each call of the result sends one message as the service would and returns the keys of the replies.
        """
        case = uuid.uuid4().hex

        def say(text: str) -> list[str]:
            words = text if text.startswith("/") else normalised(text)
            return [reply["custom"]["key"] for reply in self.answer(case, words).json()]

        return say

    def understood(self, text: str) -> dict[str, Any]:
        parsed: dict[str, Any] = self.http.post("/model/parse", json={"text": text}).json()
        return parsed


@pytest.fixture(scope="session")
def bot_python() -> str:
    python = ROOT / os.environ.get("PORADNIA_BOT_PYTHON", ".env/bot/bin/python")
    if not python.exists():
        pytest.fail(f"no Rasa at {python}: install requirements/bot.lock, or set PORADNIA_BOT_PYTHON")
    return str(python)


@pytest.fixture(scope="session")
def model(bot_python: str) -> Path:
    """The model trained from the tree as it is.

    Trained again only when something it learns from has changed.
    """
    sources = sorted(p for folder in (BOT, DATA) for p in folder.rglob("*") if p.suffix in (".yml", ".py"))
    learnt_from = [*sources, Path(__file__).with_name("training_data.py")]
    mark = hashlib.sha256(b"\0".join(p.read_bytes() for p in learnt_from)).hexdigest()[:16]
    trained = WORKPLACE / mark / "poradnia.tar.gz"
    if not trained.exists():
        shutil.rmtree(trained.parent, ignore_errors=True)
        prepare(trained.parent / "data")
        command = [
            bot_python, "-m", "rasa", "train", "--skip-validation", "--data", str(trained.parent / "data"),
            "--out", str(trained.parent), "--fixed-model-name", "poradnia",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=BOT, env=os.environ | QUIET, capture_output=True, text=True, timeout=280)
        assert done.returncode == 0, done.stderr[-3000:]
    assert tarfile.is_tarfile(trained)
    return trained


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
    environment = (
        os.environ
        | QUIET
        | {
            "PORADNIA_ACTIONS_URL": actions.url,
            "PORADNIA_ACTIONS_SECRET": "told-to-rasa-alone",
            "PORADNIA_TRACKER_URL": f"sqlite:///{folder}/trackers.db",
        }
    )
    command = [
        bot_python, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port), "--enable-api",
        "--model", str(model), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=BOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    partner = Rasa(f"http://127.0.0.1:{port}", process.pid)
    try:
        for _ in range(600):
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            try:
                if partner.http.get("/status").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        yield partner
    finally:
        process.terminate()
        process.wait(20)

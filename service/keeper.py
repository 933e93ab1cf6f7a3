"""Keeps Rasa running on this machine with the model that is to answer, and changes it without losing a turn.

A change starts a second process beside the first. Once it has its model and has understood a message, the database says where it
answers; the service asks there within a second. The first process goes on for a while for those who asked it, then stops. Both read
the same trackers, so a conversation goes on in the other process.
"""

import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import httpx
import psycopg
import structlog

from core.logging import describe
from core.settings import ROOT
from service import bot_models
from service.supervisor import LONGEST_WAIT, Child, give_way

log = structlog.get_logger()
OUTLIVES = 45.0
"""Longer than a turn may take and an address may be remembered."""
STARTS_WITHIN = 300.0
TELLS_EVERY = 10.0
TRIES_AGAIN_AFTER = 600.0
"""A model that did not start is not tried again for so long, unless another one is to answer."""
CANARY = "chcę umówić wizytę do kardiologa"
CANARIES, CANARY_SECONDS = 5, 2.0
"""So many messages in a row must be understood, each within that time; else they are asked again at the next look."""


@dataclass(frozen=True)
class Rasa:
    """How to start Rasa: `command` takes a model and a port."""

    python: Path
    ports: tuple[int, int]
    token: str
    environment: dict[str, str]
    endpoints: str
    niceness: int

    def child(self, model: Path, port: int) -> Child:
        """A process of it, not started."""
        command = rasa_command(self.python, model, port, self.token, endpoints=self.endpoints)
        url = f"http://127.0.0.1:{port}/"
        return Child("rasa", command, self.environment, url, str(ROOT / "bot"), self.niceness)


@dataclass
class _Running:
    digest: str
    model: Path
    port: int
    child: Child
    until: float = float("inf")
    failures: int = 0
    restart_at: float = 0.0


@dataclass
class Keeper:
    """`code` is the digest of this version's own inputs: a model made for another code is not loaded. `first` is what there is without
    a published one.
    """

    rasa: Rasa
    database: str
    models: Path
    code: str
    first: Path
    place: str = field(default_factory=socket.gethostname)
    now: _Running | None = None
    next: _Running | None = None
    old: _Running | None = None
    _told_at: float = 0.0
    _failed: tuple[str, float] = ("", 0.0)
    _is_stopping: bool = False

    def run(self) -> None:
        """Keep it running until SIGTERM or SIGINT."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        digest, model = self._wanted_model() or (_digest_of(self.first), self.first)
        self.now = self._start(digest, model, self.rasa.ports[0])
        while not self._is_stopping:
            self.look()
            time.sleep(0.5)
        for one in (self.next, self.now, self.old):
            if one is not None:
                one.child.stop(7)

    def look(self) -> None:
        """One step: revive what died, see whether another model is to answer, go on with a change, tell where we are."""
        assert self.now is not None
        self._revive(self.now)
        if self.now.child.becomes_ready():
            self._tell("ready")
        if self.old is not None and time.monotonic() > self.old.until:
            self.old.child.stop(7)
            self.old = None
        if self.next is not None:
            self._go_on(self.next)
        elif self.old is None and self.now.child.is_ready:
            self._begin()
        if time.monotonic() - self._told_at > TELLS_EVERY and self.now.child.is_ready:
            self._tell("ready" if self.next is None else "starting")

    def _begin(self) -> None:
        assert self.now is not None
        wanted = self._wanted_model()
        if wanted is None or wanted[0] == self.now.digest:
            return
        if wanted[0] == self._failed[0] and time.monotonic() < self._failed[1]:
            return
        port = next(one for one in self.rasa.ports if one != self.now.port)
        self.next = self._start(*wanted, port)
        # Patients are being answered meanwhile. No lower than it will have to answer with: not everybody may raise it again.
        if self.next.child.process is not None and self.rasa.niceness:
            give_way(self.next.child.process.pid, self.rasa.niceness)
        self._tell("starting")

    def _go_on(self, found: _Running) -> None:
        child = found.child
        has_ended = child.process is None or child.process.poll() is not None
        if has_ended or time.monotonic() - child.started_at > STARTS_WITHIN:
            log.error("the new model did not start; the old one goes on", model=found.digest)
            child.stop(7)
            self.next, self._failed = None, (found.digest, time.monotonic() + TRIES_AGAIN_AFTER)
            self._tell("failed", "not started")
            return
        if not child.becomes_ready() and not child.is_ready:
            return
        if not self._understands(found.port):
            return
        assert self.now is not None
        self.now.until = time.monotonic() + OUTLIVES
        self.old, self.now, self.next = self.now, found, None
        self._tell("ready")
        log.info("another model answers", model=found.digest, port=found.port)

    def _start(self, digest: str, model: Path, port: int) -> _Running:
        child = self.rasa.child(model, port)
        child.start()
        return _Running(digest, model, port, child)

    def _revive(self, one: _Running) -> None:
        child, now = one.child, time.monotonic()
        if child.process is None or child.process.poll() is None:
            return
        if one.restart_at == 0.0:
            one.failures = 0 if now - child.started_at > 60 else one.failures + 1
            one.restart_at = now + min(LONGEST_WAIT, 0.2 * 2**one.failures)
            log.warning("process ended", process="rasa", exit_code=child.process.returncode)
        elif now >= one.restart_at:
            one.restart_at = 0.0
            child.start()

    def _understands(self, port: int) -> bool:
        """True once messages are understood as some intent, each in time: the model is loaded, its parts work, and they are warm."""
        try:
            with httpx.Client(params={"token": self.rasa.token}, timeout=CANARY_SECONDS) as client:
                for _ in range(CANARIES):
                    answer = client.post(f"http://127.0.0.1:{port}/model/parse", json={"text": CANARY})
                    if answer.status_code != 200 or not answer.json()["intent"]["name"]:
                        return False
            return True
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return False

    def _wanted_model(self) -> tuple[str, Path] | None:
        """The published model's digest and file; None where there is none, it is of other code, or cannot be had just now."""
        try:
            with psycopg.connect(self.database, connect_timeout=5) as connection:
                found = bot_models.live_now(connection)
                if found is None or found[1] != self.code:
                    return None
                digest = found[0]
                file = self.models / f"{digest}.tar.gz"
                if not file.exists():
                    content = bot_models.fetch(connection, self.rasa.token, digest)
                    if content is None:
                        log.error("the published model is missing or not signed", model=digest)
                        return None
                    file.parent.mkdir(parents=True, exist_ok=True)
                    unfinished = file.with_suffix(".part")
                    unfinished.write_bytes(content)
                    unfinished.replace(file)
                return digest, file
        except (psycopg.Error, OSError) as error:
            log.warning("the published model cannot be asked for", **describe(error))
            return None

    def _tell(self, state: str, reason: str | None = None) -> None:
        assert self.now is not None
        try:
            with psycopg.connect(self.database, connect_timeout=5, autocommit=True) as connection:
                bot_models.tell(connection, self.place, self.now.digest, self.now.port, state, reason)
            self._told_at = time.monotonic()
        except psycopg.Error as error:
            log.warning("the bot's address cannot be told", **describe(error))

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self._is_stopping = True


def rasa_command(
    python: Path,
    model: Path,
    port: int,
    token: str,
    credentials: str = "credentials.yml",
    endpoints: str = "endpoints.yml",
) -> list[str]:
    """Rasa on loopback, with its HTTP API behind a token, and no way to load a model from elsewhere."""
    return [
        str(python), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port), "--model", str(model),
        "--endpoints", endpoints, "--credentials", credentials, "--enable-api", "--auth-token", token,
    ]  # fmt: skip


def keeper_command(model: Path, endpoints: str = "endpoints.yml") -> list[str]:
    """The keeper as a process."""
    return [sys.executable, "-m", "service", "bot", "--model", str(model), "--endpoints", endpoints]


def _digest_of(model: Path) -> str:
    return model.name.removesuffix(".tar.gz")

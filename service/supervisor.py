"""One supervisor for web, worker and bot: starts them in order, restarts what dies with back-off, stops them together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import httpx
import structlog

from core.logging import describe

log = structlog.get_logger()
LONGEST_WAIT = 30.0


@dataclass
class Child:
    """A process to keep alive. `health_url` tells when it is ready; from then on its `niceness` lets the web process answer first."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health_url: str
    folder: str
    niceness: int = 0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0
    is_ready: bool = False
    log_file: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it in its own session, so that a Ctrl-C reaches the supervisor alone. It ends if the supervisor is killed."""
        self.started_at = time.monotonic()
        self.is_ready = False
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            start_new_session=True,
            preexec_fn=_end_with_parent if _libc is not None else None,
            stdout=self.log_file,
            stderr=self.log_file,
        )

    def is_healthy(self) -> bool:
        """True if its health address answers."""
        try:
            return httpx.get(self.health_url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def becomes_ready(self) -> bool:
        """True once for every start, when it answers for the first time. Until then it has the right of way, afterwards it gives way."""
        if self.process is None or self.is_ready or not self.is_healthy():
            return False
        self.is_ready = True
        if self.niceness:
            give_way(self.process.pid, self.niceness)
        return True

    def stop(self, wait: float = 10.0) -> None:
        """Ask it to stop, then insist."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(wait)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Runs in the child before it becomes its program: the kernel ends it with SIGTERM when the supervisor dies (`prctl(2)`)."""
    assert _libc is not None
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def give_way(pid: int, niceness: int) -> None:
    """Lower the priority of a process and of its session.

    Linux shares the processor out between sessions first (`sched(7)`, autogroups), so that the niceness of a process alone would
    count only within its own.
    """
    try:
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
        group = Path(f"/proc/{pid}/autogroup")
        if group.exists():
            group.write_text(str(niceness))
    except OSError as error:
        log.info("niceness not set", process=pid, error=type(error).__name__)


class Supervisor:
    """Keeps children alive until it is told to stop."""

    def __init__(self, children: list[Child], revive_database: Callable[[], bool] = lambda: False) -> None:
        self.children = children
        self._revive_database = revive_database
        self._is_stopping = False

    def start(self, within: float = 90.0) -> list[str]:
        """Start all at once and wait until each is healthy; returns the names of those that are not in time."""
        for child in self.children:
            child.start()
        deadline = time.monotonic() + within
        waiting = list(self.children)
        while waiting and time.monotonic() < deadline and not self._is_stopping:
            for child in list(waiting):
                if child.becomes_ready():
                    print(
                        f"  {child.name}: ready ({time.monotonic() - child.started_at:.0f} s)",
                        file=sys.stderr,
                        flush=True,
                    )
                    waiting.remove(child)
                elif child.process is not None and child.process.poll() is not None:
                    self._revive(child)
            time.sleep(0.2)
        return [child.name for child in waiting]

    def run(self) -> None:
        """Watch until SIGTERM or SIGINT, then stop everything, web first so that nothing new comes in."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        while not self._is_stopping:
            self.look()
            time.sleep(0.3)
        self.stop()

    def look(self) -> None:
        """Start again what has ended since the last look, each with its back-off."""
        self._watch_database()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._revive(child)
            else:
                child.becomes_ready()

    def _watch_database(self) -> None:
        """Start the embedded database again if it has died. The processes wait for it by themselves."""
        try:
            if self._revive_database():
                log.warning("database started again")
        except (
            Exception
        ) as error:  # It may still be recovering, or its last backend be going: the next look tries again.
            log.error("database cannot be started", **describe(error))

    def stop(self) -> None:
        """Stop the children."""
        for child in self.children:
            child.stop()

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.restart_at == 0.0:
            lived = now - child.started_at
            child.failures = 0 if lived > 60 else child.failures + 1
            child.restart_at = now + min(LONGEST_WAIT, 0.2 * 2**child.failures)
            code = child.process.returncode if child.process else None
            log.warning("process ended", process=child.name, exit_code=code)
        elif now >= child.restart_at:
            child.restart_at = 0.0
            child.start()

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self._is_stopping = True

"""Readiness: what a process needs to serve at all, and what may be broken while it still serves (degraded).

Not ready (503): the database, its revision, or the bus. Degraded (200, and said): the dialogue core (every message goes to a
person), the provider (messages wait and are retried), no worker (messages are taken in and wait),
the red-flag tables (the last that proved themselves stay in force), the scanner of files (they wait, unopened). Answers name parts and
reasons from fixed words, never an address, an error's text or a secret.
"""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from uuid import uuid4

import httpx
from sqlalchemy import text

from conversations.dialogue import RasaDialogue
from core.heartbeat import FRESH_SECONDS
from core.migrations import head
from service.bootstrap import House

OK = "ok"
NEEDED = ("database", "migrations", "bus")
PROBE_SECONDS = 2.0
KEPT_SECONDS = 1.0
"""Answers are kept so long, so that asking often costs nothing."""

_WORKER = text(
    "SELECT count(*) FROM process_beats WHERE kind = 'worker' AND beat_at > now() - make_interval(secs => :s)"
)
_PROVIDER = text(
    "SELECT count(*) FILTER (WHERE error_code IS NOT NULL AND state IN ('queued', 'dead')), "
    "count(*) FILTER (WHERE state IN ('sent', 'delivered')) "
    "FROM deliveries WHERE channel = 'sms' AND updated_at > now() - interval '10 minutes'"
)
_FILES = text(
    "SELECT count(*) FROM attachments JOIN messages ON messages.id = attachments.message_id "
    "WHERE attachments.state = 'waiting' AND messages.created_at < now() - interval '1 minute'"
)


@dataclass(frozen=True)
class Health:
    """What each part says: `ok`, or a word for what is wrong."""

    parts: dict[str, str]

    @property
    def is_ready(self) -> bool:
        """True if the process can serve."""
        return all(self.parts[name] == OK for name in NEEDED)

    @property
    def status(self) -> str:
        """`ok`, `degraded` or `unavailable`."""
        if not self.is_ready:
            return "unavailable"
        return OK if set(self.parts.values()) == {OK} else "degraded"

    @property
    def code(self) -> int:
        """The HTTP status that says so to a load balancer."""
        return 200 if self.is_ready else 503


class Readiness:
    """Examines the parts of a house, at most once a second."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = asyncio.Lock()
        self._last: tuple[float, Health] | None = None

    async def examine(self) -> Health:
        """How the parts are now, or were a second ago."""
        async with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > KEPT_SECONDS:
                self._last = (time.monotonic(), await self._look())
            return self._last[1]

    async def _look(self) -> Health:
        bus, dialogue, from_database = await asyncio.gather(
            _in_time(self._bus()), _in_time(self._dialogue()), self._database()
        )
        screen = OK if self._house.screen.refused is None else "an older version"
        return Health({**from_database, "bus": bus, "dialogue": dialogue, "screen": screen})

    async def _database(self) -> dict[str, str]:
        found = {
            "database": "no answer",
            "migrations": "unknown",
            "provider": "unknown",
            "worker": "unknown",
            "scanner": "unknown",
        }
        try:
            async with asyncio.timeout(PROBE_SECONDS), self._house.database.unit_of_work() as uow:
                revision = await uow.session.scalar(text("SELECT version_num FROM alembic_version"))
                found |= {"database": OK, "migrations": OK if revision == head() else "another revision"}
                failed, sent = (await uow.session.execute(_PROVIDER)).one()
                found["provider"] = "failing" if failed and not sent else OK
                beats = await uow.session.scalar(_WORKER, {"s": FRESH_SECONDS})
                found["worker"] = OK if beats else "no heartbeat"
                found["scanner"] = "files wait" if await uow.session.scalar(_FILES) else OK
        except Exception:
            return found
        return found

    async def _bus(self) -> str:
        mark = uuid4().hex
        with self._house.bus.subscribe("health") as events:
            async with self._house.database.unit_of_work() as uow:
                await uow.publish("health", id=mark)
            while (event := await events.get(PROBE_SECONDS)) is not None:
                if event.get("id") == mark:
                    return OK
        return "no answer"

    async def _dialogue(self) -> str:
        dialogue = self._house.dialogue
        url = await dialogue.address() if isinstance(dialogue, RasaDialogue) else self._house.settings.rasa_url
        async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
            response = await client.get(f"{url}/")
        return OK if response.status_code == 200 else "refused"


async def _in_time(probe: Awaitable[str]) -> str:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await probe
    except Exception:
        return "no answer"

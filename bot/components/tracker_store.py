"""Rasa's tracker store on SQL, with every event encrypted: the database sees who (a case's id), when, and what kind of event.

The data key is not in the database in plain: the view `keys` has it wrapped by PORADNIA_TRACKER_KEY (one key of 64 hexadecimal
digits, or several separated by commas). The service makes new keys and seals old rows anew in the same format (`core/rotation.py`
there; shared test vectors keep the two alike): Base64 of `2 | number of the key (2 bytes) | nonce (12) | ciphertext and tag`.

Without keys the store refuses to start. Its errors are never ImportError or AttributeError: for those Rasa would quietly take a
store in memory instead. While it works Rasa (3.6.21, `FailSafeTrackerStore`) would do the same for any error: answer a message as if
nothing had been said before it, and keep what follows in memory. Here an error is an error: the service asks again.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import time
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore, create_engine_kwargs
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

FORMAT = 2
CONTEXT = b"events.data"
FRESH_SECONDS = 30.0


class KeysMissing(RuntimeError):
    """There is no key to seal or open events with."""


class EventKeys:
    """The tracker's data keys by number. Asks the database again every half minute, and at once for a number it does not know."""

    def __init__(self, engine: Any, wrapping: str) -> None:
        self._engine = engine
        try:
            self._wrapping = [AESGCM(bytes.fromhex(part.strip())) for part in wrapping.split(",")]
        except ValueError as error:
            raise KeysMissing("PORADNIA_TRACKER_KEY must be 64 hexadecimal digits") from error
        self._ciphers: dict[int, AESGCM] = {}
        self._newest = 0
        self._asked_at = 0.0
        self._ask()

    def seal(self, plain: bytes) -> str:
        """The event as it is stored."""
        if time.monotonic() - self._asked_at > FRESH_SECONDS:
            self._ask()
        nonce = os.urandom(12)
        sealed = self._ciphers[self._newest].encrypt(nonce, plain, CONTEXT)
        return base64.b64encode(bytes([FORMAT]) + self._newest.to_bytes(2, "big") + nonce + sealed).decode()

    def open(self, stored: str) -> bytes:
        """The event's JSON."""
        sealed = base64.b64decode(stored)
        version = int.from_bytes(sealed[1:3], "big")
        if version not in self._ciphers:
            self._ask()
        if sealed[0] != FORMAT or version not in self._ciphers:
            raise KeysMissing(f"no key {version} for an event")
        return self._ciphers[version].decrypt(sealed[3:15], sealed[15:], CONTEXT)

    def _ask(self) -> None:
        self._asked_at = time.monotonic()
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT version, wrapped, state FROM keys ORDER BY version")).fetchall()
        for version, wrapped, _ in rows:
            if version not in self._ciphers:
                self._ciphers[version] = AESGCM(self._unwrapped(version, bytes(wrapped)))
        active = [version for version, _, state in rows if state == "active"]
        if not active:
            raise KeysMissing("the database has no key for events: run ./poradnia up")
        self._newest = active[-1]

    def _unwrapped(self, version: int, wrapped: bytes) -> bytes:
        for wrapping in self._wrapping:
            with contextlib.suppress(InvalidTag):
                return wrapping.decrypt(wrapped[:12], wrapped[12:], f"tracker:{version}".encode())
        raise KeysMissing(f"PORADNIA_TRACKER_KEY does not open key {version}")


class EncryptedTrackerStore(SQLTrackerStore):
    """Keeps events sealed, and leaves the columns that would tell intents and actions empty: nothing reads them."""

    def __init__(self, key: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.engine.dialect.name == "postgresql":
            # A database that was restarted leaves dead connections in the pool: each is tried before it is used.
            place = self.engine.url
            self.engine.dispose()
            self.engine = sa.create_engine(place, pool_pre_ping=True, **create_engine_kwargs(place))
            self.sessionmaker.configure(bind=self.engine)
        self.keys_of_events = EventKeys(self.engine, key)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Add the events that are not stored yet."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            for event in self._additional_events(session, tracker):
                data = event.as_dict()
                session.add(
                    self.SQLEvent(
                        sender_id=tracker.sender_id,
                        type_name=event.type_name,
                        timestamp=data.get("timestamp"),
                        data=self.keys_of_events.seal(json.dumps(data).encode()),
                    )
                )
            session.commit()

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            rows = self._event_query(
                session, sender_id, fetch_events_from_all_sessions=fetch_events_from_all_sessions
            ).all()
            events = [json.loads(self.keys_of_events.open(row.data)) for row in rows]
        if self.domain and events:
            return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        return None


def _strict(store: TrackerStore | None, domain: Domain) -> TrackerStore:
    """The store itself, not wrapped in the one that forgets."""
    if store is None:
        return InMemoryTrackerStore(domain)
    store.domain = domain
    return store


Agent._create_tracker_store = staticmethod(_strict)

"""The seams of the spine: what channels, the dialogue core, the queue and suggestions must offer.

Implementations are registered by `service.bootstrap`. Each Protocol has one contract test run on every implementation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from core.access import Access
from core.db import UnitOfWork
from core.i18n import Language


@dataclass(frozen=True)
class Media:
    """A file that came in: either its bytes or the provider's address of it."""

    media_type: str
    url: str | None = None
    content: bytes | None = None


@dataclass(frozen=True)
class InboundMessage:
    """What a channel made of the wire. `address` is E.164 for a phone, the browser's secret id for the widget."""

    channel: str
    provider_id: str
    address_kind: str
    address: str
    text: str
    media: Sequence[Media] = ()
    language_hint: str | None = None
    choice: str | None = None
    carrier_stops: bool | None = None
    """True if the carrier told that it took the message for a STOP, False for a START; None if it told nothing."""


@dataclass(frozen=True)
class Choice:
    """Something a patient can pick: `payload` is what Rasa gets for it; `label` is made by rendering."""

    id: str
    key: str
    payload: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Utterance:
    """Something to say, in keys: rendering makes the words."""

    key: str
    args: dict[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class DialogueTurn:
    """One message for the dialogue core. `text` is normalised; `payload` (a picked choice) wins over it."""

    case_id: UUID
    message_id: UUID
    lease: str
    channel: str
    language: Language
    text: str
    payload: str | None = None


@dataclass(frozen=True)
class DialogueReply:
    """What the dialogue core said, and what it understood (for provenance)."""

    utterances: tuple[Utterance, ...]
    intent: str | None = None
    confidence: float | None = None
    model: str | None = None


@dataclass(frozen=True)
class Understood:
    """What the dialogue core takes a text for. `verdict` is the intent it goes by, or `nlu_fallback`; `ranking` is without it."""

    verdict: str
    ranking: tuple[tuple[str, float], ...]


class DialogueFailed(Exception):
    """The dialogue core was down, slow, or silent. The reason is a name, never a text of the patient."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Complexity(Protocol):
    """Tells what is too much for the bot."""

    async def is_complex(self, text: str) -> bool:
        """True if a person should answer at once."""
        ...


class Dialogue(Protocol):
    """Understands a message and decides the next words."""

    async def respond(self, turn: DialogueTurn) -> DialogueReply:
        """Answer; raises `DialogueFailed` when there is no usable answer."""
        ...

    async def recall(self, turn: DialogueTurn) -> DialogueReply | None:
        """The answer already given to this message id, from the tracker; None if it never arrived there."""
        ...

    async def understand(self, text: str) -> Understood:
        """What a text is taken for, with no conversation and nothing kept; raises `DialogueFailed`."""
        ...


@dataclass(frozen=True)
class Outgoing:
    """A message on its way out."""

    message_id: UUID
    address: str
    body: str
    attempt: int


@dataclass(frozen=True)
class Sent:
    """The provider took it; `provider_id` comes back in receipts."""

    provider_id: str | None


@dataclass(frozen=True)
class NotSent:
    """The provider refused or could not be reached; `may_retry` tells which. `is_stopped`: the person told the carrier STOP."""

    code: str
    may_retry: bool
    is_stopped: bool = False


class Channel(Protocol):
    """One way to a person."""

    name: str

    def compose(self, text: str, labels: Sequence[str]) -> str:
        """The body as it leaves: choices written out where the channel has no buttons."""
        ...

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """Hand over to the provider. Never inside a transaction."""
        ...

    async def fetch(self, url: str, limit: int) -> bytes | None:
        """The bytes of a media address of this provider, at most `limit`; None if too large, gone, or not the provider's.

        Raises `Retriable` when the provider could not be asked.
        """
        ...


class Verdict(StrEnum):
    """What a scanner says of a file."""

    clean = "clean"
    infected = "infected"


class Scanner(Protocol):
    """Looks into files before anybody does."""

    async def judge(self, content: bytes, within: timedelta) -> Verdict:
        """Clean or infected. Raises `Retriable` when there is no verdict within that time, for whatever reason."""
        ...


@dataclass(frozen=True)
class Promise:
    """What can honestly be promised to someone who asked for a person."""

    is_open: bool
    position: int
    opens_at: datetime | None
    wait: timedelta | None = None
    """How long people waited of late; None where too few did."""
    limited_until: datetime | None = None
    """People do not answer here until then: nobody was asked."""


class Escalation(Protocol):
    """The queue of people. `conversations` writes who speaks; the implementation its own states."""

    async def request(
        self,
        uow: UnitOfWork,
        access: Access,
        *,
        case_id: UUID,
        thread_id: UUID,
        reason: str,
        is_urgent: bool,
        now: datetime,
        topic: str | None = None,
    ) -> Promise:
        """Queue the case in the caller's unit of work, or find it queued already. `topic` is the goal that was understood."""
        ...

    async def promise(self, uow: UnitOfWork, case_id: UUID, now: datetime) -> Promise:
        """Where the case stands now."""
        ...

    async def close(self, uow: UnitOfWork, access: Access, case_id: UUID, now: datetime, outcome: str) -> None:
        """The case is no longer with people."""
        ...

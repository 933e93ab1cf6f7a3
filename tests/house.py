"""A house for tests: every real part on a fresh database, with a scripted dialogue core, hours and a clock in our hands."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from conversations.inbox import Accepted
from conversations.models import (
    Attachment,
    Case,
    CaseState,
    ContactPoint,
    Delivery,
    Direction,
    Message,
    SafetyAlert,
    Thread,
    Turn,
)
from conversations.protocols import InboundMessage, Media
from conversations.turns import Turns
from core.access import Role
from core.accounts import SignedIn, Staff
from core.clock import FixedClock
from core.crypto import keyring
from core.db import UnitOfWork
from core.errors import Refused
from core.ids import StaffId, new_id
from core.phone import parse_number
from core.ratelimit import MemoryRateLimiter
from core.settings import Secrets, Settings
from service.app import create_app
from service.bootstrap import House, build
from tests.scripted import ScriptedDialogue
from tests.serving import free_port

PUBLIC = "https://clinic.example"
ANNA, BARTEK = "+48600100200", "+48600100300"


class FixedHours:
    """Opening hours as a test wants them."""

    def __init__(self) -> None:
        self.open = True
        self.opens_at: datetime | None = None

    async def is_open(self, uow: UnitOfWork, now: datetime) -> bool:
        """As set."""
        return self.open

    async def next_opening(self, uow: UnitOfWork, now: datetime) -> datetime | None:
        """As set."""
        return self.opens_at

    async def blocks(self, uow: UnitOfWork, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """Open all the time, or not at all."""
        return [(since, until)] if self.open else []


Row = TypeVar("Row")


@dataclass
class TestHouse:
    """A house and the hands of its patients, staff and provider."""

    __test__ = False
    house: House
    dialogue: ScriptedDialogue
    clock: FixedClock
    hours: FixedHours

    async def sms(
        self, text: str, number: str = ANNA, sid: str | None = None, media: tuple[Media, ...] = ()
    ) -> Accepted:
        """An SMS comes in; nobody answers it yet."""
        address = parse_number(number)
        assert address is not None
        return await self.house.inbox.accept(
            InboundMessage("sms", sid or f"SM{uuid4().hex}", "phone", address, text, media)
        )

    async def text(self, body: str, number: str = ANNA) -> list[str]:
        """An SMS comes in and is answered; what was said after it."""
        accepted = await self.sms(body, number)
        await self.house.turns.take(accepted.thread_id)
        return await self.said(accepted.thread_id, accepted.seq)

    async def keys(self, body: str, number: str = ANNA) -> list[str]:
        """Like `text`, but the catalogue keys of what was said, notices left out."""
        accepted = await self.sms(body, number)
        await self.house.turns.take(accepted.thread_id)
        return await self.said_keys(accepted.thread_id, accepted.seq)

    async def messages(self, thread_id: UUID, after: int = 0) -> list[Message]:
        """All messages of a thread, in order."""
        async with self.house.database.unit_of_work() as uow:
            rows = await uow.session.scalars(
                select(Message).where(Message.thread_id == thread_id, Message.seq > after).order_by(Message.seq)
            )
            return list(rows)

    async def said(self, thread_id: UUID, after: int = 0) -> list[str]:
        """The bodies that go out, in order."""
        return [m.body for m in await self.messages(thread_id, after) if m.direction is Direction.outbound]

    async def said_keys(self, thread_id: UUID, after: int = 0) -> list[str]:
        """The catalogue keys of what goes out, the AI notice left out."""
        keys = [
            str((m.content or {}).get("key"))
            for m in await self.messages(thread_id, after)
            if m.direction is Direction.outbound
        ]
        return [key for key in keys if not key.startswith("notice")]

    async def rows(self, model: type[Row], *conditions: Any) -> list[Row]:
        """All rows of a table that meet the conditions."""
        async with self.house.database.unit_of_work() as uow:
            return list(await uow.session.scalars(select(model).where(*conditions)))

    def hold_limits(self) -> None:
        """No allowance grows while a test counts, however slow the machine."""
        assert isinstance(self.house.limiter, MemoryRateLimiter)
        self.house.limiter.seconds = lambda: 0.0

    async def only_thread(self) -> UUID:
        """The one thread there is."""
        (thread,) = await self.rows(Thread)
        return UUID(str(thread.id))

    async def case(self, thread_id: UUID) -> Case | None:
        """The open case of a thread."""
        found = await self.rows(Case, Case.thread_id == thread_id, Case.state != CaseState.closed)
        assert len(found) < 2
        return found[0] if found else None

    async def open_case(self, thread_id: UUID) -> Case:
        """The open case of a thread, which must exist."""
        case = await self.case(thread_id)
        assert case is not None
        return case

    async def turn(self, message_id: UUID) -> Turn:
        """The turn of a message."""
        return (await self.rows(Turn, Turn.message_id == message_id))[0]

    async def delivery(self, message_id: UUID) -> Delivery:
        """The delivery of a message."""
        return (await self.rows(Delivery, Delivery.message_id == message_id))[0]

    async def thread(self, thread_id: UUID) -> Thread:
        """A thread."""
        return (await self.rows(Thread, Thread.id == thread_id))[0]

    async def alerts(self) -> list[SafetyAlert]:
        """All red flags."""
        return await self.rows(SafetyAlert)

    async def attachments(self, message_id: UUID) -> list[Attachment]:
        """The files of a message."""
        return await self.rows(Attachment, Attachment.message_id == message_id)

    async def point(self, number: str = ANNA) -> ContactPoint:
        """The contact point of a number."""
        points: list[ContactPoint] = await self.rows(ContactPoint)
        return next(one for one in points if one.address == number)

    async def staff(self, name: str = "Marta", *roles: Role) -> SignedIn:
        """A member of staff at the keyboard; an agent unless said otherwise."""
        held = frozenset(roles or (Role.agent,))
        person = Staff(
            id=new_id(), email=f"{uuid4().hex}@example.org", name=name, password_hash="x", roles=[r.value for r in held]
        )
        async with self.house.database.unit_of_work() as uow:
            uow.session.add(person)
        return SignedIn(StaffId(person.id), name, person.email, held, "pl", "csrf")

    async def human(self, body: str = "konsultant", number: str = ANNA) -> tuple[UUID, UUID]:
        """A person asks for a human and waits: thread and case."""
        accepted = await self.sms(body, number)
        await self.house.turns.take(accepted.thread_id)
        case = await self.open_case(accepted.thread_id)
        assert case.state is CaseState.waiting
        return accepted.thread_id, case.id

    async def accept(self, agent: SignedIn, case_id: UUID) -> Refused | None:
        """An agent takes a case."""
        async with self.house.database.unit_of_work() as uow:
            return await self.house.desk.accept(uow, agent, case_id, self.clock.now())

    def another_runner(self, dialogue: ScriptedDialogue | None = None) -> Turns:
        """Turns as another process would have them."""
        one = self.house.turns
        return Turns(self.house.database, self.clock, dialogue or self.dialogue, one._acting, one._attachments)

    def form(self, **fields: str) -> dict[str, str]:
        """A provider's form for an incoming SMS."""
        return {
            "MessageSid": f"SM{uuid4().hex}",
            "From": ANNA,
            "To": "+48732100200",
            "Body": "",
            "NumMedia": "0",
            **fields,
        }

    def signature(self, path: str, form: Any) -> str:
        """The provider's signature of a form for that path."""
        return str(RequestValidator(self.house.twilio_token).compute_signature(PUBLIC + path, form))

    @asynccontextmanager
    async def web(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the public application. An error of the application raises here."""
        transport = httpx.ASGITransport(create_app(self.house))
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
            yield client

    async def webhook(
        self, client: httpx.AsyncClient, form: dict[str, str], path: str = "/webhooks/twilio/sms"
    ) -> httpx.Response:
        """The provider calls a webhook, signed."""
        return await client.post(path, data=form, headers={"X-Twilio-Signature": self.signature(path, form)})


_SHARED = tempfile.TemporaryDirectory(prefix="poradnia-test-vectors-")
VECTORS = Path(_SHARED.name) / "passages.npz"
"""What the program's articles were embedded to, under digests of model and text: one house need not do it after another."""


def lend_vectors(folder: Path) -> None:
    """Let an installation begin with what earlier houses of this process have embedded."""
    if VECTORS.exists():
        (folder / "cache").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(VECTORS, folder / "cache" / "passages.npz")


def keep_vectors(folder: Path) -> None:
    """Keep an installation's vectors, if it has more of them."""
    made = folder / "cache" / "passages.npz"
    if made.exists() and (not VECTORS.exists() or made.stat().st_size > VECTORS.stat().st_size):
        shutil.copyfile(made, VECTORS)


@asynccontextmanager
async def open_house(url: str, folder: Path, clock: FixedClock, **settings: Any) -> AsyncIterator[TestHouse]:
    """Build a house on a database with throw-away keys; the keys of other houses in this process are put back."""
    Secrets.make(folder / "secrets.json")
    keys = vars(keyring).copy()
    known = {"data_folder": folder, "public_url": PUBLIC, "web_port": free_port(), "undo_seconds": 0, **settings}
    dialogue, hours = ScriptedDialogue(), FixedHours()
    lend_vectors(folder)
    house = build(Settings(**known), url, clock=clock, dialogue=dialogue, hours=hours)
    try:
        yield TestHouse(house, dialogue, clock, hours)
    finally:
        await house.close()
        keep_vectors(folder)
        vars(keyring).update(keys)

"""The widget's API. A visitor is known by a random bearer token kept in the iframe's own storage, never in an address."""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, File, HTTPException, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import or_, select

from channels.webchat.menu import greeting
from conversations.delivery import receipt
from conversations.identity.links import Links
from conversations.inbox import Inbox
from conversations.messages import Messages
from conversations.models import CaseState, ContactPoint, Delivery, DeliveryState, Message, Thread, Turn, TurnState
from conversations.protocols import InboundMessage, Media
from conversations.taking_back import retracted
from conversations.transcript import Line, Transcripts, state_of_thread
from core.access import Access, Role
from core.bus import Bus
from core.clock import Clock
from core.crypto import keyring
from core.db import Database, UnitOfWork
from core.i18n import as_language
from core.ratelimit import RateLimiter

MAX_TEXT = 100_000
MAX_SEQ = 2**31 - 1
CLIENT_ID = r"^[A-Za-z0-9-]+$"
PING_SECONDS = 15.0


class FromBrowser(BaseModel):
    """What a browser sends. Half characters, which no text may hold, become replacement marks instead of errors."""

    @model_validator(mode="before")
    @classmethod
    def mend(cls, data: Any) -> Any:
        """The fields with whole characters only."""
        if not isinstance(data, dict):
            return data
        return {
            key: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            if isinstance(value, str)
            else value
            for key, value in data.items()
        }


class Hello(FromBrowser):
    """A widget that was opened: its language, and its token if it has one."""

    language: str = Field("pl", max_length=35)
    token: str | None = Field(None, max_length=100)


class Written(FromBrowser):
    """What a visitor wrote or tapped; `id` is made by the widget, so that sending twice stores once."""

    id: str = Field(min_length=8, max_length=64, pattern=CLIENT_ID)
    text: str = Field("", max_length=MAX_TEXT)
    choice: str | None = Field(None, max_length=100)
    language: str = Field("pl", max_length=35)


class Followed(FromBrowser):
    """A link that was followed: its token, which the page read behind the "#" of its address."""

    link: str = Field(min_length=8, max_length=100)


class Seen(FromBrowser):
    """The last message the visitor's widget has shown."""

    seq: int = Field(ge=0, le=MAX_SEQ)


@dataclass(frozen=True)
class Visitor:
    """A browser with a valid token."""

    address: str
    contact_point_id: UUID
    thread_id: UUID


@dataclass(frozen=True)
class WebChat:
    """What the routes need."""

    inbox: Inbox
    messages: Messages
    database: Database
    bus: Bus
    clock: Clock
    limiter: RateLimiter
    max_upload: int
    links: Links


def router(chat: WebChat) -> APIRouter:
    """Routes under `/chat`."""
    routes = APIRouter(prefix="/chat", tags=["webchat"])

    async def visitor(request: Request) -> Visitor:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise HTTPException(401)
        async with chat.database.unit_of_work() as uow:
            found = await _find(uow, _address(token))
        if found is None:
            raise HTTPException(401)
        return found

    Known = Annotated[Visitor, Depends(visitor)]

    async def limit(key: str, per_minute: int) -> None:
        if not await chat.limiter.allows(key, per_minute):
            raise HTTPException(429)

    @routes.post("/session")
    async def hello(body: Hello, request: Request) -> dict[str, Any]:
        """Begin or resume: the first words (that this is an AI) are in the answer."""
        await limit(f"chat-session:{request.client.host if request.client else ''}", 60)
        token = body.token
        async with chat.database.unit_of_work() as uow:
            is_known = token is not None and await _find(uow, _address(token)) is not None
        if token is None or not is_known:
            token = secrets.token_urlsafe(32)
        language = as_language(body.language)
        await chat.inbox.greet("browser", _address(token), "webchat", language, chat.messages, greeting())
        async with chat.database.unit_of_work() as uow:
            found = await _find(uow, _address(token))
            assert found is not None, "greeting opens the contact point"
            return {"token": token, **await _snapshot(uow, found, 0, chat.clock.now())}

    @routes.post("/continue")
    async def go_on(body: Followed, request: Request) -> dict[str, Any]:
        """Go on here with a conversation begun by SMS: a new token for this browser. 404 for a link that does not work."""
        await limit(f"chat-continue:{request.client.host if request.client else ''}", 20)
        token = secrets.token_urlsafe(32)
        if not await chat.links.use(body.link, _address(token)):
            raise HTTPException(404)
        async with chat.database.unit_of_work() as uow:
            found = await _find(uow, _address(token))
            assert found is not None, "the link opened the contact point"
            return {"token": token, **await _snapshot(uow, found, 0, chat.clock.now())}

    @routes.get("/messages")
    async def messages(known: Known, after: Annotated[int, Query(le=MAX_SEQ)] = 0) -> dict[str, Any]:
        """What was said after a number, and whether an answer is being made."""
        async with chat.database.unit_of_work() as uow:
            return await _snapshot(uow, known, max(after, 0), chat.clock.now())

    @routes.post("/messages", status_code=202)
    async def write(body: Written, known: Known) -> dict[str, Any]:
        """Take a message in."""
        await limit(f"chat:{known.contact_point_id}", 40)
        accepted = await chat.inbox.accept(
            InboundMessage(
                channel="webchat", provider_id=f"{known.contact_point_id}:{body.id}", address_kind="browser",
                address=known.address, text=body.text, language_hint=as_language(body.language), choice=body.choice,
            )
        )  # fmt: skip
        return {"seq": accepted.seq}

    @routes.post("/files", status_code=202)
    async def upload(
        known: Known,
        file: Annotated[UploadFile, File()],
        id: Annotated[str, Query(min_length=8, max_length=64, pattern=CLIENT_ID)],
        language: str = "pl",
    ) -> JSONResponse:
        """Take a file in; its type is checked by content later, its size now."""
        await limit(f"chat-files:{known.contact_point_id}", 10)
        content = await file.read(chat.max_upload + 1)
        if len(content) > chat.max_upload:
            raise HTTPException(413)
        accepted = await chat.inbox.accept(
            InboundMessage(
                channel="webchat", provider_id=f"{known.contact_point_id}:{id}", address_kind="browser",
                address=known.address, text="", language_hint=as_language(language),
                media=(Media(file.content_type or "", content=content),),
            )
        )  # fmt: skip
        return JSONResponse({"seq": accepted.seq}, status_code=202)

    @routes.get("/files/{file_id}", response_model=None)
    async def file(file_id: UUID, known: Known) -> Response:
        """A file that the clinic sent here, unless it was taken back. Downloaded; nothing in it may run."""
        async with chat.database.unit_of_work() as uow:
            found = await _transcripts(uow, known).own_file(known.contact_point_id, file_id, chat.clock.now())
        if found is None:
            raise HTTPException(404)
        media_type, content = found
        headers = {
            "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }  # fmt: skip
        return Response(content, media_type=media_type, headers=headers)

    @routes.post("/seen", status_code=204)
    async def seen(body: Seen, known: Known) -> None:
        """The widget has shown everything up to that number: delivery marks for the agent."""
        async with chat.database.unit_of_work() as uow:
            shown = await uow.session.scalars(
                select(Message.id)
                .join(Delivery, Delivery.message_id == Message.id)
                .where(
                    Message.contact_point_id == known.contact_point_id,
                    Message.direction == "outbound",
                    Message.seq <= body.seq,
                    or_(Delivery.undo_until.is_(None), Delivery.undo_until <= chat.clock.now()),
                )
                .order_by(Message.seq.desc())
                .limit(20)
            )
            for message_id in list(shown):
                await receipt(uow, message_id, "webchat", None, DeliveryState.read, None, chat.clock.now())

    @routes.get("/stream", response_model=None)
    async def stream(known: Known) -> StreamingResponse:
        """Tells that there is something new; what it is, the widget reads from `/messages`."""
        return StreamingResponse(
            _events(chat, known), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return routes


async def _events(chat: WebChat, known: Visitor) -> AsyncIterator[str]:
    with chat.bus.subscribe("thread") as events:
        yield "event: hello\ndata: {}\n\n"
        while True:
            event = await events.get(PING_SECONDS)
            if event is None:
                yield ": still here\n\n"
            elif event["topic"] != "thread" or event["id"] == str(known.thread_id):
                yield f"event: news\ndata: {json.dumps({'seq': event.get('seq', 0)})}\n\n"
                if event.get("joined"):
                    return  # This browser's thread is another one now: it comes again and listens there.


async def _snapshot(uow: UnitOfWork, known: Visitor, after: int, now: datetime) -> dict[str, Any]:
    # Whether work is going on is read first: a turn that ends between the two reads shows its answer, and is
    # only thought to be going on a moment longer. The other way about, "quiet" would stand beside no answer.
    is_open = await uow.session.scalar(
        select(Turn.message_id).where(Turn.thread_id == known.thread_id, Turn.state != TurnState.done).limit(1)
    )
    _, state = await state_of_thread(uow, known.thread_id)
    transcripts = _transcripts(uow, known)
    lines = await transcripts.of_contact_point(known.contact_point_id, now, after)
    # What waits for its window has a number already; the widget reads from before it until it has come.
    newest = max([after, *(line.seq for line in lines)])
    return {
        "after": newest if transcripts.held_from is None else min(newest, transcripts.held_from - 1),
        "retracted": await retracted(uow, known.contact_point_id),
        "numbering": await uow.session.scalar(select(Thread.numbering).where(Thread.id == known.thread_id)),
        "messages": [_public(line) for line in lines],
        "state": state.value,
        "working": is_open is not None and state in (CaseState.bot, CaseState.closed),
    }


def _transcripts(uow: UnitOfWork, known: Visitor) -> Transcripts:
    return Transcripts(uow, Access(frozenset({Role.patient}), f"browser:{known.contact_point_id}", "own messages"))


def _public(line: Line) -> dict[str, Any]:
    return {
        "seq": line.seq, "author": line.author, "name": line.name, "text": line.text, "choices": list(line.choices),
        "at": line.at.isoformat(), "language": line.language, "delivery": line.delivery,
        "files": [
            {"type": file.media_type, "state": file.state, "id": str(file.id) if line.can_be_fetched else None} for file in line.files
        ],
    }  # fmt: skip


def _address(token: str) -> str:
    """The browser's address: a digest, so that the database does not hold the token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _find(uow: UnitOfWork, address: str) -> Visitor | None:
    row = (
        await uow.session.execute(
            select(ContactPoint.id, Thread.id)
            .join(Thread, Thread.correspondent_id == ContactPoint.correspondent_id)
            .where(ContactPoint.kind == "browser", ContactPoint.address_token == keyring.token(f"browser:{address}"))
        )
    ).first()
    return Visitor(address, row[0], row[1]) if row else None

"""What agents do in the console. Each form carries the session's token; `handoff.desk` checks the right and says yes or no."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from care.triage.tables import default_tables
from conversations.models import Case, Message
from conversations.policy import require_thread
from conversations.unsafe.service import report
from core.access import Permission
from core.accounts import SignedIn
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.i18n import catalogue
from handoff import mentions
from handoff.passing import QUEUE
from web.console.outreach import record_consent, warn
from web.console.routes import ConsolePages
from web.console.snoozing import moment, tomorrow
from web.console.views import read_alerts
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

MAX_REPLY = 10_000
Act = Callable[[UnitOfWork, SignedIn, UUID, datetime], Awaitable[object]]


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Acting routes under `/console`."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)
    Actor = Annotated[SignedIn, Depends(sessions.acting_agent)]
    Reader = Annotated[SignedIn, Depends(sessions.acting_reader)]
    Body = Annotated[str, Form(max_length=MAX_REPLY)]
    Word = Annotated[str, Form(max_length=40)]
    Said = Annotated[str, Form(max_length=500)]

    async def act(request: Request, person: SignedIn, case_id: UUID, what: Act, done: str | None = None) -> Response:
        """Do it, then show the thread as it is now, with the reason if it was refused."""
        async with house.database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None:
                raise NotFound("case")
            thread_id = case.thread_id
            result = await what(uow, person, case_id, house.clock.now())
        refused = result if isinstance(result, Refused) else None
        address = f"/console/threads/{thread_id}"
        if request.headers.get("hx-request") != "true" and refused is None:
            return RedirectResponse(address, 303)
        mark = str((await request.form()).get("opened", ""))
        is_refresh = sessions.was_opened(person, thread_id, mark)
        view = await console.view(person, thread_id, page_language(request, person.language), is_refresh=is_refresh)
        if request.headers.get("hx-request") != "true":
            return await console.page(request, person, view, refused=refused)
        response = console.fragment(request, "console/work.html", person, refused, view=view)
        response.headers["HX-Push-Url"] = address
        if done is not None and refused is None:
            response.headers["HX-Trigger"] = done
        return response

    @routes.post("/cases/{case_id}/accept")
    async def accept(request: Request, case_id: UUID, person: Actor) -> Response:
        """Take a waiting case; the second of two learns who has it. Taking it opens the thread, which is audited."""
        return await act(request, person, case_id, house.desk.accept)

    @routes.post("/cases/{case_id}/reply")
    async def reply(
        request: Request, case_id: UUID, person: Actor, body: Body = "", anyway: Word = "", then: Word = ""
    ) -> Response:
        """Write to the patient, then end, set aside or pass on if wanted. What should not stand in an SMS is warned of once."""

        async def write(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> object:
            language = page_language(request, person.language)
            warned = None if anyway else await warn(uow, case_id, body, house.settings.public_url, language)
            if warned is not None:
                return Refused(warned.reason, {**warned.args, "body": body, "then": then})
            sent = await house.desk.reply(uow, person, case_id, body, now)
            return sent if isinstance(sent, Refused) else await afterwards(uow, person, case_id, then, now)

        async def afterwards(uow: UnitOfWork, person: SignedIn, case_id: UUID, then: str, now: datetime) -> object:
            if then == "close":
                return await house.desk.close(uow, person, case_id, now)
            if then == "tomorrow":
                return await house.passing.snooze(uow, person, case_id, tomorrow(now), now)
            if then == "queue":
                words = catalogue(page_language(request, person.language)).text("transfer-after-reply")
                return await house.passing.transfer(uow, person, case_id, QUEUE, words, now)
            return None

        return await act(request, person, case_id, write, "reply-sent")

    @routes.post("/files/{case_id}")
    async def send_file(
        request: Request,
        case_id: UUID,
        person: Actor,
        body: Body = "",
        file: Annotated[UploadFile | None, File()] = None,
    ) -> Response:
        """A file to the patient, in the web chat. It is looked at by type and by the scanner before anything is kept."""
        content = await file.read(house.settings.max_upload_bytes + 1) if file is not None else b""
        examined = await house.attachments.examine(content)

        async def write(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> object:
            if isinstance(examined, Refused):
                case = await uow.session.get_one(Case, case_id)
                await require_thread(uow, person.access, case.thread_id, now)
                return examined
            return await house.desk.send_file(uow, person, case_id, content, examined, body, now)

        return await act(request, person, case_id, write, "reply-sent")

    @routes.post("/cases/{case_id}/note")
    async def note(request: Request, case_id: UUID, person: Reader, body: Body = "") -> Response:
        """Leave a note for colleagues."""

        async def write(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> object:
            return await mentions.note(uow, house.desk, person, case_id, body, now)

        return await act(request, person, case_id, write, "note-kept")

    @routes.post("/cases/{case_id}/medical-record")
    async def medical_record(
        request: Request, case_id: UUID, person: Reader, is_medical: Annotated[bool, Form()] = False
    ) -> Response:
        """Put the case into the medical record, or take it out."""

        async def mark(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> object:
            await house.desk.mark_medical(uow, person, case_id, now, is_medical=is_medical)
            return None

        return await act(request, person, case_id, mark)

    @routes.post("/cases/{case_id}/consents")
    async def consent(
        request: Request,
        case_id: UUID,
        person: Actor,
        purpose: Word = "",
        decision: Word = "",
        source: Word = "",
        words: Said = "",
    ) -> Response:
        """Record what a patient told staff about our messages, with how we know."""

        async def note_it(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> object:
            return await record_consent(uow, person, case_id, purpose, decision, source, words, now)

        return await act(request, person, case_id, note_it)

    @routes.post("/cases/{case_id}/hand-back")
    async def hand_back(request: Request, case_id: UUID, person: Actor) -> Response:
        """Let the bot speak again."""
        return await act(request, person, case_id, house.desk.hand_back)

    @routes.post("/cases/{case_id}/close")
    async def close(request: Request, case_id: UUID, person: Actor) -> Response:
        """Settle the case."""
        return await act(request, person, case_id, house.desk.close)

    @routes.post("/cases/{case_id}/pass-on")
    async def pass_on(request: Request, case_id: UUID, person: Actor, to: Word = "", why: Said = "") -> Response:
        """To a colleague, who takes it over once they have read what it is about, or back to the queue."""

        async def give(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> object:
            return await house.passing.transfer(uow, person, case_id, to, why, now)

        return await act(request, person, case_id, give)

    @routes.post("/cases/{case_id}/snooze")
    async def snooze(request: Request, case_id: UUID, person: Actor, until: Word = "") -> Response:
        """Set a conversation aside until an instant, or (without one) take it up again."""

        async def aside(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> object:
            at = moment(until, now) if until else None
            return (
                Refused("snooze-when")
                if until and at is None
                else await house.passing.snooze(uow, person, case_id, at, now)
            )

        return await act(request, person, case_id, aside)

    @routes.post("/cases/{case_id}/assign")
    async def assign(request: Request, case_id: UUID, person: Actor, to: Word = "") -> Response:
        """Give it to somebody without asking."""

        async def give(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> object:
            return await house.passing.assign(uow, person, case_id, to, now)

        return await act(request, person, case_id, give)

    @routes.post("/messages/{message_id}/replay")
    async def replay(request: Request, message_id: UUID, person: Actor) -> Response:
        """Send again what was given up."""
        person.access.require(Permission.replay_delivery)
        async with house.database.unit_of_work() as uow:
            message = await uow.session.scalar(
                select(Message).where(Message.id == message_id, Message.direction == "outbound")
            )
            if message is None:
                raise NotFound("message")
            await require_thread(uow, person.access, message.thread_id, house.clock.now())

        async def again(uow: UnitOfWork, person: SignedIn, _: UUID, now: datetime) -> object:
            record(uow, person.access, "replay", "message", message_id, house.clock.now())
            await house.deliverer.replay(uow, message_id)
            return None

        return await act(request, person, message.case_id, again)

    @routes.post("/replies/{reply_id}/take-back")
    async def take_back(request: Request, reply_id: UUID, person: Actor) -> Response:
        """Take one's reply back: unseen while it waits, in the web chat for a while after it has left."""
        async with house.database.unit_of_work() as uow:
            message = await uow.session.get(Message, reply_id)
            if message is None:
                raise NotFound("message")

        async def back(uow: UnitOfWork, person: SignedIn, _: UUID, now: datetime) -> object:
            return await house.desk.take_back(uow, person, reply_id, now)

        return await act(request, person, message.case_id, back)

    @routes.post("/messages/{message_id}/unsafe")
    async def unsafe(request: Request, message_id: UUID, person: Reader, reason: Said = "") -> Response:
        """Report that a message was unsafe: the conversation is frozen, and a clinician looks at it."""
        async with house.database.unit_of_work() as uow:
            message = await uow.session.get(Message, message_id)
            if message is None:
                raise NotFound("message")
        versions = {"screen": house.screen.screen.version, "triage": default_tables().version}

        async def tell(uow: UnitOfWork, person: SignedIn, _: UUID, now: datetime) -> object:
            return await report(uow, person, message_id, reason, versions, now)

        return await act(request, person, message.case_id, tell)

    @routes.post("/alerts/{alert_id}/claim")
    async def claim(request: Request, alert_id: UUID, person: Actor) -> Response:
        """Take a red flag on oneself."""
        async with house.database.unit_of_work() as uow:
            refused = await house.desk.claim_alert(uow, person.access, alert_id, person.staff_id, house.clock.now())
        if request.headers.get("hx-request") != "true":
            return RedirectResponse("/console", 303)
        async with house.database.unit_of_work() as uow:
            alerts = await read_alerts(uow, house.desk, person)
        return console.fragment(request, "console/alerts.html", person, refused, alerts=alerts)

    @routes.post("/here", status_code=204)
    async def here(person: Reader) -> Response:
        """Someone is at the keyboard: the session goes on."""
        return Response(status_code=204)

    return routes

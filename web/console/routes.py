"""The console's pages and the fragments they refresh themselves with."""

from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from conversations.models import Case, DeliveryState
from conversations.policy import require_thread
from conversations.taking_back import way_back
from conversations.thread_joins import thread_that_stands
from conversations.transcript import Line, Transcripts
from core.access import Permission
from core.accounts import SignedIn
from core.accounts.sessions import SCREEN_LOCK
from core.errors import NotFound, Refused
from core.i18n import Language
from core.when.say import say_when
from handoff.going_on import calls_going_on
from web.console.glass import NotHere
from web.console.record import read_record
from web.console.views import (
    QueueView,
    ThreadView,
    contact_name,
    due_words,
    minutes_words,
    read_alerts,
    read_follow_ups,
    read_queue,
    read_thread,
)
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions, home_of

LOCK_WARNING = timedelta(minutes=2)
"""How long before the screen locks the page says so."""
SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_EXTENSIONS = {"application/pdf": "pdf", "image/heic": "heic", "image/jpeg": "jpg"}


class ConsolePages:
    """Renders the console's parts; shared by reading and acting routes."""

    def __init__(self, house: House, pages: Pages, sessions: Sessions) -> None:
        self.house = house
        self.pages = pages
        self.sessions = sessions

    async def view(
        self, person: SignedIn, thread_id: UUID, language: Language, *, is_refresh: bool = False
    ) -> ThreadView:
        """The thread, read for this person."""
        async with self.house.database.unit_of_work() as uow:
            mark = self.sessions.opened_mark(person, thread_id)
            return await read_thread(
                uow, person, thread_id, language, self.house.clock.now(), mark, is_refresh=is_refresh
            )

    async def joined_into(self, person: SignedIn, thread_id: UUID) -> UUID | None:
        """The thread that goes on for this one, if it was joined and this person may open it; else `NotFound`."""
        async with self.house.database.unit_of_work() as uow:
            stands = await thread_that_stands(uow, thread_id)
            if stands == thread_id:
                return None
            await require_thread(uow, person.access, stands, self.house.clock.now())
        return stands

    async def page(
        self,
        request: Request,
        person: SignedIn,
        view: ThreadView | None,
        status: int = 200,
        refused: Refused | None = None,
    ) -> Response:
        """The whole page: queue, and a thread if one is open, with the reason if something was refused."""
        async with self.house.database.unit_of_work() as uow:
            may = person.access.allows(Permission.read_queue)
            now = self.house.clock.now()
            queue = await read_queue(uow, self.house.desk, person, now) if may else QueueView((), (), (), ())
            calls = await calls_going_on(uow, person.access) if may else []
            alerts = await read_alerts(uow, self.house.desk, person)
            language = page_language(request, person.language)
            tasks = await read_follow_ups(uow, person, language, now)
        warned = int((SCREEN_LOCK - LOCK_WARNING).total_seconds())
        values: dict[str, Any] = {
            "queue": queue,
            "calls": calls,
            "alerts": alerts,
            "tasks": tasks,
            "view": view,
            "has_queue": may,
            "warned_after": warned,
        }
        values["refused"] = refused
        return self._respond(request, "console/page.html", person, status, **values)

    def fragment(
        self, request: Request, template: str, person: SignedIn, refused: Refused | None = None, **values: Any
    ) -> Response:
        """A part of the page."""
        return self._respond(request, template, person, 200, refused=refused, **values)

    def _respond(self, request: Request, template: str, person: SignedIn, status: int, **values: Any) -> Response:
        language = page_language(request, person.language)
        now = self.house.clock.now()
        return self.pages.respond(
            request,
            template,
            language,
            status,
            person=person,
            now=now,
            has_model=self.house.model.is_set_up,
            waited=lambda since: minutes_words(since, now, language),
            contact=lambda address, channel: contact_name(address, channel, language),
            left=lambda until: max(0, ceil((until - now).total_seconds())),
            due_words=lambda at: due_words(at, now),
            way_back=lambda line: self._way_back(line, person, now),
            said=lambda at: say_when(at.astimezone(now.tzinfo), language, now=now, style="short"),
            **({"refused": None} | values),
        )

    def _way_back(self, line: Line, person: SignedIn, now: datetime) -> str:
        """How this person may take the line back now: "undo", "retract" or "" for not at all."""
        if line.author != "agent" or line.delivery is None or not person.access.allows(Permission.reply_thread):
            return ""
        if line.own_text is None and not person.access.allows(Permission.manage_queue):
            return ""
        state, within = DeliveryState(line.delivery), self.house.desk.retract
        return way_back(line.channel, state, line.attempts, line.undo_until, line.at, within, now) or ""


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Reading routes under `/console`."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)

    async def refreshing(request: Request) -> SignedIn:
        return await sessions.agent(request, is_automatic=True)

    Reader = Annotated[SignedIn, Depends(sessions.reader)]
    Refreshing = Annotated[SignedIn, Depends(refreshing)]
    Rereading = Annotated[SignedIn, Depends(sessions.refreshing_reader)]

    @routes.get("")
    async def queue(request: Request, person: Annotated[SignedIn, Depends(sessions.anyone)]) -> Response:
        """The queue, no thread open. Everybody's door: who has no queue is led to the first page of their own work."""
        if not person.access.allows(Permission.read_queue):
            return RedirectResponse(home_of(person), 303)
        return await console.page(request, person, None)

    @routes.get("/threads/{thread_id}")
    async def thread(request: Request, thread_id: UUID, person: Reader) -> Response:
        """A thread: the whole page, or only its panes for a page that is there already."""
        try:
            stands = await console.joined_into(person, thread_id)
            if stands is not None:
                return _led_to(request, stands)
            view = await console.view(person, thread_id, page_language(request, person.language))
        except NotFound:
            return NotHere(pages).respond(request, person, thread_id)
        if request.headers.get("hx-request") == "true":
            return console.fragment(request, "console/work.html", person, view=view)
        return await console.page(request, person, view)

    @routes.get("/fragments/queue")
    async def queue_part(request: Request, person: Refreshing) -> Response:
        """The queue again."""
        async with house.database.unit_of_work() as uow:
            queue = await read_queue(uow, house.desk, person, house.clock.now())
        return console.fragment(request, "console/queue.html", person, queue=queue)

    @routes.get("/fragments/calls")
    async def calls_part(request: Request, person: Refreshing) -> Response:
        """The calls that go on, again."""
        async with house.database.unit_of_work() as uow:
            calls = await calls_going_on(uow, person.access)
        return console.fragment(request, "console/calls.html", person, calls=calls)

    @routes.get("/fragments/alerts")
    async def alerts_part(request: Request, person: Rereading) -> Response:
        """The unclaimed red flags again."""
        async with house.database.unit_of_work() as uow:
            alerts = await read_alerts(uow, house.desk, person)
        return console.fragment(request, "console/alerts.html", person, alerts=alerts)

    @routes.get("/fragments/threads/{thread_id}")
    async def thread_part(request: Request, thread_id: UUID, person: Rereading, opened: str = "") -> Response:
        """A thread that this session has opened, again."""
        if (stands := await console.joined_into(person, thread_id)) is not None:
            return _led_to(request, stands)
        is_refresh = sessions.was_opened(person, thread_id, opened)
        language = page_language(request, person.language)
        view = await console.view(person, thread_id, language, is_refresh=is_refresh)
        return console.fragment(request, "console/thread.html", person, view=view)

    @routes.get("/fragments/threads/{thread_id}/beside")
    async def beside_part(request: Request, thread_id: UUID, person: Rereading, opened: str = "") -> Response:
        """What stands beside the thread, again."""
        if (stands := await console.joined_into(person, thread_id)) is not None:
            return _led_to(request, stands)
        is_refresh = sessions.was_opened(person, thread_id, opened)
        language = page_language(request, person.language)
        view = await console.view(person, thread_id, language, is_refresh=is_refresh)
        return console.fragment(request, "console/beside.html", person, view=view)

    @routes.get("/cases/{case_id}/patient")
    async def patient(request: Request, case_id: UUID, person: Reader) -> Response:
        """The patient of a case and their coming visits. Looking is audited, so the page asks for it by a button."""
        person.access.require(Permission.read_thread)
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None or case.patient_id is None:
                raise NotFound("patient")
            record = await read_record(uow, person, case.patient_id, language, now)
        return console.fragment(request, "console/patient.html", person, case=case, **record)

    @routes.get("/threads/{thread_id}/files/{file_id}")
    async def file(thread_id: UUID, file_id: UUID, person: Reader) -> Response:
        """A file a patient sent: pictures are shown, the rest is downloaded; nothing in it may run."""
        async with house.database.unit_of_work() as uow:
            media_type, content = await Transcripts(uow, person.access).file(thread_id, file_id, house.clock.now())
        extension = _EXTENSIONS.get(media_type) or media_type.rpartition("/")[2]
        way = "inline" if media_type in SHOWN_INLINE else "attachment"
        headers = {
            "Content-Disposition": f'{way}; filename="{file_id.hex[:8]}.{extension}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return Response(content, media_type=media_type, headers=headers)

    return routes


def _led_to(request: Request, thread_id: UUID) -> Response:
    """To the conversation that goes on for one that was joined with it, also for a page that asks for a part."""
    address = f"/console/threads/{thread_id}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=200, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)

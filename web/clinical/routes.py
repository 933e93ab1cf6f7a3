"""`/clinical`: read by clinicians, supervisors and administrators; signed by clinicians alone; refusals are said in words."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from care.governance import service as governance
from care.governance.models import Signature, Subject
from care.triage.sheets import service_in_words, sheet
from care.triage.tables import default_tables, source_titles
from conversations.red_flag_review import review
from core.access import Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.errors import Refused
from web.clinical.trying import Step, sources, take
from web.parts import House
from web.rendering import Pages, page_language
from web.session import NotForRole, SessionOver, Sessions

PATH = "/clinical"
TRIES_PER_MINUTE = 10


def versions(house: House) -> dict[Subject, str]:
    """What this process runs on, by its digest."""
    return {Subject.triage: default_tables().digest, Subject.red_flags: house.screen.screen.digest}


class ClinicalPages:
    """Renders the two pages."""

    def __init__(self, house: House, pages: Pages) -> None:
        self.house = house
        self.pages = pages

    async def overview(
        self, request: Request, person: SignedIn, refused: Refused | None = None, typed: dict[str, str] | None = None
    ) -> Response:
        """All there is; after a refusal with the reason and what was typed, but never the code."""
        now, language = self.house.clock.now(), page_language(request, person.language)
        async with self.house.database.unit_of_work() as uow:
            signed = await governance.signatures(uow, person.access)
            switch = await governance.switch(uow, person.access)
            rules = await review(uow, person.access, self.house.screen.screen, now)
            has_factor = (await uow.session.get_one(Staff, person.staff_id)).totp_secret is not None
        tables, current = default_tables(), versions(self.house)
        standing = {one: [row for row in signed if _stands(row, one, current[one])] for one in Subject}
        return self.pages.respond(
            request, "clinical/page.html", language, 400 if refused else 200, person=person, refused=refused,
            typed=typed or {}, screen=self.house.screen, subjects=list(Subject), current=current, standing=standing,
            past=[row for row in signed if row not in standing[row.subject]], switch=switch, rules=rules,
            protocols=list(tables.protocols.values()), has_factor=has_factor, is_on_trial=self.house.settings.mode == "demo",
            may_sign=may(person, Permission.sign_clinical), may_switch=may(person, Permission.switch_automation),
            at_words=self._at_words(now),
        )  # fmt: skip

    def tables(self, request: Request, person: SignedIn) -> Response:
        """Every triage protocol in words."""
        tables, language = default_tables(), page_language(request, person.language)
        sheets = [sheet(tables, one, language) for one in tables.protocols.values()]
        return self.pages.respond(
            request, "clinical/triage.html", language, person=person, sheets=sheets, version=tables.version,
            titles=source_titles(),
        )  # fmt: skip

    async def trying(self, request: Request, person: SignedIn, form: FormData | None = None) -> Response:
        """One step of an interview, or its beginning."""
        tables, language = default_tables(), page_language(request, person.language)
        step = take(tables, form) if form is not None else None
        refused = step if isinstance(step, Refused) else None
        typed = {name: str(value)[:40] for name, value in form.items()} if form is not None else {}
        shown = step if isinstance(step, Step) else None
        return self.pages.respond(
            request, "clinical/try.html", language, 400 if refused else 200, person=person, refused=refused, step=shown,
            typed=typed, names={one.id: one.names for one in tables.findings.values()},
            protocols=list(tables.protocols.values()), titles=source_titles(), version=tables.version,
            fired=sources(tables, shown.result) if shown else {},
            service=service_in_words(shown.result.service, language) if shown else "",
        )  # fmt: skip

    def _at_words(self, now: datetime) -> Any:
        return lambda at: at.astimezone(now.tzinfo).strftime("%Y-%m-%d %H:%M") if at else ""


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The pages, signing, withdrawing, and the switch."""
    routes = APIRouter(prefix=PATH, include_in_schema=False)
    shown = ClinicalPages(house, pages)

    async def reader(request: Request) -> SignedIn:
        person = await sessions.person(request)
        await only_readers(person)
        return person

    async def only_readers(person: SignedIn) -> None:
        if not person.access.allows(Permission.read_clinical):
            raise NotForRole(person)

    async def actor(request: Request) -> SignedIn:
        return await sessions.genuine(request, await sessions.person(request))

    Reader = Annotated[SignedIn, Depends(reader)]
    Actor = Annotated[SignedIn, Depends(actor)]
    Text = Annotated[str, Form(max_length=600)]

    @routes.get("")
    async def overview(request: Request, person: Reader) -> Response:
        """What is in force, who signed it, the switch, rules and protocols."""
        return await shown.overview(request, person)

    @routes.get("/triage")
    async def tables(request: Request, person: Reader) -> Response:
        """The triage tables in words."""
        return shown.tables(request, person)

    @routes.get("/try")
    async def begin(request: Request, person: Reader) -> Response:
        """Step through an interview: the first page."""
        return await shown.trying(request, person)

    @routes.post("/try")
    async def go_on(request: Request, person: Actor) -> Response:
        """The next step. Nothing is written."""
        await only_readers(person)
        return await shown.trying(request, person, await request.form())

    @routes.get("/{act_name}")
    async def again(act_name: str, person: Reader) -> Response:
        """An act's address asked for again by the browser, as after a reload: back to the page."""
        return RedirectResponse(PATH, 303)

    @routes.post("/sign")
    async def sign(
        request: Request,
        person: Actor,
        subject: Annotated[Subject, Form()],
        version: Text = "",
        name: Text = "",
        licence: Text = "",
        code: Annotated[str, Form(max_length=40)] = "",
    ) -> Response:
        """Put one's name under exactly what was read, with a fresh code of the second factor."""
        await only(house, person, Permission.sign_clinical)
        typed = {"subject": subject.value, "name": name, "licence": licence}
        if not await house.limiter.allows(f"account:{person.staff_id}", TRIES_PER_MINUTE):
            return await shown.overview(request, person, Refused("login-slow-down"), typed)
        said = governance.Statement(subject, version, name, licence, code)
        async with house.database.unit_of_work() as uow:
            result = await governance.sign(
                uow, person, sessions.browser(request), said, versions(house)[subject], house.clock.now()
            )
        if isinstance(result, Signature):
            return RedirectResponse(PATH, 303)
        if result.reason == "login-over":
            raise SessionOver
        return await shown.overview(request, person, result, typed)

    @routes.post("/signatures/{signature_id}/withdraw")
    async def withdraw(signature_id: UUID, person: Actor) -> Response:
        """The signature stands no longer. No code is asked for: it is the safe side."""
        await only(house, person, Permission.sign_clinical)
        async with house.database.unit_of_work() as uow:
            await governance.withdraw(uow, person.access, signature_id, house.clock.now())
        return RedirectResponse(PATH, 303)

    @routes.post("/automation")
    async def automation(
        request: Request, person: Actor, turn: Annotated[Literal["on", "off"], Form()], reason: Text = ""
    ) -> Response:
        """Send every message to people, or let the bot answer again; with a reason."""
        await only(house, person, Permission.switch_automation)
        async with house.database.unit_of_work() as uow:
            refused = await governance.throw_switch(
                uow, person.access, person.staff_id, reason, house.clock.now(), is_on=turn == "on"
            )
        if refused is not None:
            return await shown.overview(request, person, refused, {"reason": reason})
        return RedirectResponse(PATH, 303)

    return routes


def may(person: SignedIn, right: Permission) -> bool:
    """True for a right held at all sites: the rules and the switch are the same everywhere."""
    return person.access.sites(right) is None


async def only(house: House, person: SignedIn, right: Permission) -> None:
    """Raises `NotForRole` for everybody who does not hold the right at all sites; the attempt is audited."""
    if not may(person, right):
        async with house.database.unit_of_work() as uow:
            record(uow, person.access, f"clinical.forbidden.{right}", "staff", person.staff_id, house.clock.now())
        raise NotForRole(person)


def _stands(row: Signature, subject: Subject, version: str) -> bool:
    return row.subject is subject and row.version == version and row.voided_at is None

"""`/studio/facts/prices`: the price list that every channel answers from, with what it was and what it will be."""

import hashlib
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from care.appointments import price_list
from care.appointments.offers import Money
from care.appointments.price_list import Steps, Subject, Wanted
from care.appointments.service import sites
from care.folding import fold
from core.access import Permission
from core.accounts import SignedIn
from core.errors import Refused
from core.i18n import Language
from core.when.say import say_since
from knowledge import relying
from knowledge.service import facts_changed
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

FIELDS = ("amount", "site", "valid_from", "valid_to")


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Who may edit content alone; every change is audited and holds from the next message on."""
    routes = APIRouter(prefix="/studio/facts/prices", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]

    def respond(
        request: Request, template: str, person: SignedIn, refused: Refused | None = None, **values: Any
    ) -> Response:
        language, now = page_language(request, person.language), house.clock.now()
        return pages.respond(
            request, f"studio/{template}.html", language, 422 if refused else 200, person=person, today=now.date(),
            refused=_in_words(refused, language), day=lambda one: say_since(one, language),
            money=lambda grosze: Money(grosze).text(language),
            at=lambda one: one.astimezone(now.tzinfo).strftime("%d.%m.%Y %H:%M"), **values,
        )  # fmt: skip

    @routes.get("")
    async def overview(request: Request, person: Reader, q: Annotated[str, Query(max_length=100)] = "") -> Response:
        """Everything that can have a price, with what it costs now and will."""
        async with house.database.unit_of_work() as uow:
            lines = await price_list.overview(uow, person.access, house.clock.now().date())
        words = fold(q).split()
        wanted = [
            one for one in lines
            if all(word in fold(f"{one.subject.name_pl} {one.subject.name_en} {one.subject.code}") for word in words)
        ]  # fmt: skip
        named = price_list.by_name(wanted, page_language(request, person.language))
        return respond(request, "prices", person, lines=named, total=len(lines), q=q)

    async def show(
        request: Request, person: SignedIn, kind: str, code: str, *, refused: Refused | None = None, **told: Any
    ) -> Response:
        async with house.database.unit_of_work() as uow:
            subject = await price_list.subject_of(uow, person.access, kind, code)
            entries = await price_list.history(uow, person.access, subject)
            places = [one for one in await sites(uow) if person.access.allows(Permission.edit_content, one.id)]
        language = page_language(request, person.language)
        today = house.clock.now().date()
        general = next((one for one in entries if one.site is None and one.state(today) == "now"), None)
        known = {"faults": {}, "steps": None, "wanted": None, "contradictions": [], "told": "", "typed": {}} | told
        known["faults"] = {name: _in_words(one, language) for name, one in known["faults"].items()}
        return respond(
            request, "prices_one", person, refused, subject=subject, entries=entries, seen=price_list.mark(entries),
            places=places, is_everywhere=person.access.sites(Permission.edit_content) is None,
            general=general, furthest=today + price_list.FURTHEST, one_day=timedelta(days=1),
            is_saved="saved" in request.query_params, **known,
        )  # fmt: skip

    @routes.get("/{kind}/{code}")
    async def look(request: Request, person: Reader, kind: str, code: str) -> Response:
        """The prices of one examination or kind of visit: now, to come, and those that were."""
        return await show(request, person, kind, code)

    @routes.post("/{kind}/{code}")
    async def change(request: Request, person: Actor, kind: str, code: str) -> Response:
        """Set a price from a day on, once its writer has seen what it does."""
        form = {key: str(value).strip() for key, value in (await request.form()).items()}
        typed, now = {name: form.get(name, "") for name in FIELDS}, house.clock.now()
        async with house.database.unit_of_work() as uow:
            subject = await price_list.subject_of(uow, person.access, kind, code)
        wanted = _read(typed)
        if isinstance(wanted, dict):
            return await faulty(request, person, subject, typed, wanted)
        told = hashlib.sha256(repr(wanted).encode()).hexdigest()[:32]
        steps, found = await tried(person, subject, wanted, form.get("seen", ""))
        if isinstance(steps, dict):
            return await faulty(request, person, subject, typed, steps)
        if isinstance(steps, Refused):
            return await show(request, person, kind, code, refused=steps, typed=typed)
        if form.get("told") != told:
            return await show(
                request, person, kind, code, typed=typed, steps=steps, wanted=wanted, contradictions=found, told=told
            )
        async with house.database.unit_of_work() as uow:
            done = await price_list.set_price(uow, person.access, subject, wanted, form.get("seen", ""), now)
            if not isinstance(done, dict | Refused):
                await facts_changed(uow)
        if isinstance(done, dict):
            return await faulty(request, person, subject, typed, done)
        if isinstance(done, Refused):
            return await show(request, person, kind, code, refused=done, typed=typed)
        return RedirectResponse(f"/studio/facts/prices/{kind}/{code}?saved", 303)

    async def tried(
        person: SignedIn, subject: Subject, wanted: Wanted, seen: str
    ) -> tuple[Steps | dict[str, Refused] | Refused, list[relying.Contradiction]]:
        """What it would do, and the articles that would name an amount of the past. Nothing is kept."""
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            steps = await price_list.steps(uow, person.access, subject, wanted, now.date())
            before = await relying.known(uow, wanted.valid_from)
            done = await price_list.set_price(uow, person.access, subject, wanted, seen, now)
            if isinstance(done, dict | Refused):
                return done, []
            found = await relying.contradictions(uow, before, await relying.known(uow, wanted.valid_from))
            await uow.session.rollback()
        return steps, found

    async def faulty(
        request: Request, person: SignedIn, subject: Subject, typed: dict[str, str], faults: dict[str, Refused]
    ) -> Response:
        refused = Refused("facts-faults", {"count": len(faults)})
        return await show(request, person, subject.kind, subject.code, refused=refused, typed=typed, faults=faults)

    @routes.post("/withdraw")
    async def withdraw(
        request: Request, person: Actor, price: Annotated[UUID, Form()], sure: Annotated[str, Form(max_length=5)] = ""
    ) -> Response:
        """Take back a price that does not hold yet, or end a site's own, once somebody has said so."""
        async with house.database.unit_of_work() as uow:
            done: Subject | Refused = Refused("unsure")
            if sure == "yes":
                done = await price_list.withdraw(uow, person.access, price, house.clock.now())
            if not isinstance(done, Refused):
                await facts_changed(uow)
                return RedirectResponse(f"/studio/facts/prices/{done.kind}/{done.code}?saved", 303)
            lines = await price_list.overview(uow, person.access, house.clock.now().date())
        named = price_list.by_name(lines, page_language(request, person.language))
        return respond(request, "prices", person, done, lines=named, total=len(lines), q="")

    return routes


def _read(typed: dict[str, str]) -> Wanted | dict[str, Refused]:
    faults: dict[str, Refused] = {}
    amount = price_list.read_amount(typed["amount"])
    if isinstance(amount, Refused):
        faults["amount"] = amount
    days: dict[str, date | None] = {"valid_from": None, "valid_to": None}
    for name in days:
        try:
            days[name] = date.fromisoformat(typed[name]) if typed[name] else None
        except ValueError:
            faults[name] = Refused("price-day")
    if days["valid_from"] is None and "valid_from" not in faults:
        faults["valid_from"] = Refused("price-day")
    try:
        site_id = UUID(typed["site"]) if typed["site"] else None
    except ValueError:
        site_id, faults["site"] = None, Refused("price-site")
    if faults or isinstance(amount, Refused) or days["valid_from"] is None:
        return faults
    return Wanted(amount, site_id, days["valid_from"], days["valid_to"])


def _in_words(refused: Refused | None, language: Language) -> Refused | None:
    """The same, with its day and amount as people say them."""
    if refused is None:
        return None
    words = dict(refused.args)
    if "day" in words:
        words["day"] = say_since(words["day"], language)
    if "amount" in words:
        words["amount"] = Money(words["amount"]).text(language)
    return Refused(refused.reason, words)

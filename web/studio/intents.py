"""`/studio/intents`: what the bot learns from, as a table; examples added, dropped and moved in a draft; files in and out."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from conversations.choosing import GOALS
from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.i18n import LANGUAGES, Language
from knowledge import signatures
from knowledge.gate.service import open_run
from knowledge.intents import clinic_goals, editing, exchange, goals
from knowledge.intents.uses import intents as known_intents
from knowledge.intents.uses import uses
from web.parts import House
from web.rendering import Pages, page_language, word
from web.session import Sessions

MOST_CHANGES = 200
PARTS = ("name", "about")


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The table, one intent, files. Who may edit content alone; every change is audited."""
    routes = APIRouter(prefix="/studio", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Ids = Annotated[list[UUID], Form(default_factory=list, max_length=5000)]
    Name = Annotated[str, Form(max_length=60)]
    Words = Annotated[str, Form(max_length=1000)]

    def respond(
        request: Request, template: str, person: SignedIn, refused: Refused | None = None, **values: Any
    ) -> Response:
        return pages.respond(
            request, f"studio/{template}.html", page_language(request, person.language), 422 if refused else 200, person=person,
            refused=refused, languages=LANGUAGES, longest=editing.LONGEST, all_intents=known_intents(),
            at_words=lambda at: at.astimezone(house.clock.now().tzinfo).strftime("%d.%m.%Y %H:%M"), **values,
        )  # fmt: skip

    @routes.get("/intents")
    async def overview(request: Request, person: Reader) -> Response:
        """Every intent: its examples, what the draft changes, how often it is understood."""
        return await listed(request, person)

    async def listed(request: Request, person: SignedIn, refused: Refused | None = None, **values: Any) -> Response:
        person.access.require(Permission.edit_content)
        async with house.database.unit_of_work() as uow:
            rows = await editing.overview(uow, person.access, house.clock.now().date())
            changes = await editing.changes(uow, person.access)
            version, run = await editing.live_version(uow), await open_run(uow)
            content = await signatures.content_of_draft(uow, changes)
            signed = await signatures.signed_by(uow, content)
            made, people = await clinic_goals.drafted(uow), await editing.people(uow, person.access)
        filled = {"wrong": [], "taken": None, "note": ""} | values
        return respond(
            request, "intents", person, refused, rows=rows, changes=changes[:MOST_CHANGES], count=len(changes), version=version,
            run=run, safety=signatures.touches_safety(changes), content=content, signed=signed,
            is_mine=any(one.staff_id == person.staff_id for one in signed), people=people,
            is_discarded="discarded" in request.query_params, **_goals(request, person, made), **filled,
        )  # fmt: skip

    @routes.get("/intents/{intent}")
    async def show(request: Request, intent: str, person: Reader) -> Response:
        """One intent: its examples in both languages, what lies close to another one, where it is used."""
        return await shown(request, person, intent)

    async def shown(
        request: Request,
        person: SignedIn,
        intent: str,
        refused: Refused | None = None,
        typed: Mapping[str, str] | None = None,
        ticked: Collection[UUID] = (),
    ) -> Response:
        async with house.database.unit_of_work() as uow:
            rows = await editing.examples(uow, person.access, intent)
            near = await house.nearness.warnings(uow, intent)
            run, made = await open_run(uow), await clinic_goals.drafted(uow)
            seen = await editing.seen(uow, person.access, intent, house.clock.now().date())
        called = clinic_goals.names(made, page_language(request, person.language))
        refused = with_shown_names(refused, called, page_language(request, person.language))
        said = made.get(intent)
        words = {
            f"{part}_{one}": (getattr(said, f"{part}_{one}") or "") if said else ""
            for part in PARTS
            for one in LANGUAGES
        }
        return respond(
            request, "intent", person, refused, intent=intent, rows=rows, near=near, uses=uses()[intent], run=run, seen=seen,
            typed={"language": "pl", "text": "", **words, **(typed or {})}, added=request.query_params.get("added", ""),
            reason=goals.may_not_merge(intent), targets=sorted(GOALS - goals.SAFETY - {intent}), is_safety=intent in goals.SAFETY,
            ticked=ticked, longest_name=goals.LONGEST_NAME, longest_about=goals.LONGEST_ABOUT, **_goals(request, person, made),
            **_moved(request),
        )  # fmt: skip

    @routes.post("/intents/{intent}")
    async def add(
        request: Request,
        intent: str,
        person: Actor,
        text: Annotated[str, Form(max_length=1000)] = "",
        language: Annotated[Literal["pl", "en"], Form()] = "pl",
    ) -> Response:
        """One more example."""
        async with house.database.unit_of_work() as uow:
            made = await editing.add(uow, person.access, language, intent, text, house.clock.now(), person.name)
        if isinstance(made, Refused):
            return await shown(request, person, intent, made, {"language": language, "text": text})
        return RedirectResponse(f"/studio/intents/{intent}?added={made.id}#{made.id}", 303)

    @routes.post("/intents/{intent}/examples")
    async def change(
        request: Request, intent: str, person: Actor, id: Ids, act: Name = "", into: Name = ""
    ) -> Response:
        """Drop, bring back or move the chosen ones."""
        person.access.require(Permission.edit_content)
        now, target = house.clock.now(), f"/studio/intents/{intent}"
        async with house.database.unit_of_work() as uow:
            await editing.examples(uow, person.access, intent)
            done: int | Refused = Refused("example-act")
            if act == "drop":
                done = await editing.drop(uow, person.access, id, now)
            elif act == "back":
                done = await editing.bring_back(uow, person.access, id, now)
            elif act == "move" and (not into or into == intent or into not in known_intents()):
                done = Refused("intent-choose")
            elif act == "move":
                done = await editing.move(uow, person.access, id, into, now, person.name) or Refused("example-none")
                target += f"?moved={done}&into={into}"
        if isinstance(done, Refused):
            return await shown(request, person, intent, done, ticked=id)
        return RedirectResponse(target, 303)

    @routes.post("/intents/{intent}/merge")
    async def merge(request: Request, intent: str, person: Actor, into: Name = "") -> Response:
        """Let the goal be taken for another one: all its examples teach the other."""
        async with house.database.unit_of_work() as uow:
            done: int | Refused = Refused("intent-choose")
            if into:
                done = await goals.merge(uow, person.access, intent, into, house.clock.now(), person.name)
        if isinstance(done, Refused):
            return await shown(request, person, intent, done)
        return RedirectResponse(f"/studio/intents/{intent}#merge", 303)

    @routes.post("/intents/{intent}/split")
    async def split(request: Request, intent: str, person: Actor) -> Response:
        """Give a merged goal its examples back."""
        async with house.database.unit_of_work() as uow:
            done = await goals.split(uow, person.access, intent, house.clock.now(), person.name)
        if isinstance(done, Refused):
            return await shown(request, person, intent, done)
        return RedirectResponse(f"/studio/intents/{intent}", 303)

    @routes.post("/intents/{intent}/name")
    async def rename(
        request: Request, intent: str, person: Actor, name_pl: Words = "", name_en: Words = "", about_pl: Words = "", about_en: Words = ""
    ) -> Response:  # fmt: skip
        """The clinic's own words for the goal, in both languages; all empty: the product's."""
        name, about = {"pl": name_pl, "en": name_en}, {"pl": about_pl, "en": about_en}
        async with house.database.unit_of_work() as uow:
            done = await goals.rename(uow, person.access, intent, name, about, house.clock.now(), person.name)
        if isinstance(done, Refused):
            typed = {f"name_{one}": name[one] for one in LANGUAGES} | {f"about_{one}": about[one] for one in LANGUAGES}
            return await shown(request, person, intent, done, typed)
        return RedirectResponse(f"/studio/intents/{intent}#name", 303)

    @routes.post("/draft/sign")
    async def sign(request: Request, person: Actor, content: Annotated[str, Form(max_length=200)]) -> Response:
        """Stand for a draft that touches safety, so that somebody else may publish it."""
        async with house.database.unit_of_work() as uow:
            done = await signatures.sign_draft(uow, person, content, house.clock.now())
        if isinstance(done, Refused):
            return await listed(request, person, done)
        return RedirectResponse("/studio/intents", 303)

    @routes.post("/draft/discard")
    async def discard(request: Request, person: Actor, sure: Name = "") -> Response:
        """Throw the draft away, once its reader has said so."""
        if sure != "yes":
            return await listed(request, person, Refused("unsure"))
        async with house.database.unit_of_work() as uow:
            done = await editing.discard(uow, person.access, house.clock.now())
        if isinstance(done, Refused):
            return await listed(request, person, done)
        return RedirectResponse("/studio/intents?discarded", 303)

    @routes.get("/examples/{name}")
    async def export(name: str, person: Reader) -> Response:
        """The draft as a file: `examples.csv`, or `pl.yml` and `en.yml` as Rasa reads them."""
        person.access.require(Permission.edit_content)
        language, _, kind = name.rpartition(".")
        if name != "examples.csv" and (language not in LANGUAGES or kind != "yml"):
            raise NotFound("file")
        async with house.database.unit_of_work() as uow:
            found = await editing.phrases(uow)
        body = exchange.as_csv(found) if kind == "csv" else exchange.as_yaml(found, language)
        media = "text/csv; charset=utf-8" if kind == "csv" else "application/yaml; charset=utf-8"
        return Response(body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    @routes.post("/examples")
    async def take_in(
        request: Request,
        person: Actor,
        file: Annotated[UploadFile | None, File()] = None,
        language: Annotated[Literal["pl", "en"], Form()] = "pl",
    ) -> Response:
        """A file into the draft, all of it or nothing."""
        person.access.require(Permission.edit_content)
        if file is None or not file.filename:
            return await listed(request, person, Refused("file-empty"))
        content = await file.read(exchange.LARGEST + 1)
        kind = "csv" if file.filename.lower().endswith(".csv") else "yaml"
        async with house.database.unit_of_work() as uow:
            done = await exchange.take_in(uow, person.access, content, kind, language, house.clock.now(), person.name)
        if isinstance(done, exchange.Taken):
            return await listed(request, person, taken=done)
        shown_wrong = done[: exchange.MOST_SHOWN]
        return await listed(request, person, Refused("file-wrong", {"count": str(len(done))}), wrong=shown_wrong)

    return routes


def _goals(request: Request, person: SignedIn, made: clinic_goals.Goals) -> dict[str, Any]:
    """What the draft calls each intent, and which are taken for which."""
    return {
        "called": clinic_goals.names(made, page_language(request, person.language)),
        "merged": clinic_goals.merged(made),
    }


def with_shown_names(refused: Refused | None, called: Mapping[str, str], language: Language) -> Refused | None:
    """The same, with intents as the studio calls them."""
    if refused is None:
        return None
    named = {
        key: called.get(one) or word(language, "intent", one)
        for key, one in refused.args.items()
        if key in ("intent", "into")
    }
    return Refused(refused.reason, refused.args | named)


def _moved(request: Request) -> dict[str, Any]:
    """How many examples were moved just now, and where."""
    count, into = request.query_params.get("moved", ""), request.query_params.get("into", "")
    is_said = count.isascii() and count.isdigit() and len(count) < 6 and into in known_intents()
    return {"moved": int(count) if is_said else 0, "moved_into": into}

"""`/studio/documents`: a PDF, DOCX or HTML to sections, looked at and mended, and those chosen to drafts."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn
from core.errors import Refused
from core.i18n import LANGUAGES, Language
from knowledge.documents import importing
from knowledge.documents.importing import Proposal
from knowledge.documents.kinds import LARGEST
from knowledge.documents.sections import MOST_SECTIONS, Section
from knowledge.editing import LONGEST
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """A file in, drafts out. Who may edit content alone; the file is not kept."""
    routes = APIRouter(prefix="/studio/documents", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Texts = Annotated[list[str], Form(default_factory=list, max_length=MOST_SECTIONS)]

    def respond(request: Request, person: SignedIn, refused: Refused | None = None, **values: Any) -> Response:
        person.access.require(Permission.edit_content)
        given = {"language_given": "auto", "read": None, "taken": set(), "longest": LONGEST} | values
        return pages.respond(
            request, "studio/documents.html", page_language(request, person.language), 422 if refused else 200, person=person,
            refused=refused, languages=LANGUAGES, largest=LARGEST // 1_000_000, **given,
        )  # fmt: skip

    @routes.get("")
    async def ask(request: Request, person: Reader, large: bool = False) -> Response:
        """A file to choose; `large`: the one before was too large."""
        return respond(request, person, _too_large() if large else None)

    @routes.post("")
    async def read(
        request: Request,
        person: Actor,
        file: Annotated[UploadFile | None, File()] = None,
        language: Annotated[Literal["auto", "pl", "en"], Form()] = "auto",
    ) -> Response:
        """What the document holds, to be looked at. Nothing is kept of it."""
        person.access.require(Permission.edit_content)
        if file is None or not file.filename:
            return respond(request, person, Refused("document-none"), language_given=language)
        content = await file.read(LARGEST + 1)
        wanted: Language | None = None if language == "auto" else language
        parsed = await importing.parse(person.access, file.filename, content, wanted)
        if isinstance(parsed, Refused):
            refused = _too_large() if parsed.reason == "document-large" else parsed
            return respond(request, person, refused, language_given=language)
        async with house.database.unit_of_work() as uow:
            done = await importing.propose(uow, person.access, parsed, house.clock.now())
        taken = {place for place, one in enumerate(done.proposals) if not one.is_known}
        return respond(request, person, read=done, taken=taken)

    @routes.post("/drafts")
    async def keep(
        request: Request,
        person: Actor,
        question: Texts,
        answer: Texts,
        language: Texts,
        take: Annotated[list[int], Form(default_factory=list, max_length=MOST_SECTIONS)],
        origin: Annotated[str, Form(max_length=LONGEST["source"])] = "",
    ) -> Response:
        """The chosen sections as drafts, all of them or none."""
        person.access.require(Permission.edit_content)
        rows = [
            Proposal(Section(one, said), "en" if spoken == "en" else "pl")
            for one, said, spoken in zip(question, answer, language, strict=False)
        ]
        chosen = [(rows[place].section, rows[place].language) for place in sorted(set(take)) if 0 <= place < len(rows)]
        async with house.database.unit_of_work() as uow:
            done = await importing.keep(uow, person.access, origin, chosen, house.clock.now(), person.name)
            if isinstance(done, Refused):
                await uow.session.rollback()
        if isinstance(done, Refused):
            return respond(request, person, done, read=importing.Read(origin, rows), taken=set(take))
        return RedirectResponse(f"/studio/articles?state=one-language&drafted={len(done)}", 303)

    return routes


def _too_large() -> Refused:
    return Refused("document-large", {"most": str(LARGEST // 1_000_000)})

"""Files beside articles: editors add and take away in `/studio/files`, everybody reads what is published under `/files`."""

from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from core.accounts import SignedIn
from core.errors import NotFound, Refused
from knowledge import editing, files
from knowledge.files import LARGEST, PAGE, ArticleFile
from web.parts import House
from web.session import Sessions
from web.studio.forms import row_of, typed

ALONE = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def router(house: House, sessions: Sessions) -> APIRouter:
    """Adding and taking away each make the next version as a draft, so that publishing, signing and going back hold for files too."""
    routes = APIRouter(include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Article = Annotated[str, Form(max_length=60)]
    Base = Annotated[int, Form(ge=1)]
    Tongue = Annotated[Literal["pl", "en"], Form()]

    @routes.get(f"{PAGE}/{{code}}")
    async def read(code: str) -> Response:
        """A file of an article that is answered with."""
        async with house.database.unit_of_work() as uow:
            found = await files.published(uow, code[:20])
        if found is None:
            raise NotFound("file")
        return _given(*found)

    @routes.get("/studio/files/{leaflet_id}")
    async def look(leaflet_id: UUID, person: Reader) -> Response:
        """A file, published or not, for editors."""
        async with house.database.unit_of_work() as uow:
            found = await files.content_of(uow, person.access, leaflet_id)
        if found is None:
            raise NotFound("file")
        return _given(*found)

    @routes.post("/studio/files")
    async def add(
        person: Actor,
        article: Article,
        base: Base,
        language: Tongue,
        title: Annotated[str, Form(max_length=200)] = "",
        file: Annotated[UploadFile | None, File()] = None,
    ) -> Response:
        """Add a file to the words of a language."""
        content = await file.read(LARGEST + 1) if file is not None else b""
        async with house.database.unit_of_work() as uow:
            row = await _newest(uow, person, article)
            made = await files.add(uow, person.access, article, title, content, house.clock.now(), person.name)
            done: int | Refused = 0
            if isinstance(made, Refused):
                done = made
            elif language not in row:
                done = Refused("article-incomplete")
            else:
                row[language]["files"] = [*row[language]["files"], made.id]
                done = await editing.save(uow, person.access, row, base, house.clock.now(), person.name)
            if isinstance(done, Refused):
                await uow.session.rollback()
        return _back(article, done)

    @routes.post("/studio/files/remove")
    async def remove(
        person: Actor, article: Article, base: Base, language: Tongue, file: Annotated[UUID, Form()]
    ) -> Response:
        """Take a file away from the words of a language; earlier versions keep it."""
        async with house.database.unit_of_work() as uow:
            row = await _newest(uow, person, article)
            done: int | Refused = 0
            if language in row and file in row[language]["files"]:
                row[language]["files"].remove(file)
                done = await editing.save(uow, person.access, row, base, house.clock.now(), person.name)
        return _back(article, done)

    async def _newest(uow: Any, person: SignedIn, article: str) -> dict[str, Any]:
        subject = await editing.whole(uow, person.access, article)
        row = row_of(article, typed(subject, subject.versions[subject.newest]))
        assert not isinstance(row, Refused), "what was kept can be kept again"
        return row

    return routes


def _back(article: str, done: int | Refused) -> Response:
    told = f"refused={done.reason}" if isinstance(done, Refused) else f"kept={done}"
    return RedirectResponse(f"/studio/articles/{article}?{told}#files", 303)


def _given(one: ArticleFile, content: bytes) -> Response:
    name = f"attachment; filename=\"file.{one.name.rpartition('.')[2]}\"; filename*=UTF-8''{quote(one.name)}"
    return Response(content, media_type=one.media_type, headers={"Content-Disposition": name, **ALONE})

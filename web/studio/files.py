"""Files beside articles: everybody reads what is published under `/files`, editors all of them; the editor's form adds and takes away."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from core.accounts import SignedIn
from core.errors import NotFound
from knowledge import files
from knowledge.files import PAGE, ArticleFile
from web.parts import House
from web.session import Sessions

ALONE = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def router(house: House, sessions: Sessions) -> APIRouter:
    """Reading alone."""
    routes = APIRouter(include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]

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

    return routes


def _given(one: ArticleFile, content: bytes) -> Response:
    name = f"attachment; filename=\"file.{one.name.rpartition('.')[2]}\"; filename*=UTF-8''{quote(one.name)}"
    return Response(content, media_type=one.media_type, headers={"Content-Disposition": name, **ALONE})

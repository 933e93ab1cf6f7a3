"""`/webhooks/slack/events`: a request without a valid, recent signature is refused before anything is read from it."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import Refused
from core.i18n import as_language
from handoff.slack.reading import read
from web.console.outreach import warn
from web.parts import House

MAX_BYTES = 256 * 1024
"""A line in Slack has 40,000 characters at most."""


def router(house: House) -> APIRouter:
    """The one route."""
    routes = APIRouter(prefix="/webhooks/slack", include_in_schema=False)

    async def warned(uow: UnitOfWork, case_id: UUID, body: str, person: SignedIn) -> Refused | None:
        return await warn(uow, case_id, body, house.settings.public_url, as_language(person.language))

    @routes.post("/events")
    async def events(request: Request) -> Response:
        """Act on an event, once; answer the question whether this address is ours."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                raise HTTPException(413)
        if not house.slack.reader.is_genuine(bytes(body), request.headers):
            raise HTTPException(403)
        payload = read(bytes(body))
        if payload is None:
            raise HTTPException(400)
        if payload.get("type") == "url_verification":
            return JSONResponse({"challenge": str(payload.get("challenge", ""))[:500]})
        await house.slack.reader.take(payload, warned)
        return Response(status_code=204)

    return routes

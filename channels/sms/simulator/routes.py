"""The simulated provider's REST API, as the SDK calls it."""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from channels.sms.simulator.provider import ProviderError, SimulatedProvider

PREFIX = "/simulator/twilio"


def router(provider: SimulatedProvider) -> APIRouter:
    """The routes under `/simulator/twilio`."""
    routes = APIRouter(prefix=f"{PREFIX}/2010-04-01/Accounts/{{account}}", include_in_schema=False)

    def check(request: Request, account: str) -> None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(value).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise HTTPException(401) from error
        given, known = f"{user}:{password}", f"{provider.account_sid}:{provider.auth_token}"
        is_known = hmac.compare_digest(given.encode(), known.encode())
        if scheme.lower() != "basic" or not is_known or account != provider.account_sid:
            raise HTTPException(401)

    @routes.post("/Messages.json")
    async def create(account: str, request: Request) -> Response:
        check(request, account)
        return await taken(request, provider.create_message)

    @routes.post("/Calls.json")
    async def call(account: str, request: Request) -> Response:
        check(request, account)
        return await taken(request, provider.create_call)

    async def taken(request: Request, act: Callable[[dict[str, str]], Awaitable[dict[str, Any]]]) -> Response:
        form = {key: str(value) for key, value in (await request.form()).multi_items()}
        try:
            return JSONResponse(await act(form), status_code=201)
        except ProviderError as error:
            body = {
                "code": error.code,
                "message": error.message,
                "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
            }
            return JSONResponse({**body, "status": error.status}, status_code=error.status)

    @routes.get("/Messages/{sid}/Media/{media_id}")
    async def media(account: str, sid: str, media_id: UUID, request: Request) -> Response:
        check(request, account)
        found = await provider.media(sid, media_id)
        if found is None:
            raise HTTPException(404)
        return Response(found[1], media_type=found[0])

    return routes

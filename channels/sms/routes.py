"""The provider's webhooks. A request without a valid signature is refused before anything is read from it."""

from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.datastructures import ImmutableMultiDict

from channels.sms.channel import STOPPED
from channels.sms.inbound import name, parse, parse_state
from channels.sms.signature import Signature
from conversations.delivery import receipt
from conversations.inbox import Inbox
from core.clock import Clock
from core.db import Database

MAX_FORM_BYTES = 400_000
"""Room for 100 kB of text, percent-encoded."""
MAX_FIELDS = 200
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def router(inbox: Inbox, database: Database, clock: Clock, auth_token: str, public_url: str, region: str) -> APIRouter:
    """Routes for incoming messages and delivery receipts."""
    routes = APIRouter(prefix="/webhooks/twilio", include_in_schema=False)
    provider = Signature(auth_token)

    async def signed_form(request: Request) -> ImmutableMultiDict[str, str]:
        form = await _form(request)
        url = public_url.rstrip("/") + request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if not provider.holds(url, form, request.headers.get("X-Twilio-Signature", "")):
            raise HTTPException(403)
        return form

    @routes.post("/sms")
    async def incoming(request: Request) -> Response:
        """Store the message and answer at once; the bot's words follow as messages of their own."""
        inbound = parse(await signed_form(request), region)
        if inbound is None:
            raise HTTPException(400)
        await inbox.accept(inbound)
        return Response(EMPTY_TWIML, media_type="application/xml")

    @routes.post("/sms/status/{message_id}")
    async def status(message_id: UUID, request: Request) -> Response:
        """Note a receipt; unknown words and repeated receipts change nothing."""
        form = await signed_form(request)
        state = parse_state(form.get("MessageStatus", ""))
        if state is not None:
            async with database.unit_of_work() as uow:
                sid, code = name(form.get("MessageSid")), name(form.get("ErrorCode"))
                await receipt(
                    uow, message_id, "sms", sid, state, code, clock.now(), is_stopped=code == STOPPED
                )  # fmt: skip
        return Response(status_code=204)

    return routes


async def _form(request: Request) -> ImmutableMultiDict[str, str]:
    """The fields of a form, read no further than a webhook may be long, whatever length was announced."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413)
    try:
        fields = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error
    return ImmutableMultiDict(fields)

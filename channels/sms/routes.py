"""The provider's webhooks. A request without a valid signature is refused before anything is read from it."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from twilio.request_validator import RequestValidator

from channels.sms.inbound import parse, parse_state
from conversations.delivery import receipt
from conversations.inbox import Inbox
from core.clock import Clock
from core.db import Database

MAX_FORM_BYTES = 300_000
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def router(inbox: Inbox, database: Database, clock: Clock, auth_token: str, public_url: str, region: str) -> APIRouter:
    """Routes for incoming messages and delivery receipts."""
    routes = APIRouter(prefix="/webhooks/twilio", include_in_schema=False)
    validator = RequestValidator(auth_token)

    async def signed_form(request: Request) -> dict[str, str]:
        if int(request.headers.get("content-length") or 0) > MAX_FORM_BYTES:
            raise HTTPException(413)
        form = {key: str(value) for key, value in (await request.form()).multi_items()}
        url = public_url.rstrip("/") + request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if not validator.validate(url, form, request.headers.get("X-Twilio-Signature", "")):
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
                await receipt(uow, message_id, "sms", form.get("MessageSid"), state, form.get("ErrorCode"), clock.now())
        return Response(status_code=204)

    return routes

"""The provider's webhooks. A request without a valid signature is refused before anything is read from it."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from channels.sms.channel import STOPPED
from channels.sms.inbound import name, parse, parse_state
from channels.webhooks import Signature, signed
from conversations.delivery import receipt
from conversations.inbox import Inbox
from core.clock import Clock
from core.db import Database

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def router(inbox: Inbox, database: Database, clock: Clock, auth_token: str, public_url: str, region: str) -> APIRouter:
    """Routes for incoming messages and delivery receipts."""
    routes = APIRouter(prefix="/webhooks/twilio", include_in_schema=False)
    provider = Signature(auth_token)

    @routes.post("/sms")
    async def incoming(request: Request) -> Response:
        """Store the message and answer at once; the bot's words follow as messages of their own."""
        inbound = parse(await signed(request, provider, public_url), region)
        if inbound is None:
            raise HTTPException(400)
        await inbox.accept(inbound)
        return Response(EMPTY_TWIML, media_type="application/xml")

    @routes.post("/sms/status/{message_id}")
    async def status(message_id: UUID, request: Request) -> Response:
        """Note a receipt; unknown words and repeated receipts change nothing."""
        form = await signed(request, provider, public_url)
        state = parse_state(form.get("MessageStatus", ""))
        if state is not None:
            async with database.unit_of_work() as uow:
                sid, code = name(form.get("MessageSid")), name(form.get("ErrorCode"))
                await receipt(
                    uow, message_id, "sms", sid, state, code, clock.now(), is_stopped=code == STOPPED
                )  # fmt: skip
        return Response(status_code=204)

    return routes

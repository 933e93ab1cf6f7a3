"""The simulated provider: what Twilio's servers do for a number, with the same shapes, signatures and error codes."""

import asyncio
import html
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import httpx
import structlog
from sqlalchemy import delete, select
from twilio.request_validator import RequestValidator

from channels.sms.simulator.models import SimulatedMedia, SimulatedOptOut, SimulatedSms
from core.clock import Clock
from core.crypto import keyring
from core.db import Database, UnitOfWork
from core.logging import describe
from core.segments import measure

log = structlog.get_logger()
STOP_WORDS = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())
_SAID = re.compile(r"<Say[^>]*>([^<]*)</Say>")
START_WORDS = frozenset({"START", "UNSTOP"})


@dataclass(eq=False)
class ProviderError(Exception):
    """An error as the provider's API gives it. Not frozen: an exception on its way gets its traceback written."""

    status: int
    code: int
    message: str


class SimulatedProvider:
    """Accepts messages from the SDK, shows them on simulated phones, and posts signed webhooks for what phones send."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        account_sid: str,
        auth_token: str,
        number: str,
        base_url: str,
        webhook_url: str,
        local_webhook_url: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.number = number
        self._base_url = base_url
        self._webhook_url = webhook_url
        self._local_webhook_url = local_webhook_url
        self._validator = RequestValidator(auth_token)
        self._tasks: set[asyncio.Task[None]] = set()
        self.fault = "none"

    async def create_message(self, form: dict[str, str]) -> dict[str, Any]:
        """POST Messages.json: the SDK sends an SMS. Raises `ProviderError` as the provider would."""
        if self.fault == "down":
            raise ProviderError(503, 20503, "Service unavailable")
        to, body = form.get("To", ""), form.get("Body", "")
        if self.fault == "refuse" or not to.startswith("+"):
            raise ProviderError(400, 21211, "Invalid 'To' Phone Number")
        if not body or len(body) > 1600:
            raise ProviderError(400, 21602 if not body else 21617, "Message body is required or too long")
        async with self._database.unit_of_work() as uow:
            if await uow.session.get(SimulatedOptOut, phone_token(to)):
                raise ProviderError(400, 21610, "Attempt to send to unsubscribed recipient")
            message = SimulatedSms(
                sid="SM" + secrets.token_hex(16), phone=to, phone_token=phone_token(to), is_from_phone=False, body=body, status="queued",
                status_callback=form.get("StatusCallback"), segments=measure(body).count, created_at=self._clock.now(),
            )  # fmt: skip
            uow.session.add(message)
            await uow.publish("simulator", phone=to)
        self._spawn(self._deliver(message.sid))
        return self._resource(message)

    async def create_call(self, form: dict[str, str]) -> dict[str, Any]:
        """POST Calls.json: the SDK rings a telephone, whose page shows what is said. Raises `ProviderError` as the provider would."""
        if self.fault == "down":
            raise ProviderError(503, 20503, "Service unavailable")
        to = form.get("To", "")
        if self.fault == "refuse" or not to.startswith("+"):
            raise ProviderError(400, 21211, "Invalid 'To' Phone Number")
        said = [html.unescape(words) for words in _SAID.findall(form.get("Twiml", ""))]
        if not said:
            raise ProviderError(400, 21218, "Invalid TwiML")
        call = SimulatedSms(
            sid="CA" + secrets.token_hex(16), phone=to, phone_token=phone_token(to), is_from_phone=False,
            body=" ".join(dict.fromkeys(said)), status="call", status_callback=None, segments=0, created_at=self._clock.now(),
        )  # fmt: skip
        async with self._database.unit_of_work() as uow:
            uow.session.add(call)
            await uow.publish("simulator", phone=to)
        at, uri = _rfc2822(call.created_at), f"/2010-04-01/Accounts/{self.account_sid}/Calls/{call.sid}.json"
        return {
            "sid": call.sid, "account_sid": self.account_sid, "api_version": "2010-04-01", "date_created": at, "date_updated": at,
            "direction": "outbound-api", "from": self.number, "to": to, "status": "queued", "start_time": None, "end_time": None,
            "duration": None, "price": None, "price_unit": "USD", "uri": uri,
            "subresource_uris": {"recordings": uri.replace(".json", "/Recordings.json")},
        }  # fmt: skip

    async def send_from_phone(self, phone: str, body: str, media: tuple[str, bytes] | None = None) -> str:
        """A patient's phone sends an SMS: the webhook is called with a valid signature. Returns the message's sid."""
        sid = "SM" + secrets.token_hex(16)
        form = {
            "MessageSid": sid, "SmsSid": sid, "AccountSid": self.account_sid, "From": phone, "To": self.number, "Body": body,
            "NumMedia": "1" if media else "0", "NumSegments": str(measure(body).count), "ApiVersion": "2010-04-01",
        }  # fmt: skip
        async with self._database.unit_of_work() as uow:
            uow.session.add(
                SimulatedSms(
                    sid=sid, phone=phone, phone_token=phone_token(phone), is_from_phone=True, body=body, status="received",
                    segments=measure(body).count, created_at=self._clock.now(),
                )
            )  # fmt: skip
            if media:
                file = SimulatedMedia(sid=sid, media_type=media[0], content=media[1])
                uow.session.add(file)
                await uow.session.flush()
                form |= {
                    "MediaContentType0": media[0],
                    "MediaUrl0": f"{self._base_url}/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}/Media/{file.id}",
                }
            word = body.strip().upper()
            if word in STOP_WORDS:
                await uow.session.merge(SimulatedOptOut(phone_token=phone_token(phone)))
            elif word in START_WORDS:
                await uow.session.execute(
                    delete(SimulatedOptOut).where(SimulatedOptOut.phone_token == phone_token(phone))
                )
            await uow.publish("simulator", phone=phone)
        status = await self._post(self._webhook_url, form)
        await self._set_status(sid, "delivered" if status == 200 else "failed")
        return sid

    async def phone_messages(self, phone: str) -> list[SimulatedSms]:
        """What a phone shows, oldest first."""
        async with self._database.unit_of_work() as uow:
            rows = await uow.session.scalars(
                select(SimulatedSms)
                .where(SimulatedSms.phone_token == phone_token(phone))
                .order_by(SimulatedSms.position.desc())
                .limit(200)
            )
            return list(rows)[::-1]

    async def media(self, sid: str, media_id: UUID) -> tuple[str, bytes] | None:
        """A file sent from a phone."""
        async with self._database.unit_of_work() as uow:
            file = await uow.session.get(SimulatedMedia, media_id)
            return (file.media_type, file.content) if file and file.sid == sid else None

    async def _deliver(self, sid: str) -> None:
        for status in ("sent", "delivered"):
            await asyncio.sleep(0.15)
            message = await self._set_status(sid, status)
            if message.status_callback:
                await self._post(
                    message.status_callback,
                    {
                        "MessageSid": sid,
                        "SmsSid": sid,
                        "MessageStatus": status,
                        "AccountSid": self.account_sid,
                        "To": message.phone,
                    },
                )

    async def _set_status(self, sid: str, status: str) -> SimulatedSms:
        async with self._database.unit_of_work() as uow:
            message = await uow.session.get_one(SimulatedSms, sid)
            message.status = status
            await uow.publish("simulator", phone=message.phone)
            return message

    async def _post(self, url: str, form: dict[str, str]) -> int:
        """Call a webhook as the provider does: signed for its public address, three tries, carried over loopback."""
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, form)}
        for attempt in range(3):
            try:
                async with httpx.AsyncClient(timeout=15) as client:
                    response = await client.post(
                        url.replace(self._webhook_url, self._local_webhook_url, 1), data=form, headers=headers
                    )
                if response.status_code < 500:
                    return response.status_code
            except httpx.TransportError as error:
                log.warning("simulated webhook failed", attempt=attempt, **describe(error))
            await asyncio.sleep(0.5 * (attempt + 1))
        return 599

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _resource(self, message: SimulatedSms) -> dict[str, Any]:
        """The message resource of Twilio's API version 2010-04-01."""
        at = _rfc2822(message.created_at)
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}.json"
        return {
            "sid": message.sid, "account_sid": self.account_sid, "api_version": "2010-04-01", "body": message.body,
            "date_created": at, "date_updated": at, "date_sent": None, "direction": "outbound-api", "error_code": None,
            "error_message": None, "from": self.number, "to": message.phone, "messaging_service_sid": None, "num_media": "0",
            "num_segments": str(message.segments), "price": None, "price_unit": "USD", "status": message.status, "uri": uri,
            "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
        }  # fmt: skip


def phone_token(phone: str) -> str:
    """The keyed token of a simulated phone's number."""
    return keyring.token(f"simulated:{phone}")


def _rfc2822(at: datetime) -> str:
    return format_datetime(at)


async def make_tokens_again(uow: UnitOfWork) -> int:
    """Set the tokens of all simulated messages, after another lookup key or an upgrade; returns how many there are."""
    rows = list(await uow.session.scalars(select(SimulatedSms)))
    for row in rows:
        row.phone_token = phone_token(row.phone)
    return len(rows)

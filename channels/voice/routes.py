"""The provider's doors for calls: TwiML for the one that rings, the socket of the one that is going on, and what follows it."""

import json
from urllib.parse import quote, unquote, urlencode

import structlog
from fastapi import APIRouter, Request, Response, WebSocket
from starlette.websockets import WebSocketDisconnect
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Connect, VoiceResponse

from channels.voice.call import Call
from channels.voice.frames import LOCALES, BadFrame, read
from channels.voice.mouth import Voice
from channels.webhooks import Signature, signed
from core.logging import describe

log = structlog.get_logger()
MOST_FRAMES = 40
"""Frames in a row that are none: then the socket is closed."""


def socket_url(public_url: str) -> str:
    """The address of the socket as the provider is told it, and as it signs it."""
    return f"{public_url.rstrip('/').replace('http', 'ws', 1)}/voice/relay"


def simulated_path(public_url: str, auth_token: str, call_sid: str) -> str:
    """The socket's path for a simulated call, signed in the address: a browser cannot send the provider's header."""
    query = f"call={call_sid}"
    signature = RequestValidator(auth_token).compute_signature(f"{socket_url(public_url)}?{query}", {})
    return f"/voice/relay?{query}&signature={quote(signature, safe='')}"


def router(voice: Voice, auth_token: str, public_url: str, *, may_simulate: bool) -> APIRouter:
    """Incoming calls. `may_simulate`: the page of the call simulator signs its socket in the address; no provider does."""
    routes = APIRouter(include_in_schema=False)
    provider = Signature(auth_token)

    @routes.post("/webhooks/twilio/voice")
    async def ring(request: Request) -> Response:
        """A call comes in: connect it to the socket. What is said first is said there, so that it stands in the transcript."""
        form = await signed(request, provider, public_url)
        connect = Connect(action=f"{public_url.rstrip('/')}/webhooks/twilio/voice/ended")
        relay = connect.conversation_relay(
            url=f"{socket_url(public_url)}?{urlencode({'call': form.get('CallSid', '')})}",
            language=LOCALES["pl"],
            dtmf_detection=True,
            interruptible="any",
            partial_prompts=True,
        )
        for locale in LOCALES.values():
            relay.language(code=locale)
        answer = VoiceResponse()
        answer.append(connect)
        return Response(str(answer), media_type="application/xml")

    @routes.post("/webhooks/twilio/voice/ended")
    async def ended(request: Request) -> Response:
        """The socket's session is over: on to a person's telephone if that is why, else hang up."""
        form = await signed(request, provider, public_url)
        answer = VoiceResponse()
        if _reason(form.get("HandoffData", "")) == "human" and voice.desk is not None:
            answer.dial(voice.desk)
        else:
            answer.hangup()
        return Response(str(answer), media_type="application/xml")

    @routes.websocket("/voice/relay")
    async def relay_socket(socket: WebSocket) -> None:
        """One call. A handshake without a valid signature is refused before it is accepted."""
        url = socket_url(public_url)
        query, signature = socket.url.query, socket.headers.get("x-twilio-signature", "")
        if may_simulate and not signature:
            query, _, quoted = query.rpartition("&signature=")
            signature = unquote(quoted)
        if not provider.holds(f"{url}?{query}" if query else url, {}, signature):
            await socket.close(1008)
            return
        await socket.accept()
        call, outcome = Call(voice, socket.send_text, socket.query_params.get("call", "")), "hung-up"
        try:
            if not await _listen(call, socket):
                outcome = "bad-frames"
                await socket.close(1008)
        except (WebSocketDisconnect, KeyError):  # A frame of bytes has no text: the provider sends none.
            pass
        finally:
            await call.close(outcome)

    return routes


async def _listen(call: Call, socket: WebSocket) -> bool:
    """Take frames until the socket closes; False once there were too many that are none. Trouble of our own is told and survived."""
    bad = 0
    while bad < MOST_FRAMES:
        text = await socket.receive_text()
        try:
            frame = read(text)
            if frame is not None:
                await call.take(frame)
        except BadFrame as error:
            bad += 1
            log.warning("a frame that is none", reason=str(error))
            if error.is_final:
                return False
        except Exception as error:
            bad += 1
            log.warning("a frame was not taken", **describe(error))
            await call.trouble()
    return False


def _reason(data: str) -> str:
    try:
        given = json.loads(data)
    except ValueError:
        return ""
    return str(given.get("reason", "")) if isinstance(given, dict) else ""

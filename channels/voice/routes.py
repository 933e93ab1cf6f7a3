"""The provider's doors for calls: TwiML for the one that rings, the socket of the one that is going on, and what follows it."""

import json
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlencode

import structlog
from fastapi import APIRouter, Request, Response, WebSocket
from starlette.websockets import WebSocketDisconnect
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Connect, VoiceResponse

from channels.voice.call import Call, RelayLips
from channels.voice.frames import LOCALES, BadFrame, read
from channels.voice.gather import MOST_HOLDS, Answer, GatherCall, hold, leave, turn_of
from channels.voice.gather import listen as listening
from channels.voice.listening import listen
from channels.voice.speech.protocols import Speech
from channels.voice.stream import WAY as STREAM
from channels.voice.stream_routes import GOES_ON, add_stream, connect_stream
from channels.voice.tones import waiting_wav
from channels.voice.transfer import Transfer
from channels.voice.voice import Voice
from channels.webhooks import Signature, signed
from conversations.calls import VoiceCall

log = structlog.get_logger()
MOST_SOCKETS = 2
"""Sockets of a call that may fail; then it goes on without one."""
PATH = "/webhooks/twilio/voice"
WAITING_SOUND = "/voice/waiting.wav"


def socket_url(public_url: str) -> str:
    """The address of the socket as the provider is told it, and as it signs it."""
    return f"{public_url.rstrip('/').replace('http', 'ws', 1)}/voice/relay"


def simulated_path(public_url: str, auth_token: str, call_sid: str) -> str:
    """The socket's path for a simulated call, signed in the address: a browser cannot send the provider's header."""
    query = f"call={call_sid}"
    signature = RequestValidator(auth_token).compute_signature(f"{socket_url(public_url)}?{query}", {})
    return f"/voice/relay?{query}&signature={quote(signature, safe='')}"


def router(
    voice: Voice, auth_token: str, public_url: str, *, may_simulate: bool, has_relay: bool = True, speech: Speech | None = None
) -> APIRouter:  # fmt: skip
    """Incoming calls. `has_relay`: the account has ConversationRelay; without it calls go over webhooks alone.

    With `speech` their sound is streamed here, and what was said is recognised by nobody else. `may_simulate`: the page of the call
    simulator signs its socket in the address; no provider does.
    """
    routes = APIRouter(include_in_schema=False)
    provider = Signature(auth_token)
    doors = Doors(voice, public_url, streams=speech is not None)
    if speech is not None:
        add_stream(routes, voice, speech, provider, public_url)

    async def form_of(request: Request) -> Mapping[str, str]:
        return await signed(request, provider, public_url)

    @routes.post(PATH)
    async def ring(request: Request) -> Response:
        """A call comes in. What is said first is said where it goes on, so that it stands in the transcript."""
        form = await form_of(request)
        if has_relay or speech is not None:
            return _xml(doors.connect(form.get("CallSid", ""), 1, form.get("From", "")))
        return _xml(await doors.gather(form, 1))

    @routes.get(WAITING_SOUND)
    async def waiting_sound() -> Response:
        """What callers hear while people are on their way. Anybody may."""
        return Response(waiting_wav(), media_type="audio/wav", headers={"Cache-Control": "public, max-age=86400"})

    @routes.post(f"{PATH}/ended")
    async def ended(request: Request) -> Response:
        """The socket's session is over: on to a person's telephone, over another socket or none if it failed, else the end."""
        form = await form_of(request)
        sid = form.get("CallSid", "")
        reason = _reason(form.get("HandoffData", ""))
        answer = VoiceResponse()
        goes_on, has_failed = form.get("CallStatus") == "in-progress", bool(form.get("ErrorCode"))
        if speech is not None:
            # A stream tells no reason: where the call leads stands in its case, how it ended in its row.
            has_failed = has_failed or await doors.has_failed(sid)
            reason = "human" if goes_on and not has_failed else ""
        if reason == "human" and await doors.transfer.ring(answer, sid, doors.base):
            return _xml(answer)
        # The provider tells of a failure by a code; a caller who hung up is not in progress any more.
        if has_failed and goes_on:
            return _xml(await doors.go_on(form, has_failed=True))
        answer.hangup()
        return _xml(answer)

    @routes.post(f"{PATH}/turn")
    async def turn(request: Request, n: int = 1) -> Response:
        """Words, keys or silence of a call without a socket."""
        form = await form_of(request)
        sid = form.get("CallSid", "")
        return _xml(await doors.after(sid, await GatherCall(voice).hear(sid, turn_of(form), n), n, 1))

    @routes.post(f"{PATH}/hold")
    async def on_hold(request: Request, n: int = 1, h: int = 1) -> Response:
        """The turn took longer: look again."""
        sid = (await form_of(request)).get("CallSid", "")
        return _xml(await doors.after(sid, await GatherCall(voice).look(sid), n, h + 1))

    @routes.post(f"{PATH}/status")
    async def status(request: Request) -> Response:
        """The provider tells how a call stands; one without a socket has no other way to say that it is over."""
        form = await form_of(request)
        if form.get("CallStatus") in ("completed", "busy", "failed", "no-answer", "canceled"):
            await GatherCall(voice).over(form.get("CallSid", ""))
        return Response(status_code=204)

    @routes.post(f"{PATH}/dialled")
    async def dialled(request: Request) -> Response:
        """A person's telephone was rung. If nobody took the call, it goes on here; the case waits again."""
        form = await form_of(request)
        if await doors.transfer.was_answered(form.get("CallSid", ""), form.get("DialCallStatus", "")):
            answer = VoiceResponse()
            answer.hangup()
            return _xml(answer)
        return _xml(await doors.go_on(form))

    @routes.post(f"{PATH}/whisper")
    async def whisper(request: Request, call: str = "") -> Response:
        """What the person hears who picks up."""
        await form_of(request)
        return _xml(await doors.transfer.whisper(call, doors.base))

    @routes.post(f"{PATH}/whisper/taken")
    async def taken(request: Request, call: str = "") -> Response:
        """The key that the person pressed."""
        form = await form_of(request)
        return _xml(await doors.transfer.taken(call, form.get("Digits", "")))

    @routes.websocket("/voice/relay")
    async def relay_socket(socket: WebSocket) -> None:
        """One leg of a call. A handshake without a valid signature is refused before it is accepted."""
        url = socket_url(public_url)
        query, signature = socket.url.query, socket.headers.get("x-twilio-signature", "")
        if may_simulate and not signature:
            query, _, quoted = query.rpartition("&signature=")
            signature = unquote(quoted)
        leg = socket.query_params.get("leg", "1")
        if not provider.holds(f"{url}?{query}" if query else url, {}, signature) or not leg.isdecimal():
            await socket.close(1008)
            return
        await socket.accept()
        call = Call(
            voice, RelayLips(socket.send_text, doors.waiting_sound), socket.query_params.get("call", ""), int(leg)
        )

        async def take(text: str) -> None:
            frame = read(text)
            if frame is not None:
                await call.take(frame)

        outcome = "hung-up"
        try:
            if not await listen(socket, take, call.trouble):
                outcome = "bad-frames"
                await socket.close(1008)
        except WebSocketDisconnect:
            pass
        except KeyError:  # A frame of bytes has no text: the provider sends none.
            outcome = "bad-frames"
            await socket.close(1003)
        finally:
            await call.close(outcome)

    return routes


class Doors:
    """What is answered to the provider's webhooks. With `streams` a call's words are not recognised by the provider, here or later."""

    def __init__(self, voice: Voice, public_url: str, *, streams: bool = False) -> None:
        self._voice = voice
        self._streams = streams
        self._public_url = public_url
        self.base = f"{public_url.rstrip('/')}{PATH}"
        self.waiting_sound = f"{public_url.rstrip('/')}{WAITING_SOUND}"
        self.transfer = Transfer(voice)

    def connect(self, sid: str, leg: int, number: str = "") -> VoiceResponse:
        """Connect the call to a socket of its own."""
        answer = VoiceResponse()
        if self._streams:
            answer.append(connect_stream(f"{self.base}/ended", self._public_url, sid, leg, number))
            return answer
        connect = Connect(action=f"{self.base}/ended")
        query = {"call": sid} if leg == 1 else {"call": sid, "leg": str(leg)}
        relay = connect.conversation_relay(
            url=f"{socket_url(self._public_url)}?{urlencode(query)}",
            language=LOCALES["pl"],
            dtmf_detection=True,
            interruptible="any",
            partial_prompts=True,
        )
        for locale in LOCALES.values():
            relay.language(code=locale)
        answer.append(connect)
        return answer

    async def gather(self, form: Mapping[str, str], leg: int) -> VoiceResponse:
        """Go on without a socket. A webhook that is told twice finds the leg begun, and looks on."""
        sid = form.get("CallSid", "")
        call = GatherCall(self._voice)
        try:
            answer = await call.begin(sid, form.get("From", ""), leg)
        except BadFrame:
            return await self.after(sid, await GatherCall(self._voice).again(sid), 0, 1)
        return await self.after(sid, answer, 0, 1)

    async def has_failed(self, sid: str) -> bool:
        """True if the stream of a call broke while the call goes on; so it did if nobody noted its end."""
        async with self._voice.database.unit_of_work() as uow:
            row = await uow.session.get(VoiceCall, sid)
            return row is None or row.ended_at is None or row.outcome in GOES_ON

    async def go_on(self, form: Mapping[str, str], *, has_failed: bool = False) -> VoiceResponse:
        """The next leg: another socket, or none where the call had none or its sockets fail."""
        sid = form.get("CallSid", "")
        async with self._voice.database.unit_of_work() as uow:
            row = await uow.session.get(VoiceCall, sid)
            legs, way, has_failed = (row.legs, row.way, has_failed) if row else (0, "relay", True)
        if way in ("relay", STREAM) and not (has_failed and legs >= MOST_SOCKETS) and legs > 0:
            return self.connect(sid, legs + 1, form.get("From", ""))
        return await self.gather(form, legs + 1)

    async def after(self, sid: str, answer: Answer | None, number: int, holds: int) -> VoiceResponse:
        """Speak, and listen, hold, or leave: to a person's telephone, or for good. A call that is not going on is ended."""
        if answer is None:
            response = VoiceResponse()
            response.hangup()
            return response
        if answer.handoff is not None:
            response = leave(answer)
            if answer.handoff.get("reason") != "human" or not await self.transfer.ring(response, sid, self.base):
                response.hangup()
                await GatherCall(self._voice).over(sid)
            return response
        if answer.is_on_its_way and holds <= MOST_HOLDS:
            return hold(answer, self.base, number, holds)
        return listening(answer, self.base, number + 1, self.waiting_sound, by_keys=self._streams)


def _xml(answer: VoiceResponse) -> Response:
    return Response(str(answer), media_type="application/xml")


def _reason(data: str) -> str:
    try:
        given = json.loads(data)
    except ValueError:
        return ""
    return str(given.get("reason", "")) if isinstance(given, dict) else ""

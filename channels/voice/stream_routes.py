"""The door of media streams: where the provider is told to stream a call to, and the socket that takes it."""

import asyncio

import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState
from twilio.twiml.voice_response import Connect

from channels.voice import stream_frames as wire
from channels.voice.listening import listen
from channels.voice.playing import LOST, SPEECHLESS
from channels.voice.speech.protocols import Speech
from channels.voice.stream import NUMBER, StreamedCall
from channels.voice.voice import Voice
from channels.webhooks import Signature

log = structlog.get_logger()
LEFT, HUNG_UP, BAD = "left", "hung-up", "bad-frames"
GOES_ON = frozenset({LOST, SPEECHLESS, BAD, "unseen"})
"""Ends of a stream after which the call itself may go on: another way is tried."""


def stream_url(public_url: str, sid: str, leg: int) -> str:
    """The address of a call's socket as the provider is told it, and as it signs it: it may have no query."""
    return f"{public_url.rstrip('/').replace('http', 'ws', 1)}/voice/stream/{sid}/{leg}"


def connect_stream(action: str, public_url: str, sid: str, leg: int, number: str) -> Connect:
    """Stream the call to a socket of its own. The number comes back in the start frame."""
    connect = Connect(action=action)
    connect.stream(url=stream_url(public_url, sid, leg)).parameter(name=NUMBER, value=number)
    return connect


def add_stream(routes: APIRouter, voice: Voice, speech: Speech, provider: Signature, public_url: str) -> None:
    """The socket's route."""

    @routes.websocket("/voice/stream/{sid}/{leg}")
    async def stream_socket(socket: WebSocket, sid: str, leg: str) -> None:
        """One leg of a call. A handshake without a valid signature is refused before it is accepted."""
        number = int(leg) if leg.isdecimal() and len(leg) < 4 else 0
        signature = socket.headers.get("x-twilio-signature", "")
        if number < 1 or socket.url.query or not provider.holds(stream_url(public_url, sid, number), {}, signature):
            await socket.close(1008)
            return
        await socket.accept()
        streamed = StreamedCall(voice, speech, socket.send_text, sid, number)

        async def take(text: str) -> None:
            frame = wire.read(text)
            if frame is not None:
                await streamed.take(frame)

        listening = asyncio.create_task(listen(socket, take, streamed.trouble))
        over = asyncio.create_task(streamed.lips.is_over.wait())
        outcome = BAD
        try:
            await asyncio.wait({listening, over}, return_when=asyncio.FIRST_COMPLETED)
            outcome = _outcome(listening, streamed)
        finally:
            for task in (listening, over):
                task.cancel()
            await asyncio.gather(listening, over, return_exceptions=True)
            await streamed.close(outcome)
        if socket.client_state is WebSocketState.CONNECTED and socket.application_state is WebSocketState.CONNECTED:
            # The provider goes on with the call at once: by now the call's row says how.
            await socket.close(1008 if outcome == BAD else 1000)


def _outcome(listening: "asyncio.Task[bool]", streamed: StreamedCall) -> str:
    if streamed.has_stopped:
        return HUNG_UP
    if not listening.done():
        return streamed.lips.lost_by or LEFT
    return LOST if isinstance(listening.exception(), WebSocketDisconnect) else BAD

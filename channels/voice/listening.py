"""Reading a call's socket: frames are taken in their order, what is none is passed over until there is too much of it."""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import WebSocket, WebSocketDisconnect

from channels.voice.frames import BadFrame
from core.logging import describe

log = structlog.get_logger()
MOST_FRAMES = 40
"""Frames that are none: then the socket is closed."""


async def listen(
    socket: WebSocket, take: Callable[[str], Awaitable[None]], trouble: Callable[[], Awaitable[None]]
) -> bool:
    """Take frames until the socket closes; False once there were too many that are none. Trouble of our own is told and survived.

    Raises `WebSocketDisconnect` at the end, `KeyError` for a frame of bytes: the provider sends none.
    """
    bad = 0
    while bad < MOST_FRAMES:
        # Not `receive_text`: words that could not be sent any more do not keep us from reading what came before the end.
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        text: str = message["text"]
        try:
            await take(text)
        except BadFrame as error:
            bad += 1
            log.warning("a frame that is none", reason=str(error))
            if error.is_final:
                return False
        except Exception as error:
            bad += 1
            log.warning("a frame was not taken", **describe(error))
            await trouble()
    return False

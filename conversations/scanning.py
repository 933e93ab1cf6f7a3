"""Scanners of files: none, or ClamAV's daemon over its own protocol (`INSTREAM`, man clamd). Implements `protocols.Scanner`."""

import asyncio
import contextlib
from datetime import timedelta

from conversations.protocols import Verdict
from core.errors import Retriable

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class NoScanner:
    """The clinic has none: what is a picture or a PDF by its bytes passes."""

    async def judge(self, content: bytes, within: timedelta) -> Verdict:
        """Clean, unseen."""
        return Verdict.clean


class Clamd:
    """One connection a file: the length before each piece, an empty piece at the end, one line back."""

    def __init__(self, address: str) -> None:
        """`address` is `host:port`, or the path of a socket of this machine."""
        self._address = address

    async def judge(self, content: bytes, within: timedelta) -> Verdict:
        """As clamd says. What it cannot say (away, slow, over its own limit, nonsense) raises `Retriable`."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise Retriable(f"clamd: {type(error).__name__}") from None
        if answer == "stream: OK":
            return Verdict.clean
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return Verdict.infected
        raise Retriable("clamd: no verdict")

    async def _ask(self, content: bytes) -> str:
        if self._address.startswith("/"):
            reader, writer = await asyncio.open_unix_connection(self._address, limit=LONGEST_ANSWER)
        else:
            host, _, port = self._address.rpartition(":")
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port), limit=LONGEST_ANSWER)
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                piece = content[start : start + CHUNK]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace").strip()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

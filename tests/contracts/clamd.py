"""ClamAV's daemon for tests: the real one with a signature of our own where it is installed, and a server that speaks its protocol."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The text that every scanner takes for harmful, and that harms nothing (eicar.org)."""
CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")


class SimulatedClamd:
    """Answers `INSTREAM` as clamd does. `says` replaces its verdict; None hangs up without one."""

    def __init__(self) -> None:
        self.says: bytes | None = b""
        self.seen: list[bytes] = []
        self.hangs = False

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            content = b""
            while length := int.from_bytes(await reader.readexactly(4), "big"):
                content += await reader.readexactly(length)
            self.seen.append(content)
            if self.hangs:
                await reader.read()  # Until the other side gives up.
            elif self.says is not None:
                verdict = b"stream: Eicar-Test FOUND" if EICAR in content else b"stream: OK"
                writer.write((self.says or verdict) + b"\0")
                await writer.drain()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[str]:
        """The address it is reached at."""
        server = await asyncio.start_server(self.answer, "127.0.0.1", port)
        try:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()


@asynccontextmanager
async def real_clamd(folder: Path, port: int) -> AsyncIterator[tuple[str, str]]:
    """The daemon on a socket and a port, with one signature; nothing is downloaded."""
    assert CLAMD is not None
    (folder / "db").mkdir()
    (folder / "db" / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    socket = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {folder / 'db'}\nLocalSocket {socket}\nTCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\n"
    )
    daemon = await asyncio.create_subprocess_exec(
        CLAMD, "-c", str(folder / "clamd.conf"),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while True:
            assert daemon.returncode is None, "clamd did not start"
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.05)
        yield str(socket), f"127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            daemon.terminate()
        await daemon.wait()

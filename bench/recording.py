"""Writes down one Polish and one English call as they went, with seconds: `python -m bench.recording FOLDER`."""

import asyncio
import sys
from pathlib import Path

from bench.dialogues import hold
from bench.installation import installation
from bench.voice import Lines, Listener, callers

CALLS = ("pl-hesitant-books", "en-hangs-up-at-the-name")
HEAD = "{id}: made by `python -m bench.recording`, over the real socket, with an invented caller. Seconds since the (last) call began.\n\n"


async def record() -> dict[str, str]:
    """The text of each call."""
    found = {}
    async with installation(with_plain=False) as place:
        lines = Lines(place)
        await lines.converse(900, ("do której jesteście otwarci",))
        for caller in callers():
            if caller.id not in CALLS:
                continue
            call = lines.call(caller.number, caller.language)
            try:
                await hold(caller, call, Listener())
            finally:
                await call.close()
            text = HEAD.format(id=caller.id) + "\n".join(call.log) + "\n"
            found[caller.id] = text
    return found


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for name, told in asyncio.run(record()).items():
        (target / f"{name}.txt").write_text(told, "utf-8")

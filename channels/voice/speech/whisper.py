"""faster-whisper as a `Recognizer`: one process beside the web process holds the model, and is replaced if it dies or hangs."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from channels.voice.speech.protocols import SpeechFailed
from channels.voice.speech.sound import FRAME
from core.errors import ConfigurationError
from core.i18n import Language
from core.settings import ROOT

LOADS = 120.0
"""Seconds that a model may take to load; a name may have to be fetched first."""
LONGEST = 10.0
"""Seconds that a stretch of speech may take, then the caller is told and the process replaced."""
MOST_SOUND = 30 * 8_000
"""Bytes: what Whisper looks at in one go."""


class WhisperRecognizer:
    """Words by a Whisper model in CTranslate2's format, on this machine's processor. One stretch of speech at a time; others wait.

    `command` starts the process; by default our own `channels.voice.speech.listener` with the model.
    """

    def __init__(
        self, model: str, *, longest: float = LONGEST, loads: float = LOADS, command: Sequence[str] | None = None
    ) -> None:
        """Raises `ConfigurationError` without a model, or where faster-whisper is not installed."""
        if not model:
            raise ConfigurationError("PORADNIA_SPEECH_MODEL: name a folder with a Whisper model for faster-whisper")
        self._is_folder = model.startswith(("/", ".", "~")) or Path(model).is_dir()
        if self._is_folder and not (Path(model) / "model.bin").is_file():
            raise ConfigurationError(f"PORADNIA_SPEECH_MODEL: {model} holds no model for faster-whisper (model.bin)")
        if find_spec("faster_whisper") is None:
            raise ConfigurationError("PORADNIA_VOICE_STREAM needs faster-whisper: run ./poradnia speech")
        self._command = [*(command or (sys.executable, "-m", "channels.voice.speech.listener", model))]
        self._longest = longest
        self._loads = loads
        self._process: Process | None = None
        self._warming: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def warm(self) -> None:
        """See `Recognizer`. Who hangs up meanwhile does not end it for others."""
        if self._warming is None or self._warming.done():
            self._warming = asyncio.create_task(self._warm())
        await asyncio.shield(self._warming)

    async def recognise(self, sound: bytes, language: Language) -> str:
        """See `Recognizer`. What waits for others longer than it may take itself is given up too."""
        if len(sound) < FRAME:
            return ""
        try:
            await asyncio.wait_for(self._lock.acquire(), self._longest)
        except TimeoutError as error:
            raise SpeechFailed("the recogniser is busy") from error
        try:
            return await self._ask(sound[:MOST_SOUND], language)
        finally:
            self._lock.release()

    async def close(self) -> None:
        """See `Recognizer`."""
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self._end()

    async def _warm(self) -> None:
        async with self._lock:
            await self._ready()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _ask(self, sound: bytes, language: Language) -> str:
        process = await self._ready()
        assert process.stdin is not None
        head = json.dumps({"language": language, "length": len(sound)})
        try:
            process.stdin.write(head.encode() + b"\n" + sound)
            await asyncio.wait_for(process.stdin.drain(), self._longest)
            return str((await self._answer(process, self._longest))["words"])
        except (OSError, TimeoutError, SpeechFailed, KeyError) as error:
            await self._end()
            raise SpeechFailed("the recogniser died or took too long") from error
        except asyncio.CancelledError:
            # Its answer would be taken for the next one's.
            await self._end()
            raise

    async def _ready(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        # It needs no secret of ours, and more threads than the service's own embedder.
        dropped = ("PORADNIA_", "OMP_NUM_THREADS")
        known = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        if self._is_folder:
            known["HF_HUB_OFFLINE"] = "1"
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL, cwd=ROOT, env=known
            )
        except OSError as error:
            raise SpeechFailed("the recogniser does not start") from error
        self._process = process
        try:
            told = await self._answer(process, self._loads)
        except (OSError, TimeoutError) as error:
            await self._end()
            raise SpeechFailed("the model does not load") from error
        except asyncio.CancelledError:
            await self._end()
            raise
        if not told.get("ready"):
            await self._end()
            raise SpeechFailed(f"the model does not load: {told.get('error')}")
        return process

    async def _answer(self, process: Process, seconds: float) -> dict[str, Any]:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), seconds)
        try:
            told = json.loads(line)
        except ValueError as error:
            raise SpeechFailed("the recogniser ended") from error
        return told if isinstance(told, dict) else {}

"""Which red-flag tables are in force: the folder's, once they proved themselves on their own pack; else the last that did.

A version that proved itself is kept under its digest in the data folder, so that what was live at any time can be asked again.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import structlog

from conversations.safety import (
    EXAMPLES_FILE,
    FOLDER,
    Level,
    SafetyScreen,
    default_screen,
    read_examples,
    where,
)
from core.clock import SystemClock
from core.errors import ConfigurationError

log = structlog.get_logger()
CURRENT = "in-force"
"""The file that names the digest in force."""
HISTORY = "history.jsonl"
"""Which digest came into force when, a line each."""
LOCKED = "locked.json"
"""Texts and their levels, locked by clinicians."""


@dataclass(frozen=True)
class InForce:
    """The screen that every message meets. `refused` says why the folder's tables are not it; None when they are."""

    screen: SafetyScreen
    refused: str | None = None


def prove(screen: SafetyScreen, folder: Path = FOLDER) -> None:
    """Raises `ConfigurationError`, with rule and line, where a sentence of the pack is not seen by its rule."""
    tables = {rule.id: rule.table for rule in screen.rules}
    for rule, kept in read_examples(folder / EXAMPLES_FILE.name).items():
        if rule not in tables:
            raise ConfigurationError(
                f"safety rule {rule}: its sentences stand in {EXAMPLES_FILE.name}, the rule is gone"
            )
        missed = [text for text in kept["see"] if rule not in screen.screen(text).rules]
        if missed:
            place = where(rule, folder / f"{tables[rule]}.yml")
            raise ConfigurationError(
                f"safety rule {place}: {len(missed)} sentences of its pack are missed: {missed[0]!r}"
            )


@cache
def _prove_shipped() -> None:
    """Once in a process: the shipped tables are read once in it, too."""
    prove(default_screen())


@lru_cache(maxsize=4)
def screen_in_force(data_folder: Path, folder: Path = FOLDER) -> InForce:
    """The folder's screen if it is proved; else the last proved one of this installation. None proved: `ConfigurationError`."""
    kept = data_folder / "safety"
    try:
        screen = default_screen() if folder == FOLDER else SafetyScreen.load(folder)
        if not (kept / screen.digest).is_dir():
            _prove_shipped() if folder == FOLDER else prove(screen, folder)
        _prove_locked(screen, kept, folder)
        try:
            _keep(folder, kept, screen.digest)
        except OSError as error:
            log.warning("red-flag tables cannot be kept", reason=type(error).__name__)
    except ConfigurationError as error:
        try:
            digest = (kept / CURRENT).read_text("utf-8").strip()
        except OSError:
            raise error from None
        log.error("red-flag tables refused; the last version stays in force", reason=str(error))
        return InForce(SafetyScreen.load(kept / digest), str(error))
    return InForce(screen)


def digest_at(data_folder: Path, at: datetime) -> str | None:
    """Of the tables that were in force in this installation at an instant; None if it had none then."""
    began = [one for one in _history(data_folder / "safety") if datetime.fromisoformat(one["from"]) <= at]
    return began[-1]["digest"] if began else None


@lru_cache(maxsize=4)
def kept_screen(data_folder: Path, digest: str) -> SafetyScreen | None:
    """The screen of a version that was in force once; None where its tables are gone."""
    folder = data_folder / "safety" / digest
    return SafetyScreen.load(folder) if folder.is_dir() else None


def keep_locked(data_folder: Path, locked: Sequence[Mapping[str, str]]) -> None:
    """Write down the locked tests (`text`, `level`), which later tables must pass wherever the tables in force do."""
    kept = data_folder / "safety"
    kept.mkdir(parents=True, exist_ok=True)
    _replace(kept / LOCKED, json.dumps(list(locked), ensure_ascii=False, indent=1))


def _prove_locked(screen: SafetyScreen, kept: Path, folder: Path) -> None:
    """Raises `ConfigurationError` if a locked test that the version in force passes is failed."""
    if not (kept / LOCKED).exists() or not (kept / CURRENT).exists():
        return
    digest = (kept / CURRENT).read_text("utf-8").strip()
    if digest == screen.digest:
        return
    before = SafetyScreen.load(kept / digest)
    try:
        locked = [(str(one["text"]), Level[one["level"]]) for one in json.loads((kept / LOCKED).read_text("utf-8"))]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{LOCKED}: unreadable ({type(error).__name__})") from error
    for number, (text, level) in enumerate(locked, 1):
        if passes(before, text, level) and not passes(screen, text, level):
            # A patient's words once: never in the error, which is logged.
            raise ConfigurationError(f"safety tables in {folder.name}: locked test {number} fails ({level.name})")


def passes(screen: SafetyScreen, text: str, level: Level) -> bool:
    """True if the text is seen at the level or graver; where no alarm is right, if none is raised."""
    found = screen.screen(text).level
    return found <= Level.support if level is Level.none else found >= level


def held(data_folder: Path, locked: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """How many safety tests the tables in force pass, and how many there are: their own pack's sentences to be seen, each by its rule,
    and the texts that clinicians locked with their levels."""
    screen = screen_in_force(data_folder).screen
    folder = data_folder / "safety" / screen.digest
    pack = read_examples((folder if folder.is_dir() else FOLDER) / EXAMPLES_FILE.name)
    seen = [rule in screen.screen(text).rules for rule, kept in pack.items() for text in kept["see"]]
    seen += [passes(screen, text, Level[level]) for text, level in locked]
    return sum(seen), len(seen)


def _history(kept: Path) -> list[dict[str, str]]:
    """`from` (ISO) and `digest` of each version that came into force, the oldest first."""
    try:
        lines = (kept / HISTORY).read_text("utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            one = json.loads(line)
            datetime.fromisoformat(one["from"])
            found.append({"from": str(one["from"]), "digest": str(one["digest"])})
        except (ValueError, KeyError, TypeError):
            log.warning("a line of the history of the red-flag tables is unreadable", where=HISTORY)
    return found


def _keep(folder: Path, kept: Path, digest: str) -> None:
    """Copy the tables under their digest, and only then name them as in force, from when on."""
    kept.mkdir(parents=True, exist_ok=True)
    if not (kept / digest).is_dir():
        fresh = Path(mkdtemp(dir=kept, prefix="."))
        for file in sorted(one for one in folder.iterdir() if one.suffix in (".yml", ".json")):
            shutil.copyfile(file, fresh / file.name)
        try:
            fresh.rename(kept / digest)
        except OSError:  # Another process was first.
            shutil.rmtree(fresh, ignore_errors=True)
    if (history := _history(kept)) and history[-1]["digest"] == digest:
        return
    with (kept / HISTORY).open("a", encoding="utf-8") as told:
        told.write(json.dumps({"from": SystemClock(ZoneInfo("UTC")).now().isoformat(), "digest": digest}) + "\n")
    _replace(kept / CURRENT, digest)


def _replace(file: Path, text: str) -> None:
    """Write a file so that no reader finds half of it."""
    fresh = file.with_name(f".{file.name}-{os.getpid()}")
    fresh.write_text(text, "utf-8")
    fresh.replace(file)

"""Which red-flag tables are in force: the folder's, once they proved themselves on their own pack; else the last that did.

A version that proved itself is kept under its digest in the data folder, so that what was live at any time can be asked again.
"""

import os
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import structlog
import yaml

from conversations.safety import (
    EXAMPLES_FILE,
    FOLDER,
    SafetyScreen,
    default_screen,
    where,
)
from core.errors import ConfigurationError

log = structlog.get_logger()
CURRENT = "in-force"
"""The file that names the digest in force."""


@dataclass(frozen=True)
class InForce:
    """The screen that every message meets. `refused` says why the folder's tables are not it; None when they are."""

    screen: SafetyScreen
    refused: str | None = None


def prove(screen: SafetyScreen, folder: Path = FOLDER) -> None:
    """Raises `ConfigurationError`, with rule and line, where a sentence of the pack is not seen by its rule."""
    tables = {rule.id: rule.table for rule in screen.rules}
    for rule, kept in yaml.safe_load((folder / EXAMPLES_FILE.name).read_text("utf-8")).items():
        if rule not in tables:
            raise ConfigurationError(
                f"safety rule {rule}: its sentences stand in {EXAMPLES_FILE.name}, the rule is gone"
            )
        missed = [str(text) for text in kept["see"] if rule not in screen.screen(str(text)).rules]
        if missed:
            place = where(rule, folder / f"{tables[rule]}.yml")
            raise ConfigurationError(
                f"safety rule {place}: {len(missed)} sentences of its pack are missed: {missed[0]!r}"
            )


@lru_cache(maxsize=4)
def screen_in_force(data_folder: Path, folder: Path = FOLDER) -> InForce:
    """The folder's screen if it is proved; else the last proved one of this installation. None proved: `ConfigurationError`."""
    kept = data_folder / "safety"
    try:
        screen = default_screen() if folder == FOLDER else SafetyScreen.load(folder)
        if not (kept / screen.digest).is_dir():
            prove(screen, folder)
            try:
                _keep(folder, kept, screen.digest)
            except OSError as error:
                log.warning("red-flag tables cannot be kept", reason=type(error).__name__)
    except ConfigurationError as error:
        try:
            digest = (kept / CURRENT).read_text("utf-8").strip()
        except OSError:
            raise error from None
        log.error("red-flag tables refused; the last version stays in force", reason=str(error), version=digest[:12])
        return InForce(SafetyScreen.load(kept / digest), str(error))
    return InForce(screen)


def once_in_force(data_folder: Path, version: str) -> SafetyScreen | None:
    """The screen of a version of old, by the end of its name (its digest's beginning); None if this installation never had it."""
    begins = version.rpartition("+")[2]
    found = sorted((data_folder / "safety").glob(f"{begins}*")) if begins.isalnum() else []
    return SafetyScreen.load(found[0]) if found else None


def _keep(folder: Path, kept: Path, digest: str) -> None:
    """Copy the tables under their digest, and only then name them as in force."""
    kept.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(dir=kept, prefix="."))
    for file in sorted(one for one in folder.iterdir() if one.suffix in (".yml", ".json")):
        shutil.copyfile(file, fresh / file.name)
    try:
        fresh.rename(kept / digest)
    except OSError:  # Another process was first.
        shutil.rmtree(fresh, ignore_errors=True)
    name = kept / f".{CURRENT}-{os.getpid()}"
    name.write_text(digest, "utf-8")
    name.replace(kept / CURRENT)

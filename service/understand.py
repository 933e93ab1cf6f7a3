"""The line tool `understand`: what the product makes of a message, without `up`.

The same code and the same trained model as a conversation: normalising and language from `conversations`, the model through the
bot's own environment, entities and times by the grammars that the forms use, the seed's names of doctors, services and places.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from care.appointments.lexicon import Lexicon, build
from care.appointments.models import Clinician, Service, Specialty
from care.seed import CLINIC, clinic_id
from conversations.choosing import Ranked, choices
from conversations.entities import find_entities
from conversations.understanding import detect_language, for_dialogue, unreadable
from core.errors import ConfigurationError
from core.i18n import Language
from core.settings import ROOT
from core.when import find_times
from core.yamls import read_yaml
from service.training import QUIET

IN_RANKING = 3
AHEAD = 64
"""Messages on their way to the model at once, so that neither side waits for the other."""
_BREAKS = "\t\n\r"


class Model:
    """The trained pipeline in a process of the bot's environment. Loaded once, about ten seconds; then a few ms a message."""

    def __init__(self, python: Path, model: Path) -> None:
        self._process = subprocess.Popen(
            [str(python), str(ROOT / "bot" / "read_lines.py"), str(model)],
            cwd=ROOT / "bot", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            env={**os.environ, **QUIET, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        if self._read() != {}:
            raise ConfigurationError("the model could not be loaded: try ./poradnia train")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._process.stdin is not None, "opened with a pipe"
        self._process.stdin.close()
        self._process.wait(20)

    def ask(self, text: str) -> None:
        """Send one text, as `for_dialogue` makes it."""
        assert self._process.stdin is not None, "opened with a pipe"
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What was made of the oldest text not answered yet: `intent`, `confidence`, `ranking`, `verdict`."""
        return self._read()

    def understood(self, text: str) -> dict[str, Any]:
        """One text, at once."""
        self.ask(text)
        return self.answer()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None, "opened with a pipe"
        line = self._process.stdout.readline()
        if not line:
            raise ConfigurationError("the bot's process ended: see ./poradnia doctor")
        read: dict[str, Any] = json.loads(line)
        return read


def lines(
    texts: Iterable[str],
    model: Model,
    *,
    now: datetime,
    language: Literal["pl", "en", "auto"] = "auto",
    clinic_hours: bool = False,
    limit: int,
) -> Iterator[dict[str, Any]]:
    """One object a text, in order. Unreadable ones are answered with `refused` and never reach the model.

    With `auto`, a text whose language is not clear counts as the last clear one, as in a conversation.
    """
    names, sites = seed_names(), seed_sites()
    spoken: Language = "pl"
    waiting: list[tuple[str, Language, str | None]] = []
    for text in texts:
        spoken = (detect_language(text) or spoken) if language == "auto" else language
        words = for_dialogue(text)
        refused = _refusal(text, words, limit)
        if refused is None:
            model.ask(words)
        waiting.append((text, spoken, refused))
        if len(waiting) >= AHEAD or sys.stdin.isatty():
            yield from (_told(one, model, names, sites, now, clinic_hours) for one in waiting)
            waiting = []
    yield from (_told(one, model, names, sites, now, clinic_hours) for one in waiting)


def seed_names(folder: Path = CLINIC) -> Lexicon:
    """The matcher over the seed's specialties, services and clinicians, without a database."""
    specialties = [Specialty(**row) for row in _yaml(folder / "specialties.yml")]
    services = [Service(**row) for row in _yaml(folder / "services.yml")]
    people = []
    for row in _yaml(folder / "clinicians.yml"):
        kept = {name: value for name, value in row.items() if name not in ("schedule", "away")}
        people.append(Clinician(id=clinic_id("clinician", row["code"]), **kept))
    return build(specialties, people, services)


def seed_sites(folder: Path = CLINIC) -> dict[str, tuple[str, ...]]:
    """A site's code to the names people call it by: its own, and what stands after the dash."""
    return {row["code"]: (row["name"], row["name"].rpartition("–")[2].strip()) for row in _yaml(folder / "sites.yml")}


def _told(
    asked: tuple[str, Language, str | None],
    model: Model,
    names: Lexicon,
    sites: dict[str, tuple[str, ...]],
    now: datetime,
    clinic_hours: bool,
) -> dict[str, Any]:
    text, language, refused = asked
    row: dict[str, Any] = {
        "text": text, "language": language, "intent": None, "confidence": None, "ranking": [], "clarify": None,
        "entities": [], "when": [], "refused": refused,
    }  # fmt: skip
    if refused is not None:
        return row
    found = model.answer()
    ranking = [Ranked(one["intent"], one["confidence"]) for one in found["ranking"]]
    entities, times = find_entities(text, lexicon=names, sites=sites, language=language, now=now)
    if clinic_hours:
        kept = {span.at[0] for span in times}
        times = tuple(
            span for span in find_times(text, now=now, language=language, clinic_hours=True) if span.at[0] in kept
        )
    return row | {
        "intent": found["intent"],
        "confidence": round(found["confidence"], 4),
        "ranking": [asdict(one) | {"confidence": round(one.confidence, 4)} for one in ranking[:IN_RANKING]],
        "clarify": list(choices(ranking)) or None,
        "entities": [asdict(one) for one in entities],
        "when": [
            {
                "start": span.start.isoformat() if span.start else None,
                "end": span.end.isoformat() if span.end else None,
                "grain": span.grain.value,
            }
            for span in times
        ],
    }


def _refusal(text: str, words: str, limit: int) -> str | None:
    """Why a line is not understood: nothing in it, too much of it, or characters that are no writing."""
    if any(ord(letter) < 32 and letter not in _BREAKS for letter in text):
        return "control_characters"
    reason = unreadable(text, limit)
    if reason is None and not words:
        return "empty"
    return reason.value if reason is not None else None


def _yaml(path: Path) -> Any:
    return read_yaml(path.read_text("utf-8"))

"""The hazard log (data/governance/hazards.yml): what could harm a patient, what stands against it, and which tests show that. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from core.errors import ConfigurationError
from core.i18n import LANGUAGES, Language
from core.settings import ROOT
from core.yamls import read_yaml

FILE = ROOT / "data" / "governance" / "hazards.yml"
SCALE = range(1, 6)
_ID = re.compile(r"[a-z]+(-[a-z]+)*")
_TEST = re.compile(r"tests/[\w/]+\.py(::test_\w+)?")
Words = Mapping[Language, str]


@dataclass(frozen=True)
class Risk:
    """Severity and likelihood, 1 to 5 each."""

    severity: int
    likelihood: int

    @property
    def score(self) -> int:
        """Their product, 1 to 25: how hazards are put in order."""
        return self.severity * self.likelihood


@dataclass(frozen=True)
class Control:
    """What stands against a hazard; `tests` are pytest's ids, a file or one of its functions, that show it."""

    words: Words
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Hazard:
    """One thing that could go wrong. `accepted_by` is who of the clinic accepts what is left, None for nobody."""

    id: str
    title: Words
    cause: Words
    harm: Words
    before: Risk
    after: Risk
    residual: Words
    controls: tuple[Control, ...]
    known_misses: tuple[str, ...]
    accepted_by: str | None


@dataclass(frozen=True)
class HazardLog:
    """All hazards, the gravest remaining risk first."""

    version: str
    hazards: tuple[Hazard, ...]

    @property
    def tests(self) -> frozenset[str]:
        """Every test that a control rests on."""
        return frozenset(test for hazard in self.hazards for control in hazard.controls for test in control.tests)


@lru_cache(maxsize=4)
def load(file: Path = FILE) -> HazardLog:
    """Read the log; a mistake is a `ConfigurationError` naming the hazard."""
    try:
        data = read_yaml(file.read_text("utf-8"))
        entries: Sequence[Mapping[str, Any]] = data["hazards"]
        version = str(data["version"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigurationError(f"hazards: {file.name} cannot be read: {error}") from error
    hazards: dict[str, Hazard] = {}
    for entry in entries:
        name = str(entry.get("id", "?")) if isinstance(entry, dict) else "?"
        try:
            hazard = _hazard(entry)
            if hazard.id in hazards:
                raise ValueError("stands there twice")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError(f"hazards: {name}: {error}") from error
        hazards[hazard.id] = hazard
    return HazardLog(version, tuple(sorted(hazards.values(), key=lambda one: -one.after.score)))


def _hazard(entry: Mapping[str, Any]) -> Hazard:
    if not _ID.fullmatch(str(entry["id"])):
        raise ValueError("an id is small letters and hyphens")
    before, after = _risk(entry["before"]), _risk(entry["after"])
    if after.score > before.score:
        raise ValueError("the controls cannot make it worse")
    controls = tuple(_control(one) for one in entry["controls"])
    if not controls:
        raise ValueError("no control")
    accepted = entry["accepted_by"]
    return Hazard(
        entry["id"], _words(entry["title"]), _words(entry["cause"]), _words(entry["harm"]), before, after,
        _words(entry["residual"]), controls, tuple(map(str, entry.get("known_misses", ()))),
        str(accepted) if accepted else None,
    )  # fmt: skip


def _risk(entry: Mapping[str, Any]) -> Risk:
    risk = Risk(entry["severity"], entry["likelihood"])
    if risk.severity not in SCALE or risk.likelihood not in SCALE:
        raise ValueError("severity and likelihood are 1 to 5")
    return risk


def _control(entry: Mapping[str, Any]) -> Control:
    tests = tuple(entry["tests"])
    if not tests or not all(_TEST.fullmatch(test) for test in tests):
        raise ValueError(f"a control needs tests by their ids, not {tests}")
    return Control(_words(entry["text"]), tests)


def _words(entry: Mapping[str, Any]) -> Words:
    missing = [language for language in LANGUAGES if not str(entry.get(language) or "").strip()]
    if missing:
        raise ValueError(f"no words in {', '.join(missing)}")
    return {language: str(entry[language]) for language in LANGUAGES}

"""The checks of a refill request: same facts, same rules, same findings. They sort and flag; nothing here approves anything."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from care.folding import fold
from care.refills.models import Medication, Route
from care.triage.tables import medicine_findings
from core.errors import ConfigurationError
from core.i18n import LANGUAGES, Language
from core.settings import ROOT
from core.yamls import read_yaml

FILE = ROOT / "data" / "refills" / "rules.yml"
_RULES = frozenset(
    "supply_out supply_short interval_early visit_long_ago dose_changed dose_unknown interval_unknown".split()
)
_WITH_DAYS = {
    "supply_out": "at_most",
    "supply_short": "at_most",
    "interval_early": "at_least",
    "visit_long_ago": "at_least",
}
_ORDER = tuple(Route)
SHORTEST = 4
"""Letters a word must have to name a medicine."""
ALIKE = 0.84
"""How alike a mistyped name must be."""


class Outcome(StrEnum):
    """What a rule says of a request."""

    fine = "fine"
    look = "look"
    """The clinician should look at it."""
    grave = "grave"
    """It decides which way the request goes."""


@dataclass(frozen=True)
class Facts:
    """What is checked. Days, None where nobody knows."""

    names: Sequence[str]
    days_left: int | None
    is_same_dose: bool | None
    last_issued_on: date | None
    days_issued: int | None
    last_visit_on: date | None
    today: date


@dataclass(frozen=True)
class Finding:
    """One rule's word; `rule` is its id in data/refills/rules.yml, a class's with `class.` before it."""

    rule: str
    outcome: Outcome


@dataclass(frozen=True)
class Checked:
    """Which way, why, and by which version of the rules."""

    route: Route
    findings: tuple[Finding, ...]
    version: str


class Rules:
    """The table, checked when it is read."""

    def __init__(
        self,
        classes: Mapping[str, Any],
        rules: Mapping[str, Any],
        sources: Mapping[str, Mapping[Language, str]],
        version: str,
    ) -> None:
        self._classes = classes
        self._rules = rules
        self._sources = sources
        self.version = version

    def source(self, rule: str, language: Language) -> str:
        """Where a rule comes from."""
        row = self._classes[rule.removeprefix("class.")] if rule.startswith("class.") else self._rules[rule]
        return self._sources[row["from"]][language]

    def check(self, facts: Facts) -> Checked:
        """Every rule's word on the request, and the gravest way of those that say one."""
        found: list[Finding] = []
        ways = [Route.clinician]
        for name in self._classes_of(facts.names):
            found.append(Finding(f"class.{name}", Outcome.grave))
            ways.append(Route(self._classes[name]["route"]))
        for rule, outcome in self._judged(facts):
            found.append(Finding(rule, outcome))
            if outcome is Outcome.grave:
                ways.append(Route(self._rules[rule]["route"]))
        return Checked(max(ways, key=_ORDER.index), tuple(found), self.version)

    def _classes_of(self, names: Sequence[str]) -> Iterator[str]:
        by_triage = medicine_findings(names)
        said = [f" {fold(name)}" for name in names]
        for name, row in self._classes.items():
            patterns = [rf"[^a-z]{re.escape(one)}" for one in row.get("names", ())]
            if (name in by_triage and not patterns) or any(re.search(one, text) for one in patterns for text in said):
                yield name

    def _judged(self, facts: Facts) -> Iterator[tuple[str, Outcome]]:
        left = facts.days_left
        if left is None or left <= self._rules["supply_out"]["at_most"]:
            yield "supply_out", Outcome.grave  # Not knowing counts as the unsafe side.
        else:
            yield "supply_short", Outcome.look if left <= self._rules["supply_short"]["at_most"] else Outcome.fine
        if facts.last_issued_on is None or facts.days_issued is None:
            yield "interval_unknown", Outcome.look
        else:
            lasts_until = facts.last_issued_on + timedelta(days=facts.days_issued)
            is_early = (lasts_until - facts.today).days >= self._rules["interval_early"]["at_least"]
            yield "interval_early", Outcome.look if is_early else Outcome.fine
        seen, most = facts.last_visit_on, self._rules["visit_long_ago"]["at_least"]
        yield "visit_long_ago", Outcome.look if seen is None or (facts.today - seen).days >= most else Outcome.fine
        if facts.is_same_dose is None:
            yield "dose_unknown", Outcome.look
        else:
            yield "dose_changed", Outcome.fine if facts.is_same_dose else Outcome.look


def load(file: Path = FILE) -> Rules:
    """The rules of a file. Every mistake is told by its name (`ConfigurationError`)."""
    try:
        content = file.read_text("utf-8")
        table = read_yaml(content)
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"refill rules: {file.name} cannot be read: {error}") from error
    if not isinstance(table, dict) or set(table) != {"sources", "classes", "rules"}:
        raise ConfigurationError(f"refill rules: {file.name} needs exactly sources, classes and rules")
    if set(table["rules"]) != _RULES:
        raise ConfigurationError(f"refill rules: missing or unknown: {', '.join(sorted(set(table['rules']) ^ _RULES))}")
    if any(not isinstance(one, dict) or set(one) != set(LANGUAGES) for one in table["sources"].values()):
        raise ConfigurationError("refill rules: a source is not named in every language")
    for name, row in {**table["classes"], **table["rules"]}.items():
        if not isinstance(row, dict) or row.get("from") not in table["sources"]:
            raise ConfigurationError(f"refill rule {name}: has no known source")
        if (name in table["classes"] or "route" in row) and row.get("route") not in (Route.today, Route.in_person):
            raise ConfigurationError(f"refill rule {name}: unknown route {row.get('route')!r}")
        if name in _WITH_DAYS and not isinstance(row.get(_WITH_DAYS[name]), int):
            raise ConfigurationError(f"refill rule {name}: needs {_WITH_DAYS[name]} in whole days")
    if table["rules"]["supply_out"].get("route") is None:
        raise ConfigurationError("refill rule supply_out: needs a route")
    version = hashlib.sha256("\n".join(content.splitlines()).encode()).hexdigest()[:12]
    return Rules(table["classes"], table["rules"], table["sources"], version)


@lru_cache(maxsize=1)
def default_rules() -> Rules:
    """The shipped rules, read once."""
    return load()


def named(medications: Sequence[Medication], text: str) -> list[Medication]:
    """Those a message names: by a word of their name or substance, mistyped or not, or by what they are taken for."""
    words = [word for word in re.findall(r"[a-z]+", fold(text)) if len(word) >= SHORTEST]
    return [one for one in medications if any(_is_named(word, one) for word in words)]


def _is_named(word: str, medication: Medication) -> bool:
    names = re.findall(r"[a-z]+", fold(f"{medication.name} {medication.substance}"))
    if any(_alike(word, name) for name in names if len(name) >= SHORTEST):
        return True
    stem = word[:-2] if len(word) >= SHORTEST + 3 else word
    return any(
        stem in reason for reason in re.findall(r"[a-z]+", fold(medication.reason or "")) if len(reason) > SHORTEST
    )


def _alike(word: str, name: str) -> bool:
    """The same word: its endings and a slip of the finger apart."""
    size = min(len(word), len(name))
    if size > SHORTEST and word[: size - 1] == name[: size - 1]:
        return True
    return SequenceMatcher(None, word, name, autojunk=False).ratio() >= ALIKE

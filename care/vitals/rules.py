"""Which measurements raise an alarm: same measurements, same rules, same alarms. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import yaml

from core.errors import ConfigurationError
from core.settings import ROOT
from core.yamls import read_yaml

FILE = ROOT / "data" / "vitals" / "rules.yml"


@dataclass(frozen=True)
class Kind:
    """What is measured, its unit, and what can be measured at all."""

    id: str
    unit: str
    least: float
    most: float


@dataclass(frozen=True)
class Reading:
    """A value at a time."""

    value: float
    at: datetime


@dataclass(frozen=True)
class Rule:
    """`times` readings of `kind` beyond the bound within `within`. `urgency` is `now` or `today`."""

    id: str
    kind: str
    times: int
    within: timedelta
    urgency: str
    source: str
    below: float | None = None
    above: float | None = None

    def is_beyond(self, value: float) -> bool:
        """True for a value that the rule counts."""
        return (self.below is not None and value < self.below) or (self.above is not None and value > self.above)

    def holds(self, readings: Sequence[Reading]) -> bool:
        """True if the newest reading is beyond the bound, and enough of the others within the time are. Oldest first."""
        if not readings or not self.is_beyond(readings[-1].value):
            return False
        since = readings[-1].at - self.within
        return sum(self.is_beyond(one.value) and one.at >= since for one in readings) >= self.times


@dataclass(frozen=True)
class Watch:
    """All kinds and rules of one version."""

    version: str
    kinds: Mapping[str, Kind]
    rules: tuple[Rule, ...]
    sources: Mapping[str, str]

    @property
    def longest(self) -> timedelta:
        """How far back a rule looks."""
        return max(rule.within for rule in self.rules)

    def fired(self, kind: str, readings: Sequence[Reading]) -> list[Rule]:
        """The rules of a kind that its readings, oldest first, make hold."""
        return [rule for rule in self.rules if rule.kind == kind and rule.holds(readings)]


def load(file: Path = FILE) -> Watch:
    """Read the table; what does not parse is a `ConfigurationError` naming the rule."""
    try:
        data = read_yaml(file.read_text("utf-8"))
        kinds = {
            id_: Kind(id_, row["unit"], float(row["least"]), float(row["most"])) for id_, row in data["kinds"].items()
        }
        rules = tuple(_rule(row, kinds, data["sources"]) for row in data["rules"])
        return Watch(str(data["version"]), kinds, rules, data["sources"])
    except (OSError, KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"vitals: {file.name} cannot be read: {error}") from error


def _rule(row: Mapping[str, object], kinds: Mapping[str, Kind], sources: Mapping[str, str]) -> Rule:
    id_, kind, urgency, source = (str(row[name]) for name in ("id", "kind", "urgency", "from"))
    bounds = {name: float(str(row[name])) for name in ("below", "above") if name in row}
    if kind not in kinds or urgency not in ("now", "today") or source not in sources or len(bounds) != 1:
        raise ValueError(f"rule {id_}: unknown kind, urgency or source, or not one bound")
    minutes, times = int(str(row["minutes"])), int(str(row["times"]))
    if minutes < 1 or times < 1:
        raise ValueError(f"rule {id_}: minutes and times begin at 1")
    return Rule(id_, kind, times, timedelta(minutes=minutes), urgency, source, **bounds)


@lru_cache(maxsize=1)
def default_watch() -> Watch:
    """The shipped rules."""
    return load()

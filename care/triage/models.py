"""What triage speaks of: findings, protocols with their rules, a case, a result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from care.triage.conditions import Condition
from core.i18n import Language


class Urgency(IntEnum):
    """How soon, the higher the sooner (VOCABULARY.md)."""

    self = 0
    """Self-care; nobody needs to be seen as things are."""
    routine = 1
    """A planned visit."""
    days3 = 2
    """Within three days."""
    today = 3
    """The same day; out of hours at night and holiday care."""
    now = 4
    """112 or the nearest emergency department."""


@dataclass(frozen=True)
class Finding:
    """One thing that can be so or not: a symptom, a measured value, an illness, a circumstance, a medicine."""

    id: str
    group: str
    names: Mapping[Language, str]
    wider: tuple[str, ...] = ()
    """What is also so whenever this is."""


@dataclass(frozen=True)
class Rule:
    """Where `when` holds, the urgency is at least `urgency`. `source` is a key of sources.yml."""

    id: str
    urgency: Urgency
    when: Condition
    source: str


@dataclass(frozen=True)
class Protocol:
    """What to ask of a complaint, and the rules that came with it.

    `rules` count in every case, whatever it opened with; `here` only in a case of this protocol, as does `derived`.
    """

    id: str
    names: Mapping[Language, str]
    complaints: tuple[str, ...]
    base: Urgency
    """Where no rule says more."""
    bare: Urgency
    """At least this while nothing but the complaint is known: what is unknown counts as the unsafe side."""
    service: str
    """A specialty's code, or "gp": the family doctor, for a child the paediatrician."""
    ask: tuple[tuple[str, ...], ...]
    """Questions in order, each a few findings at once; signs of an emergency come first."""
    rules: tuple[Rule, ...]
    here: tuple[Rule, ...]
    derived: Mapping[str, Condition] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """What is known. Anything in neither `present` nor `absent` is unknown; `unsure` was asked and not known."""

    complaint: str
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    age_months: float | None = None
    sex: str | None = None
    """f, m or None."""
    duration_hours: float | None = None


@dataclass(frozen=True)
class Result:
    """How soon, whom to see, by which rules; `asked` are the findings that could still make it more urgent, most important first.

    Where no rule says as much as the protocol itself, the first of `rules` is `<protocol>.base` or `<protocol>.bare`.
    """

    urgency: Urgency
    service: str
    """A specialty's code, `emergency` or `self_care`."""
    rules: tuple[str, ...]
    asked: tuple[str, ...]
    protocols: tuple[str, ...]
    contradictions: tuple[str, ...] = ()
    """Findings said to be so and not so: they count as so."""

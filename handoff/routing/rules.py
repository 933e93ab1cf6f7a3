"""Which queue a conversation belongs to and who gets it. Pure: the same table, facts and candidates give the same decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Skip(StrEnum):
    """Why somebody was not offered a conversation."""

    offline = "offline"
    away = "away"
    wrap_up = "wrap_up"
    full = "full"
    missed = "missed"
    """It was offered to them already, and they did not take it."""
    skills = "skills"
    language = "language"


class Prefer(StrEnum):
    """By what one candidate goes before another."""

    skills = "skills"
    language = "language"
    last_agent = "last_agent"
    least_busy = "least_busy"


class Waits(StrEnum):
    """Why nobody was chosen."""

    nobody = "nobody"
    hold = "hold"
    """The person who knows the patient is busy, and may be free in a moment."""


@dataclass(frozen=True)
class QueueOf:
    """A department. Its skills are wanted for `widen_seconds`, then anybody will do. The promises are in minutes of opening hours."""

    id: str
    name: dict[str, str]
    skills: frozenset[str]
    widen_seconds: int
    first_minutes: int
    next_minutes: int
    resolve_minutes: int


@dataclass(frozen=True)
class RoutingRule:
    """The first that fits decides. An empty condition fits everything."""

    id: str
    queue: str
    prefer: tuple[Prefer, ...]
    hold_seconds: int = 0
    reasons: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    urgent: bool | None = None

    def fits(self, facts: "Facts") -> bool:
        """True if every condition that is set holds."""
        return (
            (not self.reasons or facts.reason in self.reasons)
            and (not self.languages or facts.language in self.languages)
            and (not self.channels or facts.channel in self.channels)
            and (not self.topics or facts.topic in self.topics)
            and (self.urgent is None or facts.is_urgent is self.urgent)
        )


@dataclass(frozen=True)
class Table:
    """All rules in their order, with the queues. `version` names the exact text."""

    version: str
    queues: dict[str, QueueOf]
    rules: tuple[RoutingRule, ...]
    offer_seconds: int
    missed_offers: int
    wrap_up_seconds: int
    capacity: int
    weights: dict[str, int]

    def rule_for(self, facts: "Facts") -> RoutingRule:
        """The first rule that fits; the last one fits everything."""
        return next(rule for rule in self.rules if rule.fits(facts))

    def weight(self, channel: str) -> int:
        """How much of a person's capacity a conversation takes."""
        return self.weights.get(channel, 1)


@dataclass(frozen=True)
class Facts:
    """What a decision is made from. `waited` in seconds; `last_agent` spoke with them last, of late; `topic` is their goal."""

    reason: str
    is_urgent: bool
    language: str
    channel: str
    waited: int
    last_agent: str | None = None
    topic: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A person of the clinic. `load` and `capacity` in weights; `idle` is seconds since the last conversation was offered."""

    id: str
    state: str
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    load: int = 0
    capacity: int = 1
    idle: int = 0
    has_missed: bool = False


@dataclass(frozen=True)
class Decision:
    """What came of it: the rule, its queue, the one chosen or why nobody, the order of those who could, and why the others not."""

    rule: str
    queue: str
    chosen: str | None
    waits: Waits | None
    ranked: tuple[str, ...]
    skipped: tuple[tuple[str, Skip], ...]
    is_widened: bool


def decide(table: Table, facts: Facts, candidates: Sequence[Candidate]) -> Decision:
    """Choose. Ties fall to who has been idle longest, then to the lower id."""
    rule = table.rule_for(facts)
    queue = table.queues[rule.queue]
    is_widened = facts.waited >= queue.widen_seconds or facts.is_urgent
    weight = table.weight(facts.channel)
    able, skipped, busy = [], [], None
    for one in candidates:
        why = _why_not(one, queue, facts, weight, is_widened=is_widened)
        if why is None:
            able.append(one)
            continue
        skipped.append((one.id, why))
        if one.id == facts.last_agent and why is Skip.full:
            busy = one
    able.sort(key=lambda one: (*_order(rule, queue, facts, one), -one.idle, one.id))
    ranked = tuple(one.id for one in able)
    waits = None if able else Waits.nobody
    if Prefer.last_agent in rule.prefer and busy is not None and facts.waited < rule.hold_seconds:
        waits = Waits.hold
    chosen = ranked[0] if waits is None else None
    return Decision(rule.id, queue.id, chosen, waits, ranked, tuple(skipped), is_widened)


def _why_not(one: Candidate, queue: QueueOf, facts: Facts, weight: int, *, is_widened: bool) -> Skip | None:
    if one.state != "available":
        return Skip(one.state)
    if one.has_missed:
        return Skip.missed
    # Somebody with nothing at all can always take one, however heavy.
    if one.load and one.load + weight > one.capacity:
        return Skip.full
    if not is_widened and queue.skills and not queue.skills & one.skills:
        return Skip.skills
    if not is_widened and one.languages and facts.language not in one.languages:
        return Skip.language
    return None


def _order(rule: RoutingRule, queue: QueueOf, facts: Facts, one: Candidate) -> tuple[float, ...]:
    """The lower, the sooner, preference by preference."""
    keys: dict[Prefer, float] = {
        Prefer.skills: -len(queue.skills & one.skills),
        Prefer.language: 0 if facts.language in one.languages else 1,
        Prefer.last_agent: 0 if one.id == facts.last_agent else 1,
        Prefer.least_busy: one.load / max(one.capacity, 1),
    }
    return tuple(keys[name] for name in rule.prefer)


def as_decided(decision: Decision) -> dict[str, Any]:
    """What was decided, as it is kept."""
    return {
        "rule": decision.rule, "queue": decision.queue, "chosen": decision.chosen,
        "waits": decision.waits.value if decision.waits else None, "ranked": list(decision.ranked),
        "skipped": [[one, why.value] for one, why in decision.skipped], "is_widened": decision.is_widened,
    }  # fmt: skip


def as_record(table: Table, facts: Facts, candidates: Sequence[Candidate], decision: Decision) -> dict[str, Any]:
    """A decision as it is kept: enough to make it again."""
    return {
        "version": table.version,
        "facts": {
            "reason": facts.reason, "is_urgent": facts.is_urgent, "language": facts.language, "channel": facts.channel,
            "waited": facts.waited, "last_agent": facts.last_agent, "topic": facts.topic,
        },
        "candidates": [
            {
                "id": one.id, "state": one.state, "skills": sorted(one.skills), "languages": sorted(one.languages), "load": one.load,
                "capacity": one.capacity, "idle": one.idle, "has_missed": one.has_missed,
            }
            for one in candidates
        ],
        "decision": as_decided(decision),
    }  # fmt: skip


def replayed(table: Table, record: Mapping[str, Any]) -> Decision:
    """The decision made again from what was kept."""
    candidates = [
        Candidate(**{**one, "skills": frozenset(one["skills"]), "languages": frozenset(one["languages"])})
        for one in record["candidates"]
    ]
    return decide(table, Facts(**record["facts"]), candidates)

"""Reading a routing table: plain YAML that an admin writes. What is wrong with it is said with the place."""

import hashlib
from functools import lru_cache
from typing import Any

import yaml

from core.errors import ConfigurationError
from core.i18n import catalogue
from core.settings import ROOT
from core.yamls import read_yaml
from handoff.routing.rules import Prefer, QueueOf, RoutingRule, Table

FILE = ROOT / "data" / "routing" / "rules.yml"
LONGEST = 20_000
"""Characters of a table."""
_RULE_KEYS = {"id", "when", "queue", "prefer", "hold_seconds"}
_WHEN_KEYS = {"reasons", "topics", "languages", "channels", "urgent"}


def read_table(text: str) -> Table:
    """The table of a text. Raises `ConfigurationError` that names the queue or rule and what is wrong."""
    if len(text) > LONGEST:
        raise ConfigurationError(f"routing: longer than {LONGEST} characters")
    try:
        if any(isinstance(one, yaml.AliasEvent) for one in yaml.parse(text, yaml.SafeLoader)):
            raise ConfigurationError("routing: no anchors and aliases (& and *)")
        data = read_yaml(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigurationError(f"routing: no YAML{f', line {mark.line + 1}' if mark else ''}") from error
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("queues"), list)
        or not isinstance(data.get("rules"), list)
    ):
        raise ConfigurationError("routing: needs queues and rules")
    queues = {}
    for entry in data["queues"]:
        queue = _part("queue", entry, _queue)
        if queue.id in queues:
            raise ConfigurationError(f"routing: queue {queue.id} stands twice")
        queues[queue.id] = queue
    rules: list[RoutingRule] = []
    for entry in data["rules"]:
        rule = _part("rule", entry, _rule)
        if rule.queue not in queues:
            raise ConfigurationError(f"routing: rule {rule.id}: there is no queue {rule.queue}")
        if rule.id in {one.id for one in rules}:
            raise ConfigurationError(f"routing: rule {rule.id} stands twice")
        rules.append(rule)
    if not rules or rules[-1] != RoutingRule(rules[-1].id, rules[-1].queue, rules[-1].prefer, rules[-1].hold_seconds):
        raise ConfigurationError(
            "routing: the last rule must fit everything (when: {}), or somebody would wait for ever"
        )
    try:
        return Table(
            hashlib.sha256(text.encode()).hexdigest()[:12], queues, tuple(rules), _whole(data, "offer_seconds", 10, 120),
            _whole(data, "missed_offers", 1, 10), _whole(data, "wrap_up_seconds", 0, 900), _whole(data, "capacity", 1, 20),
            {str(name): _whole(data["weights"], name, 1, 20) for name in data["weights"]},
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"routing: {error}") from error


def _part(kind: str, entry: Any, read: Any) -> Any:
    name = entry.get("id", "?") if isinstance(entry, dict) else entry
    try:
        return read(entry)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        told = f"{error} is missing" if isinstance(error, KeyError) else error
        raise ConfigurationError(f"routing: {kind} {name}: {told}") from error


def _queue(entry: dict[str, Any]) -> QueueOf:
    name = {language: str(entry["name"][language]) for language in ("pl", "en")}
    return QueueOf(
        _id(entry), name, frozenset(map(str, entry.get("skills", ()))), _whole(entry, "widen_seconds", 0, 86_400),
        *(_whole(entry, f"{promise}_minutes", 1, 100_000) for promise in ("first", "next", "resolve")),
    )  # fmt: skip


def _rule(entry: dict[str, Any]) -> RoutingRule:
    when = entry.get("when") or {}
    if unknown := (set(entry) - _RULE_KEYS) | (set(when) - _WHEN_KEYS):
        raise ValueError(f"unknown word {', '.join(sorted(map(str, unknown)))}")
    urgent = when.get("urgent")
    if urgent not in (None, True, False):
        raise ValueError("urgent is true or false")
    reasons = _words(when, "reasons")
    if unknown := {one for one in reasons if not catalogue("pl").has(f"handoff-reason-{one}")}:
        raise ValueError(f"unknown reason {', '.join(sorted(unknown))}")
    prefer = tuple(Prefer(str(one)) for one in entry["prefer"])
    return RoutingRule(
        _id(entry), str(entry["queue"]), prefer, _whole(entry, "hold_seconds", 0, 600, 0), reasons, _words(when, "languages"),
        _words(when, "channels"), _words(when, "topics"), urgent,
    )  # fmt: skip


def _words(when: dict[str, Any], name: str) -> frozenset[str]:
    found = when.get(name) or []
    if not isinstance(found, list):
        raise ValueError(f"{name} is a list")
    return frozenset(map(str, found))


def _id(entry: dict[str, Any]) -> str:
    found = entry["id"]
    if not isinstance(found, str) or not found.replace("-", "").isalnum() or len(found) > 40:
        raise ValueError("an id is letters, digits and -")
    return found


def _whole(entry: dict[str, Any], name: str, least: int, most: int, otherwise: int | None = None) -> int:
    found = entry.get(name, otherwise)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise ValueError(f"{name} is a whole number from {least} to {most}")
    return found


@lru_cache(maxsize=1)
def shipped_text() -> str:
    """The table that comes with the product, in force until an admin writes another."""
    return FILE.read_text("utf-8")

"""Stepping through an interview: the tables as a patient would meet them, answer by answer, with the rules that decide. Nothing is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from care.triage.models import Case, Result, Urgency
from care.triage.rules import Tables, assess, next_question
from core.errors import Refused

ANSWERS = ("present", "absent", "unsure")
SEXES = ("f", "m")
UNITS: Mapping[str, Mapping[str, float]] = {
    "age": {"years": 12.0, "months": 1.0},
    "lasting": {"hours": 1.0, "days": 24.0},
}
"""What each unit is worth: of an age in months, of a duration in hours."""
MOST: Mapping[str, float] = {"age": 130 * 12.0, "lasting": 10 * 365 * 24.0}


@dataclass(frozen=True)
class Step:
    """Where the interview stands: what was said, what it comes to so far, and what is asked next (nothing: it is over)."""

    case: Case
    result: Result
    question: tuple[str, ...]
    typed: Mapping[str, str]


def take(tables: Tables, form: FormData) -> Step | Refused:
    """The next step from what the form carries; a complaint, finding or number that cannot be is refused."""
    typed = {
        name: str(form.get(name) or "").strip()
        for name in ("complaint", "sex", *UNITS, *(f"{name}-unit" for name in UNITS))
    }
    if not tables.knows(typed["complaint"]):
        return Refused("triage-complaint")
    said: dict[str, set[str]] = {answer: set() for answer in ANSWERS}
    for answer in ANSWERS:
        said[answer] |= {str(one) for one in form.getlist(answer)}
    for name, value in form.multi_items():
        if name.startswith("sign-") and value in ANSWERS:
            said[str(value)].add(name.removeprefix("sign-"))
    if any(one not in tables.findings for one in _all(said.values())):
        return Refused("triage-finding")
    numbers = {name: _number(typed[name], typed[f"{name}-unit"], name) for name in UNITS}
    wrong = next((number for number in numbers.values() if isinstance(number, Refused)), None)
    if wrong is not None:
        return wrong
    case = Case(
        typed["complaint"], frozenset(said["present"]), frozenset(said["absent"]), frozenset(said["unsure"]),
        _known(numbers["age"]), typed["sex"] if typed["sex"] in SEXES else None, _known(numbers["lasting"]),
    )  # fmt: skip
    result = assess(tables, case)
    over = result.urgency is Urgency.now and bool(_all(said.values()))
    question = () if over else tuple(next_question(tables, case, result))
    return Step(case, result, question, typed)


def _all(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def _number(text: str, unit: str, name: str) -> float | Refused | None:
    """Months or hours; None where nothing was typed."""
    if not text:
        return None
    try:
        number = float(text.replace(",", ".")) * UNITS[name].get(unit, next(iter(UNITS[name].values())))
    except ValueError:
        return Refused("triage-number")
    return number if 0 <= number <= MOST[name] else Refused("triage-number")


def _known(number: float | Refused | None) -> float | None:
    return number if isinstance(number, float) else None


def sources(tables: Tables, result: Result) -> Mapping[str, str]:
    """The source of each rule that fired, by its id."""
    every: Any = (rule for protocol in tables.protocols.values() for rule in (*protocol.rules, *protocol.here))
    return {rule.id: rule.source for rule in every if rule.id in result.rules}

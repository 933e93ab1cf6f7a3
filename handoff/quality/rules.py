"""What is drawn, and what answers on a form come to. Pure: the same seed and the same conversations give the same sample."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

ALWAYS = ("low-rating", "complaint", "red-flag", "limit")
"""What is evaluated besides the sample: a rating of 1 or 2, a complaint, a sign of danger, a contact limited after abuse."""
SAMPLE = "sample"
SCALE = range(1, 6)
WEIGHTS = range(11)


class Kind(StrEnum):
    """How a question is answered."""

    scale = "scale"
    yes_no = "yes_no"
    comment = "comment"


@dataclass(frozen=True)
class Question:
    """One question of the form. `key` stays when its words are mended, so that its figures go on; a comment weighs nothing.

    A critical question answered "no" makes the whole score 0.
    """

    key: str
    pl: str
    en: str
    kind: Kind
    weight: int = 1
    is_critical: bool = False

    def words(self, language: str) -> str:
        """Its words for the evaluator."""
        return self.en if language == "en" else self.pl


@dataclass(frozen=True)
class Plan:
    """What is sampled and what is asked. `number` is its version; below `least` evaluations no figure is shown."""

    number: int
    per_agent: int
    least: int
    always: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Score:
    """In per cent of what the weights allow; None where nothing that weighs was applicable."""

    percent: int | None
    has_failed: bool


def place(seed: str, conversation: UUID) -> str:
    """Where a conversation stands in the draw: the lowest are taken."""
    return hashlib.sha256(f"{seed}:{conversation}".encode()).hexdigest()


def draw(seed: str, conversations: Mapping[UUID, Iterable[UUID]], per_agent: int) -> dict[UUID, list[UUID]]:
    """Of each agent's conversations so many, by chance that can be repeated, in the order in which they were drawn."""
    return {
        agent: sorted(theirs, key=lambda one: place(seed, one))[:per_agent] for agent, theirs in conversations.items()
    }


def digest(conversations: Mapping[UUID, Iterable[UUID]]) -> str:
    """Of all that could have been drawn: tells at a replay whether it is still the same."""
    lines = sorted(f"{agent}:{one}" for agent, theirs in conversations.items() for one in theirs)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def share(question: Question, value: int | None) -> int | None:
    """An answer in per cent: of a scale from 1 to 5, or "yes" (1) and "no" (0); None for "not applicable" and comments."""
    if value is None or question.kind is Kind.comment:
        return None
    return (value - SCALE[0]) * 100 // (len(SCALE) - 1) if question.kind is Kind.scale else value * 100


def score(questions: Sequence[Question], values: Mapping[str, int | None]) -> Score:
    """The weighted mean of what was applicable, rounded; 0 where a critical question was answered "no"."""
    failed = any(one.is_critical and one.kind is Kind.yes_no and values.get(one.key) == 0 for one in questions)
    parts = [(one.weight, share(one, values.get(one.key))) for one in questions]
    weighed = [(weight, part) for weight, part in parts if part is not None and weight]
    total = sum(weight for weight, _ in weighed)
    if failed or not total:
        return Score(0 if failed else None, failed)
    return Score(round(sum(weight * part for weight, part in weighed) / total), has_failed=False)

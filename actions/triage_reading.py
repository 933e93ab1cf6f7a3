"""What a message says of symptoms, ages and how long it has lasted: by words in tables, nothing guessed. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import yaml

from care.triage.tables import FOLDER
from conversations.red_flag_words import Lexicon
from conversations.safety import asserted_words
from conversations.understanding import fold
from core.i18n import Language
from core.when.lengths import find_length

HOURS_A_MONTH = 730.5
OLDEST_YEARS = 120
_SINCE_MORNING = re.compile(
    r"\b(od rana|dzis\w*|od kilku godzin|since (this )?morning|today|a few hours|just now|przed chwila)\b"
)
_SINCE_YESTERDAY = re.compile(r"\b(od wczoraj|wczoraj|since yesterday|yesterday|last night|od nocy|w nocy)\b")
_SINCE_LONG = re.compile(r"\b(od lat|od zawsze|od miesiecy|od dawna|for years|for months|for ages|always)\b")
_NONE = re.compile(
    r"\b(zadn\w+|nic z tego|niczego|nie ma|nie mam|nie wystepuj\w+|nie|none|nothing|neither|no|nope|not any)\b"
)
_UNSURE = re.compile(
    r"\b(nie wiem|nie jestem pewn\w+|trudno powiedziec|moze|don t know|dont know|not sure|unsure|no idea|maybe)\b"
)
_AGE = re.compile(
    r"\b(?:ma|mam|has|is|am|aged)\b(?: (?!od\b)[a-z]+)?? (?P<age>(?:\d+|[a-z]+) (?:lat|roku?|rok|mies|tyg|year|month|week)\w*)"
)
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Said:
    """Findings said to be so and said not to be."""

    present: frozenset[str] = field(default_factory=frozenset)
    absent: frozenset[str] = field(default_factory=frozenset)


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    words: Mapping[str, Sequence[str]] = yaml.safe_load((FOLDER / "words.yml").read_text("utf-8"))["words"]
    return Lexicon(words)


def findings_in(text: str) -> Said:
    """The findings that a message names, in the order they stand; a negation before one makes it absent."""
    so, not_so = asserted_words(text, _lexicon())
    return Said(frozenset(so), frozenset(not_so) - frozenset(so))


def first_finding(text: str) -> list[str]:
    """The findings said to be so, in the order of the words."""
    return list(asserted_words(text, _lexicon())[0])


def months_of_age(text: str, now: datetime, language: Language, *, is_asked: bool) -> float | None:
    """An age in months; where it was asked for, a bare number is years. None if there is none, or none a person has."""
    folded = fold(text)
    told = text if is_asked else _told_age(text, folded)
    length = find_length(told, now=now, language=language) if told else None
    if length is not None:
        months = length.total_seconds() / 3600 / HOURS_A_MONTH
    elif is_asked and (number := _NUMBERS.search(folded)):
        months = int(number.group()) * 12.0
    else:
        return None
    return months if 0 <= months <= OLDEST_YEARS * 12 else None


def _told_age(text: str, folded: str) -> str | None:
    """The part of a message that tells an age nobody asked for: "ma 4 lata", "she is two years old"."""
    found = _AGE.search(folded)
    return text[found.start("age") : found.end("age")] if found is not None and len(folded) == len(text) else None


def hours_lasting(text: str, now: datetime, language: Language, *, is_asked: bool) -> float | None:
    """For how many hours; None if it is not said."""
    folded = fold(text)
    if _SINCE_LONG.search(folded):
        return 90 * 24.0
    if _SINCE_YESTERDAY.search(folded):
        return 24.0
    length = find_length(text, now=now, language=language)
    if length is not None and (is_asked or re.search(r"\b(od|przez|for|since|juz)\b", folded)):
        return length.total_seconds() / 3600
    return 6.0 if _SINCE_MORNING.search(folded) else None


def numbers_in(text: str) -> list[int]:
    """The numbers of a text that is nothing but numbers: "1, 3" → [1, 3]; none of any other."""
    folded = fold(text).replace(" i ", " ").replace(" and ", " ")
    return [int(one) for one in _NUMBERS.findall(folded)] if re.fullmatch(r"[\d\s,.;]+", folded) else []


def says_unsure(text: str) -> bool:
    """True for "I do not know"."""
    return _UNSURE.search(fold(text)) is not None


def says_none(text: str) -> bool:
    """True for "none of these"."""
    return _NONE.search(fold(text)) is not None

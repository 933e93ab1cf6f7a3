"""What a message says of symptoms, ages and how long it has lasted: by words in tables, nothing guessed. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain

from care.triage.tables import FOLDER
from conversations.red_flag_words import Lexicon
from conversations.safety import asserted_words
from conversations.understanding import fold
from core.i18n import Language
from core.when import find_date, find_times
from core.when.lengths import find_length
from core.yamls import read_yaml

HOURS_A_MONTH = 730.5
OLDEST_YEARS = 120
_SINCE_MORNING = re.compile(
    r"\b(od rana|dzis\w*|od kilku godzin|since (this )?morning|today|a few hours|just now|przed chwila)\b"
)
_SINCE_YESTERDAY = re.compile(r"\b(od wczoraj|wczoraj|since yesterday|yesterday|last night|od nocy)\b")
_SINCE_LONG = re.compile(r"\b(od lat|od zawsze|od miesiecy|od dawna|for years|for months|for ages|always)\b")
_SINCE = re.compile(r"\b(?:od|przez|juz|for|since|past|last)\b((?: [\w,.]+){1,5})")
_DENIALS = r"zadn\w*|niczego|nic|nie|brak|none|nothing|neither|nope|not any|ani jedn\w+|not|(?:do|does|have) ?n[o']?t|(?:don|haven) t"
_NONE = {"pl": re.compile(rf"\b(?:{_DENIALS})\b"), "en": re.compile(rf"\b(?:{_DENIALS}|no)\b")}
_BESIDE_NONE = re.compile(
    r"z|tych|tego|nich|ma|mam|miala?m?|mial|jest|bylo|wystepuj\w+|wystapil\w+|takiego|takich|tym|podobnego|na|szczescie|raczej"
    r"|objaw\w*|zauwazyla?m|zauwazylem|widze|dziekuje|sie|dzieje|po|prostu|of|these|those|them|the|above|that|have"
    r"|has|had|any|like|thanks|thank|you|symptoms?|i|he|she|it|there|is|are|noticed|seen|luckily|fortunately|absolutely|really"
)
_UNSURE = re.compile(
    r"\b(nie wiem|nie jestem pewn\w+|trudno powiedziec|moze|don t know|dont know|not sure|unsure|no idea|maybe)\b"
)
_AGE = re.compile(
    r"\b(?:ma|mam|has|is|am|aged)\b(?P<age> (?:[\d,.]+|(?!od\b)[a-z]+|(?!od\b)[a-z]+ (?!od\b)[a-z]+) (?:i pol |and a half )?"
    r"(?:lat|roku?|rok|mies|tyg|year|month|week)\w*)"
)
_LASTING = re.compile(
    r"\b(?:od|przez|since|for)\b(?: (?!(?:my|his|her|him|our|he|she|who|is|are|ma|a child|son|daughter)\b)[\w,.]+){0,4}?"
    r" (?:dni\w*|dnia|tygod\w+|tydzien|miesi\w+|godzin\w*|lat|lata|roku?|days?|weeks?|months?|hours?|years?|wczoraj|yesterday|rana|morning"
    r"|noc\w*|night)\b"
)
"""How long it has lasted is nobody's age: "od 2 dni"."""
_AND_HALF = re.compile(r"\b(\w+) i pol (?:roku|lat\w*)|\b(\w+) i pol$")
_UNITS = (
    (re.compile(r"\b(lat)(?:ka|ek)\b"), r"\1"), (re.compile(r"\broczek\b"), "rok"),
    (re.compile(r"\b(?:m-?c[ey]|mies)\b\.?"), "miesiecy"), (re.compile(r"\b(?:mos?|mths?)\b"), "months"),
    (re.compile(r"\b(?:yo|y/o|yrs?)\b"), "years"),
)  # fmt: skip
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Said:
    """Findings said to be so and said not to be."""

    present: frozenset[str] = field(default_factory=frozenset)
    absent: frozenset[str] = field(default_factory=frozenset)


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    words: Mapping[str, Sequence[str]] = read_yaml((FOLDER / "words.yml").read_text("utf-8"))["words"]
    return Lexicon(words)


def findings_in(text: str) -> Said:
    """The findings that a message names, in the order they stand; a negation before one makes it absent."""
    so, not_so = asserted_words(text, _lexicon())
    return Said(frozenset(so), frozenset(not_so) - frozenset(so))


def first_finding(text: str) -> list[str]:
    """The findings said to be so, in the order of the words."""
    return list(asserted_words(text, _lexicon())[0])


def months_of_age(text: str, now: datetime, language: Language, *, is_asked: bool) -> float | None:
    """An age in months, or by a birth date; where it was asked for, a bare number is years. None if there is none, or none a person has."""
    folded = fold(text)
    for pattern, instead in _UNITS:
        folded = pattern.sub(instead, folded)
    if not is_asked:
        found = _AGE.search(folded)
        if found is None:
            return None
        folded = found["age"]
    else:
        folded = _LASTING.sub(" ", folded)
    if (born := find_date(folded, now=now, language=language)) is not None:
        months: float | None = (now.date() - born).days * 24 / HOURS_A_MONTH
    elif (half := _AND_HALF.search(folded)) is not None:
        years = _years(half[1] or half[2], now, language)
        months = None if years is None else years + 6
    else:
        length = find_length(folded, now=now, language=language)
        months = _years(folded, now, language) if length is None and is_asked else _months(length)
    return months if months is not None and 0 <= months <= OLDEST_YEARS * 12 else None


def _months(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds() / 3600 / HOURS_A_MONTH


def _years(folded: str, now: datetime, language: Language) -> float | None:
    """The months of a bare number of years, in figures or in words."""
    if number := _NUMBERS.search(folded):
        return int(number.group()) * 12.0
    unit = {"pl": "lat", "en": "years"}[language]
    words = [word for word in folded.split() if word.isalpha()][-3:]
    lengths = (find_length(f"{' '.join(words[at:])} {unit}", now=now, language=language) for at in range(len(words)))
    bare = find_length(unit, now=now, language=language)
    return next((_months(one) for one in lengths if one not in (None, bare)), None)


def hours_lasting(text: str, now: datetime, language: Language, *, is_asked: bool) -> float | None:
    """For how many hours; None if it is not said."""
    folded = fold(text)
    if _SINCE_LONG.search(folded):
        return 90 * 24.0
    spans = [found[1] for found in _SINCE.finditer(folded)] + ([folded] if is_asked else [])
    lengths = (find_length(span, now=now, language=language) for span in spans)
    length = next((one for one in lengths if one is not None), None)
    if length is not None:
        return length.total_seconds() / 3600
    if _SINCE_YESTERDAY.search(folded):
        return 24.0
    if (day := _day_since(spans, now, language)) is not None:
        return (now - day).total_seconds() / 3600
    return 6.0 if _SINCE_MORNING.search(folded) else None


def _day_since(spans: list[str], now: datetime, language: Language) -> datetime | None:
    """The last such day: "since Monday"."""
    for span in chain.from_iterable(find_times(one, now=now, language=language) for one in spans):
        if span.start is not None and span.end is not None and span.end - span.start >= timedelta(hours=20):
            day = span.start if span.start < now else span.start - timedelta(days=7)
            return day if day < now else None
    return None


def numbers_in(text: str) -> list[int]:
    """The numbers of a text that is nothing but numbers: "1, 3" → [1, 3]; none of any other."""
    folded = fold(text).replace(" i ", " ").replace(" and ", " ")
    return [int(one) for one in _NUMBERS.findall(folded)] if re.fullmatch(r"[\d\s,.;]+", folded) else []


def says_unsure(text: str) -> bool:
    """True for "I do not know"."""
    return _UNSURE.search(fold(text)) is not None


def says_none(text: str, language: Language) -> bool:
    """True for "none of these" and nothing beside: "nie mogę oddychać" says something, and a Polish "no" is no "nie"."""
    rest, denials = _NONE[language].subn(" ", fold(text))
    return denials > 0 and all(_BESIDE_NONE.fullmatch(word) for word in re.findall(r"[\w']+", rest))

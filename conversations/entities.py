"""What a message names: the entities of the vocabulary, with places in the original text. Pure; it finds, it does not conclude."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from care.appointments.lexicon import Lexicon
from conversations.entity_words import MEDICINES, PERSONS, SYMPTOMS
from conversations.understanding import fold
from core.i18n import Language
from core.redaction import is_pesel
from core.when import TimeSpan, find_date, find_times

_PAYERS = {
    "nfz": r"nfz|nfzet\w*|fundusz\w*|kas[aey]\s+chorych|ubezpieczeni\w*|panstwow\w*|public(?:ly)?|state\s+fund",
    "private": r"prywatn\w*|odplatn\w*|private(?:ly)?|self[\s-]?pay|out\s+of\s+pocket",
}
_LONG_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[\s-]?\d){2,14}(?!\w)")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,15}(?![\w])")
_BORN = re.compile(r"\b(?:ur|urodz\w*|rocznik\w*|dat[aey]\s+urodzenia|born|dob|date\s+of\s+birth|birth\w*)\b")
_CODE = re.compile(r"\b(?:kod\w*|pin\w*|cyf\w+|code|passcode|digits|skierowani\w*|referral)\b")
_ORDINARY_CODES = (4, 6)


@dataclass(frozen=True)
class Entity:
    """One thing named: `value` is normalised, `text` as written; offsets are code points of the original text, end excluded."""

    entity: str
    value: str
    text: str
    start: int
    end: int


def find_entities(
    text: str, *, lexicon: Lexicon, sites: Mapping[str, Iterable[str]], language: Language, now: datetime
) -> tuple[list[Entity], tuple[TimeSpan, ...]]:
    """The entities in the order they stand, and the times with their spans. `sites` maps a site's code to its names.

    A stretch of digits has one meaning: PESEL by its checksum, a number of nine digits or with a country prefix is a phone, four or
    six digits are a code where the text speaks of one, else a number. Numbers inside a time or a date of birth are not repeated.
    """
    folded = _folded(text)
    found = [_named(one.kind, one.id, text, one.start, one.end) for one in lexicon.find(text, language)]
    for kind, words in (("medicine", MEDICINES), ("symptom", SYMPTOMS), ("person_role", PERSONS)):
        for value, patterns in words.items():
            found += _matches(kind, value, "|".join(patterns), text, folded)
    for value, pattern in _PAYERS.items():
        found += _matches("payer", value, pattern, text, folded)
    for code, names in sites.items():
        pattern = "|".join(_inflected(fold(name)) for name in names)
        found += _matches("site", code, pattern, text, folded)
    digits = _digits(text, folded)
    times = tuple(
        span
        for span in find_times(text, now=now, language=language)
        if not any(one.start <= span.at[0] < one.end for one in digits if one.entity in ("pesel", "phone", "code"))
    )
    born = _birth_date(text, folded, times, now, language)
    found += [one for one in digits if one.entity != "number"]
    if born is not None:
        found.append(born)
        times = tuple(span for span in times if not (born.start <= span.at[0] < born.end))
    found += [_named("time", _interval(span), text, *span.at) for span in times]
    taken = [(one.start, one.end) for one in found]
    found += [
        one
        for one in digits
        if one.entity == "number" and not any(start < one.end and one.start < end for start, end in taken)
    ]
    return sorted(_longest(found), key=lambda one: (one.start, one.end, one.entity)), times


def _folded(text: str) -> str:
    """Folded letter by letter, so that places stay those of the original."""
    return "".join((fold(letter) or " ")[:1] for letter in text)


def _named(kind: str, value: str, text: str, start: int, end: int) -> Entity:
    return Entity(kind, value, text[start:end], start, end)


def _matches(kind: str, value: str, pattern: str, text: str, folded: str) -> list[Entity]:
    return [_named(kind, value, text, *match.span()) for match in re.finditer(rf"\b(?:{pattern})\b", folded)]


def _inflected(name: str) -> str:
    """A place's name with any ending: "lipowa" is also found in "na Lipowej"."""
    return r"\s+".join(re.escape(word[:-1]) + r"\w{0,3}" for word in name.split())


def _digits(text: str, folded: str) -> list[Entity]:
    found: list[Entity] = []
    speaks_of_code = bool(_CODE.search(folded))
    for match in _LONG_NUMBER.finditer(text):
        plain = re.sub(r"\D", "", match.group())
        kind, value = None, plain
        if is_pesel(plain):
            kind = "pesel"
        elif match.group().startswith("+") or len(plain) == 9 or (len(plain) == 11 and plain.startswith("48")):
            kind, value = "phone", f"+{plain}" if match.group().startswith("+") else f"+48{plain[-9:]}"
        elif len(plain) in _ORDINARY_CODES and speaks_of_code:
            kind = "code"
        if kind:
            found.append(_named(kind, value, text, *match.span()))
    for match in _NUMBER.finditer(text):
        if not any(one.start <= match.start() < one.end for one in found):
            found.append(_named("number", match.group(), text, *match.span()))
    return found


def _birth_date(
    text: str, folded: str, times: tuple[TimeSpan, ...], now: datetime, language: Language
) -> Entity | None:
    """The one past date of a message that speaks of birth, or that lies more than a year back."""
    born: date | None = find_date(text, now=now, language=language)
    if born is None or (not _BORN.search(folded) and (now.date() - born).days < 366):
        return None
    for span in times:
        if span.start is not None and span.start.date() == born:
            return _named("birth_date", born.isoformat(), text, *span.at)
    written = re.search(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}", text)
    if written:
        return _named("birth_date", born.isoformat(), text, *written.span())
    return _named("birth_date", born.isoformat(), text, 0, len(text))


def _interval(span: TimeSpan) -> str:
    """ISO 8601: start/end, with ".." for an open side."""
    start = span.start.isoformat() if span.start else ".."
    return f"{start}/{span.end.isoformat() if span.end else '..'}"


def _longest(found: list[Entity]) -> list[Entity]:
    """Of two findings of one kind that overlap, the longer."""
    kept: list[Entity] = []
    for one in sorted(found, key=lambda entity: entity.start - entity.end):
        if (
            not any(
                one.entity == other.entity
                and one.start < other.end
                and other.start < one.end
                and one.value != other.value
                for other in kept
            )
            and one not in kept
        ):
            kept.append(one)
    return kept

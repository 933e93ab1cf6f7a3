"""Say a date or time back the way people do, so that reading it again gives the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Literal

from core.when.grammar import find_refused, find_times
from core.when.span import Grain, Language
from core.when.tokens import tokens

Style = Literal["full", "short"]

_DAYS_PL = ("w poniedziałek", "we wtorek", "w środę", "w czwartek", "w piątek", "w sobotę", "w niedzielę")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT_PL = ("pon", "wt", "śr", "czw", "pt", "sob", "niedz")
_MONTHS_PL = (
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
)
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NEAR = {"pl": {0: "dziś", 1: "jutro"}, "en": {0: "today", 1: "tomorrow"}}
_HALF_YEAR = 182


def say_date(d: date, language: Language, *, now: datetime, style: Style = "full") -> str:
    """A day in words: "w czwartek 26 listopada", "on Thursday 26 November"; short: "czw 26.11", "Thu 26 Nov".

    Today and tomorrow are said first ("jutro, we wtorek 24 listopada"); the year is added when the day is
    past or more
    than half a year ahead.
    """
    ahead = (d - now.date()).days
    with_year = not 0 <= ahead <= _HALF_YEAR
    if style == "short":
        if language == "pl":
            return f"{_SHORT_PL[d.weekday()]} {d.day}.{d.month:02}" + (f".{d.year:04}" if with_year else "")
        return f"{_DAYS_EN[d.weekday()][:3]} {d.day} {_MONTHS_EN[d.month - 1][:3]}" + (
            f" {d.year:04}" if with_year else ""
        )
    if language == "pl":
        said = f"{_DAYS_PL[d.weekday()]} {d.day} {_MONTHS_PL[d.month - 1]}" + (f" {d.year:04} r." if with_year else "")
    else:
        said = f"on {_DAYS_EN[d.weekday()]} {d.day} {_MONTHS_EN[d.month - 1]}" + (f" {d.year:04}" if with_year else "")
    near = _NEAR[language].get(ahead)
    return f"{near}, {said}" if near else said


def say_since(d: date, language: Language, *, style: Style = "full") -> str:
    """A day that something counts from, after "od" or "since": "1 stycznia 2026", "1 January 2026"; short: "1.01.2026", "1 Jan 2026"."""
    if language == "pl":
        return (
            f"{d.day}.{d.month:02}.{d.year:04}"
            if style == "short"
            else f"{d.day} {_MONTHS_PL[d.month - 1]} {d.year:04}"
        )
    month = _MONTHS_EN[d.month - 1]
    return f"{d.day} {month[:3] if style == 'short' else month} {d.year:04}"


def say_time(t: time | datetime, language: Language) -> str:
    """A time of day to the minute: "15:20" in Polish, "3:20 pm" in English, where midnight is "12:00 am".

    Before seven Polish gets a leading zero ("05:20"), which nobody takes for the afternoon.
    """
    if language == "pl":
        return f"{t.hour:02}:{t.minute:02}" if t.hour < 7 else f"{t.hour}:{t.minute:02}"
    return f"{t.hour % 12 or 12}:{t.minute:02} {'pm' if t.hour >= 12 else 'am'}"


def say_when(dt: datetime, language: Language, *, now: datetime, style: Style = "full") -> str:
    """A moment: "w czwartek 26 listopada o 15:20", "on Thursday 26 November at 3:20 pm"; short: "czw 26.11
    15:20",
    "Thu 26 Nov 15:20". An aware `dt` is told in the zone of `now`."""
    if dt.tzinfo is not None and now.tzinfo is not None:
        dt = dt.astimezone(now.tzinfo)
    day = say_date(dt.date(), language, now=now, style=style)
    if style == "short":
        return f"{day} {dt.hour:02}:{dt.minute:02}"
    return f"{day} o {say_time(dt, language)}" if language == "pl" else f"{day} at {say_time(dt, language)}"


_ANY = {
    "pl": (
        "pierwszy wolny|pierwsza wolna|pierwsze wolne|pierwszy lepszy|pierwszy dostepny"
        "|pierwszy mozliwy|pierwszego wolnego"
        "|pierwszy termin|pierwsza dostepna|najblizszy wolny|najblizszy termin"
        "|najblizszy dostepny|najblizszy mozliwy"
        "|najblizszy jaki jest|najblizsza wizyta|najblizsza wizyte|najblizsza wolna"
        "|najblizsza mozliwa|najblizszego terminu"
        "|kiedykolwiek|obojetnie|obojetne|wszystko jedno|dowolny termin|dowolna godzina"
        "|dowolny dzien|dowolnym terminie"
        "|jak najszybciej|jak najwczesniej|jaknajszybciej|najwczesniejszy|najwczesniejsza"
        "|najwczesniej jak sie da|kazdy termin"
        "|kazda godzina|bez roznicy|jakikolwiek|jakakolwiek|kiedy sie da|kiedy badz"
        "|o kazdej porze|byle kiedy|byle szybko"
        "|w kazdej chwili|mozliwie szybko|najszybszy|najszybsza|jak najpredzej|kiedy tylko sie da"
        "|najszybciej jak sie da"
        "|jak bedzie cos wolnego|wolny termin jak najszybciej|kazdy dzien|kazdy mi pasuje"
        "|kazda mi pasuje|jak leci"
    ),
    "en": (
        "first available|first free|first possible|next available|next free|next possible"
        "|soonest possible|earliest possible"
        "|earliest available|soonest available|earliest appointment|earliest slot|soonest slot"
        "|soonest appointment|whenever"
        "|any time|anytime|any day|any slot|any appointment|any date|as soon as possible|asap"
        "|a s a p|as early as possible"
        "|no preference|don ' t mind|dont mind|do not mind|doesn ' t matter|doesnt matter"
        "|does not matter|nearest appointment"
        "|nearest slot|nearest available|closest available|i ' m flexible|im flexible"
        "|the sooner the better|sooner the better"
        "|whatever works|whatever you have|as quickly as possible|any will do|first slot"
        "|first appointment|first opening|next opening"
        "|next slot|next appointment|as soon as you can|soon as possible|earliest you have|earliest opening"
    ),
}
# Words that mean "any" only when they are all that was said.
_ANY_ALONE = {
    "pl": (
        "najblizszy|najblizsza|najblizsze|kazdy|kazda|dowolny|dowolna|cokolwiek|pierwszy|pierwsza"
        "|bez znaczenia|najszybciej"
        "|co bedzie|nie ma znaczenia|wszystko"
    ),
    "en": "nearest|closest|any|either|anything|whatever|earliest|soonest|flexible|first|next|quickest",
}
_FILLERS = frozenset(
    [
        "prosze",
        "poprosze",
        "please",
        "termin",
        "wizyte",
        "wizyta",
        "moze",
        "byc",
        "na",
        "o",
        "w",
        "the",
        "is",
        "fine",
        "ok",
        "mi",
        "jest",
        "to",
        "dla",
        "mnie",
        "will",
        "do",
        "ten",
        "me",
        "for",
        "works",
        "with",
        "one",
        "slot",
        "appointment",
        "i",
        "am",
        "m",
        "'",
        "it",
        "s",
        "would",
        "be",
        "pasuje",
        "by",
        "chce",
        "thanks",
        "dziekuje",
        "thank",
        "you",
    ]
)
_LIMITS = {
    "pl": frozenset(["oprocz", "poza", "byle", "tylko", "wyjatkiem", "ale", "nie"]),
    "en": frozenset(["but", "except", "besides", "apart", "not", "other"]),
}
_TONGUES: tuple[Language, ...] = ("pl", "en")
_SOME_DAY = datetime(2024, 1, 10, 8, tzinfo=UTC)


def is_any_time(text: str, language: Language | None = None) -> bool:
    """Whether the patient would take any time, or the soonest: "pierwszy wolny", "obojętnie", "first
    available".

    False when the words are narrowed ("any day but mornings", "najbliższy piątek", "anytime after 3").
    """
    words = tuple(token.fold for token in tokens(text)[:200])
    for tongue in (language,) if language else _TONGUES:
        core = tuple(word for word in words if word[0].isalpha() and word not in _FILLERS)
        alone = bool(core) and any(core == _pieces(form) for form in _ANY_ALONE[tongue].split("|"))
        end = next((end for form in _ANY[tongue].split("|") if (end := _end_of(words, _pieces(form)))), 0)
        if (alone or end) and not (_LIMITS[tongue] & set(words[end:] if end else ())):
            return not find_times(text, now=_SOME_DAY, language=tongue)
    return False


def only_refuses(text: str) -> bool:
    """Whether the patient says of some time that it does not suit, and names none that does: "byle nie rano", "not this
    week". A moment ("not now") is no such time."""
    for tongue in _TONGUES:
        refused = find_refused(text, now=_SOME_DAY, language=tongue, clinic_hours=True)
        if any(span.grain is not Grain.second for span in refused):
            return not find_times(text, now=_SOME_DAY, language=tongue, clinic_hours=True)
    return False


@lru_cache(maxsize=1024)
def _pieces(form: str) -> tuple[str, ...]:
    return tuple(token.fold for token in tokens(form))


def _end_of(words: tuple[str, ...], pieces: tuple[str, ...]) -> int:
    """The place after the first occurrence of the pieces, 0 when there is none."""
    for i in range(len(words) - len(pieces) + 1):
        if words[i : i + len(pieces)] == pieces:
            return i + len(pieces)
    return 0

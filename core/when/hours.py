"""Hours of the day between others: "między 9 a 11", and whether a bare number is an hour."""

from __future__ import annotations

from core.when import clocks
from core.when.durations import duration
from core.when.reader import Clock, Hours, Reader

# What may stand after a bare hour without making it a count of something.
_FOLLOWERS = frozenset(
    [
        "u",
        "do",
        "w",
        "we",
        "na",
        "dla",
        "prosze",
        "poprosze",
        "please",
        "pls",
        "to",
        "i",
        "lub",
        "albo",
        "czy",
        "or",
        "and",
        "mi",
        "mnie",
        "bym",
        "by",
        "bo",
        "ale",
        "but",
        "if",
        "jesli",
        "jest",
        "jako",
        "moze",
        "moge",
        "najlepiej",
        "jak",
        "tylko",
        "is",
        "would",
        "works",
        "work",
        "pasuje",
        "pasowaloby",
        "odpowiada",
        "dziekuje",
        "dzieki",
        "thanks",
        "thank",
        "ze",
        "z",
        "with",
        "for",
        "sie",
        "on",
        "at",
        "in",
        "jutro",
        "ewentualnie",
        "mam",
        "chce",
        "chcialbym",
        "chcialabym",
        "od",
        "po",
        "przed",
        "a",
        "umowic",
        "zapisac",
        "the",
        "dr",
        "pan",
        "pani",
        "doktor",
        "doktora",
        "tez",
        "rowniez",
        "the",
        "ok",
        "okay",
        "nie",
        "tak",
        "bylby",
        "byloby",
        "bedzie",
        "zeby",
        "than",
        "onwards",
        "wzwyz",
        "gdyz",
        "onward",
    ]
)


def dotted(r: Reader) -> Clock | None:
    """ "15.30" as the whole message, an answer to "at what time?"; a possible date ("10.12") is not one."""
    hour, minute = r.digits(0), r.digits(2)
    if hour is None or minute is None or r.fold(1) != "." or not (r.glued(1) and r.glued(2)):
        return None
    if any(w.is_word or w.is_number for w in r.words[3:]) or not 6 <= hour <= 21 or len(r.fold(2)) != 2:
        return None
    if minute % 5 or not (minute == 0 or 12 < minute < 60):
        return None
    return Clock(hour, minute, 0, hour <= 12, "minute")


def starts_time(r: Reader, j: int) -> bool:
    """Whether a part of the day (in English also a day) follows the bare number directly."""
    if r.find("part", j) or r.find("partday", j):
        return True
    if r.polish:
        return False
    if r.find("relday", j) or r.find("part", r.skip("prep", j)):
        return True
    det = r.find("det", j)
    return det is not None and r.find("part", det[1]) is not None


def may_follow(r: Reader, start: int, j: int, mark: str) -> bool:
    """Whether the bare hour read from `start` to `j` stands as an hour: not "po 2 tabletki", "at 3 weeks"."""
    if r.find("not_before", start - 1) and not r.find("at", start - 1):
        return False
    bare = j == start + 1 and not r.find("noon", start)
    if r.find("not_after", j) and not r.find("at", j):
        return False
    if r.fold(j) in ("/", ",") and r.glued(j) and r.glued(j + 1) and r.digits(j + 1, 9) is not None:
        return False
    if (
        r.find("unit", j)
        or not bare
        or (mark in ("o", "at", "@", "godz", "godzina", "godzinie") and r.words[start].is_number)
    ):
        return r.find("unit", j) is None or not bare
    if r.is_end(j) or r.fold(j) in _FOLLOWERS:
        return True
    return (
        any(
            r.find(name, j)
            for name in (
                "dow",
                "month",
                "relday",
                "part",
                "partday",
                "det",
                "prep",
                "at",
                "to",
                "of",
                "from",
                "bound",
                "ampm",
                "noon",
                "or",
                "year_word",
            )
        )
        or clocks.zone(r, j) is not None
    )


def hours(r: Reader, k: int, marked: bool) -> tuple[Hours, int] | None:
    """ "między 9 a 11", "from 4pm for thirty minutes", "9:30 - 11:00", "later than 9 but before 11"."""
    lead = r.find("from", k)
    start = lead[1] if lead else k
    start = r.skip("at", start) if lead and not r.find("prep", start) else start
    length_first = _length_from(r, k)
    if length_first is not None:
        return length_first
    first = clocks.clock(r, start, True)
    if first is None:
        return None
    j = first[1]
    said = lead is not None or marked or not _is_bare(r, start, first[1])
    spell = r.find("for", j)
    if spell is not None and said and (length := duration(r, spell[1])) and length[0].minutes:
        return Hours(first[0], None, int(length[0].minutes or 0)), length[1]
    to = r.find("to" if lead else "dash", j)
    if to is None:
        return None
    end_start = r.skip("at", to[1]) if not r.polish else to[1]
    last = clocks.clock(r, end_start, True)
    if last is None or r.find("unit", last[1]) or (r.find("not_after", last[1]) and not r.find("at", last[1])):
        return None
    bare_both = _is_bare(r, start, first[1]) and _is_bare(r, end_start, last[1])
    if r.words[last[1] - 1].is_number and r.find("month", last[1]) and bare_both:
        return None
    before_day = _is_before_day(r, first[0], last[0], last[1])
    if not said and bare_both and not before_day and not _is_office_range(r, k, first[0], last[0], last[1]):
        return None
    if bare_both and not (r.is_end(last[1]) or may_follow(r, end_start, last[1], r.fold(k))):
        return None
    if r.fold(last[1]) in ("-", "/", ".") and r.glued(last[1]) and r.digits(last[1] + 1, 12) is not None:
        return None
    return Hours(first[0], last[0]), last[1]


def _is_bare(r: Reader, start: int, end: int) -> bool:
    return end == start + 1 and not r.find("noon", start)


def _is_office_range(r: Reader, k: int, first: Clock, last: Clock, end: int) -> bool:
    """Two bare numbers with a dash are hours only as the whole message and within a working day: "8-13"."""
    return (
        k == 0
        and all(not (w.is_word or w.is_number) for w in r.words[end:])
        and 6 <= first.hour < (last.hour + 12 * (last.hour <= first.hour and last.ambiguous)) <= 22
    )


def _is_before_day(r: Reader, first: Clock, last: Clock, end: int) -> bool:
    """ "10-12 w środę": a day right after makes two bare numbers hours."""
    k = r.skip("prep", end)
    return 6 <= first.hour < last.hour <= 22 and bool(r.find("dow", k) or r.find("relday", k))


def _length_from(r: Reader, k: int) -> tuple[Hours, int] | None:
    """ "for 30 minutes from 4 pm"."""
    spell = r.find("for", k)
    length = duration(r, spell[1]) if spell else None
    if length is None or not length[0].minutes:
        return None
    lead = r.find("from", length[1])
    first = clocks.clock(r, r.skip("at", lead[1]), True) if lead else None
    return (Hours(first[0], None, int(length[0].minutes or 0)), first[1]) if first else None

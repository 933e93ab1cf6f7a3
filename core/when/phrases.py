"""One time expression, put together from its pieces in any order: "w przyszły czwartek po 15", "9 tomorrow
evening"."""

from __future__ import annotations

from collections.abc import Iterator

from core.when import clocks
from core.when.durations import duration
from core.when.join import joined
from core.when.moments import unit_at
from core.when.reader import Clock, Hours, Open, Phrase, Reader
from core.when.resolve import PARTS
from core.when.span import Grain

Found = tuple[Phrase, int] | None
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
        "wizyta",
        "wizyte",
        "the",
        "dr",
        "pan",
        "pani",
        "doktor",
        "doktora",
        "tez",
        "rowniez",
        "wizyty",
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


def phrase(r: Reader, i: int) -> Found:
    """The longest expression beginning at word `i`."""
    whole, j = Phrase(), i
    while True:
        k = j + 1 if j > i and r.fold(j) == "," else j
        best: Found = None
        for piece, end in _pieces(r, k, whole):
            if best is not None and end <= best[1]:
                continue
            merged = _merged(whole, piece, r)
            if merged is not None:
                best = merged, end
        if best is None:
            break
        whole, j = best
    if j == i or (whole.latent and whole.date is None and whole.part is None):
        return None
    return whole, j


def _merged(whole: Phrase, piece: Phrase, r: Reader) -> Phrase | None:
    if (
        (whole.clock and piece.clock)
        or (whole.part and piece.part)
        or (whole.zone is not None and piece.zone is not None)
    ):
        return None
    date = whole.date or piece.date
    if whole.date is not None and piece.date is not None:
        date = joined(whole.date, piece.date, r.now)
        if date is None:
            return None
    clock, part = whole.clock or piece.clock, whole.part or piece.part
    zone = whole.zone if whole.zone is not None else piece.zone
    if zone is not None and clock is None:
        return None
    if clock is not None and part is not None and not _agree(clock, part, r):
        return None
    if whole == Phrase():
        return piece
    if piece.latent and whole.date is None:
        return None
    firm_company = not (piece.part is not None and whole.weak) and not (
        piece.weak and piece.clock is None and whole.part
    )
    weak = (whole.weak and piece.weak) or ((whole.weak or piece.weak) and not firm_company)
    return Phrase(date, clock, part, zone, weak, whole.latent and date is None and part is None)


def _agree(clock: Clock | Hours | Open, part: str, r: Reader) -> bool:
    said = clock if isinstance(clock, Clock) else clock.clock if isinstance(clock, Open) else clock.first
    if said.ambiguous:
        return True
    low, high = PARTS[r.lex.language][part]
    return low <= said.hour <= high or low <= said.hour + 24 <= high or part == "night"


def _pieces(r: Reader, k: int, whole: Phrase) -> Iterator[tuple[Phrase, int]]:
    """Every piece that can stand at `k`, longest readings included."""
    after_prep = r.skip("prep", k)
    starts = dict.fromkeys(
        (k, after_prep, r.skip("prep", after_prep), r.skip("of", k), r.skip("prep", r.skip("of", k)))
    )
    for start in starts:
        date = r.base(start)
        if date is not None:
            yield Phrase(date=date[0], weak=date[2]), date[1]
        part = r.find("part", start)
        if part is not None and not (
            r.polish and start == k and r.fold(k) in ("noc", "nocy") and whole.date is None
        ):
            weak = r.polish is False and start == k and whole.date is None and part[1] == k + 1
            yield Phrase(part=str(part[0]), weak=weak), part[1]
    today = r.find("partday", k)
    if today is not None:
        yield Phrase(date=unit_at(r.now, Grain.day), part=str(today[0])), today[1]
    yield from _ordered_part(r, k)
    if r.skip("prep", k) > k:
        yield from _ordered_part(r, r.skip("prep", k))
    if whole.clock is None:
        yield from _clock_pieces(r, k, whole)
    elif whole.zone is None and (zone := clocks.zone(r, k)):
        yield Phrase(zone=zone[0]), zone[1]


def _ordered_part(r: Reader, k: int) -> Iterator[tuple[Phrase, int]]:
    """ "this morning", "last night", "tego wieczora"."""
    det = r.find("det", k + (r.fold(k) == "late"))
    part = r.find("part", det[1]) if det else None
    if (
        det is None
        or part is None
        or det[0] not in ("this", "last")
        or (r.polish and part[0] == "night" and det[0] == "this")
    ):
        return
    if r.polish and r.fold(k) in ("to", "ostatni", "ostatnia", "ostatnie"):
        return
    if r.fold(k) == "late":
        yield Phrase(date=unit_at(r.now, Grain.day, -1 if det[0] == "last" else 0), part="latenight"), part[1]
        return
    yield Phrase(date=unit_at(r.now, Grain.day, -1 if det[0] == "last" else 0), part=str(part[0])), part[1]


def _clock_pieces(r: Reader, k: int, whole: Phrase) -> Iterator[tuple[Phrase, int]]:
    at = r.find("at", k)
    if (
        at is not None
        and (found := clocks.clock(r, at[1], True))
        and _may_follow(r, at[1], found[1], r.fold(k))
    ):
        yield Phrase(clock=found[0]), found[1]
    dotted = _dotted(r) if k == 0 and whole == Phrase() else None
    if dotted is not None:
        yield Phrase(clock=dotted), 3
    for start in dict.fromkeys((k, r.skip("prep", k), at[1] if at else k)):
        hours = _hours(r, start, whole.date is not None or at is not None)
        if hours is not None:
            yield Phrase(clock=hours[0]), hours[1]
        plain = clocks.clock(r, start, False)
        if plain is not None:
            yield Phrase(clock=plain[0]), plain[1]
    bound = r.find("bound", k)
    if bound is not None:
        start = r.skip("at", bound[1]) if not r.find("prep", bound[1]) else bound[1]
        opened = clocks.clock(r, start, True)
        side = {"after": "after", "since": "after", "before": "before", "until": "before"}.get(str(bound[0]))
        to = r.find("to", opened[1]) if opened else None
        if (
            opened is not None
            and to is not None
            and r.cardinal(to[1])
            and r.fold(opened[1]) not in ("i", "a", "and")
        ):
            opened = None  # a range that turned out to be of something else: "od 5 do 10 mg"
        if opened is not None and side and _may_follow(r, start, opened[1], r.fold(k)):
            yield Phrase(clock=Open(side, opened[0])), opened[1]
    if whole.date is not None:
        bare = clocks.clock(r, k, True)
        if (
            bare is not None
            and r.digits(k) is not None
            and (r.is_end(bare[1]) or r.find("part", bare[1]) or clocks.zone(r, bare[1]))
        ) and not (
            r.fold(bare[1]) in ("/", ".", "-") and r.glued(bare[1]) and r.digits(bare[1] + 1) is not None
        ):
            yield Phrase(clock=bare[0]), bare[1]
    if whole == Phrase() and not (
        k > 0 and (r.find("not_before", k - 1) or r.fold(k - 1) in ("/", ".", ":", "-"))
    ):
        latent = clocks.clock(r, k, True)
        if latent is not None and _starts_time(r, latent[1]):
            yield Phrase(clock=latent[0], latent=True), latent[1]


def _dotted(r: Reader) -> Clock | None:
    """ "15.30" as the whole message, an answer to "at what time?"; a possible date ("10.12") is not one."""
    hour, minute = r.digits(0), r.digits(2)
    if hour is None or minute is None or r.fold(1) != "." or not (r.glued(1) and r.glued(2)):
        return None
    if any(w.is_word or w.is_number for w in r.words[3:]) or not 6 <= hour <= 21 or len(r.fold(2)) != 2:
        return None
    if minute % 5 or not (minute == 0 or 12 < minute < 60):
        return None
    return Clock(hour, minute, 0, hour <= 12, "minute")


def _starts_time(r: Reader, j: int) -> bool:
    """Whether a part of the day (in English also a day) follows the bare number directly."""
    if r.find("part", j) or r.find("partday", j):
        return True
    if r.polish:
        return False
    if r.find("relday", j) or r.find("part", r.skip("prep", j)):
        return True
    det = r.find("det", j)
    return det is not None and r.find("part", det[1]) is not None


def _may_follow(r: Reader, start: int, j: int, mark: str) -> bool:
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


def _hours(r: Reader, k: int, marked: bool) -> tuple[Hours, int] | None:
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
    if (
        last is None
        or r.find("unit", last[1])
        or (r.find("not_after", last[1]) and not r.find("at", last[1]))
    ):
        return None
    bare_both = _is_bare(r, start, first[1]) and _is_bare(r, end_start, last[1])
    if r.words[last[1] - 1].is_number and r.find("month", last[1]) and bare_both:
        return None
    before_day = _is_before_day(r, first[0], last[0], last[1])
    if not said and bare_both and not before_day and not _is_office_range(r, k, first[0], last[0], last[1]):
        return None
    if bare_both and not (r.is_end(last[1]) or _may_follow(r, end_start, last[1], r.fold(k))):
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

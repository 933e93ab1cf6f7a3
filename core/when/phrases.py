"""One time expression, put together from its pieces in any order: "w przyszły czwartek po 15", "9 tomorrow
evening"."""

from __future__ import annotations

from collections.abc import Iterator

from core.when import clocks
from core.when.hours import dotted, hours, may_follow, starts_time
from core.when.join import joined
from core.when.moments import unit_at
from core.when.reader import Clock, Hours, Open, Phrase, Reader
from core.when.resolve import PARTS
from core.when.span import Grain

Found = tuple[Phrase, int] | None


def phrase(r: Reader, i: int) -> Found:
    """The longest expression beginning at word `i`."""
    if i not in r.phrases:
        r.phrases[i] = _phrase_at(r, i)
    return r.phrases[i]


def _phrase_at(r: Reader, i: int) -> Found:
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
        part = r.find("part", start) if not _is_greeting(r, start) else None
        if part is not None and not (r.polish and start == k and r.fold(k) in ("noc", "nocy") and whole.date is None):
            is_bare = (start == k and part[1] == k + 1) or (r.fold(start) == "first" and part[1] == start + 2)
            weak = r.polish is False and whole.date is None and is_bare
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


def _is_greeting(r: Reader, i: int) -> bool:
    """ "dobry wieczór", "good morning": a wish, not a time."""
    wishes = ("dobry", "dobrego", "milego", "spokojnego", "dobrej", "good", "lovely")
    return r.fold(i - 1) in wishes or r.fold(i + 1) == "dobry"


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
    if at is not None and (found := clocks.clock(r, at[1], True)) and may_follow(r, at[1], found[1], r.fold(k)):
        yield Phrase(clock=found[0]), found[1]
    answer = dotted(r) if k == 0 and whole == Phrase() else None
    if answer is not None:
        yield Phrase(clock=answer), 3
    for start in dict.fromkeys((k, r.skip("prep", k), at[1] if at else k)):
        between = hours(r, start, whole.date is not None or at is not None)
        if between is not None:
            yield Phrase(clock=between[0]), between[1]
        plain = clocks.clock(r, start, False)
        if plain is not None:
            yield Phrase(clock=plain[0]), plain[1]
    bound = r.find("bound", k)
    if bound is not None:
        start = r.skip("at", bound[1]) if not r.find("prep", bound[1]) else bound[1]
        opened = clocks.clock(r, start, True)
        side = {"after": "after", "since": "after", "before": "before", "until": "before"}.get(str(bound[0]))
        to = r.find("to", opened[1]) if opened else None
        if opened is not None and to is not None and r.cardinal(to[1]) and r.fold(opened[1]) not in ("i", "a", "and"):
            opened = None  # a range that turned out to be of something else: "od 5 do 10 mg"
        if opened is not None and side and may_follow(r, start, opened[1], r.fold(k)):
            yield Phrase(clock=Open(side, opened[0])), opened[1]
    if whole.date is not None:
        bare = clocks.clock(r, k, True)
        if (
            bare is not None
            and r.digits(k) is not None
            and (r.is_end(bare[1]) or r.find("part", bare[1]) or clocks.zone(r, bare[1]))
        ) and not (r.fold(bare[1]) in ("/", ".", "-") and r.glued(bare[1]) and r.digits(bare[1] + 1) is not None):
            yield Phrase(clock=bare[0]), bare[1]
    if whole == Phrase() and not (k > 0 and (r.find("not_before", k - 1) or r.fold(k - 1) in ("/", ".", ":", "-"))):
        latent = clocks.clock(r, k, True)
        if latent is not None and starts_time(r, latent[1]):
            yield Phrase(clock=latent[0], latent=True), latent[1]

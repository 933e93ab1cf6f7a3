"""The whole message: expressions, ranges between them, open sides, alternatives and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.when.dates import date_phrase
from core.when.durations import duration, shifted
from core.when.lexicon import lexicon
from core.when.moments import Fixed, Through, floor
from core.when.phrases import phrase
from core.when.reader import Clock, Phrase, Reader
from core.when.resolve import Answer, answers, aware, most_recent
from core.when.sharing import Reading, together
from core.when.span import Grain, Language, TimeSpan
from core.when.tokens import tokens

_MOST_WORDS = 400
_BESIDE_REFUSED = frozenset(["i", "please", "thanks", "for", "me"])


def find_times(
    text: str, *, now: datetime, language: Language | None = None, clinic_hours: bool = False
) -> tuple[TimeSpan, ...]:
    """Every time said in `text`, in order; empty when there is none.

    `now` must be aware; its zone is the zone of the answer. Without `language` both are tried and the one
    that explains
    more of the text is taken (Polish on a tie). With `clinic_hours` an hour that may be either half of the
    day is the
    one between 7 and 20 ("o trzeciej" is 15:00), "in three days" names a day and the weekend is Saturday
    and Sunday. Times
    refused ("nie w piątek", "any day but mornings") are left out. Alternatives give one span each; hours
    said of a
    week ("w przyszłym tygodniu rano") one span a day. Only the first 400 words are read. ValueError if
    `now` is naive.
    """
    if now.tzinfo is None or now.utcoffset() is None:
        raise ValueError("now must be aware")
    if language is not None:
        return _find(text, now, language, clinic_hours)[0]
    polish = _find(text, now, "pl", clinic_hours)
    english = _find(text, now, "en", clinic_hours)
    return english[0] if english[1] > polish[1] else polish[0]


def find_refused(text: str, *, now: datetime, language: Language, clinic_hours: bool = False) -> tuple[TimeSpan, ...]:
    """Every time that `text` says does not suit ("nie w piątek", "any day but mornings"), in order: what
    `find_times` leaves out. ValueError if `now` is naive."""
    if now.tzinfo is None or now.utcoffset() is None:
        raise ValueError("now must be aware")
    return _find(text, now, language, clinic_hours, is_refused=True)[0]


def _find(
    text: str, now: datetime, language: Language, clinic: bool, *, is_refused: bool = False
) -> tuple[tuple[TimeSpan, ...], int]:
    words = tokens(text)[:_MOST_WORDS]
    r = Reader(lexicon(language), words, now.replace(tzinfo=None, fold=0), now, clinic, date_phrase)
    spans: list[TimeSpan] = []
    covered = 0
    for reading in together(_readings(r)[is_refused], r):
        at = words[reading.first].start, words[reading.end - 1].end
        covered += reading.end - reading.first
        for answer in reading.found:
            span = _span(answer, r, text[at[0] : at[1]], at)
            if span is not None:
                spans.append(span)
    return tuple(spans), covered


def _span(answer: Answer, r: Reader, text: str, at: tuple[int, int]) -> TimeSpan | None:
    try:
        start, end = aware(answer.start, r), aware(answer.end, r)
    except (ValueError, OverflowError):
        return None
    if start is not None and end is not None and start.timestamp() >= end.timestamp():
        if answer.start is None or answer.end is None:
            return None
        end = start + (answer.end - answer.start)
    return TimeSpan(start, end, answer.grain, text, at, answer.day)


def _readings(r: Reader) -> tuple[list[Reading], list[Reading]]:
    """What is said, and what is refused."""
    found: list[Reading] = []
    refused_ones: list[Reading] = []
    i = 0
    while i < len(r.words):
        if often := r.find("daily", i):
            of_each_day = _top(r, often[1])
            i = of_each_day.end if of_each_day is not None else often[1]
            continue
        reading = _top(r, i)
        refused = False
        if reading is None and (no := r.find("not", i)):
            reading = _top(r, no[1])
            refused = reading is not None
        if reading is None:
            i += 1
            continue
        if often := r.find("daily", reading.end):
            i = reading.end  # "rano codziennie", "po 8 każdego dnia": a habit is not a time
            continue
        after = r.find("rejected", reading.end)
        if after is not None and not refused:
            no = r.find("not", reading.end)
            refused = not (no and _top(r, no[1]))
            if refused:
                reading = replace(reading, end=after[1])
        if refused:
            refused_ones += _refused_on(r, reading)
            i = refused_ones[-1].end
            continue
        found.append(reading)
        i = reading.end
    return found, refused_ones


def _refused_on(r: Reader, first: Reading) -> list[Reading]:
    """A refusal runs on over "ani", "or" and "i": "nie w poniedziałek ani we wtorek"."""
    refused = [first]
    while True:
        i = refused[-1].end
        more = r.find("nor", i)
        if more is None or r.fold(i) == ",":
            return refused
        following = _top(r, more[1])
        if following is None:
            return refused
        refused.append(following)


def _top(r: Reader, i: int) -> Reading | None:
    """The longest expression at word `i` that comes to a time."""
    if i >= len(r.words) or not _may_begin(r, i):
        return None
    best: Reading | None = None
    for rule in (_plain, _range, _bounded):
        found = rule(r, i)
        if found is not None and found.found and (best is None or found.end > best.end):
            best = found
    return best


def _may_begin(r: Reader, i: int) -> bool:
    word = r.words[i]
    return word.is_number or word.fold == "@" or (word.is_word and (word.fold in r.lex.known or len(word.fold) >= 6))


def _plain(r: Reader, i: int) -> Reading | None:
    found = phrase(r, i)
    if found is None:
        return None
    said, j = found
    if said.weak and not (_is_whole(r, i, j) or _is_one_of_weekdays(r, i, j, said) or _is_refused_alone(r, i, j, said)):
        return None
    return Reading(i, j, said, tuple(answers(said, r)))


def _is_one_of_weekdays(r: Reader, i: int, j: int, said: Phrase) -> bool:
    """ "wt lub czw": short names of days stand up for one another."""
    if not _is_weekday(said):
        return False
    after = r.find("or", j)
    following = phrase(r, after[1]) if after else None
    before = phrase(r, i - 2) if i >= 2 and r.find("or", i - 1) else None
    return (following is not None and _is_weekday(following[0])) or (
        before is not None and before[1] == i - 1 and _is_weekday(before[0])
    )


def _is_weekday(said: Phrase) -> bool:
    return said.date is not None and "weekday" in said.date.names


def _is_whole(r: Reader, i: int, j: int) -> bool:
    return not any(w.is_word or w.is_number for w in [*r.words[:i], *r.words[j:]])


def _is_refused_alone(r: Reader, i: int, j: int, said: Phrase) -> bool:
    """ "no morning please", "mornings don't work": a part of the day that is refused, and nothing else."""
    if said.date is not None:
        return False
    first = next((k for k in range(i) if (no := r.find("not", k)) and no[1] == i), i)
    last = r.skip("rejected", j)
    beside = {w.fold for w in [*r.words[:first], *r.words[last:]] if w.is_word or w.is_number}
    return (first < i or last > j) and beside <= _BESIDE_REFUSED


def _range(r: Reader, i: int) -> Reading | None:
    """ "od poniedziałku do środy", "Aug 8 - Aug 12", "from Monday 9am to Tuesday 5pm"."""
    lead = r.find("from", i)
    start = lead[1] if lead else i
    first = phrase(r, start)
    if first is None or (first[0].date is None and first[0].clock is None):
        return None
    if lead is not None and isinstance(first[0].date, Through) and first[0].clock is None:
        return Reading(i, first[1], first[0], tuple(answers(first[0], r)))
    to = r.find("to" if lead else "dash", first[1])
    if to is None:
        return None
    second = phrase(r, to[1])
    if second is None:
        return None
    one, other, j = first[0], second[0], second[1]
    if one.date is None or other.date is None or isinstance(one.date, Through):
        return None
    if one.clock is None and one.part is None:
        if one.weak and other.weak and not (_is_whole(r, i, j) or "weekday" in one.date.names):
            return None
        limit = timedelta(days=366 * 20 if one.date.fixed() else 366)
        both = Phrase(Through(one.date, other.date, limit), other.clock, other.part)
        return Reading(i, j, None if "year" in one.date.names else both, tuple(answers(both, r)))
    if one.clock is None or other.clock is None:
        return None
    begins = answers(one, r)
    if not begins or begins[0].start is None:
        return None
    ends = answers(other, replace(r, now=begins[0].start, dates={}))
    later = [e for e in ends if e.start is not None and e.start > begins[0].start]
    if not later:
        return None
    return Reading(i, j, None, (Answer(begins[0].start, later[0].start, begins[0].grain),))


def _bounded(r: Reader, i: int) -> Reading | None:
    """ "po 15 lutego", "do końca miesiąca", "by 2 pm", "since Monday": one side open."""
    bound = r.find("bound", i)
    if bound is None:
        return None
    side = str(bound[0])
    found = phrase(r, bound[1])
    if found is None:
        return _for_so_long(r, side, bound[1], i)
    said, j = found
    if said.weak and not _is_whole(r, i, j) and not (said.date and "weekday" in said.date.names):
        return None
    comes_to = answers(replace(said, weak=False), r)
    if len(comes_to) != 1 or comes_to[0].start is None or comes_to[0].end is None:
        return None
    if said.clock is not None and not isinstance(said.clock, Clock):
        return None
    time = comes_to[0]
    whole = said.clock is None
    if isinstance(said.date, Fixed) and said.date.names & {"interval"}:
        return None
    day = time.day if said.clock is not None else None
    if side == "after":
        return Reading(i, j, None, (Answer(time.end if whole else time.start, None, time.grain, day),))
    if side == "since":
        start = _most_recent_start(r, said, time) if r.fold(i) in ("since",) else time.start
        return Reading(i, j, None, (Answer(start, None, time.grain, day),))
    if side == "before":
        return Reading(i, j, None, (Answer(None, time.start, time.grain, day),))
    end = time.end if whole else time.start
    if side == "until":
        return Reading(i, j, None, (Answer(None, end, time.grain, day),))
    if end is None or end <= r.now:
        return None
    return Reading(i, j, None, (Answer(floor(r.now, Grain.second), end, Grain.second),))


def _for_so_long(r: Reader, side: str, start: int, i: int) -> Reading | None:
    """ "od trzech dni": since that long ago."""
    length = duration(r, start, bare_unit=True) if r.polish and side == "since" else None
    if length is None or r.find("hence", start) or r.fold(i) != "od":
        return None
    try:
        at = floor(shifted(r, r.now, length[0], -1, from_now=True), length[0].grain.finer)
    except (ValueError, OverflowError):
        return None
    return Reading(i, length[1], None, (Answer(at, None, length[0].grain.finer),))


def _most_recent_start(r: Reader, said: Phrase, time: Answer) -> datetime | None:
    """ "Since Monday" looks back: the weekday before today."""
    if said.date is not None and said.date.names == {"weekday"} and said.clock is None:
        past = most_recent(said.date, r.now)
        return past.start if past else time.start
    return time.start

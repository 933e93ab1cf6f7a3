"""Times of day as people say them: "15:20", "o ósmej", "wpół do trzeciej", "a quarter past noon", "9 pm"."""

from __future__ import annotations

from dataclasses import replace

from core.when.reader import Clock, Reader

_ZONES = {
    "utc": 0.0,
    "gmt": 0.0,
    "bst": 1.0,
    "cet": 1.0,
    "cest": 2.0,
    "eet": 2.0,
    "eest": 3.0,
    "msk": 3.0,
    "ist": 5.5,
    "est": -5.0,
    "edt": -4.0,
    "cst": -6.0,
    "cdt": -5.0,
    "mst": -7.0,
    "mdt": -6.0,
    "pst": -8.0,
    "pdt": -7.0,
    "wet": 0.0,
    "west": 1.0,
    "jst": 9.0,
}
Found = tuple[Clock, int] | None


def clock(r: Reader, i: int, marked: bool) -> Found:
    """A time of day at word `i`; a bare number counts only when `marked` by a preposition or company."""
    if i >= len(r.words) or not (r.words[i].is_number or r.words[i].fold in r.lex.hour_words):
        return None
    if (i, marked) not in r.clocks:
        r.clocks[i, marked] = _clock_at(r, i, marked)
    return r.clocks[i, marked]


def _clock_at(r: Reader, i: int, marked: bool) -> Found:
    best: Found = None
    for rule in (_written, _with_h, _noon, _half_to, _past, _to_next, _hour_word):
        found = rule(r, i)
        best = _longer(best, found)
    best = _longer(best, _bare(r, i) if marked else _bare_with_half(r, i))
    if best is None:
        return None
    value, j = best
    value, j = _half_of_day(r, value, j)
    if value.hour == 12 and (again := r.find("noon", j)) and again[0] == 12:
        value, j = replace(value, ambiguous=False), again[1]
    if r.fold(j) in ("ish", "sharp"):
        j += 1
    elif r.fold(j) == "-" and r.fold(j + 1) == "ish":
        j += 2
    return value, j


def zone(r: Reader, i: int) -> tuple[float, int] | None:
    """A zone's usual English abbreviation, as hours from UTC."""
    if r.fold(i) in _ZONES and not (r.polish and r.words[i].text.islower()):
        return _ZONES[r.fold(i)], i + 1
    return None


def _longer(one: Found, other: Found) -> Found:
    return other if other and (one is None or other[1] > one[1]) else one


def _clock(hour: int, minute: int | None, *, plain: bool = True, second: int = 0, exact: str = "") -> Clock | None:
    if not (0 <= hour <= 24 and 0 <= (minute or 0) < 60 and second < 60) or (hour == 24 and minute):
        return None
    exact = exact or ("hour" if minute is None else "minute")
    return Clock(hour % 24, minute or 0, second, plain and 1 <= hour <= 12, exact)


def _written(r: Reader, i: int) -> Found:
    """15:20, 15:20:30."""
    hour, minute = r.digits(i), r.digits(i + 2)
    if hour is None or minute is None or r.fold(i + 1) != ":" or len(r.fold(i + 2)) != 2:
        return None
    if not (r.glued(i + 1) and r.glued(i + 2)):
        return None
    plain = not r.fold(i).startswith("0")
    second = r.digits(i + 4)
    if r.fold(i + 3) == ":" and second is not None and r.glued(i + 3) and r.glued(i + 4):
        made = _clock(hour, minute, plain=plain, second=second, exact="second")
        return (made, i + 5) if made else None
    made = _clock(hour, minute, plain=plain)
    if made is None or (r.fold(i + 3) == ":" and r.glued(i + 3) and r.glued(i + 4)):
        return None
    return made, i + 3


def _with_h(r: Reader, i: int) -> Found:
    """15h, 9h30."""
    hour = r.digits(i)
    if hour is None or r.fold(i + 1) != "h" or not r.glued(i + 1):
        return None
    minute = r.digits(i + 2)
    if minute is not None and len(r.fold(i + 2)) == 2 and r.glued(i + 2):
        made = _clock(hour, minute)
        return (made, i + 3) if made else None
    made = _clock(hour, 0)
    return (made, i + 2) if made else None


def _noon(r: Reader, i: int) -> Found:
    j = i
    if r.fold(j) in ("w", "o", "at", "the"):
        j += 1
    found = r.find("noon", j)
    if found is None or (
        r.polish and j == i and found[0] == 12 and r.fold(i) != "poludnie" and not r.find("at", i - 1)
    ):
        return None
    return Clock(int(found[0]) or 24, exact="hour"), found[1]  # the midnight that ends the day


def _half_to(r: Reader, i: int) -> Found:
    """ "wpół do trzeciej" and the British "half three" are half an hour apart."""
    if not r.polish:
        return None
    minutes = 30
    found = r.find("halfto", i)
    j = found[1] if found else i
    if found is None:
        lead = _minutes(r, i)
        if lead is None:
            return None
        late = r.find("past", lead[1])
        early = r.fold(i) == "za"
        j = late[1] if late else lead[1]
        again = r.find("halfto", j)
        if again is None or not (late or early):
            return None
        minutes = 30 + lead[0] if late else 30 - lead[0]
        j = again[1]
    hour = _hour(r, j)
    if hour is None or hour[0].minute:
        return None
    return _shifted(hour[0], minutes - 60), hour[1]


def _minutes(r: Reader, i: int) -> tuple[int, int] | None:
    """Minutes before a "past" or a "to": "kwadrans", "twenty five", "10 minutes"."""
    if r.polish and r.fold(i) == "za":
        i += 1
    quarter = r.find("quarterhour", i)
    if quarter is not None:
        return int(quarter[0]), quarter[1]
    number = r.cardinal(i)
    if number is None or not 1 <= number[0] < 60:
        return None
    unit = r.find("unit", number[1])
    return (number[0], unit[1]) if unit and unit[0] == "minute" else number


def _past(r: Reader, i: int) -> Found:
    """ "kwadrans po ósmej", "20 past 3 pm", "half past noon"."""
    lead = _minutes(r, i)
    if lead is None or (r.polish and r.fold(i) == "za"):
        return None
    past = r.find("past", lead[1])
    if past is None:
        if r.fold(i) == "half" and lead[0] == 30:
            said = _hour(r, lead[1])
            if said and not said[0].minute and r.fold(lead[1]) not in ("a", "an"):
                return replace(said[0], minute=30, exact="minute"), said[1]
        return None
    hour = _hour(r, past[1])
    if hour is None or hour[0].minute or (r.polish and r.find("month", hour[1])):
        return None
    value, j = _half_of_day(r, *hour)
    return replace(value, minute=lead[0], exact="minute"), j


def _to_next(r: Reader, i: int) -> Found:
    """ "za pięć ósma", "a quarter to noon"."""
    lead = _minutes(r, i)
    if lead is None:
        return None
    j = lead[1]
    if r.polish:
        if r.fold(i) != "za":
            return None
        word = r.ordinal(j)
        if word is None or (word[1] != "f" and not r.words[j].is_number):
            return None
    else:
        to = r.find("to_hour", j)
        if to is None or lead[0] == 30 or r.fold(i - 1) in ("from", "between"):
            return None
        said = r.find("unit", j - 1) is not None or to[1] > j + 1
        if not said and (lead[0] % 5 or (r.words[i].is_number and lead[0] <= 12)):
            return None
        j = to[1]
    hour = _hour(r, j)
    if hour is None or hour[0].minute:
        return None
    hour = _half_of_day(r, *hour)
    return _shifted(hour[0], -lead[0]), hour[1]


def _shifted(base: Clock, minutes: int) -> Clock:
    total = (base.hour * 60 + minutes) % 1440
    return Clock(total // 60, total % 60, 0, base.ambiguous, "minute")


def _hour(r: Reader, i: int) -> Found:
    """An hour alone: digits, a word, noon."""
    noon = _noon(r, i)
    if noon is not None:
        return noon
    j = i
    if r.polish:
        word = r.ordinal(j)
        if word is not None and word[1] == "f" and word[0] <= 24:
            made = _clock(word[0], None)
            return (made, word[2]) if made else None
        if word is not None:
            return None
    number = r.cardinal(j)
    if number is None or number[0] > 24 or (r.words[j].is_number and len(r.fold(j)) > 2):
        return None
    if r.polish and not r.words[j].is_number:
        return None
    made = _clock(number[0], None, plain=not r.fold(j).startswith("0"))
    return (made, number[1]) if made else None


def _hour_word(r: Reader, i: int) -> Found:
    """ "ósma godzina", "8 o'clock"."""
    hour = _hour(r, i)
    if hour is None:
        return None
    mark = r.find("oclock", hour[1])
    if mark is None or (
        r.words[i].is_number and (r.polish or (r.fold(hour[1]) != "o" and r.fold(hour[1]) != "oclock"))
    ):
        return None
    if not r.polish and not r.fold(hour[1]).startswith("o"):
        return None
    return hour[0], mark[1]


def _bare(r: Reader, i: int) -> Found:
    """After a mark: "8", "8.30", "8 30", "ósmej trzydzieści", "ten thirty", "1030"."""
    if i < len(r.words) and r.words[i].is_number and len(r.fold(i)) == 4 and not r.glued(i + 1):
        if 1900 <= int(r.fold(i)) < 2100 and r.fold(i - 1) not in ("at", "@", "o"):
            return None
        made = _clock(int(r.fold(i)[:2]), int(r.fold(i)[2:]), plain=not r.fold(i).startswith("0"))
        return (made, i + 1) if made else None
    hour = _hour(r, i)
    if hour is None:
        return None
    value, j = hour
    if r.words[i].is_number and r.fold(j) == "." and r.glued(j) and r.glued(j + 1):
        minute = r.digits(j + 1)
        if minute is None:
            return hour
        follows_date = r.fold(j + 2) == "." and r.glued(j + 2) and r.digits(j + 3, 4) is not None
        if minute < 60 and len(r.fold(j + 1)) == 2 and not follows_date:
            return replace(value, minute=minute, exact="minute"), j + 2
        return None
    mark = r.find("oclock", j)
    if mark and not (r.words[i].is_number and r.fold(j) in ("godzin", "godziny", "hours", "hrs")):
        j = mark[1]
        value = hour[0]
    minute_word = _minute_words(r, j)
    if minute_word is not None and not value.minute:
        spaced_digits = r.words[i].is_number
        if not spaced_digits or (r.digits(j) is not None and len(r.fold(j)) == 2 and r.is_end(j + 1)):
            return replace(value, minute=minute_word[0], exact="minute"), minute_word[1]
    return value, j


def _minute_words(r: Reader, j: int) -> tuple[int, int] | None:
    if j < len(r.words) and r.fold(j) == "-" and r.glued(j) and not r.polish:
        j += 1
        if not r.glued(j):
            return None
    if r.fold(j) in ("zero", "oh", "o") and (unit := r.cardinal(j + 1)) and 1 <= unit[0] <= 9:
        return unit
    number = r.cardinal(j)
    if number is None or not 10 <= number[0] < 60:
        return None
    if r.words[j].is_number and len(r.fold(j)) != 2:
        return None
    following = r.find("unit", number[1])
    if following is not None:
        return (number[0], following[1]) if following[0] == "minute" else None
    return None if r.find("month", number[1]) else number


def _bare_with_half(r: Reader, i: int) -> Found:
    """ "9 pm", "ten thirty am", "9.30 pm": the half of the day makes a bare number a time."""
    found = _bare(r, i)
    return found if found is not None and r.find("ampm", found[1]) else None


def _half_of_day(r: Reader, value: Clock, j: int) -> tuple[Clock, int]:
    half = r.find("ampm", j)
    if half is None or not (value.ambiguous or value.hour == 0 or value.hour > 12):
        return value, j
    if value.hour > 12 or value.hour == 0:
        return value, half[1]
    hour = value.hour % 12 + (12 if half[0] == "pm" else 0)
    return replace(value, hour=hour, ambiguous=False), half[1]

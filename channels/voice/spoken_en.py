"""English dates, hours, prices and numbers in words. A rule is a pattern and what is said for it; None leaves it to the next rule."""

import re
from datetime import date, time

from channels.voice.numerals import cardinal, day_of_month, digits, year

MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(MONTHS)
_CLOCK = r"(\d{1,2}):(\d{2})(?:\s?([ap])(?:m\b|\.m\.))?"
_BEFORE = r"(?<![\w:.,/-])"
_AFTER = r"(?![\d:/])(?!-\d)(?!\.\d)"
_UNITS = {
    "mg": "milligram", "ml": "millilitre", "g": "gram", "kg": "kilogram", "mcg": "microgram", "µg": "microgram", "cm": "centimetre",
    "mm": "millimetre", "m": "metre", "km": "kilometre", "min": "minute", "h": "hour",
}  # fmt: skip
_ALONE = frozenset({"112", "999", "997", "998", "986", "911"})
"""Numbers that are called: said digit by digit."""


def _at(hours: str, minutes: str, half: str | None) -> str:
    """ "nine twenty a m", "noon"; hours of the day beyond twelve likewise."""
    number = int(hours)
    if (hours, minutes) != ("24", "00"):
        time(number, int(minutes))
    if half and not 1 <= number <= 12:
        raise ValueError("no hour of twelve")
    half, number = (half.lower(), number) if half else ("p" if 12 <= number < 24 else "a", number % 12 or 12)
    if number == 12 and minutes == "00":
        return "noon" if half == "p" else "midnight"
    small = f"oh {cardinal(int(minutes), 'en')}" if minutes[0] == "0" else cardinal(int(minutes), "en")
    return f"{cardinal(number, 'en')} {'' if minutes == '00' else small + ' '}{half} m"


def _time(found: re.Match[str]) -> str:
    return _at(*found.groups())


def _open(found: re.Match[str]) -> str:
    lead, *clock = found.groups()
    return f"{lead or 'from '}{_at(*clock[:3])} to {_at(*clock[3:])}"


def _date(found: re.Match[str]) -> str:
    first, last, month, in_year = found.groups()
    days = day_of_month(_day(last, month), "en")
    if first:
        days = f"{day_of_month(_day(first, month), 'en')} to {days}"
    return f"{days} of {month}" + (f" {year(int(in_year), 'en')}" if in_year else "")


def _day(day: str, month: str) -> int:
    return date(2024, MONTHS.index(month) + 1, int(day)).day


def _iso_date(found: re.Match[str]) -> str:
    return _whole(*(int(one) for one in found.groups()))


def _numeric_date(found: re.Match[str]) -> str:
    day, month, in_year = (int(one) for one in found.groups())
    return _whole(in_year, month, day)


def _whole(in_year: int, month: int, day: int) -> str:
    date(in_year, month, day)
    return f"{day_of_month(day, 'en')} of {MONTHS[month - 1]} {year(in_year, 'en')}"


def _money(found: re.Match[str]) -> str:
    whole, rest = found.group(1) or found.group(3), found.group(2) or found.group(4)
    amount = int(re.sub(r"[ ,]", "", whole))
    said = f"{cardinal(amount, 'en')} {'zloty' if amount == 1 else 'zlotys'}"
    if rest and rest != "00":
        said += f" {cardinal(int(rest), 'en')} groszy"
    return said


def _phone(found: re.Match[str]) -> str:
    number = found.group(0)
    plus, groups = number.startswith("+"), re.findall(r"\d+", number)
    joined = "".join(groups)
    if plus and len(joined) > 9 and len(groups) == 1:
        groups = [joined[:-9], joined[-9:]]
    cut = [part for group in groups for part in _threes(group)]
    return ("plus " if plus else "") + ", ".join(digits(part, "en") for part in cut)


def _threes(group: str) -> list[str]:
    return [group[at : at + 3] for at in range(0, len(group), 3)] if len(group) > 4 else [group]


def _postcode(found: re.Match[str]) -> str:
    return f"{digits(found.group(1), 'en')}, {digits(found.group(2), 'en')}"


def _amount(found: re.Match[str]) -> str:
    whole, rest, unit = found.groups()
    number = f"{cardinal(int(whole), 'en')} point {digits(rest, 'en')}" if rest else cardinal(int(whole), "en")
    if unit == "%":
        return f"{number} per cent"
    return f"{number} {_UNITS[unit]}{'' if whole == '1' and not rest else 's'}"


def _decimal(found: re.Match[str]) -> str:
    return f"{cardinal(int(found.group(1)), 'en')} point {digits(found.group(2), 'en')}"


def _house(found: re.Match[str]) -> str:
    return f"{cardinal(int(found.group(1)), 'en')} slash {cardinal(int(found.group(2)), 'en')}"


def _number(found: re.Match[str]) -> str:
    number = found.group(0)
    if number in _ALONE or len(number) > 4 or (len(number) > 1 and number[0] == "0"):
        return ", ".join(digits(part, "en") for part in _threes(number))
    return cardinal(int(number), "en")


RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), say)
    for pattern, say in (
        (rf"((?:\bfrom\s+)?)(?<![\w:.,/-]){_CLOCK}\s?[-–]\s?{_CLOCK}{_AFTER}", _open),
        (rf"{_BEFORE}{_CLOCK}{_AFTER}", _time),
        (rf"{_BEFORE}(?:(\d{{1,2}})\s?[-–]\s?)?(\d{{1,2}})\s+({_MONTH})\b(?:,?\s+(\d{{4}}))?", _date),
        (rf"{_BEFORE}(\d{{1,2}})\.(\d{{2}})\.(\d{{4}})(?!\d)", _numeric_date),
        (rf"{_BEFORE}(\d{{4}})-(\d{{2}})-(\d{{2}})(?!\d)", _iso_date),
        (
            r"\bPLN\s?(\d{1,3}(?:,\d{3})+|\d{1,6})(?:\.(\d{2}))?(?!\d)|(?<![\w.,])(\d{1,6})(?:\.(\d{2}))?\s?PLN\b",
            _money,
        ),
        (
            r"(?<![\w.,:/-])\+?\d(?:[ -]?\d){8,12}(?![\d:/-])|(?<![\w.,:/-])\d{3} \d{2,3}(?: \d{2,4})?(?![\d:/-])",
            _phone,
        ),
        (rf"{_BEFORE}(\d{{2}})-(\d{{3}})(?![\d-])", _postcode),
        (r"(?<![\w:.,/-])(\d{1,4})(?:\.(\d{1,3}))?\s?(mg|ml|mcg|µg|kg|g|cm|mm|km|m|min|h|%)(?!\w)", _amount),
        (rf"{_BEFORE}(\d{{1,4}})/(\d{{1,3}})(?![\d/])", _house),
        (rf"{_BEFORE}(\d{{1,4}})\.(\d{{1,3}})(?![\d,.])", _decimal),
        (r"(?<![\w:/-])(?<!\d[.,])(\d+)(?![\d/])(?!:\d)(?!-\d)(?![.,]\d)(?!\w)", _number),
    )
)

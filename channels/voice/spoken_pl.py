"""Polish dates, hours, prices and numbers in words. A rule is a pattern and what is said for it; None leaves it to the next rule."""

import re
from datetime import date, time

from channels.voice.numerals import Gender, cardinal, day_of_month, digits, floor, hour, plural, year

MONTHS = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia".split()
_MONTH = "|".join(MONTHS)
_CLOCK = r"(\d{1,2}):(\d{2})"
_BEFORE = r"(?<![\w:.,/-])"
_AFTER = r"(?![\d:/-])(?![.,]\d)"
_TO_EJ = frozenset("o od do po około z godzinie godziny".split())
_TO_Ą = frozenset("na przed między a godzinę".split())
_GENITIVE = frozenset("od do około powyżej poniżej bez spośród zamiast dla".split())
_FEMININE = re.compile(
    r"(?:minut|godzin|wizyt|osob|osób|recept|prób|prob|tabletk|tabletek|dawk|dawek|kapsułk|kapsułek|kropl|kropel|ampuł|łyż|stron|opcj|możliwoś|"
    r"wiadomoś|noc|spraw|usług|konsultacj|chwil|sekund|dob|cen|godzin|przychodn|kliniki|poradni|szczepion|drog|stref|linii|cyfr|córk|sióstr|"
    r"siostr|kobiet|mił|rzecz|częś|doz|seri|sesj|badane)"
)
_PERSONS = re.compile(r"(?:lekarzy|pacjentów|konsultantów|specjalistów|dzieci|pracowników|doktorów|pediatrów)\b")
_ENDS: dict[str, tuple[str, str, str, str]] = {
    "mg": ("miligram", "miligramy", "miligramów", "miligrama"), "ml": ("mililitr", "mililitry", "mililitrów", "mililitra"),
    "g": ("gram", "gramy", "gramów", "grama"), "kg": ("kilogram", "kilogramy", "kilogramów", "kilograma"),
    "mcg": ("mikrogram", "mikrogramy", "mikrogramów", "mikrograma"), "µg": ("mikrogram", "mikrogramy", "mikrogramów", "mikrograma"),
    "cm": ("centymetr", "centymetry", "centymetrów", "centymetra"), "mm": ("milimetr", "milimetry", "milimetrów", "milimetra"),
    "m": ("metr", "metry", "metrów", "metra"), "km": ("kilometr", "kilometry", "kilometrów", "kilometra"),
    "min": ("minuta", "minuty", "minut", "minuty"), "h": ("godzina", "godziny", "godzin", "godziny"),
    "%": ("procent", "procent", "procent", "procent"), "°C": ("stopień", "stopnie", "stopni", "stopnia"),
}  # fmt: skip
_COMPOUND = {"4": "cztero", "5": "pięcio", "6": "sześcio", "9": "dziewięcio", "10": "dziesięcio", "11": "jedenasto"}


def _at(hours: str, minutes: str, before: str) -> str:
    """An hour in the form its preposition asks for: "o dziewiątej dwadzieścia"."""
    if (hours, minutes) != ("24", "00"):
        time(int(hours), int(minutes))
    case = "ej" if before in _TO_EJ else "ą" if before in _TO_Ą else "a"
    if int(hours) == 0 and minutes == "00":
        return {"ej": "północy"}.get(case, "północ")
    said = hour(int(hours), case)  # type: ignore[arg-type]
    if minutes == "00":
        return said
    return f"{said} {'zero ' if minutes[0] == '0' and int(hours) else ''}{cardinal(int(minutes), 'pl')}"


def _time(found: re.Match[str]) -> str:
    lead, hours, minutes = found.groups()
    return f"{lead or ''}{_at(hours, minutes, (lead or '').strip().lower())}"


def _open(found: re.Match[str]) -> str:
    lead, *clock = found.groups()
    words = (lead or "").strip().lower()
    head = lead if words == "od" else f"{lead or ''}od "
    return f"{head}{_at(clock[0], clock[1], 'od')} do {_at(clock[2], clock[3], 'do')}"


def _date(found: re.Match[str]) -> str:
    lead, first, last, month, in_year = found.groups()
    days = day_of_month(_day(last, month), "pl")
    if first:
        days = f"od {day_of_month(_day(first, month), 'pl')} do {days}"
    return f"{lead}{days} {month}" + (f" {year(int(in_year), 'pl')} roku" if in_year else "")


def _day(day: str, month: str) -> int:
    return date(2024, MONTHS.index(month) + 1, int(day)).day


def _numeric_date(found: re.Match[str]) -> str:
    day, month, in_year = (int(one) for one in found.groups())
    date(in_year, month, day)
    return f"{day_of_month(day, 'pl')} {MONTHS[month - 1]} {year(in_year, 'pl')} roku"


def _iso_date(found: re.Match[str]) -> str:
    in_year, month, day = (int(one) for one in found.groups())
    date(in_year, month, day)
    return f"{day_of_month(day, 'pl')} {MONTHS[month - 1]} {year(in_year, 'pl')} roku"


def _money(found: re.Match[str]) -> str:
    lead, first, whole, rest = found.groups()
    is_declined = (lead or "").strip().lower() in _GENITIVE
    amount = int(re.sub(r"\s", "", whole))
    if first:
        low = cardinal(int(re.sub(r"\s", "", first)), "pl", genitive=True)
        head = lead if (lead or "").strip().lower() == "od" else f"{lead or ''}od "
        return f"{head}{low} do {cardinal(amount, 'pl', genitive=True)} złotych"
    if is_declined:
        said = f"{cardinal(amount, 'pl', genitive=True)} {'złotego' if amount == 1 else 'złotych'}"
    else:
        said = f"{cardinal(amount, 'pl')} {plural(amount, 'złoty', 'złote', 'złotych')}"
    if rest and rest != "00":
        small = int(rest)
        words = cardinal(small, "pl", genitive=is_declined)
        said += f" {words} {'groszy' if is_declined and small > 1 else plural(small, 'grosz', 'grosze', 'groszy')}"
    return f"{lead or ''}{said}"


def _phone(found: re.Match[str]) -> str | None:
    number = found.group(0)
    plus, groups = number.startswith("+"), re.findall(r"\d+", number)
    if plus and len("".join(groups)) > 9 and (len(groups) == 1 or len(groups[0]) > 3):
        joined = "".join(groups)
        groups = [joined[:-9], joined[-9:]]
    cut = [part for group in groups for part in _threes(group)]
    return ("plus " if plus else "") + ", ".join(digits(part, "pl") for part in cut)


def _threes(group: str) -> list[str]:
    return [group[at : at + 3] for at in range(0, len(group), 3)] if len(group) > 4 else [group]


def _postcode(found: re.Match[str]) -> str:
    return f"{digits(found.group(1), 'pl')}, {digits(found.group(2), 'pl')}"


def _amount(found: re.Match[str]) -> str:
    lead, whole, rest, unit = found.groups()
    one, few, many, part = _ENDS[unit]
    gender: Gender = "f" if unit in ("min", "h") else "m"
    if rest:
        return f"{lead or ''}{_decimal(whole, rest)} {part}"
    number = int(whole)
    if (lead or "").strip().lower() in _GENITIVE:
        return f"{lead}{cardinal(number, 'pl', gender, genitive=True)} {part if number == 1 else many}"
    return f"{lead or ''}{cardinal(number, 'pl', gender)} {plural(number, one, few, many)}"


def _decimal(whole: str, rest: str) -> str:
    after = digits(rest, "pl") if rest.startswith("0") else cardinal(int(rest), "pl")
    return f"{cardinal(int(whole), 'pl')} przecinek {after}"


def _fraction(found: re.Match[str]) -> str:
    return _decimal(*found.groups())


def _house(found: re.Match[str]) -> str:
    return f"{cardinal(int(found.group(1)), 'pl')} przez {cardinal(int(found.group(2)), 'pl')}"


def _floor(found: re.Match[str]) -> str:
    noun = found.group(2)
    return f"{floor(int(found.group(1)), 'ym' if noun == 'piętrze' else 'ego' if noun == 'piętra' else 'e')} {noun}"


def _compound(found: re.Match[str]) -> str | None:
    lead = _COMPOUND.get(found.group(1))
    return f"{lead}{found.group(2)}" if lead else None


def _number(found: re.Match[str]) -> str:
    lead, number = found.group(1) or "", found.group(2)
    if len(number) > 4 or (len(number) > 1 and number[0] == "0"):
        return lead + ", ".join(digits(part, "pl") for part in _threes(number))
    gender, is_plural_case = _gender(int(number), found.string[found.end() :])
    genitive = is_plural_case or lead.strip().lower() in _GENITIVE
    if number == "1" and gender == "f" and re.match(r"\s+\w*ę\b", found.string[found.end() :]):
        return f"{lead}jedną"
    return f"{lead}{cardinal(int(number), 'pl', gender, genitive=genitive)}"


def _gender(number: int, after: str) -> tuple[Gender, bool]:
    """The gender of the thing counted, from the next two words; and whether these stand in another case than is counted in."""
    words = re.findall(r"^\s+(\w+)(?:\s+(\w+))?", after.lower())
    near = [word for word in (words[0] if words else ()) if word]
    if not near or near[0].isdigit():
        return "m", False
    if _PERSONS.match(near[0]):
        return "v", False
    is_other_case = number > 1 and near[0].endswith(("ach", "om"))
    if _FEMININE.match(near[0]) or (
        number % 10 in (1, 2) and len(near) > 1 and _FEMININE.match(near[1]) and near[0][-1] in "eyaąę"
    ):
        return "f", is_other_case
    if number == 1 and near[0][-1] in "oe":
        return "n", is_other_case
    if number == 1 and near[0][-1] in "aę":
        return "f", is_other_case
    return "m", is_other_case


_LEAD = r"((?:\b(?:od|do|około|powyżej|poniżej|bez|spośród|zamiast|dla)\s+)?)"
_I = re.IGNORECASE
RULES = tuple(
    (re.compile(pattern, _I), say)
    for pattern, say in (
        (rf"{_BEFORE}((?:\b(?:od|godziny|w\s+godzinach)\s+)?)(?<![\d:]){_CLOCK}\s?[-–]\s?{_CLOCK}{_AFTER}", _open),
        (
            rf"((?:\b(?:o|od|do|po|około|z|na|przed|między|a|godzinie|godziny|godzinę)\s+)?)(?<![\w:.,/-]){_CLOCK}{_AFTER}",
            _time,
        ),
        (
            rf"{_LEAD}{_BEFORE}(?:(\d{{1,2}})\s?[-–]\s?)?(\d{{1,2}})\s+({_MONTH})\b(?:\s+(\d{{4}})(?:\s*(?:r\.|roku\b))?)?",
            _date,
        ),
        (rf"{_BEFORE}(\d{{1,2}})\.(\d{{2}})\.(\d{{4}})(?:\s*(?:r\.|roku\b))?(?!\d)", _numeric_date),
        (rf"{_BEFORE}(\d{{4}})-(\d{{2}})-(\d{{2}})(?!\d)", _iso_date),
        (
            rf"{_LEAD}(?<![\w:.,/-])(?:(\d{{1,5}})\s?[-–]\s?)?(\d{{1,3}}(?:[ \u00a0]\d{{3}})+|\d{{1,6}})(?:,(\d{{2}}))?\s?(?:zł|PLN)\b",
            _money,
        ),
        (
            r"(?<![\w.,:/-])\+?\d(?:[ -]?\d){8,12}(?![\d:/-])|(?<![\w.,:/-])\d{3} \d{2,3}(?: \d{2,4})?(?![\d:/-])",
            _phone,
        ),
        (rf"{_BEFORE}(\d{{2}})-(\d{{3}})(?![\d-])", _postcode),
        (
            rf"{_LEAD}(?<![\w:.,/-])(\d{{1,4}})(?:[,.](\d{{1,3}}))?\s?(mg|ml|mcg|µg|kg|g|cm|mm|km|m|min|h|%|°C)(?!\w)(?:\.(?=\s+(?-i:[a-ząćęłńóśźż])))?",
            _amount,
        ),
        (rf"{_BEFORE}(\d{{1,2}})\.?\s+(piętro|piętrze|piętra)\b", _floor),
        (r"(?<!\w)(\d{1,2})-(\w+)", _compound),
        (rf"{_BEFORE}(\d{{1,4}})/(\d{{1,3}})(?![\d/])", _house),
        (rf"{_BEFORE}(\d{{1,4}}),(\d{{1,3}})(?![\d,.])", _fraction),
        (rf"{_LEAD}(?<![\w:/-])(?<!\d[.,])(\d+)(?![\d/])(?!:\d)(?!-\d)(?![.,]\d)", _number),
    )
)

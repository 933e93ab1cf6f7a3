"""How people change their mind: what a message takes back, which answer it means, dates and people that do not exist. Pure."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime

from conversations.understanding import fold
from core.when import only_refuses

_NO = r"(?:nie|no|nope)(?=\s*[,.;:!–-]|\s+(?:jednak|raczej|wole|wolal|chodzilo|przepraszam|actually|i meant|rather|make|sorry))"
_WORDS_BEFORE = (
    r"tfu|ups|oops|wait|hold on|chwila\w*|momencik|stop|a|ale|but|jednak|przepraszam|pardon|sorry|poprawka|sprostowanie",
    r"pomyl\w+(?: sie)?|zmiana|zmieniam|wlasciwie|w sumie|to znaczy|znaczy|actually|i mean|i meant|chodzilo mi o|mialo byc",
    r"mialam na mysli|mialem na mysli|(?:raczej )?wolal\w+|wole|lepiej|moze lepiej|niech bedzie|zeby|rather|make it",
    r"on second thought|correction|let.?s make it|can we (?:make it|do)|i(?:.?d| would) (?:prefer|rather have)",
)
_OPENERS = re.compile(rf"^(?:(?:{_NO}|{'|'.join(_WORDS_BEFORE)})\b[\s,.:;!–-]*)+")
_CORRECTS = re.compile(
    r"\b(jednak|pomyl\w+|poprawk\w*|sprostowanie|zmieniam|zmiana|wlasciwie|chodzilo mi|mialo byc|na mysli|to znaczy|i mean|i meant|"
    r"actually|wait|on second thought|make it|instead|zamiast|rozmysl\w+|zle (?:napis|podal|wpis|powiedz)\w*)\b|^(?:nie|no)\b[\s,]"
)
_POLITE = r"(?:,?\s*\b(?:prosze|poprosze|dziekuje|please|thanks|thank you))?\W*$"
_NOT_THIS_BUT = re.compile(
    r"\b(?:nie|not)\b\s+(?P<no>[^,;.]{2,40}?),?\s+(?:tylko|lecz|ale|but|rather|just)\s+(?P<yes>.{2,})$"
)
_NOT_THIS_COMMA = re.compile(
    r"^(?:no,? |nie,? )?(?:byle |tylko |ale )?(?:nie|not)\s+(?P<no>[^,;.]{2,40}?)\s*[,;.]\s*(?P<yes>.{2,})$"
)
_NOT = r"(?:nie|not|no(?= (?:early |late )?(?:morning|afternoon|evening|\w+days)))"
_ONLY_NOT = re.compile(
    rf"^(?:no |nie, |byle |tylko |ale |but |just )*(?:{_NOT}|any\w*(?: day| time)? but|except|oprocz|poza|z wyjatkiem)\s+"
    rf"(?P<no>[^,;.]{{2,40}}?){_POLITE}"
)
_THIS_NOT = re.compile(
    rf"^(?P<yes>.{{2,}}?)[\s,;-]+(?:a |and |ale |but |tylko |byle |just )?{_NOT}\s+(?P<no>[^,;.]{{2,40}}?){_POLITE}"
)
_UNABLE = re.compile(
    r"^(?:nie|no|niestety|sorry|przepraszam|ale|but|[\s,])*\b(?:nie (?:moge|dam rady|pasuje|odpowiada|mam czasu)|"
    r"i (?:can.?t|cannot|can not)|"
    r"can.?t (?:make|do|come)|doesn.?t (?:suit|work))\b(?!.*(?:tylko|lepiej|wole|moze|but|rather|instead|prefer|"
    r"(?<!nie )\b(?:moge|mam czas|pasuje)))"
)
_UNABLE_THEN = re.compile(
    r"(?<=[a-z0-9] )(?:to )?(?:mi |mnie )?"
    r"(?:nie (?:moge|dam rady|pasuje|odpowiada)|(?:i )?can.?t|(?:doesn.?t|won.?t|does not) (?:suit|work))"
    r"(?: mi| me| for me| make it| do)?\W*$"
)
_IS_BOUND = re.compile(
    r"^(?:wczesniej|pozniej|przed(?! poludniem)|po(?! poludniu)|before|earlier|later|after|until|mam|wiem|moge|pamietam|have|know|sure)\b"
)


@dataclass(frozen=True)
class Said:
    """A message without what it takes back: `text` is what counts, `rejected` what does not, `is_correction` if it changes an answer."""

    text: str
    rejected: str
    is_correction: bool
    is_unable: bool = False
    """It only says when the person cannot come: `rejected` are those words."""


def heard(text: str) -> Said:
    """ "nie kardiolog, tylko neurolog" counts as "neurolog"; "nie, jednak wtorek" as "wtorek"; bounds ("nie wcześniej niż 16") stay."""
    folded = _folded(text)
    unable = _UNABLE.search(folded) or _UNABLE_THEN.search(folded)
    if unable is not None:
        before = re.split(r"[,;.!?]", text[: unable.start()].rstrip(" ,;"))[-1]
        against = f"{before} {text[unable.end() :]}".strip()
        return Said(text, against, True, is_unable=True)
    only = _ONLY_NOT.search(folded)
    if only is not None and only_refuses(text):
        return Said(text, text[only.start("no") : only.end("no")].strip(), True, is_unable=True)
    for pattern in (_NOT_THIS_BUT, _NOT_THIS_COMMA, _THIS_NOT):
        found = pattern.search(folded)
        if found is not None and not _IS_BOUND.match(found["no"]):
            kept = text[found.start("yes") : found.end("yes")].strip()
            return Said(_without_opener(kept), text[found.start("no") : found.end("no")].strip(), True)
    return Said(_without_opener(text), "", _CORRECTS.search(folded) is not None)


_PARTS = (
    ("specialty", re.compile(r"\b(lekarz\w*|specjalis\w*|specialt\w*|doctor|badani\w*|poradni\w*|do kogo)\b")),
    ("time_window", re.compile(r"\b(termin\w*|dat[aey]|dzien|dnia|godzin\w*|czas\w*|kiedy|time|date|day|hour|slot)\b")),
    ("payer", re.compile(r"\b(nfz|plat\w+|prywat\w+|fundusz\w*|payer|payment|pay|insurance)\b")),
    ("visit_kind", re.compile(r"\b(pierwsz\w+ czy|rodzaj\w* wizyt\w*|kind of visit)\b")),
    ("birth_date", re.compile(r"\b(urodz\w+|birth\w*|dob)\b")),
    ("patient_name", re.compile(r"\b(imi\w+|nazwisk\w*|danych|dane|name|surname|osob\w+|person)\b")),
    ("referral_code", re.compile(r"\b(skierowani\w*|kod\w*|referral|code)\b")),
)  # fmt: skip


def named_part(text: str) -> str | None:
    """The answer a message wants changed, by its name ("wróć do wyboru terminu"); None if it names none."""
    folded = fold(text)
    return next((slot for slot in ("birth_date",) if dict(_PARTS)[slot].search(folded)), None) or next(
        (slot for slot, pattern in _PARTS if pattern.search(folded)), None
    )


_MONTHS = {
    "sty": 1, "lut": 2, "mar": 3, "kwi": 4, "maj": 5, "cze": 6, "lip": 7, "sie": 8, "wrz": 9, "paz": 10, "lis": 11, "gru": 12,
    "jan": 1, "feb": 2, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_NAMED_MONTH = (
    r"(?P<month>stycz\w+|lut\w+|mar(?:ca|zec|ch)|kwie\w+|maj[au]?|czerw\w+|lip\w+|sierp\w+|wrze\w+|pazdz\w+|listop\w+|grud\w+|"
    r"jan\w*|feb\w*|apr\w*|may|jun\w*|jul\w*|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)\b"
)
_DAY_MONTH = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|-?go|\.)?\s*(?:of\s+)?{_NAMED_MONTH}")
_MONTH_DAY = re.compile(rf"\b{_NAMED_MONTH}\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d)")
_NUMBERS = re.compile(r"(?<![\d.])(?P<day>\d{1,2})[./](?P<month>\d{1,2})(?:[./](?P<year>\d{2,4}))?(?![\d:])")


@dataclass(frozen=True)
class Impossible:
    """A date that no calendar has, as it was said, and the last real day of that month."""

    said: str
    nearest: date


def impossible_date(text: str, now: datetime) -> Impossible | None:
    """A day and month that never meet, such as 30 February or 31.11; None if the text holds none. 29 February may come next year."""
    folded = _folded(text)
    for pattern in (_DAY_MONTH, _MONTH_DAY, _NUMBERS):
        for found in pattern.finditer(folded):
            day = int(found["day"])
            month = int(found["month"]) if found["month"].isdigit() else _MONTHS[found["month"][:3]]
            if (
                not 1 <= month <= 12
                or not 28 < day <= 39
                or (pattern is _NUMBERS and found["year"] is None and day > 31)
            ):
                continue
            years = [year for year in (now.year, now.year + 1) if (year, month) >= (now.year, now.month)]
            if all(day > calendar.monthrange(year, month)[1] for year in years):
                last = calendar.monthrange(years[0], month)[1]
                return Impossible(text[found.start() : found.end()], date(years[0], month, last))
    return None


_TITLED = re.compile(
    r"\b(?:dr|doktor\w*|doctor|prof\w*|lek)\.?\s+(?:(?:hab|med|n)\.?\s+)*(?P<name>[^\W\d_]{3,}(?:[ -][A-ZŁŚŻŹĆÓ][^\W\d_]{2,})?)",
    re.IGNORECASE,
)
_NO_NAMES = frozenset(
    "jutro dzis dzisiaj pojutrze rano wieczorem prosze rodzinny rodzinnego rodzinnej dowolny dowolnego jakis jakiegos ten tego ktory ktora "
    "kiedy gdzie pierwszy tomorrow today please any for this that who when about and przyjmuje prywatnie jest lub albo chce".split()
)


def titled_name(text: str) -> str | None:
    """The name after "dr" or "doctor" as written; None if no name stands there."""
    found = _TITLED.search(text)
    if found is None or fold(found["name"].split()[0]) in _NO_NAMES:
        return None
    is_lower = found["name"][0].islower()
    if is_lower and not re.match(r"dr\b", fold(found[0])):
        return None  # "doktor jutro" names nobody
    return found["name"].split()[0] if is_lower else found["name"]


def mended_name(name: str, said: Said) -> str | None:
    """The name with the word replaced that a message takes back ("nie Jan, tylko Janina"); None if it takes back no part of it."""
    wrong = [fold(word) for word in re.findall(r"[^\W\d_]+", said.rejected)]
    right = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", said.text)
    if len(wrong) != 1 or len(right) != 1:
        return None
    words = name.split()
    if wrong[0] not in [fold(word) for word in words]:
        return None
    new = _capital(right[0])
    return " ".join(new if fold(word) == wrong[0] else word for word in words)


_LETTER = "A-ZŁŚŻŹĆÓĄĘŃ"
_SURNAME = re.compile(
    r"\b(?:nazwisko|surname|last name|family name)\b(?:\s+(?:to|is)\b|[\s:,–-])*\s*([^\W\d_]+(?:-[^\W\d_]+)?)",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"\b(?:imię|imie|first name|given name)\b(?:\s+(?:to|is)\b|[\s:,–-])*\s*([^\W\d_]+)", re.IGNORECASE)
_WHOLE = re.compile(rf"^(?i:nie|no|nope)\b.*?[,.!:]\s*([{_LETTER}][^\W\d_]+\s+[{_LETTER}][^\W\d_]+(?:-[^\W\d_]+)?)\W*$")


def renamed(name: str, text: str) -> str | None:
    """The name with the part that a message says anew ("nie, nazwisko Testowy"), or all of it ("nie, Krystyna Lisek"); else None."""
    if whole := _WHOLE.match(text.strip()):
        return " ".join(whole[1].split())
    words = name.split()
    if surname := _SURNAME.search(text):
        words[-1] = _capital(surname[1])
    elif given := _GIVEN.search(text):
        words[0] = _capital(given[1])
    return " ".join(words) if words != name.split() else None


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _folded(text: str) -> str:
    """Folded letter by letter, so that places in it are places in the text."""
    return "".join((fold(letter) or " ")[0] for letter in text)


def _without_opener(text: str) -> str:
    found = _OPENERS.match(_folded(text.lstrip()))
    rest = text.lstrip()[found.end() :] if found else text
    return rest if rest.strip() else text

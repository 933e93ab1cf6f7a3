"""Ukrainian and Russian are told from Polish and English, so that a person can answer them. Nobody's nationality is guessed from it.

Letters decide where they can; without Cyrillic letters only words that no Polish message has, at least two of them.
"""

import re
import unicodedata
from typing import Literal

OtherTongue = Literal["uk", "ru"]
TONGUES: tuple[OtherTongue, ...] = ("uk", "ru")

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ONLY_UK, _ONLY_RU = re.compile("[іїєґ]"), re.compile("[ыэъё]")
_POLISH = re.compile("[ąćęłńóśźż]")
ENOUGH = 500
"""Characters that are looked at."""

_UK_WORDS = frozenset(
    "доброго день дня вечора вітаю потрібно потрібен треба лікар лікаря лікарня записатися запис прийом будь ласка дякую хочу "
    "можна мені дитина дитини болить коли скільки коштує привіт розмовляєте українською допоможіть як що де чи".split()
)
_RU_WORDS = frozenset(
    "здравствуйте здравствуй добрый нужно нужен надо врач врача врачу больница записаться запись прием пожалуйста спасибо "
    "можно мне ребенок ребенка болит когда сколько стоит привет говорите русском помогите как что где хочу есть или меня".split()
)
_UK_LATIN = frozenset(
    "dobryi dobryj dobroho dobrogo den dnia potriben potribno treba likar likaria likarya zapysatysia zapysatysya zapysatys pryiom pryjom "
    "bud laska diakuiu dyakuyu diakuju khochu meni dytyna dytyny bolyt skilky koshtuie pryvit ukrainskoiu ukrainskoyu mozhna".split()
)
_RU_LATIN = frozenset(
    "zdravstvuyte zdravstvujte zdravstvuite dobryy nuzhno nuzhen nuzhna vrach vracha vrachu zapisatsya zapisatsa zapisatsja "
    "pozhaluysta pozhalujsta pozhaluista "
    "spasibo skolko stoit rebenok rebenka bolit khochu hochu mne privet mozhno pogovorit russkom".split()
)
_ALSO_POLISH = frozenset("den treba bud meni mne laska".split())
"""Alone they prove nothing: they also stand in Polish or in names."""


def other_tongue(text: str) -> OtherTongue | None:
    """`uk` or `ru` for a message in that language, None for all others. Cyrillic without a sign of either counts as Ukrainian."""
    line = unicodedata.normalize("NFC", text[:ENOUGH]).lower()
    letters = [letter for letter in line if letter.isalpha()]
    cyrillic = sum(1 for letter in letters if _CYRILLIC.match(letter))
    words = set(_WORD.findall(line))
    if cyrillic >= 3 and cyrillic * 2 > len(letters):
        return _by_letters(line, words)
    if cyrillic or _POLISH.search(line):
        return None
    uk, ru = words & _UK_LATIN, words & _RU_LATIN
    if len(uk | ru) < 2 or not (uk | ru) - _ALSO_POLISH:
        return None
    return "ru" if len(ru) > len(uk) else "uk"


def _by_letters(line: str, words: set[str]) -> OtherTongue:
    if bool(_ONLY_UK.search(line)) != bool(_ONLY_RU.search(line)):
        return "uk" if _ONLY_UK.search(line) else "ru"
    plain = {word.replace("ё", "е") for word in words}
    return "ru" if len(plain & _RU_WORDS) > len(plain & _UK_WORDS) else "uk"

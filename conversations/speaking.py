"""The same content for the ear: one or two short sentences, choices counted out in words, nothing that only an eye can use.

Addresses of the web are left out, telephone numbers are said in groups, and abbreviations of the clinic are said in full.
"""

import re
from collections.abc import Sequence

from core.i18n import Language

MAX_SPOKEN_CHOICES = 3
"""More than three nobody keeps in mind; the rest is offered by asking for others."""
_URL = re.compile(r"\s*(?:\([^()]*https?://[^()]*\)|https?://\S+)")
_PHONE = re.compile(r"(?<![\d.,:/-])(\+?\d(?:[ -]?\d){8,12})(?![\d.,:/-]*\d)")
_ORDINALS: dict[Language, tuple[str, ...]] = {
    "pl": ("Pierwsza możliwość", "Druga", "Trzecia"),
    "en": ("First", "Second", "Third"),
}
_OTHERS: dict[Language, str] = {"pl": "Są też inne.", "en": "There are others."}
_SHORT: dict[Language, tuple[tuple[str, str], ...]] = {
    "pl": (
        (r"\bul\.", "ulica"), (r"\bal\.", "aleja"), (r"\btel\.", "telefon"), (r"\bgodz\.", "godzina"), (r"\bnr\b", "numer"),
        (r"\bnp\.", "na przykład"), (r"\bur\.", "data urodzenia"), (r"\bdr\b\.?", "doktor"),
        (r"\blek\.", "lekarz"), (r"\bprof\.", "profesor"), (r"\bNFZ\b", "en ef zet"),
        (r"(\d) zł\b", r"\1 złotych"),
    ),
    "en": ((r"\bDr\b\.?", "Doctor"), (r"\be\.g\.", "for example"), (r"PLN (\d+)", r"\1 zlotys"), (r"\bNFZ\b", "N F Z")),
}  # fmt: skip
_MARKS = str.maketrans({"„": "", "”": "", "“": "", "’": "'", "—": ",", "–": ",", "•": "", "*": "", "#": "", "\n": " "})


def speak(text: str, labels: Sequence[str], language: Language) -> str:
    """What a voice says for a text and its choices; every choice ends as a sentence of its own."""
    said = [_sentence(text, language)]
    for ordinal, label in zip(_ORDINALS[language], labels[:MAX_SPOKEN_CHOICES], strict=False):
        said.append(_sentence(f"{ordinal}: {label}", language))
    if len(labels) > MAX_SPOKEN_CHOICES:
        said.append(_OTHERS[language])
    return " ".join(one for one in said if one)


def _sentence(text: str, language: Language) -> str:
    plain = _URL.sub("", text).translate(_MARKS)
    for short, full in _SHORT[language]:
        plain = re.sub(short, full, plain)
    plain = _PHONE.sub(lambda found: _grouped(found.group(1)), plain)
    plain = re.sub(r"\s+", " ", re.sub(r"\s+([,.?!])", r"\1", plain)).strip(" ,:")
    return plain if not plain or plain[-1] in ".?!" else f"{plain}."


def _grouped(number: str) -> str:
    """Digits in threes with pauses, as people say a number."""
    digits = re.sub(r"\D", "", number)
    if number.startswith("+") and len(digits) > 9:
        head, digits = digits[:-9], digits[-9:]
        return f"plus {head}, " + _grouped(digits)
    return ", ".join(" ".join(digits[start : start + 3]) for start in range(0, len(digits), 3))

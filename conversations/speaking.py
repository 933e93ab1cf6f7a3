"""The same content for the ear: one or two short sentences, choices counted out in words, nothing that only an eye can use.

Addresses of the web are left out and abbreviations of the clinic are said in full. Digits stay here: the call says them in words.
"""

import re
from collections.abc import Sequence

from core.i18n import Language, catalogue

MAX_SPOKEN_CHOICES = 3
"""More than three nobody keeps in mind; the rest is offered by asking for others."""
MAX_SENTENCES = 2
_URL = re.compile(r"\s*(?:\([^()]*https?://[^()]*\)|https?://\S+)")
_BETWEEN = re.compile(r"(?<=\d)\s?[–—]\s?(?=\d)")
_SENTENCE = re.compile(
    r"(?<=[.?!])(?<!\bul\.)(?<!\bal\.)(?<!\bdr\.)(?<!\bDr\.)(?<!\blek\.)(?<!\bdent\.)(?<!\bmed\.)(?<!\bprof\.)(?<!\bnr\.)\s+(?=[A-ZĄĆĘŁŃÓŚŹŻ0-9])"
)
"""Where a sentence ends, and not an abbreviation before a name."""
_POSTCODE = r"(?<=, )\d{2}-\d{3} (?=[A-ZĄĆĘŁŃÓŚŹŻ])"
"""Nobody drives by it."""
_SHORT: dict[Language, tuple[tuple[str, str], ...]] = {
    "pl": (
        (r"\b([Oo]d|[Dd]o|[Pp]rzy|[Nn]a|[Zz]|[Pp]o|[Oo]bok|[Kk]oło) ul\.", r"\1 ulicy"), (r"\bul\.", "ulica"),
        (r"\bal\.", "aleja"), (r"\btel\.", "telefon"), (r"\bgodz\.", "godzina"), (r"\bnr\b", "numer"),
        (r"\bnp\.", "na przykład"), (r"\bur\.", "data urodzenia"), (r"\bdr hab\. n\. med\.", "doktor habilitowany"),
        (r"\bdr n\. med\.", "doktor"), (r"\bdr\b\.?", "doktor"), (r"\blek\. dent\.", "dentysta"),
        (r"\blek\.", "lekarz"), (r"\bprof\.", "profesor"), (r"\bNFZ\b", "en ef zet"), (_POSTCODE, ""),
    ),
    "en": (
        (r"\b[Dd]r hab\. n\. med\.|\b[Dd]r n\. med\.|\blek\. dent\.|\blek\.|\bDr\b\.?", "Doctor"), (r"\bul\.", "ulica"),
        (r"\bal\.", "aleja"), (r"\be\.g\.", "for example"), (r"\bNFZ\b", "N F Z"), (_POSTCODE, ""),
    ),
}  # fmt: skip
_MARKS = str.maketrans({"„": "", "”": "", "“": "", "’": "'", "—": ",", "–": ",", "•": "", "*": "", "#": "", "\n": " "})


def speak(text: str, labels: Sequence[str], language: Language) -> str:
    """What a voice says for a text and its choices; every choice ends as a sentence of its own."""
    said = [_sentence(text, language)]
    texts = catalogue(language)
    for number, label in enumerate(labels[:MAX_SPOKEN_CHOICES], start=1):
        said.append(_sentence(texts.text("voice-choice", number=number, label=label), language))
    if len(labels) > MAX_SPOKEN_CHOICES:
        said.append(texts.text("voice-others"))
    return " ".join(one for one in said if one)


def _sentence(text: str, language: Language) -> str:
    plain = _BETWEEN.sub("-", _URL.sub("", text)).translate(_MARKS)
    for short, full in _SHORT[language]:
        plain = re.sub(short, full, plain)
    plain = re.sub(r"\s+", " ", re.sub(r"\s+([,.?!])", r"\1", plain)).strip(" ,:")
    return plain if not plain or plain[-1] in ".?!" else f"{plain}."


def in_short(text: str, language: Language) -> str:
    """The first sentences of a long text, and that the rest can be had by SMS."""
    sentences = _SENTENCE.split(text.strip())
    if len(sentences) <= MAX_SENTENCES:
        return text
    return " ".join([*sentences[:MAX_SENTENCES], catalogue(language).text("voice-rest-by-sms")])

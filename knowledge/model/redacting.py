"""Words of patients for a model: without names, numbers, dates and addresses, in brackets what stood there. When in doubt a word goes."""

import re
from collections.abc import Collection, Sequence

from conversations.pseudonyms import BORN, FAMILY, GIVEN, MAIL, PESEL, PHONE, points_to_somebody, pseudonymise
from conversations.understanding import fold
from knowledge.model.client import Redacted

_SAYS_NAME = re.compile(
    r"(?i)\b(nazywam si[eę]|mam na imi[eę]|z tej strony|mówi|mowi|imię i nazwisko:?|imie i nazwisko:?|my name is|this is|i am|i'm|jestem)"
    r"\s+((?:[^\W\d_][\w-]*)(?:[ ]+[^\W\d_][\w-]*)?)"
)
_CAPITAL = re.compile(r"\b[A-ZĄĆĘŁŃÓŚŹŻ][\w-]*")
_NAME = "[name]"
_STANDS = (
    ("ul. Testowa 1", "[address]"), (MAIL, "[mail]"), (PESEL, "[number]"), (PHONE, "[number]"), (BORN, "[date]"),
)  # fmt: skip


def redacted(text: str, names: Sequence[str], everyday: Collection[str]) -> Redacted | None:
    """The text without what points to a person; None if something still does. `everyday`: folded words that name nobody."""
    text = pseudonymise(text, names, everyday)
    for invented, mark in _STANDS:
        text = text.replace(invented, mark)
    text = re.sub(rf"\b(?:{GIVEN}|{FAMILY})\b", _NAME, text)

    def said(found: re.Match[str]) -> str:
        words = found[2].split(" ")
        return f"{found[1]} {' '.join(one if fold(one) in everyday else _NAME for one in words)}"

    def capital(found: re.Match[str]) -> str:
        return found.group() if fold(found.group()) in everyday else _NAME

    text = _CAPITAL.sub(capital, _SAYS_NAME.sub(said, text))
    text = re.sub(r"\[name\](?:[ ,]*\[name\])+", _NAME, text)
    return None if points_to_somebody(text) else Redacted(text)

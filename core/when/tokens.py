"""Cut a message into words, numbers and signs, each knowing its place in the original text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_PIECE = re.compile(r"[0-9]+|(?:[^\W\d_][\u0300-\u036f]*)+|[^\s]")
_SINGLE = str.maketrans(
    {
        "ł": "l",
        "Ł": "l",
        "ø": "o",
        "đ": "d",
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "″": '"',
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "ß": "ss",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign. `fold` is lower case without diacritics; `glued` means no space stands
    before it."""

    text: str
    fold: str
    start: int
    end: int
    glued: bool

    @property
    def is_number(self) -> bool:
        return self.fold.isascii() and self.fold.isdigit()

    @property
    def is_word(self) -> bool:
        return self.fold[:1].isalpha()


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case, diacritics and typographic quotes and dashes made plain: "Środa" is "sroda"."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(_SINGLE))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower().translate(_SINGLE)


def tokens(text: str) -> list[Token]:
    """The pieces of `text` in order; letters and digits part company ("13Luty" is two), white space is
    dropped."""
    out: list[Token] = []
    last = -1
    for piece in _PIECE.finditer(text):
        word = piece.group()
        out.append(Token(word, fold(word) or word, piece.start(), piece.end(), piece.start() == last))
        last = piece.end()
    return out


def phrase_table(entries: Mapping[int | str, str]) -> dict[str, list[tuple[tuple[str, ...], int | str]]]:
    """Phrases keyed by their first word, the longest first."""
    table: dict[str, list[tuple[tuple[str, ...], int | str]]] = {}
    for value, forms in entries.items():
        for form in forms.split("|"):
            pieces = tuple(token.fold for token in tokens(form))
            table.setdefault(pieces[0], []).append((pieces, value))
    for options in table.values():
        options.sort(key=lambda option: -len(option[0]))
    return table

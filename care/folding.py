"""Folding: text as people type it without Polish letters. One character in is one character out, so offsets stay."""

import unicodedata
from functools import lru_cache

_SPECIAL = {"ł": "l", "đ": "d", "ø": "o", "ß": "s", "æ": "a", "œ": "o", "’": "'", "‑": "-", "–": "-"}


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    lowered = character.lower()[:1] or character
    lowered = _SPECIAL.get(lowered, lowered)
    return unicodedata.normalize("NFKD", lowered)[:1] or lowered


def fold(text: str) -> str:
    """Lower case without diacritics, as many code points as the text had: "Żółć" → "zolc"."""
    return "".join(map(_fold_character, text))

"""Folding: text as people type it without Polish letters. One character in is one character out, so offsets stay."""

import unicodedata

_SPECIAL = {"ł": "l", "đ": "d", "ø": "o", "ß": "s", "æ": "a", "œ": "o", "’": "'", "‑": "-", "–": "-"}
MOST_REMEMBERED = 4096
"""Characters, of the hundred thousand and more that could be sent."""


class _Folded(dict[int, str]):
    """What each character becomes, by its code point; worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        lowered = character.lower()[:1] or character
        lowered = _SPECIAL.get(lowered, lowered)
        folded = unicodedata.normalize("NFKD", lowered)[:1] or lowered
        if len(self) < MOST_REMEMBERED:
            self[point] = folded
        return folded


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Lower case without diacritics, as many code points as the text had: "Żółć" → "zolc"."""
    return text.translate(_FOLDED)

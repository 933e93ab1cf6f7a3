"""Read numbers: digits and words, cardinal and ordinal, in both languages. Every reader answers (value,
next) or None."""

from __future__ import annotations

from collections.abc import Sequence

from core.when.lexicon import Lexicon
from core.when.tokens import Token


def cardinal(lex: Lexicon, words: Sequence[Token], i: int) -> tuple[int, int] | None:
    """A whole number below 100: "14", "czternaście", "twenty-five"; at most four digits."""
    if i >= len(words):
        return None
    token = words[i]
    if token.is_number:
        return (int(token.fold), i + 1) if len(token.fold) <= 4 else None
    value = lex.cardinals.get(token.fold)
    if value is None or value >= 100:
        return None
    if 20 <= value <= 90:
        j = i + 1
        if j + 1 < len(words) and words[j].fold == "-" and words[j].glued:
            j += 1
        unit = lex.cardinals.get(words[j].fold) if j < len(words) else None
        if unit is not None and 1 <= unit <= 9:
            return value + unit, j + 1
    return value, i + 1


def ordinal(lex: Lexicon, words: Sequence[Token], i: int) -> tuple[int, str, int] | None:
    """An ordinal below 100 as (number, gender, next): "3rd", "18-tego", "dwudziestego piątego", "twenty-
    first"."""
    if i >= len(words):
        return None
    token = words[i]
    if token.is_number and len(token.fold) <= 2:
        j = i + 1
        if j + 1 < len(words) and words[j].fold == "-" and words[j].glued and words[j + 1].glued:
            j += 1
        if j < len(words) and words[j].glued and words[j].fold in lex.suffixes:
            return int(token.fold), lex.suffixes[words[j].fold], j + 1
        return None
    found = lex.ordinals.get(token.fold)
    if found is not None:
        value, gender = found
        if 20 <= value <= 90 and i + 1 < len(words):
            unit = lex.ordinals.get(words[i + 1].fold)
            if unit is not None and unit[0] <= 9 and unit[1] == gender:
                return value + unit[0], gender, i + 2
        return value, gender, i + 1
    tens = lex.cardinals.get(token.fold)
    if tens is not None and 20 <= tens <= 90:
        j = i + 1
        if j + 1 < len(words) and words[j].fold == "-":
            j += 1
        unit = lex.ordinals.get(words[j].fold) if j < len(words) else None
        if unit is not None and unit[0] <= 9:
            return tens + unit[0], unit[1], j + 1
    return None


def year(lex: Lexicon, words: Sequence[Token], i: int) -> tuple[int, int] | None:
    """A year 1900 to 2100: "1957", "nineteen fifty seven", "tysiąc dziewięćset pięćdziesiątego siódmego"."""
    if i >= len(words):
        return None
    token = words[i]
    if token.is_number:
        value = int(token.fold) if len(token.fold) == 4 else 0
        return (value, i + 1) if 1900 <= value <= 2100 else None
    first = lex.cardinals.get(token.fold)
    if first is None and token.fold not in lex.ordinals:
        return None
    j, base = i, 0
    if lex.language == "en" and first in (19, 20):
        base, j = int(first) * 100, i + 1
        if j < len(words) and words[j].fold == "oh":
            j += 1
    elif first == 2000:
        base, j = 2000, i + 1
    elif first == 1000:
        base, j = 1000, i + 1
    elif (
        first == 2 and j + 1 < len(words) and (words[j + 1].fold == "thousand" or words[j + 1].fold.startswith("tysia"))
    ):
        base, j = 2000, i + 2
    else:
        return None
    if base == 1000:
        hundreds = lex.cardinals.get(words[j].fold) if j < len(words) else None
        if hundreds != 900:
            return None
        base, j = 1900, j + 1
    if j < len(words) and words[j].fold == "and":
        j += 1
    rest = cardinal(lex, words, j)
    named = ordinal(lex, words, j)
    if named is not None and (rest is None or named[2] >= rest[1]):
        rest = named[0], named[2]
    if rest is not None and rest[0] < 100 and not words[j].is_number:
        return base + rest[0], rest[1]
    return (base, j) if base == 2000 and first != 20 else None

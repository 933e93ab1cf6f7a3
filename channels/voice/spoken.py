"""What a voice makes of a text: dates, hours, prices and numbers in words, in the form that their place in the sentence asks for.

The stored message keeps its digits, for eyes and for search. `pieces` keeps both side by side, so that what was heard of the words is
found in the text again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from channels.voice import spoken_en, spoken_pl
from core.i18n import Language

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_RULES: dict[Language, tuple[Rule, ...]] = {"pl": spoken_pl.RULES, "en": spoken_en.RULES}


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and how it is said."""

    written: str
    spoken: str


@lru_cache(maxsize=256)
def pieces(text: str, language: Language) -> tuple[Piece, ...]:
    """The text cut where something is said otherwise than written. Other alphabets are left as they are."""
    if _CYRILLIC.search(text):
        return (Piece(text, text),)
    found: list[Piece] = []
    done = at = 0
    while (hit := _next(text, at, language)) is not None:
        start, end, said = hit
        if said is None:
            at = end
            continue
        if start > done:
            found.append(Piece(text[done:start], text[done:start]))
        found.append(Piece(text[start:end], said))
        done = at = end
    if done < len(text):
        found.append(Piece(text[done:], text[done:]))
    return tuple(found)


def spoken(text: str, language: Language) -> str:
    """The words for a text."""
    return "".join(piece.spoken for piece in pieces(text, language))


def heard_part(text: str, heard: str, language: Language) -> str | None:
    """The beginning of a text up to where its words were heard; None where that cannot be told."""
    tail = " ".join(heard.split())[-24:]
    said, written = _even(pieces(text, language))
    place = said.find(tail) if tail else -1
    if place < 0:
        return None
    end = place + len(tail)
    passed = length = 0
    for piece in written:
        if passed + len(piece.spoken) >= end:
            # Inside words that stand for digits the digits are kept whole: half a date is none.
            within = end - passed if piece.spoken == piece.written else len(piece.written)
            return "".join(one.written for one in written)[: length + within] + " …"
        passed, length = passed + len(piece.spoken), length + len(piece.written)
    return None


def _even(parts: tuple[Piece, ...]) -> tuple[str, list[Piece]]:
    """The words with single spaces, and the pieces likewise."""
    even = [Piece(re.sub(r"\s+", " ", part.written), re.sub(r"\s+", " ", part.spoken)) for part in parts]
    return "".join(part.spoken for part in even), even


def _next(text: str, at: int, language: Language) -> tuple[int, int, str | None] | None:
    """The first thing from there on that has words of its own; of several at one place the first rule's that fits."""
    best: tuple[int, int, str | None] | None = None
    for pattern, say in _RULES[language]:
        match = pattern.search(text, at)
        if match is None or (best is not None and match.start() >= best[0] and best[2] is not None):
            continue
        said = _said(say, match)
        if (
            best is None
            or match.start() < best[0]
            or (best[2] is None and said is not None and match.start() == best[0])
        ):
            best = (match.start(), match.end(), said)
    return best


def _said(say: Callable[[re.Match[str]], str | None], match: re.Match[str]) -> str | None:
    """The words, or None for what only looked like it: no such day, no such hour."""
    try:
        return say(match)
    except ValueError:
        return None

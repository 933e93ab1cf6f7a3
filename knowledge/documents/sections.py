"""Blocks of a document to sections: a question, or what stands as a heading, and the words below it. Values in, values out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

LONGEST_QUESTION, LONGEST_ANSWER = 300, 4000
LONGEST_HEADING = 160
MOST_SECTIONS = 120
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\u00a0": " "})


@dataclass(frozen=True)
class Block:
    """A heading (`level` 1 to 6, 0: none) or a paragraph; `is_bold` if all of it is."""

    text: str
    level: int = 0
    is_bold: bool = False


@dataclass(frozen=True)
class Section:
    """What becomes one draft."""

    question: str
    answer: str


def clean(text: str) -> str:
    """Words as they can be kept: no control characters, no invisible ones, no half letters."""
    return unicodedata.normalize("NFC", _ODD.sub("", text.translate(_LIGATURES))).strip()


def sections(blocks: Sequence[Block], name: str) -> list[Section]:
    """In the document's order, every paragraph in one. `name` stands for a heading where the document has none.

    A heading without words of its own is put before those below it, unless they ask a question.
    """
    found: list[tuple[str, list[str]]] = []
    title, heading, is_new = "", "", True
    parents: list[tuple[int, str]] = []
    for block in (_cleaned(one) for one in blocks):
        level = _level(block) if block.text else -1
        if level > 0:
            is_new = True
            if level == 1 and not title and not found:
                title = heading = block.text
                continue
            parents = [one for one in parents if one[0] < level]
            above = parents[-1][1] if parents else ""
            parents.append((level, block.text))
            heading = block.text if not above or block.text.endswith("?") else f"{above}: {block.text}"
        elif level == 0:
            if is_new:
                found.append((heading or name, []))
                is_new = False
            found[-1][1].append(block.text)
    return [part for question, paragraphs in found for part in _parts(question, paragraphs)]


def _cleaned(block: Block) -> Block:
    return replace(block, text=clean(block.text))


def _level(block: Block) -> int:
    """A heading by its style; or a short question, or a short bold line, that stands alone."""
    if block.level:
        return block.level if len(block.text) <= LONGEST_QUESTION else 0
    is_short = len(block.text) <= LONGEST_HEADING and "\n" not in block.text and not block.text.startswith("–")
    if is_short and block.text.endswith("?"):
        return 6
    return 6 if is_short and block.is_bold and not block.text.endswith((".", ",", ";")) else 0


def _parts(question: str, paragraphs: Sequence[str]) -> list[Section]:
    """One section; several, numbered, where the words are too many for one answer."""
    if len(question) > LONGEST_QUESTION:
        paragraphs = [question, *paragraphs]
        question = question[: LONGEST_QUESTION - 1].rsplit(" ", 1)[0] + "…"
    answers: list[str] = []
    for piece in (piece for paragraph in paragraphs for piece in _pieces(paragraph)):
        if answers and len(answers[-1]) + 2 + len(piece) <= LONGEST_ANSWER:
            answers[-1] += ("\n" if piece.startswith("–") else "\n\n") + piece
        else:
            answers.append(piece)
    if len(answers) == 1:
        return [Section(question, answers[0])]
    room = question[: LONGEST_QUESTION - 6]
    return [Section(f"{room} ({number})", answer) for number, answer in enumerate(answers, 1)]


def _pieces(paragraph: str) -> list[str]:
    """A paragraph that is longer than an answer may be, between its words."""
    pieces = []
    while len(paragraph) > LONGEST_ANSWER:
        cut = paragraph.rfind(" ", 1, LONGEST_ANSWER)
        cut = cut if cut > 0 else LONGEST_ANSWER
        pieces.append(paragraph[:cut].rstrip())
        paragraph = paragraph[cut:].lstrip()
    return [*pieces, paragraph] if paragraph else pieces

"""The words of a PDF, by blocks: lines with their letters' size, of which headings and paragraphs are told."""

import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from knowledge.documents.kinds import Unreadable
from knowledge.documents.sections import Block

MOST_PAGES = 200
FEWEST_LETTERS = 15
"""Fewer in the whole document: its pages are pictures."""
_LARGER = 1.15
_BULLET = re.compile(r"^\s*[•●▪◦‣·*–-]\s+")


@dataclass
class _Line:
    text: str
    size: float
    is_bold: bool
    y: float


def read_pdf(content: bytes) -> list[Block]:
    """Headings and paragraphs in order.

    Raises `Unreadable`: `document-locked`, `document-long`, `document-scanned`, `document-empty`, `document-broken`.
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("document-locked")
        if len(reader.pages) > MOST_PAGES:
            raise Unreadable("document-long")
        pages = [_lines(page) for page in reader.pages]
        has_pictures = any("/XObject" in (page.get("/Resources") or {}) for page in reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, OSError) as error:
        raise Unreadable("document-broken") from error
    if sum(letter.isalpha() for page in pages for line in page for letter in line.text) < FEWEST_LETTERS:
        raise Unreadable("document-scanned" if has_pictures else "document-empty")
    return _blocks([line for page in _without_margins(pages) for line in page])


def _lines(page: PageObject) -> list[_Line]:
    """The page's lines in the order of its text, each with the size of its letters."""
    found: list[_Line] = []
    pieces: list[tuple[str, float, bool]] = []
    last = [0.0]

    def close() -> None:
        text = " ".join("".join(piece for piece, _, _ in pieces).split())
        if text:
            size = max(pieces, key=lambda piece: len(piece[0].strip()))[1]
            said = [is_bold for piece, _, is_bold in pieces if piece.strip()]
            found.append(_Line(text, round(size, 1), all(said), last[0]))
        pieces.clear()

    def visit(text: str, matrix: Any, text_matrix: Any, font: Any, size: float) -> None:
        scale = abs(float(text_matrix[3]) * float(matrix[3])) or abs(float(text_matrix[1]) * float(matrix[2])) or 1.0
        is_bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
        for place, part in enumerate(text.split("\n")):
            if place:
                close()
            if part:
                last[0] = float(text_matrix[5])
                pieces.append((part, float(size) * scale, is_bold))

    page.extract_text(visitor_text=visit)
    close()
    return found


def _without_margins(pages: list[list[_Line]]) -> list[list[_Line]]:
    """Without what stands first or last on most pages, and without the numbers of pages."""

    def key(line: _Line) -> str:
        return re.sub(r"\d+", "0", line.text)

    edges = Counter(one for page in pages for one in {key(line) for line in (*page[:2], *page[-2:])})
    repeated = {one for one, count in edges.items() if len(pages) >= 3 and count >= 0.6 * len(pages)}
    return [
        [
            line for place, line in enumerate(page)
            if not (min(place, len(page) - 1 - place) < 2 and key(line) in repeated)
            and not (place in (0, len(page) - 1) and len(pages) > 1 and re.fullmatch(r"[-–\s]*\d{1,3}[-–\s]*", line.text))
        ]
        for page in pages
    ]  # fmt: skip


def _blocks(lines: list[_Line]) -> list[Block]:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    larger = sorted({line.size for line in lines if line.size >= body * _LARGER}, reverse=True)
    gaps = Counter(round(a.y - b.y) for a, b in pairwise(lines) if 0 < a.y - b.y < 100)
    usual = gaps.most_common(1)[0][0] if gaps else 0
    blocks: list[Block] = []
    before: _Line | None = None
    for line in lines:
        level = min(larger.index(line.size) + 1, 6) if line.size in larger else 0
        is_bold = line.is_bold and not level
        is_item = _BULLET.match(line.text) is not None
        text = _BULLET.sub("– ", line.text)
        goes_on = (
            before is not None and blocks and not is_item and blocks[-1].level == level and blocks[-1].is_bold == is_bold
            and (level > 0 or 0 < before.y - line.y <= usual * 1.3 or before.y < line.y)
            and not (level == 0 and before.text.endswith("?"))
            and not (before.y < line.y and before.text.endswith((".", "!", ":")))
        )  # fmt: skip
        if goes_on:
            held = blocks[-1].text
            joined = held[:-1] + text if held.endswith("-") and text[:1].islower() else f"{held} {text}"
            blocks[-1] = Block(joined, level, is_bold)
        else:
            blocks.append(Block(text, level, is_bold))
        before = line
    return blocks

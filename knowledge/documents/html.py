"""The words of a page, by blocks. Nothing of it is run, fetched or kept as markup: what a browser would not show is left out."""

import codecs
import re
from html.parser import HTMLParser

from knowledge.documents.kinds import Unreadable
from knowledge.documents.sections import Block

_SILENT = frozenset(
    "script style template noscript svg math iframe object embed canvas audio video select button textarea nav dialog".split()
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form header html legend li "
    "main ol p pre section summary table tbody tfoot thead tr ul".split()
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9_-]{2,30})""", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)


def decoded(content: bytes) -> str:
    """By its mark, as it says itself, else as UTF-8, else as Polish Windows. Raises `Unreadable` (`document-broken`)."""
    wanted = ["utf-8-sig"]
    if content.startswith(codecs.BOM_UTF8):
        wanted = ["utf-8-sig"]
    elif content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        wanted = ["utf-16"]
    elif (found := _CHARSET.search(content[:2048])) is not None:
        try:
            codec = codecs.lookup(found[1].decode("ascii"))
        except LookupError:
            codec = None
        if codec is not None and codec._is_text_encoding:
            wanted.insert(0, codec.name)
    for name in (*wanted, "cp1250"):
        try:
            return content.decode(name)
        except UnicodeError:
            continue
    raise Unreadable("document-broken")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._bold = 0
        self._is_all_bold = True
        self._level = 0
        self._item = False
        self._silent: list[str] = []
        """Open elements from the one that is not shown on."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if self._silent:
            if tag not in _VOID:
                self._silent.append(tag)
            return
        is_hidden = (
            "hidden" in values or values.get("aria-hidden") == "true" or _HIDDEN.search(values.get("style") or "")
        )
        if tag in _SILENT or tag == "title" or (is_hidden and tag not in _VOID):
            self.close_block()
            self._silent = [tag]
        elif tag == "br":
            self._text.append("\n")
        elif tag in ("td", "th"):
            if "".join(self._text).strip():
                self._text.append(" | ")
        elif tag in ("b", "strong"):
            self._bold += 1
        elif re.fullmatch("h[1-6]", tag):
            self.close_block()
            self._level = int(tag[1])
        elif tag in _BLOCKS:
            self.close_block()
            self._item = tag == "li"

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag in self._silent:
                del self._silent[len(self._silent) - 1 - self._silent[::-1].index(tag) :]
        elif tag in ("b", "strong"):
            self._bold = max(0, self._bold - 1)
        elif tag in _BLOCKS or re.fullmatch("h[1-6]", tag):
            self.close_block()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self._text.append(data.replace("\n", " "))
        if data.strip() and not self._bold:
            self._is_all_bold = False

    def close_block(self) -> None:
        lines = [" ".join(line.split()) for line in "".join(self._text).split("\n")]
        text = "\n".join(line for line in lines if line)
        if text:
            is_bold = self._is_all_bold and not self._item and "\n" not in text
            self.blocks.append(Block(f"– {text}" if self._item else text, self._level, is_bold=is_bold))
        self._text, self._level, self._is_all_bold, self._item = [], 0, True, False


def read_html(content: bytes) -> list[Block]:
    """Headings and paragraphs in order. Raises `Unreadable`."""
    return read_markup(decoded(content))


def read_markup(text: str) -> list[Block]:
    """As `read_html`, of text."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.close_block()
    return reader.blocks

"""What a file is, by its content: its name says nothing."""

import io
import re
import zipfile
import zlib
from typing import Literal
from xml.parsers import expat

Kind = Literal["pdf", "docx", "html"]
LARGEST = 10_000_000
"""Bytes of a document; a price list or a leaflet has a tenth of it."""
MOST_PARTS = 3_000
MOST_UNPACKED = 60_000_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|main|article|section|div|h[1-6]|p|table|ul)\b", re.IGNORECASE)


class Unreadable(Exception):
    """Why a document cannot be read: `reason` is a key of the catalogue after `refused-`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, expat.ExpatError, OSError, ValueError)
"""What reading a damaged package raises: its list or a checksum, a part's stream, its end, a way of packing nobody knows, no XML, and
an offset or a name that cannot be."""


def kind_of(content: bytes) -> Kind:
    """PDF, DOCX or HTML. Raises `Unreadable`: `document-empty`, `document-large`, `document-old`, `document-kind`."""
    if not content.strip(b"\0 \t\r\n"):
        raise Unreadable("document-empty")
    if len(content) > LARGEST:
        raise Unreadable("document-large")
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        # Each part begins with its name: enough to tell a text from a table or an archive. Whether it is whole, the reader says.
        if b"word/" in content:
            return "docx"
        raise Unreadable("document-kind")
    if content.startswith(_OLE):
        raise Unreadable("document-old")
    beginning = content[:4096]
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff"):
        beginning = content[:8192].decode("utf-16", "ignore").encode()
    if b"\0" not in beginning and _HTML.search(beginning):
        return "html"
    raise Unreadable("document-kind")


def check_parts(content: bytes) -> None:
    """A package that unpacks to no more than it may, and whose parts define nothing of their own.

    Raises `Unreadable`: `document-broken`, `document-locked`, `document-heavy` (too much in it, or a document type, which no
    word processor writes and which is how entities are multiplied or fetched from elsewhere).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise Unreadable("document-heavy")
            if any(one.flag_bits & 1 for one in parts):
                raise Unreadable("document-locked")
            if "word/document.xml" not in {one.filename for one in parts}:
                raise Unreadable("document-kind")
            for one in parts:
                if one.filename.endswith((".xml", ".rels")):
                    _check_xml(package.read(one))
    except _BROKEN as error:
        raise Unreadable("document-broken") from error


def _check_xml(part: bytes) -> None:
    def refuse(*_: object) -> None:
        raise Unreadable("document-heavy")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(part, True)

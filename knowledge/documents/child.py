"""Reads one document and ends: `python -m knowledge.documents.child pdf|docx|html` < document > blocks as JSON.

A process of its own with little memory and time, so that a document that was made to do harm harms only this.
"""

import json
import sys
from typing import Any

from knowledge.documents.kinds import Unreadable, check_parts
from knowledge.documents.sections import Block

MEMORY = 1 << 30
SECONDS = 20
MOST_LETTERS = 400_000


def limit() -> None:
    """No more memory and time than a document needs, and no file is written. Where there are no limits, its caller ends it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(kind: str, content: bytes) -> list[Block]:
    """The blocks of a document. Raises `Unreadable`."""
    if kind == "pdf":
        from knowledge.documents.pdf import read_pdf

        return read_pdf(content)
    from knowledge.documents.html import read_html, read_markup

    if kind == "html":
        return read_html(content)
    check_parts(content)
    return read_markup(_docx(content))


def _docx(content: bytes) -> str:
    import io
    import zipfile

    import mammoth

    try:
        made = mammoth.convert_to_html(io.BytesIO(content), convert_image=mammoth.images.img_element(lambda image: {}))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError) as error:
        raise Unreadable("document-broken") from error
    return str(made.value)


def main() -> None:
    """One JSON object: `{"blocks": [[text, level, is_bold]…]}` or `{"refused": reason}`."""
    limit()
    told: dict[str, Any]
    try:
        blocks = read(sys.argv[1], sys.stdin.buffer.read())
        if sum(len(one.text) for one in blocks) > MOST_LETTERS:
            raise Unreadable("document-long")
        told = {"blocks": [[one.text, one.level, one.is_bold] for one in blocks]}
    except Unreadable as error:
        told = {"refused": error.reason}
    except (MemoryError, RecursionError):
        told = {"refused": "document-heavy"}
    sys.stdout.buffer.write(json.dumps(told).encode("ascii"))


if __name__ == "__main__":
    main()

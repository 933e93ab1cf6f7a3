"""A document to sections that somebody looks at, and those chosen to drafts: all of them or none. The file itself is not kept."""

import asyncio
import hashlib
import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from sqlalchemy import select

from conversations.understanding import detect_language, fold
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import Refused
from core.i18n import Language
from core.settings import ROOT
from knowledge.documents.kinds import Unreadable, kind_of
from knowledge.documents.sections import MOST_SECTIONS, Block, Section, clean, sections
from knowledge.editing import LONGEST, save
from knowledge.models import Article, ArticleVersion

WITHIN = 30.0
"""Seconds for one document, waiting for another one apart."""
LONG_ENOUGH = 200
"""Letters from which a section's own language counts; shorter ones go with the document."""
_AT_ONCE = asyncio.Semaphore(1)


@dataclass(frozen=True)
class Proposal:
    """A section with the language it seems to be in; `is_known` if an article says just that already."""

    section: Section
    language: Language
    is_known: bool = False


@dataclass(frozen=True)
class Parsed:
    """What stands in a document, before anybody compared it with the articles. `language`: that of all sections, None for each its own."""

    name: str
    digest: str
    sections: list[Section]
    language: Language | None
    usual: Language


@dataclass(frozen=True)
class Read:
    """What a document holds, and the origin to name."""

    origin: str
    proposals: list[Proposal]


async def parse(access: Access, name: str, content: bytes, language: Language | None) -> Parsed | Refused:
    """The sections of a document; nothing is kept. `language` None: told from the words. It may take half a minute, so no
    transaction is open meanwhile.

    Refused: `document-empty`, `document-large`, `document-kind`, `document-old`, `document-locked`, `document-broken`,
    `document-scanned`, `document-long`, `document-heavy`, `document-language` (not clear; to be chosen).
    """
    access.require(Permission.edit_content)
    try:
        kind = await asyncio.to_thread(kind_of, content)
        blocks = await _apart(kind, content)
    except Unreadable as error:
        return Refused(error.reason)
    plain = clean(PurePosixPath(PureWindowsPath(name).name).name)[:120]
    found = sections(blocks, PurePosixPath(plain).stem or "?")
    if not found:
        return Refused("document-empty")
    if len(found) > MOST_SECTIONS:
        return Refused("document-long")
    told = language or detect_language(" ".join(one.answer for one in found)[:2000])
    if told is None:
        return Refused("document-language")
    return Parsed(plain, hashlib.sha256(content).hexdigest()[:16], found, language, told)


async def propose(uow: UnitOfWork, access: Access, parsed: Parsed, now: datetime) -> Read:
    """The sections beside what articles say already. That somebody read the document is audited."""
    access.require(Permission.edit_content)
    audit.record(uow, access, "document.read", "document", parsed.digest, now)
    known = {(one.question, one.answer) for one in await uow.session.scalars(select(ArticleVersion))}
    proposals = [
        Proposal(one, parsed.language or _language(one, parsed.usual), (one.question, one.answer) in known)
        for one in parsed.sections
    ]
    return Read(f"{parsed.name}, {now:%d.%m.%Y}", proposals)


def _language(one: Section, usual: Language) -> Language:
    return (detect_language(one.answer) or usual) if len(one.answer) >= LONG_ENOUGH else usual


async def keep(
    uow: UnitOfWork, access: Access, origin: str, chosen: Sequence[tuple[Section, Language]], now: datetime, author: str
) -> list[str] | Refused:
    """The chosen sections as drafts, in the caller's transaction; their ids. On a refusal the caller rolls back.

    Refused: `document-nothing` (none chosen), or as `save`.
    """
    access.require(Permission.edit_content)
    if not chosen:
        return Refused("document-nothing")
    taken = set(await uow.session.scalars(select(Article.id)))
    made: list[str] = []
    for section, language in chosen:
        ident = _ident(section.question, taken)
        taken.add(ident)
        text = {"question": clean(section.question), "answer": clean(section.answer)}
        row: dict[str, Any] = {
            "id": ident,
            "topic": "general",
            "source": clean(origin)[: LONGEST["source"]],
            language: text,
        }
        done = await save(uow, access, row, 0, now, author)
        if isinstance(done, Refused):
            return done
        made.append(ident)
    return made


def _ident(question: str, taken: set[str]) -> str:
    """A plain id of the question that no article has."""
    plain = (
        re.sub("[^a-z0-9]+", "-", fold(question).encode("ascii", "ignore").decode()).strip("-")[:48].strip("-")
        or "document"
    )
    ident, number = plain, 1
    while ident in taken:
        number += 1
        ident = f"{plain}-{number}"
    return ident


async def _apart(kind: str, content: bytes) -> list[Block]:
    """Read in a process of its own. Raises `Unreadable`; `document-heavy` for what takes too long or too much."""
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "SYSTEMROOT")}
    async with _AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "knowledge.documents.child", kind, cwd=ROOT, env=environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            said, _ = await asyncio.wait_for(process.communicate(content), WITHIN)
        except TimeoutError:
            raise Unreadable("document-heavy") from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    if process.returncode != 0 or not said:
        # Killed by a limit, or by something in the document that its reader did not foresee.
        raise Unreadable("document-heavy" if (process.returncode or 0) < 0 else "document-broken")
    told = json.loads(said)
    if "refused" in told:
        raise Unreadable(told["refused"])
    return [Block(text, level, is_bold) for text, level, is_bold in told["blocks"]]

"""Files beside an article's words: a leaflet to read at home. Kept once, never changed; a version names those it has."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, any_, select
from sqlalchemy.orm import Mapped, mapped_column

from conversations.attachments import checked_type
from conversations.protocols import Utterance
from core import audit
from core.access import Access, Permission
from core.db import Base, UnitOfWork
from core.errors import Refused
from core.i18n import Language, catalogue
from core.ids import new_id
from knowledge.models import Article, ArticleVersion

LARGEST = 5_000_000
"""Bytes: people fetch it with a telephone."""
MOST = 5
LONGEST_TITLE = 60
TYPES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
PAGE = "/files"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE = 8


class ArticleFile(Base):
    """One file. `code` stands in its public address, short enough for an SMS; it is read there once a published version has it."""

    __tablename__ = "article_files"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    author: Mapped[str]
    created_at: Mapped[datetime]

    @property
    def name(self) -> str:
        """What a browser keeps it as."""
        return f"{self.title}.{TYPES[self.media_type]}"


async def add(
    uow: UnitOfWork, access: Access, article_id: str, title: str, content: bytes, now: datetime, author: str
) -> ArticleFile | Refused:
    """Keep a file for an article. Audited. Refused: `leaflet-empty`, `leaflet-large`, `leaflet-kind` (told by content), `leaflet-title`."""
    access.require(Permission.edit_content)
    words = " ".join(title.split())
    if not content:
        return Refused("leaflet-empty")
    if len(content) > LARGEST:
        return Refused("leaflet-large", {"most": str(LARGEST // 1_000_000)})
    media_type = checked_type(content)
    if media_type not in TYPES:
        return Refused("leaflet-kind")
    if not 1 <= len(words) <= LONGEST_TITLE or any(letter in words for letter in '/\\"<>'):
        return Refused("leaflet-title", {"most": str(LONGEST_TITLE)})
    made = ArticleFile(
        article_id=article_id, code="".join(secrets.choice(_LETTERS) for _ in range(_CODE)), title=words, media_type=media_type,
        content=content, size=len(content), author=author, created_at=now,
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, access, "article.file-added", "article", article_id, now)
    return made


async def of_article(uow: UnitOfWork, article_id: str) -> dict[UUID, ArticleFile]:
    """All files ever kept for an article, without their content."""
    rows = await uow.session.scalars(select(ArticleFile).where(ArticleFile.article_id == article_id))
    return {one.id: one for one in rows}


async def named(uow: UnitOfWork, ids: Sequence[UUID]) -> tuple[ArticleFile, ...]:
    """The files of a version, in its order, without their content."""
    if not ids:
        return ()
    rows = await uow.session.scalars(select(ArticleFile).where(ArticleFile.id.in_(ids)))
    known = {one.id: one for one in rows}
    return tuple(known[one] for one in ids if one in known)


async def published(uow: UnitOfWork, code: str) -> tuple[ArticleFile, bytes] | None:
    """The file of that address with its content, if what is answered with now has it."""
    row = (
        await uow.session.execute(
            select(ArticleFile, ArticleFile.content)
            .join(Article, Article.id == ArticleFile.article_id)
            .join(ArticleVersion, ArticleVersion.article_id == Article.id)
            .where(
                ArticleFile.code == code, Article.status == "published", ArticleVersion.version == Article.published_version,
                ArticleFile.id == any_(ArticleVersion.files),
            )
            .limit(1)
        )
    ).first()  # fmt: skip
    return (row[0], row[1]) if row is not None else None


async def content_of(uow: UnitOfWork, access: Access, file_id: UUID) -> tuple[ArticleFile, bytes] | None:
    """A file with its content, for editors."""
    access.require(Permission.edit_content)
    query = select(ArticleFile, ArticleFile.content).where(ArticleFile.id == file_id)
    row = (await uow.session.execute(query)).first()
    return (row[0], row[1]) if row is not None else None


def addresses(files: Iterable[ArticleFile], public_url: str, language: Language) -> str:
    """A sentence that names each file with its address."""
    base = f"{public_url.rstrip('/')}{PAGE}"
    listed = ", ".join(f"{one.title}: {base}/{one.code}" for one in files)
    return catalogue(language).text("article-files", files=listed)


def worded(text: str, files: Sequence[ArticleFile], public_url: str, language: Language) -> Utterance:
    """An answer as it is said: with the addresses of its files, if it has any."""
    if not files:
        return Utterance("answer-article", {"text": text})
    return Utterance("answer-article-files", {"text": text, "files": addresses(files, public_url, language)})


def are_known(row: Mapping[str, object], known: Mapping[UUID, ArticleFile], languages: Iterable[str]) -> bool:
    """True if the row names files of its own article alone, and not too many."""
    for language in languages:
        text = row.get(language)
        given = text.get("files") if isinstance(text, dict) else None
        if given is not None and (len(given) > MOST or any(one not in known for one in given)):
            return False
    return True

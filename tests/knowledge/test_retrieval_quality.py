"""How well questions are answered, on the set used for calibration and on one that was not."""

import pytest

from core.db import Database
from core.i18n import Language
from knowledge.service import Library
from tests.knowledge.scoring import tally


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

"""Refusals whose words name a language. Invariant: they come in words, with what was typed, in both languages of the studio."""

import pytest

from core.access import Role
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard
from tests.web.test_studio_goals import NAME, seeded

__all__ = ["seeded"]


@pytest.mark.parametrize(
    ("lang", "words"), [("pl", "Brakuje nazwy w języku: en"), ("en", "There is no name in the language en")]
)
async def test_a_goal_named_in_one_language_is_refused_in_words(seeded: TestHouse, lang: str, words: str) -> None:
    async with keyboard(seeded, Role.admin) as ola:
        await ola.client.get(f"/studio/intents?lang={lang}")
        refused = await ola.post("/studio/intents/results/name", **{**NAME, "name_en": ""})
        assert refused.status_code == 422 and words in refused.text and "Wyniki i opisy" in refused.text


async def test_a_row_of_an_unknown_language_is_refused_with_its_number(seeded: TestHouse) -> None:
    rows = b"language,intent,text\nde,price,was kostet das\n"
    async with keyboard(seeded, Role.admin) as ola:
        refused = await ola.client.post(
            "/studio/examples?lang=pl", data={"csrf": ola.csrf}, files={"file": ("a.csv", rows, "text/csv")}
        )
    assert refused.status_code == 422 and "Nieznany język: de" in refused.text

"""The conversation as staff read it: everything the bot can have said opens in both languages, with why it was said."""

from typing import Any

import pytest

from conversations.protocols import DialogueReply, Utterance
from core.access import Role
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard

WHY = {
    "pl": ("prepare-blood-tests, wersja 3", "Uproszczone przez model"),
    "en": ("prepare-blood-tests, version 3", "Put in simpler words"),
}


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("more", [{}, {"reworded": True}], ids=["approved words", "reworded"])
async def test_an_answer_from_an_article_is_shown_with_its_article_version_and_source(
    house: TestHouse, language: str, more: dict[str, Any]
) -> None:
    source = {"article": "prepare-blood-tests", "version": 3, "source": "regulamin badań", **more}
    answer = Utterance("answer-article", {"text": "Proszę być na czczo.", "source": source})
    house.dialogue.always = DialogueReply((answer,), "prepare", 0.9, "scripted")
    accepted = await house.sms("jak się przygotować do badania krwi")
    await house.house.turns.take(accepted.thread_id)
    await house.sms("konsultant")
    await house.house.turns.take(accepted.thread_id)
    async with keyboard(house, Role.agent) as ola:
        page = await ola.client.get(f"/console/threads/{accepted.thread_id}?lang={language}")
    shown, reworded = WHY[language]
    assert page.status_code == 200 and shown in page.text and "regulamin badań" in page.text
    assert "{'article'" not in page.text and (reworded in page.text) is bool(more)

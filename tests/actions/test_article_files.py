"""An answer with a file. Invariant: its address is written where it can be followed, and never read out."""

from typing import Any

import pytest

from conversations.models import Direction, Message
from core.access import Access
from knowledge import files
from knowledge.service import import_articles, publish
from tests.actions.bot import Bot
from tests.channels.test_voice import SETUP, Line
from tests.house import PUBLIC

QUESTION = "Czy można wejść z psem przewodnikiem?"


@pytest.fixture
async def code(bot: Bot) -> str:
    """A published article with a leaflet; the code of its address."""
    access, now = Access.system("test"), bot.house.clock.now()
    row: dict[str, Any] = {
        "id": "dog", "pl": {"question": QUESTION, "answer": "Tak, pies asystujący może wejść wszędzie."},
        "en": {"question": "May I bring a guide dog?", "answer": "Yes, assistance dogs may enter."},
    }  # fmt: skip
    async with bot.house.house.database.unit_of_work() as uow:
        await import_articles(uow, access, [row], now)
        made = await files.add(uow, access, "dog", "Ulotka", b"%PDF-1.4\n%%EOF\n", now, "Ola")
        assert isinstance(made, files.ArticleFile)
        await import_articles(uow, access, [row | {"pl": row["pl"] | {"files": [made.id]}}], now)
        await publish(uow, access, "dog", now)
        return made.code


async def said(bot: Bot, channel: str) -> str:
    """The last words on a channel."""
    rows = await bot.house.rows(Message, Message.direction == Direction.outbound, Message.channel == channel)
    return max(rows, key=lambda one: one.seq).body


async def test_an_sms_has_its_address_and_another_language_has_none(bot: Bot, code: str) -> None:
    bot.heard = [("clinic_info", 0.9)]
    assert await bot.says("czy moge wejsc z psem przewodnikiem", ("action_clinic_info", {})) == ["answer-article-files"]
    assert (await said(bot, "sms")).endswith(f"Do pobrania: Ulotka: {PUBLIC}/files/{code}")
    assert await bot.says("may I bring my guide dog please", ("action_clinic_info", {})) == ["answer-article"]


async def test_a_caller_is_told_of_it_and_gets_the_address_by_sms(bot: Bot, code: str) -> None:
    bot.heard, bot.steps = [("clinic_info", 0.9)], [("action_clinic_info", {})]
    async with Line(bot.house) as line:
        await line.plays(**SETUP)
        spoken = await line.says("czy mogę wejść z psem przewodnikiem")
        assert "wyślij SMS-em" in spoken and code not in spoken and "files" not in spoken
        await line.says("wyślij mi to SMS-em")
    assert (await said(bot, "sms")).endswith(f"{PUBLIC}/files/{code}")

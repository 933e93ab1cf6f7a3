"""A closed day in what the bot says. Invariant: from the next message on, wherever hours are told."""

from care.appointments.closing import close_day
from conversations.models import Direction, Message
from core.access import Access
from knowledge.service import import_articles, publish
from tests.actions.bot import Bot

BOT = Access.system("test")
ASKED = "w jakich godzinach jest czynne"
STEP: tuple[str, dict[str, str]] = ("action_clinic_info", {})


async def last(bot: Bot) -> str:
    """What was said last."""
    rows = await bot.house.rows(Message, Message.direction == Direction.outbound)
    return max(rows, key=lambda one: one.seq).body


async def test_the_bot_says_it_where_it_tells_hours(bot: Bot) -> None:
    now = bot.house.clock.now()
    row = {
        "id": "hours", "pl": {"question": "W jakich godzinach jest czynne?", "answer": "Godziny: {hours}"},
        "en": {"question": "What are the opening hours?", "answer": "Hours: {hours}"},
    }  # fmt: skip
    async with bot.house.house.database.unit_of_work() as uow:
        await import_articles(uow, BOT, [row], now)
        await publish(uow, BOT, "hours", now)
    bot.heard = [("clinic_info", 0.9)]
    assert await bot.says(ASKED, STEP) == ["answer-article"]
    assert "Nieczynne" not in await last(bot)
    async with bot.house.house.database.unit_of_work() as uow:
        await close_day(uow, BOT, now.date(), None, ("Awaria wody", "No water"), now)
    assert await bot.says(ASKED, STEP) == ["answer-article"]
    assert (await last(bot)).endswith("Nieczynne: pon 23.11 (cala poradnia, Awaria wody).")
    assert await bot.says("gdzie jesteście", STEP) == ["site-info-closed", "site-info-closed"]

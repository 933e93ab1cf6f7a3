"""In a limited contact the bot hands over to nobody and says so."""

from conversations.contact_limits import ContactLimit
from conversations.models import Case
from handoff.models import Handoff
from tests.actions.bot import Bot
from tests.handoff.test_limits import limited


async def test_the_bots_own_handovers_say_so_too(bot: Bot) -> None:
    marta = await bot.house.staff()
    await bot.says("dzień dobry")
    (case,) = await bot.house.rows(Case)
    assert isinstance(await limited(bot.house, marta, case.id), ContactLimit)
    bot.heard = [("complaint", 0.9)]
    keys = await bot.says("chcę złożyć skargę na rejestrację", ("action_staff_request", {}))
    assert "contact-limited-still" in keys and "handoff-because-staff-request" not in keys
    assert "complaint-taken" in keys, "a complaint is taken down all the same"
    assert await bot.house.rows(Handoff) == []

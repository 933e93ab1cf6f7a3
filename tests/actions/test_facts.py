"""Facts that an admin changes, in what the bot says. Invariant: from the next message on, and the same on every channel."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from care.appointments.models import Price, Site
from conversations.models import Direction
from conversations.protocols import InboundMessage
from core.access import Access, Role
from core.segments import plain
from knowledge.service import import_articles, publish
from tests.actions.bot import Bot
from tests.channels.test_voice import SETUP, Line
from tests.web.test_facts import saved
from tests.web.test_prices import asked, confirmed
from tests.web.test_staff_pages import keyboard

BOT = Access.system("test")
HOURS: dict[str, Any] = {
    "id": "hours", "pl": {"question": "W jakich godzinach jest czynne?", "answer": "Godziny: {hours}"},
    "en": {"question": "What are the opening hours?", "answer": "Hours: {hours}"},
}  # fmt: skip


async def everywhere(bot: Bot, question: str, action: str) -> dict[str, str]:
    """What the question is answered with, by channel."""
    bot.steps = [(action, {})]
    texted = await bot.house.sms(question)
    await bot.house.house.turns.take(texted.thread_id)
    typed = await bot.house.house.inbox.accept(
        InboundMessage("webchat", uuid4().hex, "browser", uuid4().hex, question, language_hint="pl")
    )
    await bot.house.house.turns.take(typed.thread_id)
    async with Line(bot.house) as line:
        await line.plays(**(SETUP | {"callSid": f"CA{uuid4().hex}"}))
        spoken = await line.says(question)
    sent = {
        "sms": await bot.house.messages(texted.thread_id, texted.seq),
        "webchat": await bot.house.messages(typed.thread_id),
    }
    return {"voice": spoken} | {
        channel: " ".join(one.body for one in rows if one.direction is Direction.outbound and one.channel == channel)
        for channel, rows in sent.items()
    }


def all_say(heard: dict[str, str], written: str, spoken: str) -> bool:
    """True if every channel says it; an SMS without Polish letters."""
    wanted = {"sms": plain(written), "webchat": written, "voice": spoken}
    return all(words in heard[channel] for channel, words in wanted.items())


async def test_a_price_is_one_on_every_channel_as_soon_as_it_is_set(bot: Bot) -> None:
    today = bot.house.clock.now().date().isoformat()
    bot.heard = [("price", 0.9)]
    question = "ile kosztuje ekg"
    before = await everywhere(bot, question, "action_price")
    assert all_say(before, "EKG: 60 zł", "EKG: sześćdziesiąt złotych"), before
    async with keyboard(bot.house, Role.admin) as ola:
        assert (await confirmed(ola, await asked(ola, "64,50", today))).status_code == 303
    after = await everywhere(bot, question, "action_price")
    assert all_say(after, "EKG: 64,50 zł", "EKG: sześćdziesiąt cztery złote pięćdziesiąt groszy"), after
    assert "23 listopada 2026" in after["webchat"] and "23.11.2026" in after["sms"]
    assert (
        after["webchat"].count("/prices") == after["sms"].count("/prices") == 1
        and "na naszej stronie" in after["voice"]
    )
    async with bot.house.web() as anybody:
        page = await anybody.get("/prices", params={"lang": "pl"})
    assert "64,50 zł" in page.text and "23 listopada 2026" in page.text


async def test_a_price_that_depends_on_the_site_names_both(bot: Bot) -> None:
    bot.heard = [("price", 0.9)]
    heard = await everywhere(bot, "ile kosztuje kardiolog", "action_price")
    assert all_say(heard, "Jeziorna: 270 zł; Lipowa: 250 zł", "Lipowa: dwieście pięćdziesiąt złotych"), heard
    assert await bot.says("how much is a cardiologist please", ("action_price", {})) == ["price-visit-sites"]


async def test_a_price_that_only_one_site_has_names_that_site(bot: Bot) -> None:
    async with bot.house.house.database.unit_of_work() as uow:
        jeziorna = (await uow.session.scalars(select(Site).order_by(Site.code))).first()
        assert jeziorna is not None
        await uow.session.execute(update(Price).where(Price.service_code == "ecg").values(site_id=jeziorna.id))
    bot.heard = [("price", 0.9)]
    heard = await everywhere(bot, "ile kosztuje ekg", "action_price")
    assert all_say(heard, "Jeziorna: 60 zł", "Jeziorna: sześćdziesiąt złotych"), heard
    assert "Lipowa" not in heard["sms"]


@pytest.mark.parametrize("question", ["w jakich godzinach jest czynne", "gdzie jesteście"])
async def test_hours_are_the_same_on_every_channel_as_soon_as_they_are_saved(bot: Bot, question: str) -> None:
    now = bot.house.clock.now()
    async with bot.house.house.database.unit_of_work() as uow:
        await import_articles(uow, BOT, [HOURS], now)
        await publish(uow, BOT, "hours", now)
    bot.heard = [("clinic_info", 0.9)]
    before = await everywhere(bot, question, "action_clinic_info")
    assert not any("9:15" in words or "piętnaście" in words for words in before.values()), before
    today = {f"day-{now.weekday()}": "7:00-9:15, 9:30-19:45"}
    async with keyboard(bot.house, Role.admin) as ola:
        for number, site in enumerate(await bot.house.rows(Site)):
            assert (await saved(ola, site, address=f"ul. Nowa {number + 1}", **today)).status_code == 303
    after = await everywhere(bot, question, "action_clinic_info")
    assert all_say(after, "9:15, ", "od siódmej do dziewiątej piętnaście, od dziewiątej trzydzieści"), after
    assert ("ul. Nowa 1" in after["webchat"]) is (question == "gdzie jesteście")


async def test_a_price_that_changes_soon_is_told_with_its_day(bot: Bot) -> None:
    soon = bot.house.clock.now().date() + timedelta(days=8)
    bot.heard = [("price", 0.9)]
    async with keyboard(bot.house, Role.admin) as ola:
        assert (await confirmed(ola, await asked(ola, "65", soon.isoformat()))).status_code == 303
    heard = await everywhere(bot, "ile kosztuje ekg", "action_price")
    assert "EKG: 60 zł prywatnie, a od 1 grudnia 2026 roku 65 zł." in heard["webchat"]
    assert "EKG: 60 zl prywatnie, a od 1.12.2026 65 zl." in heard["sms"]
    assert "od pierwszego grudnia" in heard["voice"] and "sześćdziesiąt pięć złotych" in heard["voice"]

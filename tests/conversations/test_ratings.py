"""Ratings. Invariant: one question when help has ended, one answer to it, and nothing else is ever taken for one."""

from datetime import timedelta
from uuid import UUID

import pytest

from conversations.ratings import Rating
from core.accounts import SignedIn
from core.errors import Refused
from tests.house import TestHouse

OTHER = "+48600100202"


async def helped(house: TestHouse, marta: SignedIn, number: str, *, says: bool = True) -> UUID:
    """Somebody was helped, and the conversation was ended; its thread."""
    thread_id, case_id = await house.human(number=number)
    assert await house.accept(marta, case_id) is None
    async with house.house.database.unit_of_work() as uow:
        if says:
            assert not isinstance(
                await house.house.desk.reply(uow, marta, case_id, "Już wiem.", house.clock.now()), Refused
            )
        assert await house.house.desk.close(uow, marta, case_id, house.clock.now()) is None
    return thread_id


@pytest.mark.parametrize(("words", "score"), [("5", 5), (" 4! ", 4), ("3 – średnio", 3), ("1.", 1)])
async def test_a_figure_after_the_question_is_the_rating(house: TestHouse, words: str, score: int) -> None:
    thread_id = await helped(house, await house.staff(), OTHER)
    assert (await house.said_keys(thread_id))[-1] == "csat-ask"
    await house.text(words, OTHER)
    (rating,) = await house.rows(Rating)
    assert rating.score == score and house.dialogue.asked == []
    assert (await house.said_keys(thread_id))[-1] == ("csat-sorry" if score <= 2 else "csat-thanks")
    await house.text("5", OTHER)
    (rating,) = await house.rows(Rating)
    assert rating.score == score and len(house.dialogue.asked) == 1


@pytest.mark.parametrize("words", ["6", "0", "15", "5 tabletek dziennie, czy to dużo?", "ok", "dwa", "5 i 5"])
async def test_other_words_after_the_question_go_the_usual_way(house: TestHouse, words: str) -> None:
    await helped(house, await house.staff(), OTHER)
    await house.text(words, OTHER)
    (rating,) = await house.rows(Rating)
    assert rating.score is None and len(house.dialogue.asked) == 1


async def test_a_red_flag_after_the_question_is_a_red_flag(house: TestHouse) -> None:
    thread_id = await helped(house, await house.staff(), OTHER)
    await house.text("nie mogę oddychać, boli mnie w klatce", OTHER)
    assert len(await house.alerts()) == 1 and "csat-thanks" not in await house.said_keys(thread_id)


async def test_nobody_is_asked_twice_in_a_month_nor_without_help_nor_after_a_red_flag(house: TestHouse) -> None:
    marta = await house.staff()
    silent = await helped(house, marta, "+48600100203", says=False)
    assert (await house.said_keys(silent))[-1] == "case-closed"
    await helped(house, marta, OTHER)
    house.clock.instant += timedelta(days=29)
    again = await helped(house, marta, OTHER)
    assert (await house.said_keys(again))[-1] == "case-closed"
    house.clock.instant += timedelta(days=2)
    assert (await house.said_keys(await helped(house, marta, OTHER)))[-1] == "csat-ask"
    await house.text("boli mnie w klatce i nie mogę oddychać", "+48600100204")
    flagged = await helped(house, marta, "+48600100204")
    assert (await house.said_keys(flagged))[-1] == "case-closed"


async def test_an_answer_that_comes_too_late_is_no_rating(house: TestHouse) -> None:
    await helped(house, await house.staff(), OTHER)
    house.clock.instant += timedelta(hours=73)
    await house.text("5", OTHER)
    (rating,) = await house.rows(Rating)
    assert rating.score is None

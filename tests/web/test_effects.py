"""Effects of changes. Invariant: both sides are equally long, few conversations get no percentage, and nothing of anybody is shown."""

from datetime import timedelta

from sqlalchemy import select

from conversations.article_answers import ArticleAnswer
from conversations.models import Author, Case, CaseState, Direction, Message
from conversations.privacy.copies import erase_cases
from conversations.protocols import DialogueReply, Utterance
from conversations.ratings import Rating
from core.access import Role
from core.ids import new_id
from knowledge import effects
from knowledge.effects import Figures
from knowledge.intents import versions
from knowledge.models import ArticlePublication
from tests.house import TestHouse
from tests.knowledge.test_intents import FEW
from tests.web.test_staff_pages import keyboard
from tests.web.test_studio import DOG, filled

__all__ = ["filled"]
PARKING = DialogueReply(
    (Utterance("answer-article", {"text": "Tak.", "source": {"article": "guide-dog", "version": 1, "source": "regulamin"}}),),
    "clinic_info", 0.9, "scripted",
)  # fmt: skip


async def answered(house: TestHouse, number: str, *, by_person: bool = False, score: int | None = None) -> None:
    """Somebody is answered with the article; a person writes after it; they rate."""
    accepted = await house.sms("czy mogę wejść z psem", number)
    await house.house.turns.take(accepted.thread_id)
    case, now = await house.open_case(accepted.thread_id), house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        if by_person:
            uow.session.add(
                Message(
                    id=new_id(), thread_id=accepted.thread_id, case_id=case.id, seq=900, direction=Direction.outbound, author=Author.agent,
                    channel="sms", body="Dzień dobry", created_at=now,
                )
            )  # fmt: skip
        if score is not None:
            uow.session.add(
                Rating(case_id=case.id, thread_id=accepted.thread_id, channel="sms", asked_at=now, score=score, rated_at=now)
            )  # fmt: skip
        (await uow.session.get_one(Case, case.id)).state = CaseState.closed


def later(house: TestHouse, days: int) -> None:
    """So many days pass."""
    house.clock.instant += timedelta(days=days)


async def published(house: TestHouse, **changed: str) -> None:
    """The article, or its second version, is answered with."""
    async with keyboard(house, Role.admin) as ola:
        path = "/studio/articles/guide-dog" if changed else "/studio/articles"
        assert (await ola.post(path, **{**DOG, **changed})).status_code == 303
        version = "2" if changed else "1"
        assert (await ola.post("/studio/articles/guide-dog/publish", version=version)).status_code == 303


async def test_an_article_s_answers_before_and_after_it_was_changed(filled: TestHouse) -> None:
    filled.dialogue.always = PARKING
    await published(filled)
    later(filled, 100)
    for place in range(4):
        await answered(filled, f"+4860070080{place}", by_person=place < 2, score=2 if place < 2 else None)
    later(filled, 3)
    await published(filled, base="1", pl_answer="Tak, pies asystujący zawsze.")
    later(filled, 1)
    for place in range(6):
        await answered(filled, f"+4860070090{place}", by_person=place < 1, score=5 if place < 1 else None)
    later(filled, 4)
    async with keyboard(filled, Role.admin) as ola:
        page = (await ola.client.get("/studio/effects?lang=pl")).text
        assert "Czy można wejść z psem przewodnikiem?" in page and "wersja 2" in page
        assert "4 rozmowy · ocena 2.0 (2 głosy)" in " ".join(page.split()), "no percentage of four"
        assert "6 rozmów · <strong>bez człowieka 83%</strong> · ocena 5.0 (1 głos)" in " ".join(page.split())
        assert "+486007" not in page and "mogę wejść z psem" not in page
    async with filled.house.database.unit_of_work() as uow:
        access = (await filled.staff("Iza", Role.admin)).access
        (one,) = [
            e for e in await effects.of_articles(uow, access, "pl", filled.clock.now()) if e.subject == "guide-dog"
        ]
        assert (one.before, one.after) == (Figures(4, 2, 2, 2.0), Figures(6, 1, 1, 5.0))
        assert one.after.contained == 83 and one.before.contained is None


async def test_what_was_never_used_or_waits_for_review_is_listed_and_what_helps_is_not(filled: TestHouse) -> None:
    filled.dialogue.always = PARKING
    await published(filled)
    async with keyboard(filled, Role.admin) as ola:
        assert "jeszcze nikomu nie odpowiedział" not in (await ola.client.get("/studio/effects")).text, (
            "published today"
        )
    later(filled, 91)
    async with keyboard(filled, Role.admin) as ola:
        page = (await ola.client.get("/studio/effects?lang=pl")).text
        assert 'href="/studio/articles/guide-dog"' in page and "jeszcze nikomu nie odpowiedział" in page
        await answered(filled, "+48600700801")
        assert 'href="/studio/articles/guide-dog"' not in (await ola.client.get("/studio/effects")).text
        await ola.post("/studio/articles/guide-dog/withdraw")
    rows = await filled.rows(ArticlePublication, ArticlePublication.article_id == "guide-dog")
    assert sorted(one.version or 0 for one in rows) == [0, 1]


async def test_a_version_of_the_bot_is_measured_by_the_cases_that_began_with_it(house: TestHouse) -> None:
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, FEW, "d1", house.clock.now())
    for place in range(5):
        await answered(house, f"+4860070080{place}", by_person=True)
    later(house, 2)
    async with house.house.database.unit_of_work() as uow:
        await versions.publish_draft(uow, "d2", "lepsze ceny", "Ola", {"right": 9, "total": 10}, house.clock.now())
    for place in range(5):
        await answered(house, f"+4860070090{place}")
    later(house, 2)
    async with keyboard(house, Role.admin) as ola:
        page = " ".join((await ola.client.get("/studio/effects?lang=pl")).text.split())
        assert "lepsze ceny" in page and "bez człowieka 0%" in page and "bez człowieka 100%" in page
    async with keyboard(house, Role.supervisor) as other:
        assert (await other.client.get("/studio/effects")).status_code == 404


async def test_an_answer_goes_with_its_message(filled: TestHouse) -> None:
    filled.dialogue.always = PARKING
    await answered(filled, "+48600700801")
    async with filled.house.database.unit_of_work() as uow:
        (case,) = await uow.session.scalars(select(ArticleAnswer.case_id))
        assert (await erase_cases(uow, [case], ()))["article_answers"] == 1
    assert await filled.rows(ArticleAnswer) == []

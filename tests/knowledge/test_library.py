"""Import, publish, answer."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from care.appointments.models import Site
from core.access import Access, Role
from core.clock import FixedClock
from core.db import Database
from core.errors import Forbidden, NotFound, Refused
from knowledge.lexical import PieceIndex, PolishLetters
from knowledge.models import Article, ArticleVersion
from knowledge.retrieval import Choices, Index, Passage, Unknown
from knowledge.seed import seed
from knowledge.service import (
    Library,
    Reply,
    article,
    articles_of_service,
    import_articles,
    publish,
    withdraw,
)

EDITOR = Access.staff(uuid4(), frozenset({Role.admin}))


def draft(answer: str = "Jest w rejestracji.", **changes: Any) -> dict[str, Any]:
    return {
        "id": "umbrella",
        "topic": "general",
        "pl": {"question": "Gdzie jest zgubiony parasol?", "answer": answer},
        "en": {"question": "Where is my lost umbrella?", "answer": "At reception."},
    } | changes


async def test_the_seed_fills_only_an_empty_database(known: Database, clock: FixedClock) -> None:
    async with known.unit_of_work() as uow:
        assert not await seed(uow, clock.now())


async def test_an_answer_carries_its_article_version_and_source(known: Database, library: Library) -> None:
    async with known.unit_of_work() as uow:
        reply = await library.answer(uow, "jak przygotować się do gastroskopii", "pl", "web")
        assert isinstance(reply, Reply)
        assert (reply.article_id, reply.version, reply.source) == ("prepare-gastroscopy", 1, "team proposal, unsigned")
        assert reply.score is not None and reply.score > 0.85


async def test_the_words_fit_the_channel_and_the_clinics_facts_are_filled_in(known: Database, library: Library) -> None:
    async with known.unit_of_work() as uow:
        sms = await library.answer(uow, "przygotowanie do EKG", "pl", "sms")
        assert isinstance(sms, Reply) and len(sms.text) <= 160 and sms.text.isascii()
        parking = await article(uow, "parking", "en", "web")
        assert isinstance(parking, Reply) and "Pszczela" in parking.text and "{" not in parking.text
        hours = await article(uow, "opening-hours", "pl", "web")
        assert isinstance(hours, Reply) and "poniedziałek, wtorek, środa, czwartek 7:30–19:00" in hours.text
        for site in await uow.session.scalars(select(Site)):
            site.parking_en = "None at all."
        await uow.session.flush()
        changed = await article(uow, "parking", "en", "web")
        assert isinstance(changed, Reply) and "None at all." in changed.text


async def test_what_is_not_approved_is_not_answered(known: Database, library: Library) -> None:
    async with known.unit_of_work() as uow:
        for strange in ("zamów mi pizzę", "", "😀", "?!", "1", "\x00", "a" * 5000):
            assert isinstance(await library.answer(uow, strange, "pl", "web"), Unknown), strange


async def test_the_preparation_to_an_unnamed_or_unknown_examination_is_asked_for_never_guessed(
    known: Database, library: Library
) -> None:
    async with known.unit_of_work() as uow:
        for vague in (
            "jak przygotować się do badania",
            "czy do tomografii trzeba być na czczo",
            "bronchoskopia na czczo",
        ):
            found = await library.ask(uow, vague, "pl")
            assert isinstance(found, Choices | Unknown), vague
        found = await library.ask(uow, "jak przygotować się do badania", "pl")
        assert isinstance(found, Choices) and 1 <= len(found.matches) <= 3
        assert sorted((match.score for match in found.matches), reverse=True) == [m.score for m in found.matches]


async def test_a_publication_and_a_withdrawal_are_answered_with_at_once(
    known: Database, library: Library, clock: FixedClock
) -> None:
    question = "gdzie jest mój zgubiony parasol"
    async with known.unit_of_work() as uow:
        await library.warm(uow)
        assert await import_articles(uow, EDITOR, [draft()], clock.now()) == ["umbrella"]
        before = await library.answer(uow, question, "pl", "web")
        assert not (isinstance(before, Reply) and before.article_id == "umbrella")
        assert isinstance(await publish(uow, EDITOR, "umbrella", clock.now()), Article)
        reply = await library.answer(uow, question, "pl", "web")
        assert isinstance(reply, Reply) and reply.text == "Jest w rejestracji."
        assert await import_articles(uow, EDITOR, [draft()], clock.now()) == []
        await import_articles(uow, EDITOR, [draft("Jest w szatni.")], clock.now())
        still = await library.answer(uow, question, "pl", "web")
        assert isinstance(still, Reply) and still.version == 1
        await publish(uow, EDITOR, "umbrella", clock.now())
        newer = await library.answer(uow, question, "pl", "web")
        assert isinstance(newer, Reply) and (newer.version, newer.text) == (2, "Jest w szatni.")
        await publish(uow, EDITOR, "umbrella", clock.now(), version=1)
        back = await library.answer(uow, question, "pl", "web")
        assert isinstance(back, Reply) and back.version == 1
        await withdraw(uow, EDITOR, "umbrella", clock.now())
        assert "umbrella" not in repr(await library.answer(uow, question, "pl", "web"))
        assert isinstance(await article(uow, "umbrella", "pl", "web"), Unknown)


async def test_an_article_in_one_language_or_with_a_strange_placeholder_is_not_published(
    database: Database, clock: FixedClock
) -> None:
    async with database.unit_of_work() as uow:
        row = draft()
        del row["en"]
        await import_articles(uow, EDITOR, [row], clock.now())
        assert await publish(uow, EDITOR, "umbrella", clock.now()) == Refused(
            "article-language-missing", {"language": "en"}
        )
        await import_articles(uow, EDITOR, [draft("Kosztuje {price}.")], clock.now())
        assert await publish(uow, EDITOR, "umbrella", clock.now()) == Refused(
            "article-placeholder-unknown", {"placeholder": "price"}
        )
        with pytest.raises(NotFound):
            await publish(uow, EDITOR, "nothing", clock.now())
        with pytest.raises(Forbidden):
            await publish(uow, Access(frozenset({Role.agent}), "a", "b"), "umbrella", clock.now())
        assert len(list(await uow.session.scalars(select(ArticleVersion)))) == 3


async def test_the_articles_of_an_examination_are_found_by_its_code(known: Database) -> None:
    async with known.unit_of_work() as uow:
        assert await articles_of_service(uow, "echo_heart", "prepare") == ["prepare-ultrasound-thyroid"]
        assert await articles_of_service(uow, "echo_heart", "price") == []


async def test_a_topic_narrows_the_answer(known: Database, library: Library) -> None:
    async with known.unit_of_work() as uow:
        found = await library.ask(uow, "gastroskopia", "pl", "prepare")
        assert "prepare-gastroscopy" in repr(found)
        assert "prepare-gastroscopy" not in repr(await library.ask(uow, "gastroskopia", "pl", "clinic_info"))


async def test_an_empty_library_knows_nothing(database: Database, library: Library) -> None:
    async with database.unit_of_work() as uow:
        assert await Library(library.embedder).ask(uow, "parking", "pl") == Unknown(0.0)


def test_a_single_article_can_be_asked(library: Library) -> None:
    passage = Passage("a", 1, "general", frozenset(), "Gdzie jest parking?", "Za domem.", "team proposal, unsigned")
    assert "'a'" in repr(Index("pl", [passage], library.embedder).ask("gdzie jest parking"))


def test_polish_letters_are_put_back_only_where_the_spelling_is_known() -> None:
    letters = PolishLetters(["mogę", "są", "sad", "sąd", "wizyta"])
    assert letters.restore("czy moge isc na sad, wizyta") == "czy mogę isc na sad, wizyta"
    assert letters.restore("moge być") == "moge być"


def test_shared_rare_pieces_of_words_score_higher_than_common_ones() -> None:
    index = PieceIndex(["przygotowanie do gastroskopii", "przygotowanie do kolonoskopii", "parking"])
    scores = index.scores("przed gastroskopia")
    assert scores.argmax() == 0 and scores[2] == 0

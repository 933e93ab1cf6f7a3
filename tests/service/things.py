"""Single things for tests that need one of everything."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update

from care.refills.models import Medication, RefillRequest
from care.refills.service import submit
from conversations.unsafe.models import UnsafeReport
from conversations.unsafe.service import report
from core.access import Access
from core.accounts import SignedIn
from handoff.quality.models import EvaluationState, QualityEvaluation
from knowledge import files
from knowledge.emergencies import CONFIRM_WITHIN, Emergency
from knowledge.gate.models import BotRun, ConversationTest
from knowledge.gate.shadow import ShadowRun
from knowledge.intents import versions
from knowledge.service import import_articles
from tests.house import TestHouse


async def a_refill(house: TestHouse, patient_id: UUID, case_id: UUID) -> RefillRequest:
    """A request for one of the patient's medicines."""
    async with house.house.database.unit_of_work() as uow:
        kept = Medication(
            patient_id=patient_id, name="Polpril", substance="ramipryl", dose="1", made_at=house.clock.now()
        )
        uow.session.add(kept)
        await uow.session.flush()
        made = await submit(uow, Access.system("test"), kept.id, patient_id, case_id, 5, True, house.clock.now())
    assert isinstance(made, RefillRequest)
    return made


async def an_article(house: TestHouse, polish: str = "Rower?", english: str = "Bike?") -> str:
    """A draft in both languages."""
    row = {
        "id": f"article-{uuid4().hex}",
        "pl": {"question": polish, "answer": "Tak."},
        "en": {"question": english, "answer": "Yes."},
    }
    async with house.house.database.unit_of_work() as uow:
        await import_articles(uow, Access.system("test"), [row], house.clock.now())
    return str(row["id"])


async def a_leaflet(house: TestHouse) -> UUID:
    """A file of a draft."""
    article_id = await an_article(house, "Czy jest ulotka?", "Is there a leaflet?")
    async with house.house.database.unit_of_work() as uow:
        made = await files.add(
            uow, Access.system("test"), article_id, "Ulotka", b"%PDF-1.4\n%%EOF\n", house.clock.now(), "Jan"
        )
        assert isinstance(made, files.ArticleFile)
        return made.id


async def an_emergency(house: TestHouse, staff_id: UUID) -> UUID:
    """An article that somebody withdrew at once, which nobody confirmed yet."""
    # Words of its own: an article that is published beside it must not be hidden by it.
    article_id = await an_article(house, "Czy wolno przyjść z psem przewodnikiem?", "May I bring a guide dog?")
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        made = Emergency(
            kind="retire", article_id=article_id, before=1, staff_id=staff_id, name="Jan", reason="dawka była błędna", at=now,
            confirm_by=now + CONFIRM_WITHIN,
        )  # fmt: skip
        uow.session.add(made)
        await uow.session.flush()
        return made.id


async def a_shadow(house: TestHouse, staff_id: UUID) -> UUID:
    """A candidate that reads along."""
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(ShadowRun).values(state="ended"))
        made = ShadowRun(
            state="watching", staff_id=staff_id, author="Jan", hours=1, asked_at=now, ends_at=now + timedelta(hours=1)
        )
        uow.session.add(made)
        await uow.session.flush()
        return made.id


async def a_report(house: TestHouse, agent: SignedIn, message_id: UUID) -> UUID:
    """That a message was answered unsafely."""
    async with house.house.database.unit_of_work() as uow:
        assert await report(uow, agent, message_id, "za późno dla niej", {}, house.clock.now()) is None
        found = await uow.session.scalar(select(UnsafeReport.id).where(UnsafeReport.message_id == message_id))
    assert found is not None
    return found


async def a_run(house: TestHouse) -> UUID:
    """A run of the gate that is over; and the version the bot has learnt, so that there is something to look at."""
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, {("pl", "price"): ["ile kosztuje wizyta"]}, "d1", now)
        made = BotRun(
            kind="publish", state="refused", author="Ola", note="x", asked_at=now, ended_at=now, steps=[], report={}
        )
        uow.session.add(made)
    return made.id


async def a_test(house: TestHouse, agent: SignedIn) -> UUID:
    """A conversation that is a test."""
    steps = [{"say": "tak", "expect": ["utter-help"]}]
    async with house.house.database.unit_of_work() as uow:
        made = ConversationTest(
            name="rozmowa",
            language="pl",
            channel="sms",
            steps=steps,
            staff_id=agent.staff_id,
            made_at=house.clock.now(),
        )
        uow.session.add(made)
    return made.id


async def evaluations(house: TestHouse, case_id: UUID, waiting: UUID, done: UUID) -> tuple[UUID, UUID]:
    """One person's work in a case waits to be evaluated; another's was."""
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        made = [
            QualityEvaluation(
                id=uuid4(), case_id=case_id, staff_id=staff, ended_at=now, reasons=["complaint"], chosen_at=now, state=state,
                reviewed_by=by, reviewed_at=now, questions=[] if by else None, form_number=0 if by else None,
            )
            for staff, state, by in ((waiting, EvaluationState.waiting, None), (done, EvaluationState.done, waiting))
        ]  # fmt: skip
        uow.session.add_all(made)
    return made[0].id, made[1].id

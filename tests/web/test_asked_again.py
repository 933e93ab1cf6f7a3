"""What an edit would change for patients' last questions. Invariant: it is told in their words without them, only while those are
there, and only to who may see what patients ask."""

from uuid import uuid4

from care.patients.marks import MarkKind, make_mark
from conversations.models import Case, Message
from conversations.privacy.copies import erase_cases
from core.access import Access, Role
from core.audit import AuditEvent
from knowledge.asked import Asked, last_asked
from knowledge.gate.models import BotRun
from service.judging import NOT_SURE, changed
from tests.house import TestHouse
from tests.privacy.planting import NUMBER, plant
from tests.web.test_staff_pages import keyboard
from tests.web.test_studio import DOG, filled

__all__ = ["filled"]
QUESTION = "czy moge wejsc z psem przewodnikiem, pisze Jan Brzechwa 605111222"


async def words(house: TestHouse) -> list[str]:
    """What would be asked again."""
    async with house.house.database.unit_of_work() as uow:
        return [one.words for one in await last_asked(uow)]


def test_questions_no_longer_understood_come_before_those_taken_otherwise_and_those_understood_now() -> None:
    asked = [Asked(uuid4(), "pl", one) for one in ("a", "b", "c", "d")]
    before = ["book", NOT_SURE, "price", "book"]
    rows = changed(asked, before, ["book", "price", "book", NOT_SURE])
    assert [(one["before"], one["after"]) for one in rows] == [("book", None), ("price", "book"), (None, "price")]
    assert [one["message"] for one in rows] == [str(asked[place].message_id) for place in (3, 2, 1)]
    assert "words" not in rows[0]


async def test_each_question_once_the_newest_first_without_the_patient(house: TestHouse) -> None:
    await house.text("Ile kosztuje USG?")
    await house.text(QUESTION)
    await house.text("ile kosztuje usg", "+48600700801")
    await house.text("2")
    await house.text("mam silny ból w klatce piersiowej i duszność", "+48600700804")
    found = await words(house)
    assert found[0] == "ile kosztuje usg" and len(found) == 2
    assert "przewodnikiem" in found[1] and "Brzechwa" not in found[1] and "605111222" not in found[1]


async def test_who_is_restricted_or_erased_is_not_asked_again(house: TestHouse) -> None:
    planted = await plant(house)
    await house.text("czy macie parking", NUMBER)
    await house.text("do której czynne", "+48600700807")
    assert any("parking" in one for one in await words(house))
    (case,) = {one.case_id for one in await house.rows(Message) if "parking" in one.body and one.author == "patient"}
    async with house.house.database.unit_of_work() as uow:
        (await uow.session.get_one(Case, case)).patient_id = planted.patient_id
        reason = "sprzeciw"
        await make_mark(uow, Access.system("test"), planted.patient_id, MarkKind.restriction, reason, house.clock.now())
    assert await words(house) == ["do której czynne"], "who is not restricted is asked about all the same"


async def test_a_run_tells_which_questions_would_move_to_who_may_read_them(house: TestHouse) -> None:
    await house.text(QUESTION)
    await house.text("do której czynne")
    first, second = (one for one in await house.rows(Message) if one.author == "patient")
    moved = [
        {"message": str(first.id), "language": "pl", "before": "clinic_info", "after": None},
        {"message": str(second.id), "language": "pl", "before": "clinic_info", "after": "next_slots"},
        {"message": str(uuid4()), "language": "pl", "before": "price", "after": "book"},
    ]
    steps = [{"name": "asked", "state": "done", "took": 3.1, "right": 197, "total": 200}]
    run = BotRun(
        kind="publish", state="refused", author="Ola", note="Porządki", asked_at=house.clock.now(), steps=steps, report={"moved": moved}
    )  # fmt: skip
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(run)
    async with keyboard(house, Role.admin) as ola:
        page = (await ola.client.get(f"/studio/checks/{run.id}")).text
        assert "197 z 200" in page and "psem przewodnikiem" in page and "do której czynne" in page
        assert "Brzechwa" not in page and "605111222" not in page and "której nie można pokazać" in page
        assert page.index("przewodnikiem") < page.index("next_slots")
        async with house.house.database.unit_of_work() as uow:
            await erase_cases(uow, [first.case_id], ())
        page = (await ola.client.get(f"/studio/checks/{run.id}")).text
        assert "przewodnikiem" not in page and page.count("której nie można pokazać") == 3
    read = await house.rows(AuditEvent, AuditEvent.action == "questions.read")
    assert [(one.subject_kind, one.subject_id) for one in read] == [("bot_run", str(run.id))] * 2


async def test_publishing_an_article_tells_which_of_them_it_would_answer(filled: TestHouse) -> None:
    await filled.text(QUESTION)
    await filled.text("ile kosztuje konsultacja kardiologiczna")
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        plain = (await ola.client.get("/studio/articles/guide-dog/publish")).text
        assert "Sprawdź, czy dostaną inną odpowiedź" in plain and "przewodnikiem, pisze" not in plain
        page = (await ola.client.get("/studio/articles/guide-dog/publish?version=1&asked=true")).text
        assert "Zadane jeszcze raz: 2. Z inną odpowiedzią: 1." in page
        assert "przewodnikiem, pisze" in page and "Brzechwa" not in page and "<strong>guide-dog</strong>" in page
        assert (await ola.client.get("/studio/articles/guide-dog/publish?version=1&asked=maybe")).status_code == 422

"""The unanswered inbox. Invariant: no patient in it, nothing becomes of it unconfirmed, and what became of it goes with the message."""

from uuid import UUID

import pytest
from sqlalchemy import delete, select

from care.patients.marks import MarkKind, make_mark
from conversations.models import Case, Message
from conversations.privacy.copies import erase_cases
from conversations.protocols import DialogueReply, Utterance
from conversations.unanswered import Unanswered, reason_of
from core.access import Access, Role
from core.audit import AuditEvent
from knowledge import unanswered
from knowledge.intents import versions
from knowledge.intents.models import IntentExample
from service.training import file_phrases
from tests.house import TestHouse
from tests.privacy.planting import plant
from tests.web.test_staff_pages import keyboard
from tests.web.test_studio import DOG

BIKES = "czy jest u państwa parking dla rowerów"
NOT_UNDERSTOOD = DialogueReply((Utterance("not-understood"),), "nlu_fallback", 0.4, "scripted")


@pytest.fixture
async def learnt(house: TestHouse) -> TestHouse:
    """A house whose bot learnt some phrases and understands nothing."""
    known = {place: texts[:12] for place, texts in file_phrases().items() if place[0] == "pl"}
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, dict(list(known.items())[:30]), "d1", house.clock.now())
    house.dialogue.always = NOT_UNDERSTOOD
    return house


async def prepared(house: TestHouse) -> list[Unanswered]:
    """All of it, after the job."""
    await unanswered.prepare(house.house.database, house.house.nearness, batches=50)
    return await house.rows(Unanswered)


def test_only_what_was_not_answered_outside_a_form_is_noted() -> None:
    assert reason_of(["not-understood"], "nlu_fallback", 0.3) == "not-understood"
    assert reason_of(["which-did-you-mean"], "nlu_fallback", 0.3) == "offered"
    assert reason_of(["answer-article"], "price", 0.65) == "unsure"
    assert reason_of(["answer-article"], "price", 0.95) is None
    assert reason_of(["not-understood-in-form"], "nlu_fallback", 0.3) is None
    assert reason_of(["ask-payer"], "book", 0.65, None) == "unsure"
    assert reason_of(["booked"], "inform", 0.3, "confirm-booking-private") is None


async def test_an_answer_to_a_question_of_a_form_does_not_come_there(learnt: TestHouse) -> None:
    learnt.dialogue.always = DialogueReply((Utterance("ask-patient-for-booking"),), "book", 0.5, "scripted")
    await learnt.text("poproszę może jakiś termin", "+48600700805")
    await learnt.text("Anna Testowa 14.05.1944", "+48600700805")
    (only,) = await prepared(learnt)
    assert only.words and "termin" in only.words


async def test_the_same_question_is_one_row_with_who_asked_how_often(learnt: TestHouse) -> None:
    await learnt.text(BIKES)
    await learnt.text(BIKES + "???")
    await learnt.text("gdzie mogę zostawić rower, jest parking na rowery?", "+48600700801")
    await learnt.text("czy można przyjść z papugą", "+48600700802")
    rows = await prepared(learnt)
    assert len(rows) == 4 and len({one.group_id for one in rows}) == 2
    async with keyboard(learnt, Role.admin) as ola:
        page = (await ola.client.get("/studio/unanswered?lang=pl")).text
        assert "3 wiadomości, 2 osoby" in page and "1 wiadomość, 1 osoba" in page
        assert page.index("parking dla rowerów") < page.index("papugą")
        (group,) = {one.group_id for one in rows if one.words and "papug" in one.words}
        assert (await ola.post(f"/studio/unanswered/{group}", act="ignore")).status_code == 303
        assert "papugą" not in (await ola.client.get("/studio/unanswered")).text
        await learnt.text("czy można przyjść z papugą", "+48600700803")
        await prepared(learnt)
        assert "papugą" not in (await ola.client.get("/studio/unanswered")).text
        assert "2 wiadomości, 2 osoby" in (await ola.client.get("/studio/unanswered?state=ignored&lang=pl")).text
        assert (await ola.post(f"/studio/unanswered/{group}", act="back")).status_code == 303
        assert "papugą" in (await ola.client.get("/studio/unanswered")).text
        assert (await ola.post(f"/studio/unanswered/{group}", act="back")).status_code == 422
    actions = {one.action for one in await learnt.rows(AuditEvent, AuditEvent.subject_kind == "unanswered")}
    assert {"unanswered.listed", "unanswered.read", "unanswered.ignored", "unanswered.reopened"} <= actions


async def test_no_name_number_or_address_reaches_the_studio(learnt: TestHouse) -> None:
    await learnt.text(
        "nazywam się Jan Brzechwa, tel. 605111222, PESEL 44051401458, jan@poczta.example, czy macie parking dla rowerów"
    )
    (one,) = await prepared(learnt)
    async with keyboard(learnt, Role.admin) as ola:
        pages = [
            (await ola.client.get(path)).text for path in ("/studio/unanswered", f"/studio/unanswered/{one.group_id}")
        ]
        for personal in ("Brzechwa", "605111222", "44051401458", "jan@poczta"):
            assert all(personal not in page for page in pages), personal
        assert all("parking dla rowerów" in page for page in pages)


async def test_a_confirmed_example_goes_with_its_message(learnt: TestHouse) -> None:
    await learnt.text(BIKES)
    (one,) = await prepared(learnt)
    path = f"/studio/unanswered/{one.group_id}"
    async with keyboard(learnt, Role.admin) as ola:
        for wrong in (
            {"words": BIKES},
            {"words": "tel 605111222", "nobody": "yes"},
            {"words": BIKES, "nobody": "yes", "into": "buk"},
        ):
            form = {"act": "intent", "into": "clinic_info", **wrong}
            assert (await ola.post(path, **form)).status_code == 422
        assert await learnt.rows(IntentExample, IntentExample.origin_id.is_not(None)) == []
        made = await ola.post(path, act="intent", into="clinic_info", words="jest parking na rowery", nobody="yes")
        assert made.status_code == 303
        (example,) = await learnt.rows(IntentExample, IntentExample.origin_id.is_not(None))
        assert (example.text, example.intent, example.origin_id) == (
            "jest parking na rowery",
            "clinic_info",
            one.message_id,
        )
        assert (await ola.post(path, act="ignore")).status_code == 422
    async with learnt.house.database.unit_of_work() as uow:
        case_id = await uow.session.scalar(select(Message.case_id).where(Message.id == one.message_id))
        assert isinstance(case_id, UUID)
        counts = await erase_cases(uow, [case_id], ())
    assert counts["unanswered"] == 1
    assert await learnt.rows(IntentExample, IntentExample.origin_id.is_not(None)) == []
    assert await learnt.rows(Unanswered) == []


async def test_a_question_becomes_an_article_with_the_question_filled_in(learnt: TestHouse) -> None:
    await learnt.text(BIKES)
    (one,) = await prepared(learnt)
    async with keyboard(learnt, Role.admin) as ola:
        asked = await ola.post(
            f"/studio/unanswered/{one.group_id}", act="article", words="Czy jest parking dla rowerów?", nobody="yes"
        )
        assert asked.status_code == 303 and "rower" not in asked.headers["location"]
        editor = (await ola.client.get(asked.headers["location"])).text
        assert 'name="pl_question" value="Czy jest parking dla rowerów?"' in editor
        assert [row.state for row in await learnt.rows(Unanswered)] == ["open"], "nothing is kept yet"
        article = DOG | {"pl_question": "Czy jest parking dla rowerów?", "unanswered": str(one.group_id)}
        assert f'name="unanswered" value="{one.group_id}"' in editor
        refused = await ola.post("/studio/articles", **(article | {"pl_answer": ""}))
        assert refused.status_code == 422 and f'name="unanswered" value="{one.group_id}"' in refused.text
        assert [row.state for row in await learnt.rows(Unanswered)] == ["open"]
        assert (await ola.post("/studio/articles", **article)).status_code == 303
        assert [(row.state, row.target) for row in await learnt.rows(Unanswered)] == [("article", "guide-dog")]
        page = (await ola.client.get(f"/studio/unanswered/{one.group_id}")).text
        assert 'href="/studio/articles/guide-dog"' in page
        gone = await ola.post("/studio/articles/guide-dog", base="1", then="discard", sure="yes")
        assert gone.status_code == 303
    assert [(row.state, row.target) for row in await learnt.rows(Unanswered)] == [("open", None)]


async def test_a_restricted_patient_and_a_red_flag_never_come_here(learnt: TestHouse) -> None:
    planted = await plant(learnt)
    async with learnt.house.database.unit_of_work() as uow:
        await uow.session.execute(delete(Unanswered))
    await learnt.text(BIKES, "+48600700805")
    (one,) = await prepared(learnt)
    async with learnt.house.database.unit_of_work() as uow:
        message = await uow.session.get_one(Message, one.message_id)
        (await uow.session.get_one(Case, message.case_id)).patient_id = planted.patient_id
        await make_mark(
            uow, Access.system("test"), planted.patient_id, MarkKind.restriction, "sprzeciw", learnt.clock.now()
        )
    async with keyboard(learnt, Role.admin) as ola:
        assert "rowerów" not in (await ola.client.get("/studio/unanswered")).text
        path = f"/studio/unanswered/{one.group_id}"
        assert (await ola.client.get(path)).status_code == 404
        assert (await ola.post(path, act="ignore")).status_code == 404
    async with learnt.house.database.unit_of_work() as uow:
        await uow.session.execute(delete(Unanswered))
    await learnt.text("mam silny ból w klatce piersiowej i duszność", "+48600700804")
    assert await prepared(learnt) == []


async def test_others_see_nothing_of_it(learnt: TestHouse) -> None:
    await learnt.text(BIKES)
    (one,) = await prepared(learnt)
    for role in (Role.agent, Role.clinician, Role.supervisor, Role.privacy_officer):
        async with keyboard(learnt, role) as other:
            assert (await other.client.get("/studio/unanswered")).status_code in (403, 404)
            assert (await other.client.get(f"/studio/articles/new?unanswered={one.group_id}")).status_code in (403, 404)
            assert (await other.post(f"/studio/unanswered/{one.group_id}", act="ignore")).status_code in (403, 404)
    assert [row.state for row in await learnt.rows(Unanswered)] == ["open"]

"""Complaints. Invariant: each has a number and a day that the patient knows, and whom it names neither owns nor answers it."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from conversations.models import ContactPoint
from conversations.privacy.copies import erase_cases
from core.access import Access, Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.errors import Forbidden, NotFound, Refused
from handoff import complaints
from handoff.complaints import ANSWER_WITHIN, Complaint, Decision
from handoff.privacy import HandoffCopies
from tests.house import BARTEK, TestHouse
from tests.web.test_staff_pages import keyboard

WORDS = "Czekanie na badanie trwało trzy godziny."
ANSWER = "Przepraszamy. Od grudnia rejestracja podaje dokładną godzinę."


async def taken(
    house: TestHouse, person: SignedIn, case_id: UUID, words: str = WORDS, about: str = ""
) -> Complaint | Refused:
    """Staff take a complaint down."""
    async with house.house.database.unit_of_work() as uow:
        return await complaints.take_down(uow, person, house.house.messages, case_id, words, about, house.clock.now())


async def given(
    house: TestHouse, person: SignedIn, complaint: UUID, owner: SignedIn, about: str = ""
) -> Refused | None:
    """Somebody says who answers it."""
    async with house.house.database.unit_of_work() as uow:
        return await complaints.give(uow, person, complaint, str(owner.staff_id), about, house.clock.now())


async def answered(
    house: TestHouse, person: SignedIn, complaint: UUID, decision: str = "upheld", words: str = ANSWER, *, is_sent: bool = True
) -> Refused | None:  # fmt: skip
    """Somebody answers it."""
    async with house.house.database.unit_of_work() as uow:
        return await complaints.answer(
            uow, person, house.house.messages, complaint, decision, words, house.clock.now(), is_sent=is_sent,
            public_url="https://poradnia.example",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "number", "on_file", "answer_begins"),
    [
        ("konsultant", "+48600100201", "Skarga przyjęta, numer S/", "Odpowiedź na skargę S/"),
        (
            "can I talk to a human please",
            "+48600100202",
            "Your complaint is on file, number S/",
            "Our answer to complaint S/",
        ),
    ],
)
async def test_a_complaint_is_told_to_the_patient_owned_due_and_answered_in_their_language(
    house: TestHouse, body: str, number: str, on_file: str, answer_begins: str
) -> None:
    anna, marta = await house.staff("Anna", Role.supervisor), await house.staff()
    thread, case = await house.human(body, number)
    complaint = await taken(house, marta, case)
    assert isinstance(complaint, Complaint)
    assert complaint.owner_id == anna.staff_id and complaint.due_on == (house.clock.now() + ANSWER_WITHIN).date()
    said = str(((await house.messages(thread))[-1].content or {})["text"])
    assert said.startswith(on_file) and complaint.number in said
    async with house.house.database.unit_of_work() as uow:
        item = await complaints.read(uow, anna.access, complaint.id, house.clock.now())
    assert (item.complaint.words, item.owner, item.named, item.is_overdue) == (WORDS, "Anna", None, False)
    assert await answered(house, anna, complaint.id) is None
    last = (await house.messages(thread))[-1]
    told = str((last.content or {})["text"])
    assert told.startswith(answer_begins) and told.endswith(ANSWER) and last.author_id == anna.staff_id
    assert await answered(house, anna, complaint.id) == Refused("complaint-over")
    events = [one.action for one in await house.rows(AuditEvent, AuditEvent.subject_id == str(complaint.id))]
    assert sorted(events) == ["complaint.answered", "complaint.made", "read"]


async def test_whom_it_names_neither_owns_nor_answers_it_nor_takes_the_name_off(house: TestHouse) -> None:
    anna, beata = await house.staff("Anna", Role.supervisor), await house.staff("Beata", Role.supervisor)
    _, case = await house.human()
    complaint = await taken(house, await house.staff(), case, about=str(anna.staff_id))
    assert isinstance(complaint, Complaint) and complaint.owner_id == beata.staff_id
    no = Refused("complaint-about-you")
    assert await given(house, anna, complaint.id, anna) == no
    assert await answered(house, anna, complaint.id) == no
    assert await given(house, beata, complaint.id, anna, str(anna.staff_id)) == Refused("complaint-owner")
    assert await given(house, beata, complaint.id, beata, str(beata.staff_id)) == Refused("complaint-owner")
    assert await given(house, beata, complaint.id, beata, str(uuid4())) == Refused("complaint-whom")
    assert await answered(house, beata, complaint.id, "rejected") is None
    (kept,) = await house.rows(Complaint)
    assert (kept.decision, kept.answered_by, kept.was_sent) == (Decision.rejected, beata.staff_id, True)


async def test_only_its_owner_answers_with_a_decision_and_with_words(house: TestHouse) -> None:
    anna, beata = await house.staff("Anna", Role.supervisor), await house.staff("Beata", Role.supervisor)
    thread, case = await house.human()
    complaint = await taken(house, await house.staff(), case)
    assert isinstance(complaint, Complaint)
    before = len(await house.messages(thread))
    assert await answered(house, beata, complaint.id) == Refused("complaint-not-yours")
    assert await given(house, beata, complaint.id, beata) is None
    assert await answered(house, anna, complaint.id) == Refused("complaint-not-yours")
    assert await answered(house, beata, complaint.id, "maybe") == Refused("complaint-decision")
    for words in ("   ", "ok", "x" * 2001):
        refused = await answered(house, beata, complaint.id, words=words)
        assert refused is not None and refused.reason == "complaint-words"
    linted = await answered(house, beata, complaint.id, words="Dotyczy PESEL 44051401458")
    assert linted is not None and linted.reason == "complaint-linted"
    assert len(await house.messages(thread)) == before, "nothing was sent"
    for role in (Role.agent, Role.clinician, Role.admin, Role.privacy_officer):
        with pytest.raises(Forbidden):
            await answered(house, await house.staff("Ktoś", role), complaint.id)
    with pytest.raises(NotFound):
        await answered(house, beata, uuid4())


async def test_where_nothing_may_be_sent_the_answer_is_given_otherwise_and_kept(house: TestHouse) -> None:
    anna = await house.staff("Anna", Role.supervisor)
    thread, case = await house.human()
    complaint = await taken(house, await house.staff(), case)
    assert isinstance(complaint, Complaint)
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(ContactPoint).values(opted_out_at=house.clock.now(), opted_out_by="carrier"))
    assert await answered(house, anna, complaint.id) == Refused("complaint-no-way")
    before = len(await house.messages(thread))
    assert await answered(house, anna, complaint.id, is_sent=False) is None
    (kept,) = await house.rows(Complaint)
    assert (kept.answer, kept.was_sent, len(await house.messages(thread))) == (ANSWER, False, before)


async def test_one_of_two_answers_at_once_wins_and_one_of_two_complaints_at_once_is_taken(house: TestHouse) -> None:
    anna, marta = await house.staff("Anna", Role.supervisor), await house.staff()
    thread, case = await house.human()
    both = await asyncio.gather(taken(house, marta, case), taken(house, anna, case))
    assert sorted(type(one).__name__ for one in both) == ["Complaint", "Refused"]
    (complaint,) = await house.rows(Complaint)
    before = len(await house.messages(thread))
    results = await asyncio.gather(*(answered(house, anna, complaint.id) for _ in range(2)))
    assert sorted(str(one) for one in results) == sorted(["None", str(Refused("complaint-over"))])
    assert len(await house.messages(thread)) == before + 1


async def test_bad_words_and_strangers_are_refused_and_nothing_is_kept(house: TestHouse) -> None:
    marta = await house.staff()
    _, case = await house.human()
    for words, about, reason in (
        ("", "", "words"),
        (" abc ", "", "words"),
        (WORDS, "x", "whom"),
        (WORDS, str(uuid4()), "whom"),
    ):
        refused = await taken(house, marta, case, words, about)
        assert isinstance(refused, Refused) and refused.reason == f"complaint-{reason}"
    with pytest.raises(Forbidden):
        await taken(house, await house.staff("Ola", Role.admin), case)
    with pytest.raises(NotFound):
        await taken(house, marta, uuid4())
    assert await house.rows(Complaint) == []


async def test_supervisors_see_what_is_overdue_first_and_work_is_shared_out(house: TestHouse) -> None:
    anna, beata = await house.staff("Anna", Role.supervisor), await house.staff("Beata", Role.supervisor)
    marta = await house.staff()
    first, second = (await house.human())[1], (await house.human(number=BARTEK))[1]
    await taken(house, marta, first)
    house.clock.instant += ANSWER_WITHIN + timedelta(days=1)
    await taken(house, marta, second)
    async with house.house.database.unit_of_work() as uow:
        items = await complaints.listed(uow, anna.access, house.clock.now())
        with pytest.raises(Forbidden):
            await complaints.listed(uow, marta.access, house.clock.now())
    assert [(one.complaint.case_id, one.is_overdue) for one in items] == [(first, True), (second, False)]
    assert {one.complaint.owner_id for one in items} == {anna.staff_id, beata.staff_id}


async def test_told_to_the_bot_again_it_is_the_same_complaint(house: TestHouse) -> None:
    _, case_id = await house.human()
    case = await house.case(await house.only_thread())
    assert case is not None
    for words in ("chcę złożyć skargę", "skarga!"):
        async with house.house.database.unit_of_work() as uow:
            access = Access.system("dialogue action", case_id)
            await complaints.of_patient(uow, access, case, words, house.clock.now())
    (kept,) = await house.rows(Complaint)
    assert (kept.words, kept.made_by, kept.owner_id) == ("chcę złożyć skargę", None, None)


async def test_its_words_are_encrypted_and_go_with_their_case(house: TestHouse) -> None:
    _, case = await house.human()
    await taken(house, await house.staff(), case)
    async with house.house.database.unit_of_work() as uow:
        raw = await uow.session.scalar(text("SELECT words FROM complaints"))
        assert raw and b"godziny" not in raw
        counts = await erase_cases(uow, [case], (HandoffCopies(),))
    assert counts["complaints"] == 1 and await house.rows(Complaint) == []


async def test_the_pages_take_give_and_answer_without_scripts(house: TestHouse) -> None:
    _, case = await house.human()
    async with keyboard(house, Role.agent) as marta:
        form = (await marta.client.get(f"/console/cases/{case}/complaint?lang=pl")).text
        assert 'name="words"' in form and "Kogo z personelu wymienia" in form
        refused = await marta.post(f"/console/cases/{case}/complaint", words="ab")
        assert 'role="alert"' in refused.text and ">ab</textarea>" in refused.text
        assert (await marta.post(f"/console/cases/{case}/complaint", words=WORDS)).status_code == 303
        assert (await marta.client.get("/board/complaints")).status_code == 404
    (kept,) = await house.rows(Complaint)
    async with keyboard(house, Role.supervisor) as anna:
        assert kept.number in (await anna.client.get("/board/complaints?lang=en")).text
        assert kept.number in (await anna.client.get("/board")).text
        page = f"/board/complaints/{kept.id}"
        assert WORDS in (await anna.client.get(page)).text
        assert (await anna.post(page, owner=str(anna.staff_id))).status_code == 303
        bad = await anna.post(f"{page}/answer", words=ANSWER, decision="")
        assert bad.status_code == 422 and ANSWER in bad.text
        assert (await anna.post(f"{page}/answer", words=ANSWER, decision="partly")).status_code == 303
        assert "Justified in part" in (await anna.client.get(f"{page}?lang=en")).text

"""Abusive contacts. Invariant: for some hours the bot alone answers, the patient knows until when, and red flags reach people."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from conversations.contact_limits import ContactLimit
from conversations.models import Case, CaseState, Message
from conversations.privacy.copies import erase_cases
from conversations.protocols import DialogueFailed, Media
from core.access import Access, Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.errors import Forbidden, NotFound, Refused
from handoff import limits
from handoff.models import OVER, Handoff
from handoff.privacy import HandoffCopies
from tests.channels.test_sms_webhook import PNG
from tests.house import ANNA, BARTEK, TestHouse
from tests.web.test_staff_pages import keyboard

WORDS = "Obelgi wobec rejestracji, mimo próśb."
DANGER = "nie mogę oddychać"


async def limited(
    house: TestHouse, person: SignedIn, case_id: UUID, kind: str = "limited", hours: str = "24", cause: str = "insults",
    words: str = WORDS,
) -> ContactLimit | Refused:  # fmt: skip
    """An agent limits a contact."""
    async with house.house.database.unit_of_work() as uow:
        now = house.clock.now()
        return await limits.limit(uow, person, house.house.cases, case_id, kind, hours, cause, words, now)


async def lifted(house: TestHouse, person: SignedIn, limit_id: UUID) -> Refused | None:
    """A supervisor lifts it."""
    async with house.house.database.unit_of_work() as uow:
        return await limits.lift(uow, person, house.house.cases, limit_id, house.clock.now())


async def with_marta(house: TestHouse, body: str = "konsultant", number: str = ANNA) -> tuple[UUID, UUID, SignedIn]:
    """A conversation that Marta has."""
    marta = await house.staff()
    thread, case = await house.human(body, number)
    assert await house.accept(marta, case) is None
    return thread, case, marta


async def newest(house: TestHouse, thread: UUID) -> Message:
    """The last message."""
    return (await house.messages(thread))[-1]


@pytest.mark.parametrize(
    ("body", "kind", "begins", "still"),
    [
        ("konsultant", "limited", "Ze względu na przebieg rozmowy konsultanci", "Konsultanci będą tu znów odpowiadać od"),
        ("konsultant", "ended", "Ze względu na jej przebieg kończymy", "Konsultanci będą tu znów odpowiadać od"),
        ("can I talk to a human please", "limited", "People of the clinic will not answer", "People of the clinic answer"),
        ("can I talk to a human please", "ended", "We are ending this conversation", "People of the clinic answer"),
    ],
)  # fmt: skip
async def test_the_bot_alone_answers_for_that_time_and_the_patient_is_told_in_their_language(
    house: TestHouse, body: str, kind: str, begins: str, still: str
) -> None:
    thread, case, marta = await with_marta(house, body)
    made = await limited(house, marta, case, kind)
    assert isinstance(made, ContactLimit) and made.until == house.clock.now() + timedelta(hours=24)
    told = await newest(house, thread)
    words = str((told.content or {})["text"])
    assert words.startswith(begins) and "112" in words
    (after,) = await house.rows(Case, Case.id == case)
    assert (after.state, after.agent_id) == (CaseState.closed if kind == "ended" else CaseState.bot, None)
    assert await house.rows(Handoff, Handoff.state.not_in(OVER)) == []
    assert await house.keys(body) == ["contact-limited-still"]
    assert str(((await newest(house, thread)).content or {})["text"]).startswith(still)
    assert (await house.open_case(thread)).state is CaseState.bot
    assert await house.rows(Handoff, Handoff.state.not_in(OVER)) == [], "nobody is asked"
    asked = len(house.dialogue.asked)
    await house.text("ile kosztuje wizyta")
    assert len(house.dialogue.asked) == asked + 1, "the bot answers"
    house.clock.instant = made.until
    assert "handoff-queued" in await house.keys(body), "it ends by itself"
    events = [one.action for one in await house.rows(AuditEvent, AuditEvent.subject_id == str(thread))]
    assert f"contact.{kind}" in events


@pytest.mark.parametrize("kind", limits.KINDS)
async def test_an_emergency_still_alerts_and_reaches_a_person_who_can_answer(house: TestHouse, kind: str) -> None:
    thread, case, marta = await with_marta(house)
    assert isinstance(await limited(house, marta, case, kind), ContactLimit)
    assert "safety-emergency" in await house.keys(DANGER)
    (alert,) = await house.alerts()
    assert alert.level == "emergency" and alert.claimed_by is None
    now_open = await house.open_case(thread)
    assert now_open.state is CaseState.waiting
    (handoff,) = await house.rows(Handoff, Handoff.state.not_in(OVER))
    assert handoff.is_urgent and handoff.case_id == now_open.id
    assert await house.accept(marta, now_open.id) is None
    asked = len(house.dialogue.asked)
    assert await house.keys("już trochę lepiej") == [], "it is with a person"
    assert (len(house.dialogue.asked), (await house.open_case(thread)).state) == (asked, CaseState.human)


async def test_a_red_flag_that_nobody_has_taken_comes_first(house: TestHouse) -> None:
    marta = await house.staff()
    await house.text(DANGER)
    case = await house.open_case(await house.only_thread())
    assert await limited(house, marta, case.id, "ended") == Refused("limit-red-flag")
    assert (await house.open_case(case.thread_id)).state is CaseState.waiting
    assert await house.rows(ContactLimit) == []
    assert await house.accept(marta, case.id) is None
    assert isinstance(await limited(house, marta, case.id), ContactLimit)


async def test_what_the_clinic_wants_itself_is_not_held_back_and_files_and_failures_are_answered_honestly(
    house: TestHouse,
) -> None:
    thread, case, marta = await with_marta(house)
    await limited(house, marta, case)
    sent = await house.sms("", media=(Media("image/png", content=PNG),))
    await house.house.turns.take(sent.thread_id)
    assert await house.said_keys(thread, sent.seq) == ["contact-limited-still"]
    house.dialogue.always = DialogueFailed("timeout")
    assert await house.keys("ile kosztuje wizyta") == ["contact-trouble"]
    assert await house.rows(Handoff, Handoff.state.not_in(OVER)) == []
    async with house.house.database.unit_of_work() as uow:
        access = Access.system("vitals", case)
        await house.house.cases.escalate(uow, access, case, "vitals", house.clock.now())
    assert len(await house.rows(Handoff, Handoff.state.not_in(OVER))) == 1


async def test_a_supervisor_sees_it_and_lifts_it_and_the_patient_is_told(house: TestHouse) -> None:
    anna = await house.staff("Anna", Role.supervisor)
    thread, case, marta = await with_marta(house)
    made = await limited(house, marta, case)
    assert isinstance(made, ContactLimit)
    with pytest.raises(Forbidden):
        await lifted(house, marta, made.id)
    async with house.house.database.unit_of_work() as uow:
        (item,) = await limits.in_force(uow, anna.access, house.clock.now())
        with pytest.raises(Forbidden):
            await limits.in_force(uow, marta.access, house.clock.now())
    assert (item.by, item.limit.words, item.address) == ("Marta", WORDS, ANNA)
    both = await asyncio.gather(*(lifted(house, anna, made.id) for _ in range(2)))
    assert sorted(str(one) for one in both) == sorted(["None", str(Refused("limit-over"))])
    keys = await house.said_keys(thread)
    assert keys.count("contact-lifted") == 1
    assert "handoff-queued" in await house.keys("konsultant")
    with pytest.raises(NotFound):
        await lifted(house, anna, uuid4())


async def test_bad_input_and_others_conversations_are_refused_and_nothing_is_kept(house: TestHouse) -> None:
    _, case, marta = await with_marta(house)
    for given in ({"kind": "x"}, {"hours": "5"}, {"hours": "-1"}, {"cause": "x"}):
        assert await limited(house, marta, case, **given) == Refused("limit-choice")
    for words in ("", " ab ", "x" * 501):
        refused = await limited(house, marta, case, words=words)
        assert isinstance(refused, Refused) and refused.reason == "limit-words"
    assert await limited(house, await house.staff("Paweł"), case) == Refused("case-not-yours")
    for role in (Role.admin, Role.clinician, Role.privacy_officer):
        with pytest.raises(Forbidden):
            await limited(house, await house.staff("Ktoś", role), case)
    with pytest.raises(NotFound):
        await limited(house, marta, uuid4())
    assert await house.rows(ContactLimit) == []
    both = await asyncio.gather(*(limited(house, marta, case) for _ in range(2)))
    assert sorted(type(one).__name__ for one in both) == ["ContactLimit", "Refused"]


async def test_another_person_is_not_touched_and_its_words_are_encrypted_and_go_with_the_person(
    house: TestHouse,
) -> None:
    _, case, marta = await with_marta(house)
    await limited(house, marta, case)
    assert (await house.human(number=BARTEK))[1] != case
    async with house.house.database.unit_of_work() as uow:
        raw = await uow.session.scalar(text("SELECT words FROM contact_limits"))
        assert raw and b"Obelgi" not in raw
        counts = await erase_cases(uow, [case], (HandoffCopies(),))
    assert counts["contact_limits"] == 1 and await house.rows(ContactLimit) == []


async def test_the_pages_limit_show_and_lift_without_scripts(house: TestHouse) -> None:
    thread, case = await house.human()
    fields = {"kind": "limited", "hours": "24", "cause": "insults"}
    async with keyboard(house, Role.agent) as marta:
        form = (await marta.client.get(f"/console/cases/{case}/limit?lang=pl")).text
        assert 'name="words"' in form and "24 godziny" in form and "72 godziny" in form and "1 godzina" in form
        refused = await marta.post(f"/console/cases/{case}/limit", **fields, words="ab")
        assert 'role="alert"' in refused.text and ">ab</textarea>" in refused.text
        assert (await marta.post(f"/console/cases/{case}/limit", **fields, words=WORDS)).status_code == 303
        page = (await marta.client.get(f"/console/threads/{thread}?lang=en")).text
        assert "Contact limited until" in page and WORDS in page and "Lift it on the board" not in page
        assert (await marta.client.get("/board")).status_code == 404
    (kept,) = await house.rows(ContactLimit)
    async with keyboard(house, Role.supervisor) as anna:
        assert WORDS in (await anna.client.get("/board?lang=en")).text
        assert (await anna.post(f"/board/limits/{kept.id}/lift")).status_code == 303
        assert "No contact is limited." in (await anna.client.get("/board?lang=en")).text
        again = await anna.post(f"/board/limits/{kept.id}/lift")
        assert again.status_code == 422 and 'role="alert"' in again.text

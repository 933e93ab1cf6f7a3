"""A patient asks for the transcript. Invariant: what is sent is a link behind a code to a number on file, never the words themselves."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from care.patients.marks import MarkKind, PrivacyMark
from care.patients.models import Patient
from care.patients.repository import Patients
from conversations.inbox import Accepted
from conversations.models import Case, CaseState
from conversations.protocols import InboundMessage
from conversations.transcript_links import MAX_AN_HOUR, TranscriptLink
from conversations.transcript_requests import RECENT, asks_for_transcript
from core.access import Access
from core.audit import AuditEvent
from tests.conversations.test_switch import throw
from tests.conversations.test_transcript_links import ask, code_of, give, newest, token_of
from tests.house import ANNA, BARTEK, TestHouse
from tests.privacy.planting import BORN

WISH = "Wyślij mi zapis rozmowy"
ASKING = (
    WISH, "wyslij mi zapis tej rozmowy", "poproszę o kopię rozmowy", "Czy mogę dostać zapis czatu?", "zapis rozmowy", "zapis rozmowy!",
    "chciałabym transkrypcję rozmowy na piśmie", "potrzebuję wydruku całej rozmowy", "proszę przesłać przebieg naszej rozmowy",
    "send me the transcript", "Can I have a copy of this conversation?", "transcript please", "chat transcript",
    "please email me a record of our chat",
)  # fmt: skip
NOT_ASKING = (
    "nie chcę zapisu rozmowy", "usuń zapis rozmowy", "kto zobaczy zapis rozmowy?", "czy lekarz dostanie zapis rozmowy", "zapis na wizytę",
    "chcę rozmawiać z człowiekiem", "proszę o kopię dokumentacji", "poproszę nagranie", "zapisz mnie do kardiologa", "wyślij mi receptę",
    "delete the transcript", "don't send me the transcript", "who can see the chat transcript", "can I talk to somebody",
    "send me a copy of my results", "can I book a conversation with the doctor",
    "proszę o zapis rozmowy i o wizytę u kardiologa w piątek", "czy ta rozmowa jest zapisywana",
)  # fmt: skip


@pytest.mark.parametrize("words", ASKING)
def test_who_asks_for_a_transcript_is_understood(words: str) -> None:
    assert asks_for_transcript(words)


@pytest.mark.parametrize("words", NOT_ASKING)
def test_who_wants_something_else_is_not_taken_for_it(words: str) -> None:
    assert not asks_for_transcript(words)


async def write(house: TestHouse, address: str, words: str) -> Accepted:
    """A visitor of the web chat writes, and is answered."""
    accepted = await house.house.inbox.accept(InboundMessage("webchat", uuid4().hex, "browser", address, words))
    await house.house.turns.take(accepted.thread_id)
    return accepted


async def known(house: TestHouse, case_id: UUID, phone: str | None) -> None:
    """The case is about a patient with that number on record."""
    async with house.house.database.unit_of_work() as uow:
        patient = Patients(uow, Access.system("test")).add(
            Patient(given_name="Anna", family_name="Nowak", birth_date=BORN, phone=phone, created_at=house.clock.now())
        )
        await uow.session.flush()
        (await uow.session.get_one(Case, case_id)).patient_id = patient.id


async def test_asked_for_by_sms_the_link_comes_at_once_and_opens_after_the_code(house: TestHouse) -> None:
    thread = (await house.sms("boli mnie ząb")).thread_id
    await house.house.turns.take(thread)
    asked = len(house.dialogue.asked)
    assert (await house.keys(WISH))[-1:] == ["transcript-link"]
    assert len(house.dialogue.asked) == asked, "by rule, without the dialogue core"
    said = (await newest(house, thread, "transcript-link")).body
    assert "ząb" not in said
    async with house.web() as client:
        token = await token_of(house, thread)
        assert (await client.get("/transcript/read")).status_code == 403
        await ask(client, token)
        await give(client, token, await code_of(house, thread))
        page = (await client.get("/transcript/read?lang=pl")).text
    assert "boli mnie ząb" in page and token not in page
    (link,) = await house.rows(TranscriptLink)
    assert link.made_by is None
    sent = await house.rows(AuditEvent, AuditEvent.action == "transcript.sent")
    assert [one.actor for one in sent] == [f"contact:{(await house.point()).id}"]


async def test_right_after_a_conversation_has_ended_it_means_that_one_and_long_after_the_new_one(
    house: TestHouse,
) -> None:
    marta = await house.staff()
    _, case = await house.human()
    await house.accept(marta, case)
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.desk.close(uow, marta, case, house.clock.now()) is None
    assert "transcript-link" in await house.keys(WISH)
    house.clock.instant += RECENT + timedelta(hours=1)
    async with house.house.database.unit_of_work() as uow:
        for one in await house.rows(Case, Case.state != CaseState.closed):
            kept = await uow.session.get_one(Case, one.id)
            kept.state, kept.closed_at = CaseState.closed, house.clock.now() - RECENT - timedelta(minutes=1)
    assert "transcript-link" in await house.keys(WISH)
    first, second = sorted(await house.rows(TranscriptLink), key=lambda one: one.made_at)
    assert first.case_id == case and second.case_id not in (case, first.case_id)


async def test_in_the_web_chat_the_code_goes_to_the_number_on_record_or_there_is_no_link(house: TestHouse) -> None:
    accepted = await write(house, "a" * 64, "dzień dobry")
    await write(house, "a" * 64, WISH)
    assert (await house.said_keys(accepted.thread_id))[-1] == "asked-transcript-no-number"
    assert await house.rows(TranscriptLink) == []
    await known(house, (await house.open_case(accepted.thread_id)).id, ANNA)
    await write(house, "a" * 64, WISH)
    assert (await house.said_keys(accepted.thread_id))[-1] == "transcript-link"
    async with house.web() as client:
        await ask(client, await token_of(house, accepted.thread_id))
    point = await house.point(ANNA)
    code = [
        one for one in await house.messages((await house.sms("halo")).thread_id) if (one.content or {}).get("key") == "transcript-code"
    ]  # fmt: skip
    assert [one.contact_point_id for one in code] == [point.id], "the code goes to the telephone, not to the browser"


async def test_a_number_that_others_use_gets_no_code_and_too_many_links_are_refused(house: TestHouse) -> None:
    accepted = await write(house, "b" * 64, "dzień dobry")
    case = (await house.open_case(accepted.thread_id)).id
    async with house.house.database.unit_of_work() as uow:
        Patients(uow, Access.system("test")).add(
            Patient(given_name="Jan", family_name="Nowak", birth_date=BORN, phone=BARTEK, created_at=house.clock.now())
        )
    await known(house, case, BARTEK)
    await write(house, "b" * 64, WISH)
    assert (await house.said_keys(accepted.thread_id))[-1] == "asked-transcript-shared-number"
    for _ in range(MAX_AN_HOUR):
        assert (await house.keys(WISH))[-1] == "transcript-link"
    assert (await house.keys(WISH))[-1] == "asked-link-too-often"


async def test_once_a_person_has_the_conversation_that_person_answers(house: TestHouse) -> None:
    marta = await house.staff()
    _, case = await house.human()
    await house.accept(marta, case)
    assert await house.keys(WISH) == [] and await house.rows(TranscriptLink) == []


async def test_danger_in_the_same_message_comes_first(house: TestHouse) -> None:
    keys = await house.keys("wyślij mi zapis rozmowy, nie mogę oddychać")
    assert keys[0] == "safety-emergency" and "transcript-link" not in keys
    assert len(await house.alerts()) == 1 and await house.rows(TranscriptLink) == []


async def test_while_the_bot_is_switched_off_a_person_answers_it(house: TestHouse) -> None:
    assert await throw(house, is_on=False) is None
    assert await house.keys(WISH) == ["handoff-queued"] and await house.rows(TranscriptLink) == []


async def test_a_restricted_record_is_left_to_a_person(house: TestHouse) -> None:
    thread = (await house.sms("dzień dobry")).thread_id
    await house.house.turns.take(thread)
    case = (await house.open_case(thread)).id
    await known(house, case, ANNA)
    patient = (await house.open_case(thread)).patient_id
    assert patient is not None
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(
            PrivacyMark(
                patient_id=patient, kind=MarkKind.restriction, reason="wniosek", made_by="x", made_at=house.clock.now()
            )
        )
    assert "transcript-link" not in await house.keys(WISH)
    assert (await house.open_case(thread)).state is CaseState.waiting

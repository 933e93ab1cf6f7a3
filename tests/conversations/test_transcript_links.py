"""Transcripts by link. Invariant: nothing is shown before the code, and then only what the patient said and was told, and who looked."""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text, update

from care.patients.models import Patient
from care.patients.repository import Patients
from conversations import transcript_links as links
from conversations.models import Case, Delivery, DeliveryState, Message
from conversations.privacy.copies import erase_cases
from conversations.transcript import Transcripts
from conversations.transcript_links import TranscriptLink
from core.access import Access, Permission, Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.errors import Forbidden, Refused
from tests.house import ANNA, PUBLIC, TestHouse
from tests.privacy.planting import BORN

SAME = {"sec-fetch-site": "same-origin"}
NOTE = "PRYWATNE: proszę oddzwonić do rodziny"


@dataclass
class Sent:
    """A conversation with a reply and a note, whose transcript was sent."""

    thread: UUID
    case: UUID
    marta: SignedIn
    token: str


async def send(house: TestHouse, person: SignedIn, case_id: UUID) -> TranscriptLink | Refused:
    """An agent sends the link."""
    async with house.house.database.unit_of_work() as uow:
        return await links.send(
            uow, person.access, house.house.messages, case_id, PUBLIC, timedelta(days=7), house.clock.now()
        )


async def newest(house: TestHouse, thread: UUID, key: str) -> Message:
    """The last thing said under a key."""
    return [one for one in await house.messages(thread) if (one.content or {}).get("key") == key][-1]


async def sent(house: TestHouse) -> Sent:
    """Marta answers, leaves a note, looks, and sends the link."""
    marta = await house.staff()
    thread, case = await house.human()
    await house.text("boli mnie ząb")
    assert await house.accept(marta, case) is None
    async with house.house.database.unit_of_work() as uow:
        assert not isinstance(
            await house.house.desk.reply(uow, marta, case, "Zapraszamy jutro.", house.clock.now()), Refused
        )
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.note(uow, marta, case, NOTE, house.clock.now())
    async with house.house.database.unit_of_work() as uow:
        await Transcripts(uow, marta.access).of_thread(thread, house.clock.now())
    assert isinstance(await send(house, marta, case), TranscriptLink)
    return Sent(thread, case, marta, await token_of(house, thread))


async def token_of(house: TestHouse, thread: UUID) -> str:
    """What stands behind the "#" of the link."""
    body = (await newest(house, thread, "transcript-link")).body
    found = re.search(rf"{re.escape(PUBLIC)}/transcript\?lang=(?:pl|en)#(\S+)", body)
    assert found is not None, "the link leads to us"
    return found[1]


async def code_of(house: TestHouse, thread: UUID) -> str:
    """The code in the last SMS with one."""
    found = re.search(r"\d{6}", (await newest(house, thread, "transcript-code")).body)
    assert found is not None
    return found[0]


async def ask(client: httpx.AsyncClient, token: str) -> httpx.Response:
    """The button that sends the code."""
    return await client.post("/transcript/code", data={"token": token}, headers=SAME)


async def give(client: httpx.AsyncClient, token: str, code: str) -> httpx.Response:
    """The code is given back."""
    return await client.post("/transcript/open", data={"token": token, "code": code}, headers=SAME)


@pytest.mark.parametrize("language", ["pl", "en"])
async def test_the_code_opens_what_was_said_and_who_looked_and_nothing_before_it(
    house: TestHouse, language: str
) -> None:
    one = await sent(house)
    async with house.web() as client:
        for path in ("", "/code", "/read"):
            page = await client.get(f"/transcript{path}?lang={language}")
            assert "boli mnie" not in page.text and "Zapraszamy" not in page.text
            assert page.headers["cache-control"] == "no-store" and "noindex" in page.headers["x-robots-tag"]
        asked = await ask(client, one.token)
        assert asked.status_code == 303 and asked.headers["location"] == f"/transcript/code#{one.token}"
        opened = await give(client, one.token, await code_of(house, one.thread))
        assert opened.status_code == 303 and opened.headers["location"] == "/transcript/read"
        page = await client.get(f"/transcript/read?lang={language}")
        assert page.status_code == 200
        assert "boli mnie ząb" in page.text and "Zapraszamy jutro." in page.text
        assert NOTE not in page.text and one.token not in page.text
        assert "Marta" not in page.text.partition('id="viewed"')[2], "names are for the privacy officer to give"
        seen = ("rejestracja – otwarcie rozmowy", "rejestracja – przejęcie rozmowy") if language == "pl" else (
            "reception – opened the conversation", "reception – took over the conversation"
        )  # fmt: skip
        assert all(words in page.text for words in seen)
        await client.post("/transcript/leave", headers=SAME)
        assert (await client.get("/transcript/read")).status_code == 403
    acts = [row.action for row in await house.rows(AuditEvent, AuditEvent.subject_id == str(one.case))]
    assert {"transcript.sent", "transcript.code-asked", "transcript.opened"} <= set(acts)


async def test_an_sms_holds_no_words_of_the_conversation_and_staff_see_neither_link_nor_code(house: TestHouse) -> None:
    one = await sent(house)
    async with house.web() as client:
        await ask(client, one.token)
    code = await code_of(house, one.thread)
    for key in ("transcript-link", "transcript-code"):
        assert "ząb" not in (await newest(house, one.thread, key)).body
    async with house.house.database.unit_of_work() as uow:
        lines = await Transcripts(uow, one.marta.access).of_thread(one.thread, house.clock.now())
        raw = await uow.session.execute(text("SELECT * FROM transcript_links"))
        kept = str(raw.mappings().all())
    shown = " ".join(line.text + line.sent_body for line in lines)
    assert one.token not in shown and code not in shown
    assert one.token not in kept and code not in kept


async def test_a_code_works_once_and_not_after_its_time_and_the_link_not_after_its_days(house: TestHouse) -> None:
    one = await sent(house)
    async with house.web() as client:
        await ask(client, one.token)
        code = await code_of(house, one.thread)
        assert (await give(client, one.token, code)).headers["location"] == "/transcript/read"
        assert "said=wrong" in (await give(client, one.token, code)).headers["location"]
        house.clock.instant += timedelta(minutes=31)
        assert (await client.get("/transcript/read")).status_code == 403, "the time to read is over"
        await ask(client, one.token)
        code = await code_of(house, one.thread)
        house.clock.instant += timedelta(minutes=10)
        assert "said=wrong" in (await give(client, one.token, code)).headers["location"]
        house.clock.instant += timedelta(days=7)
        before = len(await house.messages(one.thread))
        await ask(client, one.token)
        assert len(await house.messages(one.thread)) == before, "a link that is over sends nothing"


async def test_a_link_that_never_was_looks_like_one_that_holds_down_to_the_lock_out(house: TestHouse) -> None:
    one = await sent(house)
    heard: dict[str, list[tuple[int, str, str]]] = {}
    async with house.web() as client:
        for token in (one.token, "x" * len(one.token)):
            answers = [await ask(client, token)]
            right = await code_of(house, one.thread)
            answers += [await give(client, token, f"{(int(right) + 1) % 10**6:06d}") for _ in range(3)]
            answers.append(await give(client, token, right))
            house.clock.instant += timedelta(minutes=1)
            heard[token] = [(a.status_code, a.headers["location"].replace(token, ""), a.text) for a in answers]
    first, second = heard.values()
    assert first == second
    assert [location.partition("said=")[2] for _, location, _ in first] == [
        "",
        "wrong#",
        "wrong#",
        "locked#",
        "locked#",
    ]


async def test_several_links_to_one_number_share_the_lock_out_and_other_identities_do_not(house: TestHouse) -> None:
    one = await sent(house)
    async with house.web() as client:
        await ask(client, one.token)
        for _ in range(3):
            await give(client, one.token, "no code")
        assert isinstance(await send(house, one.marta, one.case), TranscriptLink)
        token = await token_of(house, one.thread)
        before = len(await house.messages(one.thread))
        await ask(client, token)
        assert len(await house.messages(one.thread)) == before
        assert "said=locked" in (await give(client, token, "000000")).headers["location"]
        house.clock.instant += timedelta(minutes=31)
        await ask(client, token)
        opened = await give(client, token, await code_of(house, one.thread))
        assert opened.headers["location"] == "/transcript/read"
    point = await house.point()
    async with house.house.database.unit_of_work() as uow:
        assert not await house.house.identity.is_locked(uow, point.id, "nobody", house.clock.now())


async def test_a_new_link_ends_the_one_before_and_five_an_hour_are_enough(house: TestHouse) -> None:
    one = await sent(house)
    for _ in range(4):
        assert isinstance(await send(house, one.marta, one.case), TranscriptLink)
    refused = await send(house, one.marta, one.case)
    assert isinstance(refused, Refused) and refused.reason == "link-too-often"
    async with house.web() as client:
        before = len(await house.messages(one.thread))
        await ask(client, one.token)
        assert len(await house.messages(one.thread)) == before
        assert len(await house.rows(TranscriptLink, TranscriptLink.expires_at > house.clock.now())) == 1


async def test_words_taken_back_and_withheld_are_not_in_it(house: TestHouse) -> None:
    one = await sent(house)
    for state, shows in (
        (DeliveryState.undone, False),
        (DeliveryState.withheld, False),
        (DeliveryState.retracted, True),
    ):
        async with house.house.database.unit_of_work() as uow:
            reply = [m for m in await house.messages(one.thread) if m.body == "Zapraszamy jutro."][-1]
            await uow.session.execute(update(Delivery).where(Delivery.message_id == reply.id).values(state=state))
            reader = Access(frozenset({Role.patient}), "link", "transcript", case_id=one.case)
            lines = await Transcripts(uow, reader).of_case(one.case, house.clock.now())
        assert all("Zapraszamy" not in line.text for line in lines)
        assert any(line.id == reply.id for line in lines) is shows


async def test_the_code_goes_to_the_number_on_record_when_nobody_wrote_from_a_telephone(house: TestHouse) -> None:
    marta = await house.staff()
    async with house.web() as client:
        hello = (await client.post("/chat/session", json={"language": "pl"})).json()
        auth = {"Authorization": f"Bearer {hello['token']}"}
        await client.post("/chat/messages", json={"id": "a" * 10, "text": "konsultant"}, headers=auth)
    thread = await house.only_thread()
    await house.house.turns.take(thread)
    case = await house.open_case(thread)
    refused = await send(house, marta, case.id)
    assert isinstance(refused, Refused) and refused.reason == "transcript-no-number"
    async with house.house.database.unit_of_work() as uow:
        made = [
            Patients(uow, Access.system("test")).add(
                Patient(given_name=name, family_name="Nowak", birth_date=BORN, phone=ANNA, created_at=house.clock.now())
            )
            for name in ("Anna", "Ewa")
        ]
        await uow.session.flush()
        (await uow.session.get_one(Case, case.id)).patient_id = made[0].id
        other = made[1].id
    refused = await send(house, marta, case.id)
    assert isinstance(refused, Refused) and refused.reason == "transcript-shared-number"
    assert await house.rows(TranscriptLink) == [], "nothing was sent"
    async with house.house.database.unit_of_work() as uow:
        await uow.session.delete(await uow.session.get_one(Patient, other))
    assert isinstance(await send(house, marta, case.id), TranscriptLink)
    assert (await newest(house, thread, "transcript-link")).channel == "webchat"
    token = await token_of(house, thread)
    async with house.web() as client:
        await ask(client, token)
        phone = await house.point()
        (code,) = await house.rows(Message, Message.contact_point_id == phone.id)
        assert code.channel == "sms" and code.thread_id != thread
        found = re.search(r"\d{6}", code.body)
        assert found is not None
        assert (await give(client, token, found[0])).headers["location"] == "/transcript/read"


async def test_two_browsers_with_the_right_code_at_once_one_reads(house: TestHouse) -> None:
    one = await sent(house)
    async with house.web() as client:
        await ask(client, one.token)
        code = await code_of(house, one.thread)
    async with house.web() as first, house.web() as second:
        answers = await asyncio.gather(give(first, one.token, code), give(second, one.token, code))
    ends = sorted(a.headers["location"].partition("#")[0] for a in answers)
    assert ends == ["/transcript/code?said=wrong", "/transcript/read"]


async def test_forms_of_other_sites_and_too_many_tries_are_refused(house: TestHouse) -> None:
    one = await sent(house)
    async with house.web() as client:
        forged = await client.post(
            "/transcript/code", data={"token": one.token}, headers={"sec-fetch-site": "cross-site"}
        )
        assert forged.status_code == 403
        answers = [await give(client, f"{number}", "1") for number in range(30)]
    assert 429 in {a.status_code for a in answers}


async def test_who_may_not_answer_may_not_send_it(house: TestHouse) -> None:
    one = await sent(house)
    doctor = await house.staff("Ola", Role.clinician)
    with pytest.raises(Forbidden):
        await send(house, doctor, one.case)
    assert not doctor.access.allows(Permission.reply_thread)


async def test_links_go_with_their_conversation_and_once_they_are_over(house: TestHouse) -> None:
    one = await sent(house)
    house.clock.instant += timedelta(days=60)
    counts = await house.house.privacy.retention.enforce()
    assert counts["transcript_links"] == 1
    assert isinstance(await send(house, one.marta, one.case), TranscriptLink)
    async with house.house.database.unit_of_work() as uow:
        case = await uow.session.get_one(Case, one.case)
        case.agent_id = None
        await uow.session.execute(text("DELETE FROM handoff_events"))
        await uow.session.execute(text("DELETE FROM handoffs"))
        await erase_cases(uow, [one.case], house.house.privacy.erasures._above)
    assert await house.rows(TranscriptLink) == []

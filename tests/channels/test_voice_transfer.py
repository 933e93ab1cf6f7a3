"""A person takes the call. Invariant: whoever merely picks up is told nothing, and who is not answered waits again and knows it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from channels.voice.routes import PATH
from conversations.alerts import FollowUp
from conversations.calls import VoiceCall
from conversations.models import CaseState, Message
from core.access import Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.errors import NotFound, Refused
from handoff.models import AgentState, Handoff, HandoffEvent, HandoffState, Step
from handoff.queue import LEAST_WAITS, usual_wait
from handoff.telephones import CALL_BACK_WITHIN, set_telephone
from tests.channels.test_voice import SETUP, SID, Line
from tests.channels.test_voice_gather import calls
from tests.house import ANNA, BARTEK, TestHouse
from tests.scripted import words

TELEPHONE = "+48601700700"


async def reachable(house: TestHouse, telephone: str = TELEPHONE) -> SignedIn:
    """An agent whose telephone is known."""
    agent, admin = await house.staff(), await house.staff("Ola", Role.admin)
    async with house.house.database.unit_of_work() as uow:
        refused = await set_telephone(uow, admin.access, UUID(str(agent.staff_id)), telephone, "PL", house.clock.now())
    assert refused is None
    return agent


async def asks_for_a_person(line: Line, about: str = "mam pytanie o wyniki") -> UUID:
    """The caller says what it is about, and asks for a person; the case."""
    line.house.dialogue.always = words("Wyniki odbiera się w rejestracji.")
    await line.says(about)
    await line.says("konsultant")
    point = await line.house.point(ANNA)
    thread = (await line.house.rows(Message, Message.contact_point_id == point.id))[0].thread_id
    return (await line.house.open_case(thread)).id


async def taken_by(line: Line, agent: SignedIn, case_id: UUID) -> None:
    """The agent takes the case, and the call leaves the socket."""
    assert await line.house.accept(agent, case_id) is None
    await line.call.speak_new()
    assert line.sent[-1]["type"] == "end" and "human" in line.sent[-1]["handoffData"]


async def test_who_takes_the_case_is_rung_hears_what_it_is_about_and_is_joined(house: TestHouse) -> None:
    agent = await reachable(house)
    async with Line(house) as line:
        await line.plays(**SETUP)
        case_id = await asks_for_a_person(line)
        house.clock.instant += timedelta(minutes=4)
        await taken_by(line, agent, case_id)
        handoff_data = line.sent[-1]["handoffData"]
    async with calls(house) as call:
        dial = (await call.post(f"{PATH}/ended", HandoffData=handoff_data)).find("Dial")
        assert dial is not None and dial.get("action", "").endswith("/dialled") and int(dial.get("timeout", "0")) > 0
        number = dial.find("Number")
        assert number is not None and number.text == TELEPHONE and "/whisper?" in number.get("url", "")
        picked_up = await call.post(f"{PATH}/whisper?call={SID}")
        assert "Jeden" in call.spoken(picked_up) and "wynik" not in call.spoken(picked_up)
        briefing = call.spoken(await call.post(f"{PATH}/whisper/taken?call={SID}", Digits="1"))
        assert "Prośba o człowieka" in briefing and "mam pytanie o wyniki" in briefing and "cztery" in briefing
        assert (await call.post(f"{PATH}/dialled", DialCallStatus="completed")).find("Hangup") is not None
    case = await house.open_case((await house.rows(Message))[0].thread_id)
    (row,) = await house.rows(VoiceCall)
    assert (case.state, case.agent_id) == (CaseState.human, agent.staff_id)
    assert row.outcome == "transferred" and row.joined_at is not None
    assert [one.action for one in await house.rows(AuditEvent, AuditEvent.purpose == "call-briefing")] == ["read"]


@pytest.mark.parametrize("keys", ["", "2", "11"])
async def test_a_machine_that_picks_up_hears_nothing_and_is_not_joined(house: TestHouse, keys: str) -> None:
    agent = await reachable(house)
    async with Line(house) as line:
        await line.plays(**SETUP)
        await taken_by(line, agent, await asks_for_a_person(line))
        data = line.sent[-1]["handoffData"]
    async with calls(house) as call:
        await call.post(f"{PATH}/ended", HandoffData=data)
        told = await call.post(f"{PATH}/whisper/taken?call={SID}", Digits=keys)
        assert call.spoken(told) == "" and told.find("Hangup") is not None


async def test_who_is_not_answered_waits_again_before_others_and_is_told(house: TestHouse) -> None:
    agent = await reachable(house)
    async with Line(house) as line:
        await line.plays(**SETUP)
        case_id = await asks_for_a_person(line)
        await taken_by(line, agent, case_id)
        data = line.sent[-1]["handoffData"]
    async with calls(house) as call:
        await call.post(f"{PATH}/ended", HandoffData=data)
        for _ in range(2):
            back = await call.post(f"{PATH}/dialled", DialCallStatus="no-answer")
            relay = back.find("Connect/ConversationRelay")
            assert relay is not None and relay.get("url", "").endswith("&leg=2")
        async with Line(house, leg=2) as again:
            await again.plays(**SETUP)
            await again.call.speak_new()
            assert "nie odebrał" in again.spoken()
            case = await house.open_case((await house.rows(Message))[0].thread_id)
            (handoff,) = await house.rows(Handoff)
            assert case.state is CaseState.waiting and handoff.state is HandoffState.queued and handoff.priority == 1
            released = await house.rows(HandoffEvent, HandoffEvent.step == Step.released)
            assert [(one.staff_id, one.reason) for one in released] == [(agent.staff_id, "no-answer")]
            # Somebody takes it once more: the telephone rings again.
            house.clock.instant += timedelta(seconds=30)
            await taken_by(again, agent, case_id)


async def test_the_desk_is_rung_once_and_the_caller_is_not_sent_round_in_a_circle(house: TestHouse) -> None:
    async with Line(house, desk="+48221002030") as line:
        await line.plays(**SETUP)
        await line.says("konsultant")
        data = line.sent[-1]["handoffData"]
        async with house.house.database.unit_of_work() as uow:
            (await uow.session.get_one(VoiceCall, SID)).tried_at = house.clock.now()
        before = len(line.sent)
        await line.says("halo jest tam kto dzisiaj")
        assert all(one["type"] != "end" for one in line.sent[before:])
    assert "human" in data


async def test_an_agent_without_a_telephone_answers_in_writing_and_is_heard(house: TestHouse) -> None:
    agent = await house.staff()
    async with Line(house) as line:
        await line.plays(**SETUP)
        case_id = await asks_for_a_person(line)
        await house.accept(agent, case_id)
        async with house.house.database.unit_of_work() as uow:
            await house.house.desk.reply(uow, agent, case_id, "Wyniki są gotowe.", house.clock.now())
        await line.call.speak_new()
        assert "Wyniki są gotowe." in line.spoken() and all(one["type"] != "end" for one in line.sent)


async def test_who_does_not_want_to_hold_is_promised_a_call_by_a_time_with_an_owner(house: TestHouse) -> None:
    agent = await house.staff()
    async with house.house.database.unit_of_work() as uow:
        now = house.clock.now()
        uow.session.add(AgentState(staff_id=agent.staff_id, mode="available", since=now, seen_at=now))
    async with Line(house) as line:
        await line.plays(**SETUP)
        await asks_for_a_person(line)
        before = len(line.sent)
        await line.plays(type="dtmf", digit="1")
        await line.plays(type="prompt", voicePrompt="proszę oddzwonić", lang="pl-PL", last=True)
        assert "oddzwonimy" in line.spoken(before)
    (task,) = await house.rows(FollowUp)
    assert (task.level, task.taken_by) == ("callback", agent.staff_id)
    assert task.due_at == house.clock.now() + CALL_BACK_WITHIN


async def test_a_call_back_from_a_closed_clinic_is_due_after_it_opens_and_a_withheld_number_gets_none(
    house: TestHouse,
) -> None:
    house.hours.open, house.hours.opens_at = False, house.clock.now() + timedelta(hours=10)
    async with Line(house) as line:
        await line.plays(**SETUP)
        await asks_for_a_person(line)
        await line.plays(type="dtmf", digit="1")
    (task,) = await house.rows(FollowUp)
    assert task.taken_by is None and task.due_at == house.hours.opens_at + CALL_BACK_WITHIN
    async with Line(house) as line:
        await line.plays(**(SETUP | {"from": "anonymous", "callSid": "CA5"}))
        await line.plays(type="dtmf", digit="0")
        async with house.house.database.unit_of_work() as uow:
            threads = list(await uow.session.scalars(select(Message.thread_id).where(Message.provider_id == "CA5:1")))
        await house.house.turns.take(threads[0])
        await line.call.speak_new()
        before = len(line.sent)
        await line.plays(type="dtmf", digit="1")
        assert "zastrzeżony" in line.spoken(before)
    assert len(await house.rows(FollowUp)) == 1


async def test_one_is_no_call_back_for_who_waits_for_nobody(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.plays(type="dtmf", digit="1")
        await line.answered()
        assert await line.says("oddzwońcie") is not None
    assert await house.rows(FollowUp) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("601 700 700", "+48601700700"),
        ("sip:marta@clinic.example", "sip:marta@clinic.example"),
        ("", None),
        ("22 555 01 00 wew. 12", "+48225550100;ext=12"),
        ("22 555 01 00 ext 7", "+48225550100;ext=7"),
    ],
)
async def test_a_telephone_is_a_number_or_a_sip_address(house: TestHouse, typed: str, kept: str | None) -> None:
    agent = await reachable(house, typed)
    rows = await house.rows(AgentState, AgentState.staff_id == agent.staff_id)
    assert [one.phone for one in rows] == [kept]


@pytest.mark.parametrize("typed", ["marta", "sip:", "sip:x", "sip:a@b><Dial>", "javascript:1", "999999999999999999"])
async def test_what_is_neither_is_refused(house: TestHouse, typed: str) -> None:
    agent, admin = await house.staff(), await house.staff("Ola", Role.admin)
    async with house.house.database.unit_of_work() as uow:
        refused = await set_telephone(uow, admin.access, UUID(str(agent.staff_id)), typed, "PL", house.clock.now())
    assert refused == Refused("telephone")


async def test_who_cannot_answer_patients_has_no_telephone(house: TestHouse) -> None:
    officer, admin = await house.staff("Iga", Role.privacy_officer), await house.staff("Ola", Role.admin)
    with pytest.raises(NotFound):
        async with house.house.database.unit_of_work() as uow:
            await set_telephone(uow, admin.access, UUID(str(officer.staff_id)), TELEPHONE, "PL", house.clock.now())


async def test_a_telephone_behind_a_switchboard_is_dialled_with_its_extension(house: TestHouse) -> None:
    agent = await reachable(house, "22 555 01 00 wew. 12")
    async with Line(house) as line:
        await line.plays(**SETUP)
        await taken_by(line, agent, await asks_for_a_person(line))
    async with calls(house) as call:
        number = (await call.post(f"{PATH}/ended", HandoffData='{"reason": "human"}')).find("Dial/Number")
        assert number is not None and number.text == "+48225550100"
        assert number.get("sendDigits") == "wwww12" and "/whisper?" in number.get("url", "")


async def test_a_sip_address_is_dialled_as_one(house: TestHouse) -> None:
    agent = await reachable(house, "sip:marta@clinic.example")
    async with Line(house) as line:
        await line.plays(**SETUP)
        await taken_by(line, agent, await asks_for_a_person(line))
        data = line.sent[-1]["handoffData"]
    async with calls(house) as call:
        sip = (await call.post(f"{PATH}/ended", HandoffData=data)).find("Dial/Sip")
        assert sip is not None and sip.text == "sip:marta@clinic.example"


async def test_the_usual_wait_is_told_once_enough_people_have_waited(house: TestHouse) -> None:
    agent = await house.staff()
    for number in range(LEAST_WAITS):
        phone = f"+4860070000{number}"
        _, case_id = await house.human(number=phone)
        house.clock.instant += timedelta(minutes=3)
        async with house.house.database.unit_of_work() as uow:
            assert await usual_wait(uow, house.clock.now()) is None
        await house.accept(agent, case_id)
    async with house.house.database.unit_of_work() as uow:
        assert await usual_wait(uow, house.clock.now()) == timedelta(minutes=3)
    async with Line(house) as line:
        await line.plays(**(SETUP | {"from": BARTEK}))
        await line.plays(type="prompt", voicePrompt="konsultant", lang="pl-PL", last=True)
        point = await house.point(BARTEK)
        thread = (await house.rows(Message, Message.contact_point_id == point.id))[0].thread_id
        await house.house.turns.take(thread)
        await line.call.speak_new()
        assert "zwykły czas oczekiwania w minutach: trzy" in line.spoken()

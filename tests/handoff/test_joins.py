"""Two conversations of one person made one. Invariant: every row is there once, in order by time, and separating brings back what was."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from care.patients.models import Patient, PatientContactPoint
from care.patients.repository import Patients
from conversations.alerts import AlertWatch, FollowUp
from conversations.calls import VoiceCall
from conversations.models import (
    Case,
    CaseState,
    ContactPoint,
    Correspondent,
    Delivery,
    Direction,
    Message,
    SafetyAlert,
    Thread,
    Turn,
)
from conversations.privacy.models import Erasure, ErasureState
from conversations.protocols import InboundMessage
from conversations.thread_joins import ThreadJoin, thread_that_stands
from conversations.transcript import Transcripts
from core.access import Access, Role
from core.errors import Forbidden, NotFound, Refused
from handoff.joins import Joins
from handoff.models import Handoff, HandoffState
from handoff.slack.models import Kind, SlackPost, SlackThread
from tests.handoff.join_parts import ASKS, REASON, chat, done, joined, separated, text_in, two
from tests.house import BARTEK, TestHouse


async def whole(house: TestHouse) -> dict[str, Any]:
    """Which row is in which thread, and in which order its messages stand."""
    found: dict[str, Any] = {}
    async with house.house.database.unit_of_work() as uow:
        for model in (Case, SafetyAlert, AlertWatch, FollowUp, Handoff, Turn):
            key = next(iter(model.__table__.primary_key))
            rows = await uow.session.execute(select(key, model.thread_id).order_by(key))
            found[model.__name__] = [tuple(row) for row in rows]
        rows = await uow.session.execute(select(Message.id, Message.thread_id).order_by(Message.thread_id, Message.seq))
        found["messages"] = [tuple(row) for row in rows]
        rows = await uow.session.execute(
            select(ContactPoint.id, ContactPoint.correspondent_id).order_by(ContactPoint.id)
        )
        found["points"] = [tuple(row) for row in rows]
        rows = await uow.session.execute(
            select(Correspondent.id, Correspondent.language, Correspondent.preferred_channel).order_by(Correspondent.id)
        )
        found["people"] = [tuple(row) for row in rows]
        noticed = await uow.session.scalars(select(Correspondent).order_by(Correspondent.id))
        found["noticed"] = [sorted(one.noticed) for one in noticed]
    return found


async def test_all_messages_stand_in_one_thread_by_time_and_what_is_written_next_arrives_there(
    house: TestHouse,
) -> None:
    one = await two(house)
    before = await house.rows(Message)
    await done(house, one)
    lines = await house.messages(one.sms)
    kept = [line for line in lines if line.id in {message.id for message in before}]
    assert len(kept) == len(before), "none lost, none twice"
    assert [line.created_at for line in kept] == sorted(line.created_at for line in kept)
    inbound = [line.body for line in lines if line.direction is Direction.inbound]
    assert inbound == ["dzień dobry, chcę wizytę", "dzień dobry, to znowu ja", "do internisty", "albo do kardiologa"]
    assert await house.messages(one.web) == []
    for write, words in ((chat, "z przeglądarki"), (text_in, "z telefonu")):
        accepted = await write(house, words)
        assert accepted.thread_id == one.sms and accepted.seq > max(line.seq for line in lines)
        last = (await house.messages(one.sms))[-1]
        assert last.direction is Direction.outbound and last.channel == ("webchat" if write is chat else "sms")
    turns = await house.rows(Turn)
    numbers = {line.id: line.seq for line in await house.messages(one.sms)}
    assert {turn.message_id: turn.seq for turn in turns} == {
        turn.message_id: numbers[turn.message_id] for turn in turns
    }


async def test_separating_brings_back_what_was_with_what_was_written_since(house: TestHouse) -> None:
    one = await two(house)
    before = await whole(house)
    made = await done(house, one)
    assert isinstance(await separated(house, made.id, one.agent), ThreadJoin)
    after = await whole(house)
    said = [pair for pair in after["messages"] if pair not in before["messages"]]
    assert len(said) == 1, "only that the form ended was said"
    after["messages"] = [pair for pair in after["messages"] if pair not in said]
    assert after == before
    assert {case.state for case in await house.rows(Case)} == {CaseState.bot}, "both go on as they were"
    assert await separated(house, made.id, one.agent) == Refused("join-undone")

    again = await done(house, one)
    since = [await chat(house, "napisane po połączeniu"), await text_in(house, "i SMS po połączeniu")]
    assert isinstance(await separated(house, again.id, one.agent), ThreadJoin)
    by_thread = {
        thread: [line.body for line in await house.messages(thread) if line.direction is Direction.inbound]
        for thread in (one.sms, one.web)
    }
    assert by_thread[one.web][-1] == "napisane po połączeniu" and by_thread[one.sms][-1] == "i SMS po połączeniu"
    assert len(by_thread[one.web]) == 3 and len(by_thread[one.sms]) == 3
    for accepted, thread in zip(since, (one.web, one.sms), strict=True):
        (message,) = await house.rows(Message, Message.id == accepted.message_id)
        (case,) = await house.rows(Case, Case.id == message.case_id)
        assert case.thread_id == message.thread_id == thread
    assert (await chat(house, "dalej w czacie")).thread_id == one.web
    assert (await text_in(house, "dalej SMS-em")).thread_id == one.sms


async def test_a_case_with_a_person_goes_on_and_the_form_begun_elsewhere_ends_and_says_so(house: TestHouse) -> None:
    house.dialogue.always = ASKS
    web = await chat(house, "chcę wizytę")
    thread, case_id = await house.human()
    agent = await house.staff()
    assert await house.accept(agent, case_id) is None
    async with house.house.database.unit_of_work() as uow:
        compared = await Joins(house.house.cases).compare(uow, agent.access, thread, web.thread_id, house.clock.now())
    assert (compared.stops, compared.ends, compared.has_form) == (None, web.thread_id, True)
    assert isinstance(await joined(house, thread, web.thread_id, agent), ThreadJoin)
    (case,) = await house.rows(Case, Case.state != CaseState.closed)
    assert (case.id, case.agent_id) == (case_id, agent.staff_id)
    told = [line for line in await house.messages(thread) if (line.content or {}).get("key") == "joined-people"]
    assert [line.channel for line in told] == ["webchat"], "where it was begun"
    assert [one.state.value for one in await house.rows(Delivery, Delivery.message_id == told[0].id)] == ["queued"]
    answered = await chat(house, "a lekarz rodzinny?")
    assert await house.said_keys(answered.thread_id, answered.seq) == [], "the bot is silent"
    async with house.house.database.unit_of_work() as uow:
        sent = await house.house.desk.reply(uow, agent, case_id, "Dzień dobry", house.clock.now())
        assert not isinstance(sent, Refused)
    assert (await house.messages(thread))[-1].channel == "webchat", "where they wrote last"


async def test_who_waited_longer_or_is_urgent_keeps_the_place_and_separating_lets_both_wait(house: TestHouse) -> None:
    thread, early = await house.human()
    house.clock.instant += timedelta(minutes=5)
    other, late = await house.human(number=BARTEK)
    agent = await house.staff()
    made = await joined(house, other, thread, agent)
    assert isinstance(made, ThreadJoin)
    assert [case.id for case in await house.rows(Case, Case.state == CaseState.waiting)] == [early]
    (ended,) = await house.rows(Handoff, Handoff.case_id == late)
    assert (ended.state, ended.outcome) == (HandoffState.closed, "joined")
    assert {one.thread_id for one in await house.rows(Handoff)} == {other}
    assert isinstance(await separated(house, made.id, agent), ThreadJoin)
    waiting = await house.rows(Handoff, Handoff.state == HandoffState.queued)
    assert {(one.case_id, one.thread_id) for one in waiting} == {(early, thread), (late, other)}
    assert {one.reason for one in waiting} == {"asked", "separated"}
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(Handoff).where(Handoff.case_id == late).values(is_urgent=True))
    assert isinstance(await joined(house, other, thread, agent), ThreadJoin)
    assert [case.id for case in await house.rows(Case, Case.state == CaseState.waiting)] == [late]


async def test_alarms_tasks_and_posts_go_along_and_an_answer_in_either_slack_thread_arrives(house: TestHouse) -> None:
    await text_in(house, "mam ból w klatce piersiowej i duszność")
    other = await text_in(house, "nie chcę już żyć, chcę się zabić", BARTEK)
    agent = await house.staff()
    alerts, now = await house.alerts(), house.clock.now()
    thread = next(one.thread_id for one in alerts if one.thread_id != other.thread_id)
    async with house.house.database.unit_of_work() as uow:
        for line, ts in ((thread, "1.1"), (other.thread_id, "2.2")):
            uow.session.add(SlackThread(thread_id=line, channel="C1", ts=ts))
        uow.session.add(
            SlackPost(
                key="k",
                kind=Kind.alert,
                thread_id=other.thread_id,
                case_id=alerts[-1].case_id,
                next_attempt_at=now,
                made_at=now,
            )
        )
        case = (await uow.session.scalars(select(Case.id).where(Case.thread_id == other.thread_id))).one()
        (await uow.session.scalars(select(SlackPost))).one().case_id = case
    made = await joined(house, thread, other.thread_id, agent)
    assert isinstance(made, ThreadJoin)
    models: tuple[Any, ...] = (SafetyAlert, AlertWatch, FollowUp, SlackPost, Handoff)
    for model in models:
        assert {one.thread_id for one in await house.rows(model)} == {thread}, model
    assert len(await house.alerts()) == 2, "both are still asked for"
    async with house.house.database.unit_of_work() as uow:
        assert await thread_that_stands(uow, other.thread_id) == thread
    assert len(await house.rows(SlackThread)) == 2


@pytest.mark.parametrize(
    "why", ["join-same", "join-busy", "join-call", "join-two-people", "join-talking", "join-follow-ups", "join-reason"]
)
async def test_what_stands_in_the_way_is_said_and_nothing_changes(house: TestHouse, why: str) -> None:
    one = await two(house)
    if why != "join-talking":
        house.clock.instant += timedelta(minutes=30)
    now = house.clock.now()
    other = one.sms if why == "join-same" else one.web
    if why == "join-busy":
        await house.sms("jeszcze jedno")
    async with house.house.database.unit_of_work() as uow:
        if why == "join-call":
            point = (await uow.session.scalars(select(ContactPoint).where(ContactPoint.kind == "phone"))).one()
            uow.session.add(VoiceCall(sid="CA1", contact_point_id=point.id, started_at=now, seen_at=now))
        if why == "join-two-people":
            for name in ("Ola", "Ewa"):
                who = await house.staff(name)
                thread = one.sms if name == "Ola" else one.web
                await uow.session.execute(
                    update(Case).where(Case.thread_id == thread).values(state=CaseState.human, agent_id=who.staff_id)
                )
        if why == "join-follow-ups":
            for case in await uow.session.scalars(select(Case)):
                uow.session.add(
                    FollowUp(thread_id=case.thread_id, case_id=case.id, level="crisis", made_at=now, due_at=now)
                )
    before = await whole(house)
    refused = await joined(house, one.sms, other, one.agent, "krótko" if why == "join-reason" else REASON)
    assert isinstance(refused, Refused) and refused.reason == why
    assert await whole(house) == before and await house.rows(ThreadJoin) == []


@pytest.mark.parametrize("touched", ["case", "point", "added"])
async def test_under_an_open_erasure_nothing_is_joined_or_separated(house: TestHouse, touched: str) -> None:
    one = await two(house)
    house.clock.instant += timedelta(minutes=30)
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        patient = Patients(uow, Access.system("test")).add(
            Patient(given_name="Anna", family_name="Nowak", birth_date=date(1980, 1, 2), created_at=now)
        )
        await uow.session.flush()
        erasure = Erasure(patient_id=patient.id, asked_by="officer", asked_at=now)
        case = (await uow.session.scalars(select(Case).where(Case.thread_id == one.web))).one()
        if touched == "case":
            case.patient_id = patient.id
        elif touched == "added":
            erasure.case_ids = [str(case.id)]
        else:
            points = select(ContactPoint.id).join(Thread, Thread.correspondent_id == ContactPoint.correspondent_id)
            point = (await uow.session.scalars(points.where(Thread.id == one.web))).one()
            link = PatientContactPoint(patient_id=patient.id, contact_point_id=point, role="self", created_at=now)
            uow.session.add(link)
        uow.session.add(erasure)
    before = await whole(house)
    assert await joined(house, one.sms, one.web, one.agent) == Refused("join-erasure")
    assert await whole(house) == before

    async def is_set(state: ErasureState) -> None:
        async with house.house.database.unit_of_work() as uow:
            (await uow.session.scalars(select(Erasure))).one().state = state

    await is_set(ErasureState.done)
    made = await joined(house, one.sms, one.web, one.agent)
    assert isinstance(made, ThreadJoin)
    await is_set(ErasureState.confirmed)
    before = await whole(house)
    assert await separated(house, made.id, one.agent) == Refused("join-erasure")
    assert await whole(house) == before


async def test_of_two_agents_at_once_one_wins_and_the_other_learns_it(house: TestHouse) -> None:
    one = await two(house)
    house.clock.instant += timedelta(minutes=30)
    other = await house.staff("Olga")
    answers = await asyncio.gather(joined(house, one.sms, one.web, one.agent), joined(house, one.web, one.sms, other))
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "ThreadJoin"]
    assert Refused("join-joined") in answers
    (made,) = await house.rows(ThreadJoin)
    both = await asyncio.gather(separated(house, made.id, one.agent), separated(house, made.id, other))
    assert sorted(type(answer).__name__ for answer in both) == ["Refused", "ThreadJoin"]
    assert Refused("join-undone") in both


async def test_a_message_that_comes_while_it_happens_waits_and_arrives_where_the_thread_went(house: TestHouse) -> None:
    one = await two(house)
    house.clock.instant += timedelta(minutes=30)
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    said = InboundMessage("webchat", "b1:meanwhile", "browser", "b1", "właśnie teraz")
    async with house.house.database.unit_of_work() as uow:
        made = await Joins(house.house.cases).join(uow, one.agent, one.sms, one.web, REASON, house.clock.now())
        assert isinstance(made, ThreadJoin)
        meanwhile = asyncio.create_task(house.house.inbox.accept(said))
        while not meanwhile.done():
            async with house.house.database.unit_of_work() as look:
                if await look.session.scalar(waiting):
                    break
            await asyncio.sleep(0.01)
        assert not meanwhile.done(), "it waits for the join"
    accepted = await meanwhile
    assert accepted.thread_id == one.sms and accepted.is_new
    assert (await house.messages(one.sms))[-1].body == "właśnie teraz"
    assert (await house.house.inbox.accept(said)).is_new is False


async def test_the_browser_reads_on_with_new_numbers_and_sees_only_its_own(house: TestHouse) -> None:
    one = await two(house)
    point = next(one for one in await house.rows(ContactPoint) if one.kind == "browser")
    access = Access(frozenset({Role.patient}), f"browser:{point.id}", "own messages")

    async def read(after: int) -> list[str]:
        async with house.house.database.unit_of_work() as uow:
            lines = await Transcripts(uow, access).of_contact_point(point.id, house.clock.now(), after)
            return [line.text for line in lines if line.direction == "inbound"]

    last = (await house.thread(one.web)).last_seq
    made = await done(house, one)
    assert await read(0) == await read(last) == ["dzień dobry, to znowu ja", "albo do kardiologa"]
    thread = await house.thread(one.sms)
    assert thread.numbering == 1
    assert isinstance(await separated(house, made.id, one.agent), ThreadJoin)
    web = await house.thread(one.web)
    assert (web.numbering, web.last_seq) == (2, thread.last_seq), "numbers only ever grow"
    assert await read(0) == ["dzień dobry, to znowu ja", "albo do kardiologa"]


async def test_joins_are_separated_from_the_last_one_on_and_who_has_no_right_does_neither(house: TestHouse) -> None:
    one = await two(house)
    first = await done(house, one)
    third = await text_in(house, "trzecia rozmowa", BARTEK)
    house.clock.instant += timedelta(minutes=30)
    second = await joined(house, third.thread_id, one.sms, one.agent)
    assert isinstance(second, ThreadJoin)
    async with house.house.database.unit_of_work() as uow:
        assert await thread_that_stands(uow, one.web) == third.thread_id
    assert await separated(house, first.id, one.agent) == Refused("join-later")
    clinician = await house.staff("Ewa", Role.clinician)
    for act in (joined(house, one.sms, one.web, clinician), separated(house, second.id, clinician)):
        with pytest.raises(Forbidden):
            await act
    with pytest.raises(NotFound):
        await separated(house, one.sms, one.agent)
    assert isinstance(await separated(house, second.id, one.agent), ThreadJoin)
    assert isinstance(await separated(house, first.id, one.agent), ThreadJoin)
    assert [thread.joined_into_id for thread in await house.rows(Thread)] == [None] * 3

"""The action route: a secret, a leased turn, and each act once. What the body claims gives no right."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from actions.server import SECRET_HEADER
from care.appointments.models import Appointment
from care.patients.models import Patient
from conversations.models import ActionResult, Case, CaseState
from conversations.protocols import DialogueReply, DialogueTurn
from handoff.models import Handoff
from tests.actions.bot import Bot, body_of, booking, free_offers
from tests.house import BARTEK, TestHouse
from tests.scripted import words

NAME, BORN = "Anna Nowak", "1980-05-04"


async def _booked(house: TestHouse) -> list[Appointment]:
    return await house.rows(Appointment, Appointment.status == "booked")


async def _within(bot: Bot, act: Any, number: str = "+48600100200") -> DialogueTurn:
    """Run something while a turn is leased."""
    kept: list[DialogueTurn] = []

    async def inside(turn: DialogueTurn) -> DialogueReply:
        kept.append(turn)
        await act(turn)
        return words("ok")

    bot.house.dialogue.always = inside
    await bot.house.text("tak", number)
    bot.house.dialogue.always = bot.respond
    return kept[0]


async def test_without_the_secret_everything_is_forbidden(bot: Bot) -> None:
    turn = DialogueTurn(uuid4(), uuid4(), "x", "sms", "pl", "x")
    for secret in (None, "", "wrong", "ż"):
        headers = httpx.Headers([] if secret is None else [(SECRET_HEADER.encode(), secret.encode())])
        for body in (body_of(turn, "action_book", {}), {}):
            assert (await bot.client.post("/webhook", json=body, headers=headers)).status_code == 403


async def test_an_unknown_action_is_not_found(bot: Bot) -> None:
    turn = DialogueTurn(uuid4(), uuid4(), "x", "sms", "pl", "x")
    assert (await bot.call(turn, "action_delete_everything")).status_code == 404


async def test_a_body_that_is_no_call_is_a_bad_request(bot: Bot) -> None:
    headers = {SECRET_HEADER: bot.house.house.settings.secrets["actions"]}
    for content in (b"", b"{", b"[]", b"7", b"{}", b'{"next_action": "action_book"}', b"\xff"):
        response = await bot.client.post("/webhook", content=content, headers=headers)
        assert response.status_code == 400, content


FORGERIES: list[dict[str, Any]] = [
    {"lease": "forged"}, {"lease": None}, {"lease": ""}, {"message_id": str(uuid4())}, {"message_id": "x"}, {"message_id": None},
    {"metadata": None}, {"metadata": {}}, {"sender": str(uuid4())}, {"sender": "default"},
]  # fmt: skip


@pytest.mark.parametrize("action", ["action_book", "action_request_human", "action_list_visits"])
async def test_a_call_without_its_own_leased_turn_is_forbidden_and_does_nothing(
    house: TestHouse, bot: Bot, action: str
) -> None:
    slots = booking((await free_offers(house))[0], NAME, BORN)
    codes = []

    async def act(turn: DialogueTurn) -> None:
        codes.extend([(await bot.call(turn, action, slots, **forgery)).status_code for forgery in FORGERIES])

    await _within(bot, act)
    assert codes == [403] * len(FORGERIES)
    for model in (Appointment, Patient, ActionResult, Handoff):
        assert await house.rows(model) == [], model


async def test_the_lease_of_another_case_opens_nothing(house: TestHouse, bot: Bot) -> None:
    offer = (await free_offers(house))[0]
    slots = booking(offer, NAME, BORN)
    codes = []

    async def bartek_holds(his: DialogueTurn) -> None:
        async def anna_forges(hers: DialogueTurn) -> None:
            codes.append((await bot.call(hers, "action_book", slots, lease=his.lease)).status_code)
            codes.append(
                (
                    await bot.call(hers, "action_book", slots, lease=his.lease, message_id=str(his.message_id))
                ).status_code
            )
            codes.append((await bot.call(hers, "action_book", slots, sender=str(his.case_id))).status_code)

        await _within(bot, anna_forges)

    await _within(bot, bartek_holds, BARTEK)
    assert codes == [403, 403, 403] and await _booked(house) == []


async def test_when_the_turn_is_over_its_lease_opens_nothing(house: TestHouse, bot: Bot) -> None:
    async def nothing(turn: DialogueTurn) -> None:
        pass

    turn = await _within(bot, nothing)
    assert (await bot.call(turn, "action_request_human")).status_code == 403
    assert (await house.open_case(await house.only_thread())).state is CaseState.bot


async def test_an_action_repeated_for_the_same_message_does_the_same_once(house: TestHouse, bot: Bot) -> None:
    offer = (await free_offers(house))[0]
    slots = booking(offer, NAME, BORN)
    responses = []

    async def act(turn: DialogueTurn) -> None:
        responses.extend([await bot.call(turn, "action_book", slots) for _ in range(3)])

    await _within(bot, act)
    assert [r.status_code for r in responses] == [200] * 3
    assert responses[0].json() == responses[1].json() == responses[2].json()
    assert responses[0].json()["responses"][0]["custom"]["key"] == "booked"
    assert len(await _booked(house)) == len(await house.rows(Patient)) == 1


async def test_an_action_called_at_once_from_two_sides_books_once(house: TestHouse, bot: Bot) -> None:
    offer = (await free_offers(house))[0]
    slots = booking(offer, NAME, BORN)

    async def act(turn: DialogueTurn) -> None:
        responses = await asyncio.gather(*(bot.call(turn, "action_book", slots) for _ in range(5)))
        assert [r.status_code for r in responses] == [200] * 5
        assert len({r.text for r in responses}) == 1

    await _within(bot, act)
    assert len(await _booked(house)) == len(await house.rows(Patient)) == 1


async def test_a_second_persons_visit_belongs_to_the_second_persons_case(house: TestHouse, bot: Bot) -> None:
    first, second = (await free_offers(house))[:2]
    await bot.says("tak", ("action_book", booking(first, NAME, BORN)))
    await bot.says("tak", ("action_book", booking(second, "Ewa Nowak", "1983-02-01")))
    cases: dict[UUID | None, UUID | None] = {case.id: case.patient_id for case in await house.rows(Case)}
    visits = await _booked(house)
    assert len(visits) == len({visit.patient_id for visit in visits}) == 2
    assert all(cases[visit.booked_by_case_id] == visit.patient_id for visit in visits)


async def test_asking_for_a_person_twice_queues_once(house: TestHouse, bot: Bot) -> None:
    async def act(turn: DialogueTurn) -> None:
        for _ in range(2):
            assert (await bot.call(turn, "action_request_human")).status_code == 200

    await _within(bot, act)
    assert len(await house.rows(Handoff)) == 1


async def test_after_a_crash_the_repeated_turn_does_not_book_twice(house: TestHouse, bot: Bot) -> None:
    offer = (await free_offers(house))[0]
    slots = booking(offer, NAME, BORN)
    accepted = await house.sms("tak")

    async def books_and_dies(turn: DialogueTurn) -> DialogueReply:
        assert (await bot.call(turn, "action_book", slots)).status_code == 200
        raise asyncio.CancelledError

    house.dialogue.always = books_and_dies
    taking = asyncio.create_task(house.house.turns.take(accepted.thread_id))
    await asyncio.gather(taking, return_exceptions=True)
    assert len(await _booked(house)) == 1
    house.dialogue.always = bot.respond
    bot.steps = [("action_book", slots)]
    house.clock.instant += timedelta(seconds=31)
    await house.another_runner().take(accepted.thread_id)
    assert await house.said_keys(accepted.thread_id) == ["booked"]
    assert len(await _booked(house)) == len(await house.rows(Patient)) == 1


async def test_the_health_of_the_route_needs_no_secret(bot: Bot) -> None:
    assert (await bot.client.get("/health")).json() == {"status": "ok"}

"""Red flags: seen on every channel and in every state, before anything else; the words promise no help we cannot send."""

import asyncio
import time

import pytest

from conversations.models import CaseState, Direction
from conversations.safety import default_screen
from core.audit import AuditEvent
from core.errors import Refused
from core.i18n import LANGUAGES, Language, catalogue
from tests.house import ANNA, TestHouse

CHEST = "Od rana mam silny ból w klatce piersiowej"


async def _in_state(house: TestHouse, state: CaseState) -> None:
    if state is CaseState.bot:
        await house.text("dzień dobry")
        return
    _, case_id = await house.human()
    if state is CaseState.human:
        assert await house.accept(await house.staff(), case_id) is None


@pytest.mark.parametrize("state", [CaseState.bot, CaseState.waiting, CaseState.human])
@pytest.mark.parametrize(
    ("text", "key"),
    [
        (CHEST, "safety-emergency"),
        ("chcę się zabić", "safety-crisis"),
        ("he is not breathing", "safety-emergency"),
        ("mąż mnie bije", "safety-violence"),
    ],
)
async def test_a_red_flag_is_answered_and_raised_in_every_state(
    house: TestHouse, state: CaseState, text: str, key: str
) -> None:
    await _in_state(house, state)
    before = len(house.dialogue.asked)
    assert (await house.keys(text))[0] == key
    alert = (await house.alerts())[0]
    message = next(m for m in await house.messages(alert.thread_id) if m.id == alert.message_id)
    assert alert.level == key.removeprefix("safety-") and alert.rules_version == default_screen().version
    start, end = alert.rules[0]["span"]
    assert 0 <= start < end <= len(message.body) and message.body == text
    assert len(house.dialogue.asked) == before
    case = await house.open_case(alert.thread_id)
    assert case.state is (CaseState.human if state is CaseState.human else CaseState.waiting)


async def test_a_red_flag_moves_a_waiting_person_to_the_front(house: TestHouse) -> None:
    first, _ = await house.human(number="+48600100201")
    await house.human()
    await house.text(CHEST)
    marta = await house.staff()
    async with house.house.database.unit_of_work() as uow:
        queue = await house.house.desk.queue(uow, marta.access, house.clock.now())
    assert [item.is_urgent for item in queue] == [True, False] and queue[1].thread_id == first
    assert queue[0].address == ANNA and queue[0].reason == "emergency"


async def test_of_two_agents_who_claim_an_alert_one_has_it(house: TestHouse) -> None:
    await house.text(CHEST)
    alert = (await house.alerts())[0]
    agents = [await house.staff(name) for name in ("Marta", "Paweł")]

    async def claim(number: int) -> Refused | None:
        async with house.house.database.unit_of_work() as uow:
            agent = agents[number]
            return await house.house.desk.claim_alert(uow, agent.access, alert.id, agent.staff_id, house.clock.now())

    results = await asyncio.gather(claim(0), claim(1))
    assert sorted(map(str, results)) == sorted(map(str, [None, Refused("alert-claimed")]))
    claimed = (await house.alerts())[0]
    assert claimed.claimed_by == agents[results.index(None)].staff_id and claimed.claimed_at == house.clock.now()
    assert len(await house.rows(AuditEvent, AuditEvent.action == "claim")) == 1
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.desk.alerts(uow, agents[0].access) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "key",
    [
        "safety-emergency",
        "safety-emergency-sms",
        "safety-crisis",
        "safety-crisis-sms",
        "safety-violence",
        "safety-violence-sms",
    ],
)
def test_the_words_say_that_we_cannot_send_help_and_name_112(language: Language, key: str) -> None:
    text = catalogue(language).text(key)
    assert "112" in text
    refusals = ("nie możemy wysłać pomocy", "nie wyslemy pomocy", "cannot send help", "can not send help")
    assert any(words in text.lower() for words in refusals)
    assert "adres" not in text.lower() or "?" not in text.split("adres")[0][-40:], "never asks for the address itself"
    assert "800 137 200" not in text
    if "crisis" in key:
        assert "116 123" in text and "116 111" in text and "800 70 2222" in text


async def test_web_chat_is_screened_too(house: TestHouse) -> None:
    async with house.web() as client:
        token = (await client.post("/chat/session", json={"language": "en"})).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        await client.post("/chat/messages", json={"id": "12345678", "text": "I have chest pain"}, headers=headers)
    thread_id = await house.only_thread()
    await house.house.turns.take(thread_id)
    assert [alert.level for alert in await house.alerts()] == ["emergency"]
    last = [m for m in await house.messages(thread_id) if m.direction is Direction.outbound][-1]
    assert last.channel == "webchat" and "call 112 now" in last.body


async def test_a_message_that_reports_a_red_flag_twice_raises_one_alert(house: TestHouse) -> None:
    await house.text(f"{CHEST}. Mąż nie oddycha!")
    alert = (await house.alerts())[0]
    assert len(await house.alerts()) == 1 and len({one["rule"] for one in alert.rules}) == 2


@pytest.mark.parametrize(
    "unit", ["nie oddycha ", "a", "nie mam nie boli ", "\n", "1 ", "ą", "I have no chest pain, ", "/", "(((("]
)
@pytest.mark.quiet
def test_the_screen_is_quick_on_the_longest_message(unit: str) -> None:
    screen, text = default_screen(), (unit * 100_000)[:100_000]
    began = time.process_time()
    screen.screen(text)
    assert time.process_time() - began < 3

"""The widget's API: a token opens its own messages and nothing else; sending twice stores once; nothing breaks it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels.webchat.menu import GOALS
from conversations.models import CaseState, ContactPoint, Delivery, DeliveryState, Message, Thread, Turn
from conversations.protocols import Choice, DialogueReply, Utterance
from tests.channels.test_sms_webhook import EXE, PDF, PNG
from tests.house import TestHouse
from tests.house_data import eval_json


class Browser:
    """A visitor's browser."""

    def __init__(self, house: TestHouse, client: httpx.AsyncClient, hello: dict[str, Any]) -> None:
        self.house, self.client, self.hello = house, client, hello
        self.token = str(hello["token"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, text: str, **fields: Any) -> httpx.Response:
        """Write, without an answer yet."""
        body = {"id": uuid4().hex, "text": text, **fields}
        return await self.client.post("/chat/messages", json=body, headers=self.headers)

    async def read(self, after: int = 0) -> dict[str, Any]:
        """What the widget sees."""
        response = await self.client.get(f"/chat/messages?after={after}", headers=self.headers)
        assert response.status_code == 200
        return dict(response.json())

    async def say(self, text: str, **fields: Any) -> list[dict[str, Any]]:
        """Write and be answered: the new messages."""
        response = await self.post(text, **fields)
        assert response.status_code == 202, response.text
        await self.house.house.turns.take(await self.thread_id())
        return list((await self.read(response.json()["seq"]))["messages"])

    async def thread_id(self) -> Any:
        """The visitor's thread."""
        address = hashlib.sha256(self.token.encode()).hexdigest()
        points = await self.house.rows(ContactPoint, ContactPoint.kind == "browser")
        (point,) = [one for one in points if one.address == address]
        (thread,) = await self.house.rows(Thread, Thread.correspondent_id == point.correspondent_id)
        return thread.id


@pytest.fixture
async def client(house: TestHouse) -> AsyncIterator[httpx.AsyncClient]:
    """The public application."""
    async with house.web() as client:
        yield client


async def _open(house: TestHouse, client: httpx.AsyncClient, language: str = "pl") -> Browser:
    response = await client.post("/chat/session", json={"language": language})
    assert response.status_code == 200
    return Browser(house, client, response.json())


@pytest.fixture
async def browser(house: TestHouse, client: httpx.AsyncClient) -> Browser:
    """A visitor who has just opened the widget."""
    return await _open(house, client)


async def test_the_first_words_say_that_this_is_a_machine_and_offer_the_goals(browser: Browser) -> None:
    notice, greeting = browser.hello["messages"]
    assert "automat" in notice["text"] and "112" in notice["text"]
    assert [choice["id"] for choice in greeting["choices"]] == list(GOALS)
    assert all(set(choice) == {"id", "label"} for choice in greeting["choices"]), "payloads stay in the house"


async def test_english_visitors_are_met_in_english(house: TestHouse, client: httpx.AsyncClient) -> None:
    browser = await _open(house, client, "en-GB")
    assert "AI assistant" in browser.hello["messages"][0]["text"]


async def test_a_widget_that_comes_back_goes_on_and_is_not_greeted_again(browser: Browser) -> None:
    await browser.say("dzień dobry")
    again = await browser.client.post("/chat/session", json={"token": browser.token})
    assert again.json()["token"] == browser.token
    assert again.json()["messages"] == (await browser.read())["messages"]
    assert sum("automat" in m["text"] for m in again.json()["messages"]) == 1


async def test_an_invented_token_opens_nothing_and_becomes_another(client: httpx.AsyncClient, browser: Browser) -> None:
    opened = (await client.post("/chat/session", json={"token": "guessed"})).json()
    assert opened["token"] != "guessed" and len(opened["messages"]) == 2


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "bearer \xe9"])
async def test_without_a_valid_token_every_door_is_shut(
    house: TestHouse, client: httpx.AsyncClient, header: str | None
) -> None:
    headers = httpx.Headers([] if header is None else [(b"Authorization", header.encode("latin-1"))])
    body = {"id": "12345678", "text": "x"}
    responses = [
        await client.get("/chat/messages", headers=headers),
        await client.post("/chat/messages", json=body, headers=headers),
        await client.post("/chat/seen", json={"seq": 1}, headers=headers),
        await client.post("/chat/files?id=12345678", files={"file": ("a.png", PNG)}, headers=headers),
        await client.get("/chat/stream", headers=headers),
    ]
    assert {response.status_code for response in responses} == {401}
    assert await house.rows(Message) == []


async def test_one_visitor_never_sees_anothers_words(house: TestHouse, client: httpx.AsyncClient) -> None:
    one, other = await _open(house, client), await _open(house, client)
    await one.say("mój sekret")
    await house.text("esemes")
    assert "sekret" not in str(await other.read()) and "esemes" not in str(await one.read())
    await other.client.post("/chat/seen", json={"seq": 99}, headers=other.headers)
    deliveries = await house.rows(Delivery, Delivery.state == DeliveryState.read)
    assert len(deliveries) == 2, "only the other's own greeting"


async def test_the_same_client_id_twice_stores_once_and_two_visitors_may_share_it(
    house: TestHouse, client: httpx.AsyncClient, browser: Browser
) -> None:
    responses = await asyncio.gather(*(browser.post("hej", id="same-id-1") for _ in range(8)))
    assert {r.status_code for r in responses} == {202} and len({r.json()["seq"] for r in responses}) == 1
    assert len(await house.rows(Turn)) == 1
    other = await _open(house, client)
    assert (await other.post("hej", id="same-id-1")).status_code == 202
    assert len(await house.rows(Turn)) == 2


async def test_working_is_told_only_while_an_answer_is_being_made_by_the_bot(
    house: TestHouse, browser: Browser
) -> None:
    assert (await browser.read())["working"] is False
    await browser.post("hej")
    assert (await browser.read())["working"] is True
    await house.house.turns.take(await browser.thread_id())
    assert (await browser.read())["working"] is False
    await browser.say("konsultant")
    await browser.post("halo")
    state = await browser.read()
    assert state["working"] is False and state["state"] == CaseState.waiting.value


async def test_too_many_messages_a_minute_are_refused_and_none_of_them_is_stored(
    house: TestHouse, browser: Browser
) -> None:
    house.hold_limits()
    codes = [(await browser.post(f"m{n}")).status_code for n in range(45)]
    assert codes == [202] * 40 + [429] * 5
    assert len(await house.rows(Turn)) == codes.count(202)


@pytest.mark.parametrize(("name", "content", "state"), [
    ("wyniki.png", PNG, "kept"), ("skierowanie.pdf", PDF, "kept"), ("zdjecie.png", EXE, "refused"), ("x.png", b"", "refused"),
])  # fmt: skip
async def test_files_are_judged_by_their_content(
    house: TestHouse, browser: Browser, name: str, content: bytes, state: str
) -> None:
    response = await browser.client.post(
        "/chat/files?id=file-0001", files={"file": (name, content, "image/png")}, headers=browser.headers
    )
    assert response.status_code == 202
    await house.house.turns.take(await browser.thread_id())
    seen = await browser.read(2)
    assert [file["state"] for file in seen["messages"][0]["files"]] == [state]
    again = await browser.client.post(
        "/chat/files?id=file-0001", files={"file": (name, content, "image/png")}, headers=browser.headers
    )
    assert again.json() == response.json()


async def test_a_file_that_is_too_large_is_refused_at_the_door(house: TestHouse, browser: Browser) -> None:
    content = PNG + b"\x00" * house.house.settings.max_upload_bytes
    response = await browser.client.post(
        "/chat/files?id=file-0001", files={"file": ("x.png", content)}, headers=browser.headers
    )
    assert response.status_code == 413 and await house.rows(Turn) == []


async def test_what_was_shown_is_marked_read(house: TestHouse, browser: Browser) -> None:
    await browser.say("hej")
    await house.house.deliverer.drain(await browser.thread_id())
    assert {m["delivery"] for m in (await browser.read())["messages"] if m["author"] == "bot"} == {"sent"}
    assert (await browser.client.post("/chat/seen", json={"seq": 2}, headers=browser.headers)).status_code == 204
    marks = [m["delivery"] for m in (await browser.read())["messages"] if m["author"] == "bot"]
    assert marks == ["read", "read", "sent"]


OFFER = DialogueReply(
    (Utterance("ask-payer", {}, (Choice("nfz", "choice-payer-nfz", '/inform{"option": "nfz"}'),
                                 Choice("private", "choice-payer-private", '/inform{"option": "private"}'))),)
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "tap", "picked"),
    [("Prywatnie", "private", "private"), ("1", None, "nfz"), ("druga", None, "private"), ("prywatnie", None, "private"),
     ("the first", None, "nfz"), ("coś innego", None, None), ("", "nfz", "nfz"), ("Na NFZ", "gone", None)],
)  # fmt: skip
async def test_a_choice_is_picked_by_tap_number_ordinal_or_label(
    house: TestHouse, browser: Browser, text: str, tap: str | None, picked: str | None
) -> None:
    house.dialogue.answers["umów mnie"] = OFFER
    (offer,) = await browser.say("umów mnie")
    assert [choice["label"] for choice in offer["choices"]] == ["Na NFZ", "Prywatnie"]
    await browser.say(text, choice=tap)
    asked = house.dialogue.asked[-1]
    assert asked.payload == (f'/inform{{"option": "{picked}"}}' if picked else None)


async def test_a_stale_choice_is_read_as_text(house: TestHouse, browser: Browser) -> None:
    house.dialogue.answers["umów mnie"] = OFFER
    await browser.say("umów mnie")
    await browser.say("a ile to kosztuje")
    await browser.say("Na NFZ", choice="nfz")
    assert (house.dialogue.asked[-1].text, house.dialogue.asked[-1].payload) == ("na nfz", None)
    await browser.say("2")
    assert house.dialogue.asked[-1].payload is None


async def test_a_payload_typed_by_hand_is_only_text(house: TestHouse, browser: Browser) -> None:
    await browser.say("/affirm", choice="/affirm")
    assert (house.dialogue.asked[-1].text, house.dialogue.asked[-1].payload) == ("affirm", None)


async def test_notes_and_other_channels_stay_out_of_the_widget(house: TestHouse, browser: Browser) -> None:
    await browser.say("konsultant")
    thread_id = await browser.thread_id()
    case = await house.open_case(thread_id)
    marta = await house.staff()
    await house.accept(marta, case.id)
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.note(uow, marta, case.id, "tajna notatka", house.clock.now())
        await house.house.desk.reply(uow, marta, case.id, "Dzień dobry, tu Marta", house.clock.now())
    seen = await browser.read()
    assert "tajna" not in str(seen) and seen["state"] == "human"
    assert (seen["messages"][-1]["author"], seen["messages"][-1]["name"]) == ("agent", "Marta")


async def test_personal_numbers_are_masked_where_they_are_shown(browser: Browser) -> None:
    await browser.say("mój pesel 44051401458")
    assert "44051401458" not in str(await browser.read())


STRANGE_CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/chat/messages?after=99999999999999999999", {}),
    ("GET", "/chat/messages?after=-1", {}),
    ("GET", "/chat/messages?after=x", {}),
    ("POST", "/chat/seen", {"json": {"seq": 10**30}}),
    ("POST", "/chat/seen", {"json": {"seq": -1}}),
    ("POST", "/chat/seen", {"content": b"{"}),
    ("POST", "/chat/messages", {"content": b'{"id": "12345678", "text": "\\ud800 x"}'}),
    ("POST", "/chat/messages", {"content": b'{"id": "\\ud800234567", "text": "x"}'}),
    ("POST", "/chat/messages", {"content": b'{"id": "12345678", "text": "x", "choice": "\\u0000\\udfff", "language": "\\ud800"}'}),
    ("POST", "/chat/messages", {"content": b'["x"]'}),
    ("POST", "/chat/messages", {"content": b"\xff\xfe"}),
    ("POST", "/chat/messages", {"json": {"id": "12345678", "text": "x" * 100_001}}),
    ("POST", "/chat/messages", {"json": {"id": "1", "text": "x"}}),
    ("POST", "/chat/messages", {"json": {"id": "12345678", "text": 7}}),
    ("POST", "/chat/session", {"content": b'{"token": "\\ud800", "language": "\\ud800"}'}),
    ("POST", "/chat/session", {"json": {"token": "x" * 101}}),
    ("POST", "/chat/files?id=%00%00%00%00%00%00%00%00", {"files": {"file": ("a.png", PNG, "image/png")}}),
    ("POST", "/chat/files?id=", {"files": {"file": ("a.png", PNG, "image/png")}}),
    ("POST", "/chat/files?id=12345678&language=%00", {"files": {"file": ("a\x00.png", EXE, "image/p\x00ng")}}),
    ("POST", "/chat/files?id=12345678", {"data": {"file": "no file"}}),
    ("POST", "/chat/files?id=12345678", {"content": b"x"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "rest"), STRANGE_CALLS)
async def test_strange_calls_are_refused_or_taken_but_never_break_us(
    browser: Browser, method: str, path: str, rest: dict[str, Any]
) -> None:
    headers = {**browser.headers, **({"Content-Type": "application/json"} if "content" in rest else {})}
    response = await browser.client.request(method, path, headers=headers, **rest)
    assert response.status_code < 500
    await browser.house.house.turns.take(await browser.thread_id())
    assert (await browser.say("hej"))[-1]["text"] == "echo hej"


async def test_the_naughtiest_strings_come_in_by_chat_without_an_error(
    house: TestHouse, client: httpx.AsyncClient
) -> None:
    lines = [row["text"] for row in eval_json("safety/blns.jsonl")]
    browsers = [await _open(house, client) for _ in range(len(lines) // 40 + 1)]
    sent: dict[str, str] = {}
    for number, text in enumerate(lines):
        response = await browsers[number // 40].post(text, id=f"naughty-{number:04d}")
        assert response.status_code == 202, text
        sent[f"naughty-{number:04d}"] = text
    stored = {
        str(m.provider_id).partition(":")[2]: m.body for m in await house.rows(Message, Message.direction == "inbound")
    }
    assert stored == sent
    shown = [message["text"] for browser in browsers for message in (await browser.read())["messages"]]
    assert len(shown) == len(lines) + 2 * len(browsers)

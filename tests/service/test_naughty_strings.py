"""Strings that broke other people's programs, through every entrance: nothing breaks, nothing is lost, nothing comes back as markup.

Source: eval/safety/blns.jsonl (MIT, minimaxir/big-list-of-naughty-strings), read from outside the project.
"""

import html
from collections.abc import AsyncIterator

import httpx
import pytest

from conversations.models import Direction, Message, Thread, Turn, TurnState
from core.access import Role
from core.accounts import find_session
from tests.house import TestHouse
from tests.house_data import eval_json
from tests.service.doors import BROWSER, COOKIE, signed_in

PHONES = 30
"""The strings come from so many people, so that every conversation stays of a human length."""
DANGEROUS = ("<script", "<img", "<svg", "<iframe", "onerror=", "javascript:")


@pytest.fixture
def naughty() -> list[str]:
    """The list."""
    found = [str(row["text"]) for row in eval_json("safety/blns.jsonl")]
    assert len(found) > 400
    return found


@pytest.fixture
async def client(house: TestHouse) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody holds back."""

    class Unlimited:
        async def allows(self, key: str, per_minute: int) -> bool:
            return True

    object.__setattr__(house.house, "limiter", Unlimited())
    async with house.web() as client:
        yield client


def whole(text: str) -> str:
    """As it arrives: half characters, which no text may hold, are replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


async def test_by_sms_each_is_stored_as_it_came_and_answered(
    house: TestHouse, client: httpx.AsyncClient, naughty: list[str]
) -> None:
    threads = set()
    for number, text in enumerate(naughty):
        form = house.form(Body=whole(text), From=f"+4860010{number % PHONES:04d}", MessageSid=f"SM{number:032x}")
        assert (await house.webhook(client, form)).status_code == 200, text
    for thread in await house.rows(Thread):
        await house.house.turns.take(thread.id)
        threads.add(thread.id)
    stored = {one.provider_id: one.body for one in await house.rows(Message, Message.direction == Direction.inbound)}
    assert len(stored) == len(naughty) and len(threads) == PHONES
    # PostgreSQL holds no NUL inside text; bodies are sealed bytes, so even that comes back.
    assert all(stored[f"SM{number:032x}"].strip() == whole(text).strip() for number, text in enumerate(naughty))
    assert await house.rows(Turn, Turn.state != TurnState.done) == []


async def test_in_the_web_chat_each_is_taken_and_shown_again_as_text(
    client: httpx.AsyncClient, naughty: list[str]
) -> None:
    token = (await client.post("/chat/session", json={"language": "pl"})).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    for number, text in enumerate(naughty):
        answer = await client.post(
            "/chat/messages", json={"id": f"naughty-{number}", "text": whole(text)}, headers=headers
        )
        assert answer.status_code == 202, text
    shown: list[str] = []
    while True:
        body = (await client.get("/chat/messages", params={"after": len(shown)}, headers=headers)).json()["messages"]
        shown += [line["text"] for line in body]
        if not body or len(shown) > 2 * len(naughty):
            break
    assert [one for one in naughty if one.strip() and whole(one) not in shown] == []


async def test_in_the_console_replies_and_notes_are_kept_and_never_become_markup(
    house: TestHouse, client: httpx.AsyncClient, naughty: list[str]
) -> None:
    client.cookies.update(await signed_in(house, Role.agent))
    token = client.cookies[COOKIE]
    thread_id, case_id = await house.human()
    async with house.house.database.unit_of_work() as uow:
        person = await find_session(uow, token, BROWSER, house.clock.now())
    assert person is not None
    address = f"/console/cases/{case_id}"
    assert (await client.post(f"{address}/accept", data={"csrf": person.csrf_token})).status_code == 303
    for number, text in enumerate(naughty[::3]):
        for act in ("reply", "note"):
            data = {"csrf": person.csrf_token, "body": whole(text)}
            assert (await client.post(f"{address}/{act}", data=data)).status_code in (200, 303), (number, text)
    page = (await client.get(f"/console/threads/{thread_id}")).text
    for text in naughty[::3]:
        lowered = text.lower()
        if any(sign in lowered for sign in DANGEROUS[:4]) and "<" in text:
            assert text not in page
            assert html.escape(text.strip().splitlines()[0], quote=False)[:20].split("&")[0] in html.unescape(page)


async def test_at_the_login_form_each_is_refused_in_the_same_words(
    client: httpx.AsyncClient, naughty: list[str]
) -> None:
    await client.get("/login")
    form_token = client.cookies["poradnia_form"]
    for text in naughty[::20]:
        data = {
            "email": whole(text)[:200],
            "password": whole(text)[:500],
            "token": form_token,
            "next": whole(text)[:200],
        }
        answer = await client.post("/login", data=data)
        assert answer.status_code in (200, 401, 403, 422), text
        assert COOKIE not in answer.cookies
    for text in naughty:
        answer = await client.get("/login", params={"next": whole(text), "over": whole(text), "lang": whole(text)})
        assert answer.status_code in (200, 422), text
        assert "html" not in answer.headers["content-type"] or "<script>alert" not in answer.text


async def test_on_the_simulated_phone_and_in_every_address_nothing_breaks(
    house: TestHouse, client: httpx.AsyncClient, naughty: list[str]
) -> None:
    for text in naughty[::4]:
        page = await client.get("/simulator/phone", params={"number": whole(text)})
        assert page.status_code in (200, 422), text
        for name in ("number", "body", "fault"):
            fields = {"number": "+48890002001", "body": "", "fault": "none", name: whole(text)[:1600]}
            for act in ("send", "fault"):
                if act == "send" and name == "body":
                    continue  # What a phone sends goes through the webhook: tested above.
                answer = await client.post(
                    f"/simulator/phone/{act}", data=fields, headers={"Origin": "https://clinic.example"}
                )
                assert answer.status_code in (200, 303, 400, 422), (act, name, text)
    for text in naughty:
        answer = await client.get(
            httpx.URL("https://clinic.example/").join(f"/console/threads/{httpx.QueryParams({'q': whole(text)})}")
        )
        assert answer.status_code < 500, text

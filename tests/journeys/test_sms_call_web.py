"""One matter over three doors: begun by SMS, gone on with in a call, finished in the browser, with the real bot.

Invariant: it is one thread and one case, and nothing that was once said is asked again.
"""

import re
import time

import httpx
import pytest
from sqlalchemy import select

from bench.calls import Call
from bench.voice import asked_of_caller
from conversations.models import Case, Message, Thread
from conversations.models import ContactPoint as Point
from core.crypto import keyring
from tests.journeys.conftest import Clinic

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(300)]
NUMBER = "+48500100190"


class Page:
    """The web chat in a browser that followed a link, over its own HTTP interface."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._sent = 0
        self.seq = 0

    async def follow(self, link: str) -> list[str]:
        """What the page shows when it is opened."""
        told = (await self._client.post("/chat/continue", json={"link": link})).raise_for_status().json()
        self._client.headers["Authorization"] = f"Bearer {told['token']}"
        self.seq = max(one["seq"] for one in told["messages"])
        return [one["text"] for one in told["messages"]]

    async def say(self, text: str) -> str:
        """Write; what is answered."""
        self._sent += 1
        body = {"id": f"journey-{self._sent}", "text": text}
        taken = (await self._client.post("/chat/messages", json=body)).raise_for_status().json()
        answers: list[str] = []

        async def answered() -> bool:
            told = (await self._client.get("/chat/messages", params={"after": taken["seq"]})).raise_for_status().json()
            answers[:] = [one["text"] for one in told["messages"] if one["seq"] > taken["seq"]]
            return bool(answers)

        deadline = time.monotonic() + 30
        while not await answered():
            assert time.monotonic() < deadline, f"no answer to {text!r}"
        return "\n".join(answers)


async def test_a_booking_begun_by_text_goes_on_in_a_call_and_ends_in_the_browser(clinic: Clinic) -> None:
    phone = clinic.phone(NUMBER)
    begun = await phone.text("chce sie umowic do kardiologa w przyszly czwartek po 15")
    offered = re.search(r"1\) czw 3\.12 (1[5-9]:\d\d)", begun[-1])
    assert offered is not None, begun
    assert "NFZ" in (await phone.text("1"))[0]

    call = Call(clinic.base, clinic.house.twilio_token, NUMBER, "pl", 30.0, lambda to: [], asked_of_caller)
    try:
        first = await call.open()
        assert asked_of_caller(first) == "payer", f"the open question, and no other: {first}"
        heard = " ".join(await call.say("prywatnie"))
        assert "pierwsz" in heard.lower() and "kardiolog" not in heard.lower(), heard
        assert asked_of_caller(await call.say("pierwsza wizyta")) == "person"
        told = " ".join(await call.say("wolę dokończyć na stronie"))
        assert "SMS-em" in told and "widget" not in told, f"the link is for the eye: {told}"
    finally:
        await call.close()

    await phone.wait_for_text("/widget/frame")
    link = re.search(r"/widget/frame\?lang=pl#([\w-]+)", "\n".join(await phone.inbox()))
    assert link is not None
    async with httpx.AsyncClient(base_url=clinic.base, timeout=30) as client:
        page = Page(client)
        shown = await page.follow(link[1])
        assert any("kardiologa" in one for one in shown), "what was written before is there"
        assert "Dla kogo" in shown[-1], f"the question that the call left open: {shown[-1]}"
        read_back = await page.say("Krystyna Trzydrzwiowa 12.03.1957")
        for known in ("3 grudnia", offered[1], "prywatn"):
            assert known in read_back, f"filled in over three channels: {read_back}"
        assert "zarezerwowan" in (done := (await page.say("tak")).lower()) or "umówion" in done, done

    async with clinic.house.database.unit_of_work() as uow:
        threads = list(
            await uow.session.scalars(
                select(Thread.id)
                .join(Point, Point.correspondent_id == Thread.correspondent_id)
                .where(Point.address_token == keyring.token(f"phone:{NUMBER}"))
            )
        )
        assert len(threads) == 1
        cases = list(await uow.session.scalars(select(Case).where(Case.thread_id == threads[0])))
        assert len(cases) == 1
        said = list(await uow.session.scalars(select(Message).where(Message.thread_id == threads[0])))
        assert {one.channel for one in said} >= {"sms", "voice", "webchat"}

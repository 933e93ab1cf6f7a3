"""A turn from webhook to stored reply, against plain Rasa's REST channel with the same model, tracker store, actions, messages.

Both sides are measured in one run, in alternating rounds. The acknowledgement is measured while more comes in than the bot
can answer.
"""

import asyncio
import contextlib
import itertools
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import httpx
import psycopg
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from bench.installation import TOKEN, Installation, installation, progress
from conversations.models import Message, Turn, TurnState
from core.notices import NOTIFY_CHANNEL
from core.postgres import libpq_url

BOUNDS = {
    "p50_ratio": ("<=", 2.0),
    "throughput_ratio": (">=", 0.7),
    "ack_p95_ms": ("<=", 50.0),
    "order_breaks": ("<=", 0),
    "lost": ("<=", 0),
    "resident_mb": ("<=", 1800.0),
}
SCRIPT = (
    "dzień dobry", "chciałbym się umówić do kardiologa w przyszły czwartek po 15", "nieważne", "do której jesteście otwarci",
    "dziękuję", "ile kosztuje usg brzucha", "jak się przygotować do badania krwi", "do widzenia",
)  # fmt: skip


def run(quick: bool) -> dict[str, float]:
    """All figures of the turn."""
    return asyncio.run(_run(quick))


async def _run(quick: bool) -> dict[str, float]:
    async with installation() as place:
        ours, plain = Ours(place), Plain(place)
        await ours.listen()
        progress("warming up")
        await ours.conversation(number())
        await plain.conversation(str(uuid4()))
        alone: dict[str, list[float]] = {"ours": [], "plain": []}
        for round_number in range(2 if quick else 8):
            progress(f"one patient, round {round_number + 1}")
            alone["plain"] += await plain.conversation(str(uuid4()))
            alone["ours"] += await ours.conversation(number())
        rates: dict[str, list[float]] = {"ours": [], "plain": []}
        for round_number in range(1 if quick else 3):
            progress(f"sixteen conversations at once, round {round_number + 1}")
            with place.cores("plain"):
                rates["plain"].append(await throughput(lambda: plain.conversation(str(uuid4())), 1 if quick else 3))
            with place.cores("ours"):
                rates["ours"].append(await throughput(lambda: ours.conversation(number()), 1 if quick else 3))
        with place.cores("saturated"):
            acks = await _saturate(ours, seconds=8 if quick else 60)
        lost, breaks = await _count_after(place, ours.sent)
        resident = place.resident_mb()
        await ours.close()
        await plain.close()
    return {
        "p50_ratio": _ratio(alone, 0.5), "p95_ratio": _ratio(alone, 0.95),
        "p50_ms": _ms(alone["ours"], 0.5), "plain_p50_ms": _ms(alone["plain"], 0.5),
        "throughput_ratio": round(statistics.mean(rates["ours"]) / statistics.mean(rates["plain"]), 3),
        "turns_per_s": round(statistics.mean(rates["ours"]), 1), "plain_turns_per_s": round(statistics.mean(rates["plain"]), 1),
        "ack_p95_ms": _ms(acks, 0.95), "order_breaks": breaks, "lost": lost, "resident_mb": round(resident),
    }  # fmt: skip


class Ours:
    """A patient's phone on our webhook: a turn ends when its reply is stored, told by the database's own notice."""

    def __init__(self, place: Installation) -> None:
        self._place = place
        self._client = httpx.AsyncClient(
            base_url=place.settings.public_url, timeout=30, limits=httpx.Limits(max_connections=100)
        )
        self._validator = RequestValidator(TOKEN)
        self._answered: dict[UUID, asyncio.Event] = defaultdict(asyncio.Event)
        self._listener: asyncio.Task[None] | None = None
        self.sent = 0
        self._threads: dict[str, UUID] = {}
        self._sids: dict[str, str] = {}

    async def listen(self) -> None:
        """Follow the notices of stored replies."""
        connection = await psycopg.AsyncConnection.connect(libpq_url(self._place.url), autocommit=True)
        await connection.execute(f"LISTEN {NOTIFY_CHANNEL}")

        async def follow() -> None:
            async for notice in connection.notifies():
                event = json.loads(notice.payload)
                if event["topic"] == "delivery":
                    self._answered[UUID(event["id"])].set()

        self._listener = asyncio.create_task(follow())

    async def post(self, phone: str, text: str) -> float:
        """One signed webhook; seconds to its acknowledgement."""
        sid = self._sids[phone] = f"SM{uuid4().hex}"
        form = {
            "MessageSid": sid, "AccountSid": "AC" + "b" * 32, "From": phone, "To": "+48732100200", "Body": text,
            "NumMedia": "0",
        }  # fmt: skip
        url = f"{self._place.settings.public_url}/webhooks/twilio/sms"
        signature = self._validator.compute_signature(url, form)
        began = time.perf_counter()
        response = await self._client.post("/webhooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature})
        took = time.perf_counter() - began
        if response.status_code == 200:
            self.sent += 1
        return took

    async def conversation(self, phone: str) -> list[float]:
        """The script as one conversation; seconds of each turn from webhook to stored reply."""
        times = []
        for text in SCRIPT:
            thread = self._threads.get(phone)
            if thread is not None:
                self._answered[thread].clear()
            began = time.perf_counter()
            await self.post(phone, text)
            thread = thread or await self._thread_of(phone)
            ended = await self._until_answered(thread)
            if phone in self._threads:
                times.append(ended - began)
            self._threads[phone] = thread
        return times

    async def _until_answered(self, thread: UUID) -> float:
        """When the reply was stored. A notice of the turn before may come late, so the turns' table has the last word."""
        for _ in range(240):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._answered[thread].wait(), 0.25)
            ended = time.perf_counter()
            self._answered[thread].clear()
            async with self._place.house.database.unit_of_work() as uow:
                is_open = await uow.session.scalar(
                    select(Turn.message_id).where(Turn.thread_id == thread, Turn.state != TurnState.done).limit(1)
                )
            if is_open is None:
                return ended
        raise TimeoutError("a turn was not answered within a minute")

    async def _thread_of(self, phone: str) -> UUID:
        async with self._place.house.database.unit_of_work() as uow:
            found = await uow.session.scalar(select(Message.thread_id).where(Message.provider_id == self._sids[phone]))
            assert found is not None, "the webhook answers after it stored"
            return found

    async def close(self) -> None:
        """Stop following."""
        if self._listener:
            self._listener.cancel()
        await self._client.aclose()


class Plain:
    """The same messages on a plain Rasa's REST channel."""

    def __init__(self, place: Installation) -> None:
        self._client = httpx.AsyncClient(
            base_url=place.plain_rasa, timeout=60, limits=httpx.Limits(max_connections=100)
        )

    async def conversation(self, sender: str) -> list[float]:
        """The script as one conversation; seconds of each turn but the first (as on our side)."""
        times = []
        for index, text in enumerate(SCRIPT):
            began = time.perf_counter()
            await self._client.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
            if index:
                times.append(time.perf_counter() - began)
        return times

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()


async def throughput(conversation: Callable[[], Awaitable[list[float]]], rounds: int) -> float:
    """Turns a second with sixteen conversations at once."""
    began = time.perf_counter()

    async def one() -> None:
        for _ in range(rounds):
            await conversation()

    await asyncio.gather(*(one() for _ in range(16)))
    return 16 * rounds * len(SCRIPT) / (time.perf_counter() - began)


async def _saturate(ours: Ours, seconds: int) -> list[float]:
    """Fifty messages a second from two hundred phones; seconds to each acknowledgement."""
    progress(f"50 messages a second for {seconds} s")
    phones = [number() for _ in range(200)]
    tasks = []
    began = time.perf_counter()
    for index in range(50 * seconds):
        await asyncio.sleep(max(0.0, began + index / 50 - time.perf_counter()))
        phone = phones[index % len(phones)]
        tasks.append(asyncio.create_task(ours.post(phone, SCRIPT[(index // len(phones)) % len(SCRIPT)])))
    return list(await asyncio.gather(*tasks))


async def _count_after(place: Installation, sent: int) -> tuple[int, int]:
    """Wait until all is answered; messages that were lost or have no answer, and threads answered out of order."""
    database = place.house.database
    for _ in range(1200):
        async with database.unit_of_work() as uow:
            waiting = await uow.session.scalar(
                select(func.count()).select_from(Turn).where(Turn.state != TurnState.done)
            )
        if not waiting:
            break
        await asyncio.sleep(0.5)
    async with database.unit_of_work() as uow:
        stored = await uow.session.scalar(
            select(func.count()).select_from(Message).where(Message.direction == "inbound")
        )
        rows = (
            await uow.session.execute(
                select(Turn.thread_id, Turn.done_at, Turn.outcome).order_by(Turn.thread_id, Turn.seq)
            )
        ).all()
    unanswered = sum(1 for row in rows if row.done_at is None)
    breaks = sum(
        1
        for before, after in itertools.pairwise(rows)
        if before.thread_id == after.thread_id and before.done_at and after.done_at and before.done_at > after.done_at
    )
    failed = sum(1 for row in rows if row.outcome not in ("answered", "acted"))
    progress(f"{len(rows)} turns, {failed} given to people because the bot failed")
    return (sent - (stored or 0)) + unanswered, breaks


def number() -> str:
    """A phone number nobody has used yet."""
    return f"+48{500_000_000 + uuid4().int % 99_999_999}"


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _ms(values: list[float], share: float) -> float:
    return round(_at(values, share) * 1000, 1)


def _ratio(sides: dict[str, list[float]], share: float) -> float:
    return round(_at(sides["ours"], share) / _at(sides["plain"], share), 3)

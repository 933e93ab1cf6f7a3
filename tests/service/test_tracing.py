"""Traces: one per message over all processes, and nothing in them that a patient said, is called or can be reached at."""

import asyncio
import gzip
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI, Request
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from actions.server import SECRET_HEADER
from actions.server import create_app as action_app
from conversations.models import Direction
from conversations.protocols import DialogueFailed, DialogueTurn
from core.access import Role
from core.processors import Entry, end, enter
from core.tracing import ATTRIBUTES, SPANS, context_of, may_leave, tracing
from service.operations import TracingGate
from tests.house import ANNA, TestHouse
from tests.scripted import words
from tests.serving import serve

SECRETS = ("klatce", "Zielińska", "44051401458", "600100200", "chest", "%2B48")


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What would leave."""
    exporter = InMemorySpanExporter()
    tracing.configure("test", processor=SimpleSpanProcessor(exporter))
    yield exporter
    tracing.shut_down()


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    """The spans of that name."""
    return [one for one in exporter.get_finished_spans() if one.name == name]


def trace_of(span: ReadableSpan) -> int:
    """Its trace."""
    assert span.context is not None
    return int(span.context.trace_id)


async def test_a_message_has_one_trace_from_the_webhook_to_the_provider(
    served: TestHouse, spans: InMemorySpanExporter
) -> None:
    app = action_app([], "s", served.house.database)

    async def with_action(turn: DialogueTurn) -> object:
        transport = httpx.ASGITransport(app)
        tracker = {"latest_message": {"metadata": {"message_id": str(turn.message_id)}}}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://actions", headers={SECRET_HEADER: "s"}
        ) as client:
            # Rasa is another process: it passes nothing on, and its action call finds the trace all the same.
            await asyncio.create_task(client.post("/webhook", json={"next_action": "action_book", "tracker": tracker}))
        return words("proszę")

    served.dialogue.answers["boli mnie w kolanie"] = with_action  # type: ignore[assignment] # a reply in the end
    async with served.web() as client:
        assert (await served.webhook(client, served.form(Body="boli mnie w kolanie"))).status_code == 200
    thread = await served.only_thread()
    await served.house.turns.take(thread)
    await served.house.deliverer.drain(thread)
    messages = await served.messages(thread)
    inbound, outbound = messages[0], [one for one in messages if one.direction is Direction.outbound]
    ours = context_of(inbound.id)
    (accept,), (dialogue,), (action,) = named(spans, "accept"), named(spans, "dialogue"), named(spans, "action")
    assert accept.context is not None and (accept.context.trace_id, accept.context.span_id) == (
        ours.trace_id,
        ours.span_id,
    )
    webhook = next(one for one in named(spans, "http") if (one.attributes or {}).get("route") == "/webhooks/twilio/sms")
    assert [link.context.trace_id for link in accept.links] == [trace_of(webhook)]
    turns = named(spans, "turn")
    assert turns and {trace_of(one) for one in (dialogue, action, *turns)} == {ours.trace_id}
    said = {link.context.trace_id for one in turns for link in one.links}
    delivered = {trace_of(one) for one in named(spans, "delivery")}
    assert delivered == said == {context_of(one.id).trace_id for one in outbound}
    assert (action.attributes or {})["action"] == "action_book"


async def test_nothing_a_patient_said_is_called_or_reached_at_leaves(
    served: TestHouse, spans: InMemorySpanExporter
) -> None:
    served.dialogue.answers["PESEL 44051401458, Anna Zielińska"] = DialogueFailed("44051401458")
    async with served.web() as client:
        for body in ("boli mnie w klatce", "PESEL 44051401458, Anna Zielińska", "chest pain"):
            await served.webhook(client, served.form(Body=body))
        await client.get(f"/simulator/phone?number=%2B{ANNA[1:]}&q=44051401458")
        await client.get(f"/patients/{ANNA}/44051401458/Zielińska")
    thread = await served.only_thread()
    await served.house.turns.take(thread)
    await served.house.deliverer.drain(thread)
    with (
        pytest.raises(ValueError, match="klatce"),
        tracing.span("turn", uuid4(), channel="boli mnie w klatce", body="klatce"),
    ):
        raise ValueError("boli mnie w klatce")
    with tracing.span("Anna Zielińska") as span:
        span.add_event("said", {"body": "klatce"})
        span.set_attribute("http.url", f"https://clinic.example/{ANNA}")
        span.set_attribute("route", "/patients/44051401458")
    finished = spans.get_finished_spans()
    assert {one.name for one in finished} <= SPANS | {"other"} and len(finished) > 10
    for one in finished:
        text = one.to_json(indent=None)
        assert not [secret for secret in SECRETS if secret.encode("ascii", "backslashreplace").decode() in text], text
        assert all(may_leave(key, value) for key, value in (one.attributes or {}).items())
        assert not one.events and not one.status.description
        assert set(one.resource.attributes) == {"service.name"}


def test_the_trace_of_a_message_cannot_be_told_from_its_id() -> None:
    message = UUID("019a0000-0000-7000-8000-000000000001")
    context = context_of(message)
    assert context == context_of(message) and context.is_valid
    assert message.int != context.trace_id and f"{context.trace_id:032x}"[:8] not in str(message)
    assert len({context_of(uuid4()).trace_id for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("key", "value", "leaves"),
    [("route", "/console/threads/{thread_id}", True), ("route", "/webhooks/twilio/sms", True), ("route", "/p/600100200", False),
     ("channel", "sms", True), ("channel", "+48600100200", False), ("reason", "slow", True), ("reason", "Anna Nowak", False),
     ("attempt", "3", True), ("attempt", "600100200", False), ("body", "x", False), ("action", "action_book", True)],
)  # fmt: skip
def test_an_attribute_leaves_only_in_its_shape(key: str, value: str, leaves: bool) -> None:
    assert may_leave(key, value) is leaves and (key in ATTRIBUTES) is (key != "body")


async def test_switched_off_it_costs_nothing_and_leaves_nothing(house: TestHouse) -> None:
    assert not tracing.is_on
    with tracing.span("turn", uuid4(), channel="sms") as span:
        span.set_attribute("reason", "slow")
        assert not span.is_recording()
    assert "echo cześć" in await house.text("cześć")


@pytest.mark.parametrize(
    ("endpoint", "is_here"),
    [("http://127.0.0.1:4318/v1/traces", True), ("http://localhost:4318/v1/traces", True), ("http://[::1]:4318/v1/traces", True),
     ("https://traces.example/v1/traces", False), ("http://10.0.0.5:4318/v1/traces", False), ("http://localhost.example/v1", False)],
)  # fmt: skip
async def test_nothing_goes_to_another_machine_before_it_is_recorded_nor_after(
    house: TestHouse, spans: InMemorySpanExporter, endpoint: str, is_here: bool
) -> None:
    officer = await house.staff("Iga", Role.privacy_officer)
    gate = TracingGate(
        replace(house.house, settings=house.house.settings.model_copy(update={"otlp_endpoint": endpoint}))
    )

    async def left() -> bool:
        await gate.look()
        spans.clear()  # Only now: while the record was read, something else may have ended.
        await house.text("cześć")
        return bool(spans.get_finished_spans())

    try:
        assert await left() is is_here
        now = house.clock.now()
        async with house.house.database.unit_of_work() as uow:
            await enter(uow, officer, Entry("tracing", "Ślad sp. z o.o.", "Polska", "1/2026", "7 dni", now.date()), now)
        assert await left()
        async with house.house.database.unit_of_work() as uow:
            await end(uow, officer, "tracing", now)
        assert await left() is is_here
    finally:
        tracing.may_leave = True


async def test_spans_reach_a_collector_over_http(house: TestHouse) -> None:
    collector, received = FastAPI(), []

    @collector.post("/v1/traces")
    async def take(request: Request) -> dict[str, str]:
        body = await request.body()
        received.append(gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body)
        return {}

    async with serve(collector) as address:
        tracing.configure("worker", f"{address}/v1/traces")
        await house.text("boli mnie w klatce")
        await asyncio.to_thread(tracing.shut_down)
    sent = b"".join(received)
    assert b"poradnia-worker" in sent and b"accept" in sent and b"turn" in sent
    assert not [secret for secret in SECRETS if secret.encode() in sent]

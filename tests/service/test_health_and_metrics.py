"""What operators see: alive, ready, degraded and why; counts and ages without an id; nothing of it for patients."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from structlog.testing import capture_logs

from conversations.protocols import DialogueFailed
from core import metrics
from core.access import Access, Role
from core.audit import record
from core.heartbeat import beat, leave
from core.migrations import head
from core.settings import Settings
from service.app import create_app, may_pass
from service.bootstrap import build
from service.health import Readiness
from service.operations import observed, operations_app
from tests.conftest import owner
from tests.house import ANNA, PUBLIC, TestHouse
from tests.service.doors import BROWSER, COOKIE, DEVICE
from tests.serving import free_port

LOOPBACK = "http://127.0.0.1"


def samples(exposed: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample, by name and labels."""
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(exposed)
        for one in family.samples
    }


async def ready(house: TestHouse, base: str = LOOPBACK, **headers: str) -> httpx.Response:
    """Ask the public application, from this very machine unless another address is asked for."""
    transport = httpx.ASGITransport(create_app(house.house))
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        return await client.get("/readyz")


async def test_a_process_without_a_bot_or_a_worker_serves_and_says_what_is_missing(house: TestHouse) -> None:
    await house.house.bus.start()
    try:
        answer = await ready(house)
        assert answer.status_code == 200 and answer.json()["status"] == "degraded"
        assert answer.json()["parts"] == {
            "database": "ok", "migrations": "ok", "bus": "ok", "provider": "ok", "dialogue": "no answer", "worker": "no heartbeat",
            "scanner": "ok",
            "screen": "ok",
        }  # fmt: skip
        process = uuid4()
        await beat(house.house.database, process, "worker")
        assert (await Readiness(house.house).examine()).parts["worker"] == "ok"
        await leave(house.house.database, process)
        assert (await Readiness(house.house).examine()).parts["worker"] == "no heartbeat"
    finally:
        await house.house.bus.stop()


async def test_an_old_heartbeat_is_none(house: TestHouse) -> None:
    await beat(house.house.database, uuid4(), "worker")
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(text("UPDATE process_beats SET beat_at = now() - interval '1 minute'"))
    assert (await Readiness(house.house).examine()).parts["worker"] == "no heartbeat"


async def test_a_dead_bus_or_another_revision_is_not_ready(house: TestHouse, house_url: str) -> None:
    answer = await ready(house)
    assert answer.status_code == 503 and answer.json()["parts"]["bus"] == "no answer"
    with psycopg.connect(owner(house_url), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000_older'")
        try:
            assert (await Readiness(house.house).examine()).parts["migrations"] == "another revision"
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", (head(),))


async def test_without_a_database_the_answer_is_503_and_quick(house: TestHouse) -> None:
    nowhere = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"
    away = build(house.house.settings, nowhere, clock=house.clock, load_keys=lambda *_: None)
    async with asyncio.timeout(10):
        found = await Readiness(away).examine()
    assert found.code == 503 and found.status == "unavailable" and found.parts["database"] == "no answer"
    await away.close()


async def test_strangers_learn_one_word_and_supervisors_the_parts(house: TestHouse) -> None:
    await house.house.bus.start()
    try:
        for answer in (await ready(house, PUBLIC), await ready(house, **{"X-Forwarded-For": "203.0.113.9"})):
            assert answer.status_code == 200 and answer.json() == {"status": "degraded"}
        from core.accounts import Opened, Staff, hash_password, sign_in

        async with house.house.database.unit_of_work() as uow:
            for name, role in (("s", Role.supervisor), ("a", Role.agent)):
                uow.session.add(
                    Staff(email=f"{name}@x.example", name=name, password_hash=hash_password("p"), roles=[role.value])
                )
        seen = {}
        for name in ("s", "a"):
            async with house.house.database.unit_of_work() as uow:
                opened = await sign_in(uow, f"{name}@x.example", "p", BROWSER, house.clock.now())
            assert isinstance(opened, Opened)
            cookies = f"{COOKIE}={opened.token}; {DEVICE}={BROWSER.key}"
            seen[name] = "parts" in (await ready(house, PUBLIC, Cookie=cookies)).json()
        assert seen == {"s": True, "a": False}
    finally:
        await house.house.bus.stop()


async def test_every_label_is_on_the_list_and_no_series_tells_a_person(house: TestHouse) -> None:
    house.dialogue.answers["slow"] = DialogueFailed("slow")
    house.dialogue.answers["odd"] = DialogueFailed("PESEL 44051401458")
    for words in ("dzień dobry", "slow"):
        await house.text(words)
    await house.text("odd", "+48600100555")
    await house.text("boli mnie w klatce i nie mogę oddychać", "+48600100777")
    async with house.web() as client:
        await client.get("/console/threads/6b1f0f7e-1111-4222-8333-944455556666")
        await client.get(f"/{ANNA}/44051401458")
        await client.request("BREW", "/")
        await house.webhook(client, house.form(Body="jutro"))
    exposed = await _scrape(house)
    for name, labels in samples(exposed):
        assert name.startswith("poradnia_")
        for label, value in labels:
            assert value == metrics.OTHER or metrics.LABELS[label].fullmatch(value), (name, label, value)
    for secret in ("600100200", "600100555", "44051401458", "klatce", "6b1f0f7e"):
        assert secret not in exposed
    assert 'route="/console/threads/{thread_id}"' in exposed and 'method="other"' in exposed


async def _scrape(house: TestHouse) -> str:
    transport = httpx.ASGITransport(operations_app(house.house, "worker", Readiness(house.house)))
    async with httpx.AsyncClient(transport=transport, base_url=LOOPBACK) as client:
        answer = await client.get("/metrics")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=")
        return answer.text


async def test_counts_say_what_happened_and_ages_how_long_it_waits(served: TestHouse) -> None:
    before = samples(await _scrape(served))
    await served.text("dzień dobry")
    await served.human("konsultant", "+48600100555")
    waiting = await served.sms("jeszcze nie przeczytane", "+48600100777")
    async with served.house.database.unit_of_work() as uow:
        await uow.session.execute(
            text("UPDATE turns SET created_at = now() - interval '90 seconds' WHERE state <> 'done'")
        )
        await uow.session.execute(text("UPDATE handoffs SET requested_at = now() - interval '5 minutes'"))
    await served.house.sealer.seal()
    sealed = samples(await _scrape(served))
    async with served.house.database.unit_of_work() as uow:
        record(uow, Access.system("test"), "opened", "thread", uuid4(), datetime.now(UTC) - timedelta(seconds=40))
    after = samples(await _scrape(served))
    unsealed = ("poradnia_audit_unsealed_seconds", ())
    assert sealed[unsealed] == 0 and 40 <= after[unsealed] < 70

    def rose(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after[key] - before.get(key, 0)

    assert waiting.is_new and rose("poradnia_messages_total", direction="in", channel="sms") == 3
    assert rose("poradnia_turns_total", outcome="answered") == 1 and rose("poradnia_turns_total", outcome="acted") == 1
    assert rose("poradnia_messages_total", direction="out", channel="sms") >= 3
    assert after["poradnia_turns_open", ()] == 1 and 89 < after["poradnia_turns_oldest_seconds", ()] < 120
    assert after["poradnia_queue_waiting", ()] == 1 and 299 < after["poradnia_queue_oldest_seconds", ()] < 330
    assert after["poradnia_deliveries", (("state", "queued"),)] >= 3


async def test_what_was_rolled_back_was_never_counted(house: TestHouse, house_url: str) -> None:
    key = ("poradnia_messages_total", (("channel", "sms"), ("direction", "in")))
    before = samples(metrics.exposition().decode()).get(key, 0)
    with psycopg.connect(owner(house_url), autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END$$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON turns DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
        try:
            with pytest.raises(Exception, match="full") as raised:
                await house.sms("nigdy nie zapisane")
            assert may_pass(raised.value)
        finally:
            connection.execute("DROP TRIGGER full_disk ON turns")
            connection.execute("DROP FUNCTION full_disk")
    assert samples(metrics.exposition().decode()).get(key, 0) == before


async def test_the_public_application_has_no_metrics_and_the_operations_port_nothing_else(house: TestHouse) -> None:
    async with house.web() as client:
        assert (await client.get("/metrics")).status_code == 404
    paths = {route.path for route in operations_app(house.house, "web", Readiness(house.house)).routes}  # type: ignore[attr-defined] # all are Routes
    assert paths == {"/healthz", "/readyz", "/metrics"}


async def test_a_taken_operations_port_does_not_keep_a_process_from_serving(house: TestHouse) -> None:
    port = free_port()
    house.house.settings.worker_metrics_port = port
    first, second = Readiness(house.house), Readiness(house.house)
    async with observed(house.house, "worker", first), httpx.AsyncClient() as client:
        async with observed(house.house, "worker", second):
            for _ in range(50):
                try:
                    answer = await client.get(f"http://127.0.0.1:{port}/metrics")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.1)
        assert answer.status_code == 200 and "server" not in answer.headers
        assert (await first.examine()).parts["worker"] == "ok"


async def test_the_operations_port_is_on_loopback_unless_said_otherwise() -> None:
    assert Settings().metrics_host == "127.0.0.1"


async def test_a_fault_of_ours_is_told_to_who_watches_without_a_word_of_anybody(house: TestHouse) -> None:
    app = create_app(house.house)

    @app.get("/fails/{number}")
    async def fails(number: str) -> None:
        raise ValueError(f"{number} ma gorączkę")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    with capture_logs() as told:
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
            answer = await client.get("/fails/600111222")
    (line,) = [one for one in told if one["log_level"] == "error"]
    assert (answer.status_code, line["exception_type"], line["route"]) == (500, "ValueError", "/fails/{number}")
    assert "600111222" not in str(told) and "gorączkę" not in str(told) and "gorączkę" not in answer.text

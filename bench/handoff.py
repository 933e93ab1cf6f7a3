"""The contact center: a message in 200 open consoles, routing among many, a long thread's first paint, and killing in every state.

Kills end web, worker and PostgreSQL at random while patients ask for people and three agents take offers, decline, pass on and end.
The log of handoffs is then read from the start: a conversation that two have at once, or that nobody can find, is counted.
"""

import asyncio
import contextlib
import itertools
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from playwright.async_api import async_playwright
from procrastinate.exceptions import ConnectorException
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bench.chaos import Storm, keep, kill
from bench.installation import Installation, installation, progress
from bench.turn import number
from conversations.cases import lock_case
from conversations.models import Case, CaseState, ContactPoint, Message, Thread
from core.access import Role
from core.accounts import SignedIn, Staff
from core.errors import Refused
from core.ids import StaffId
from handoff.mine import read_mine
from handoff.models import OVER, Handoff, HandoffEvent, HandoffState, Step
from handoff.passing import QUEUE
from handoff.routing.agents import set_mode
from handoff.routing.rules import Candidate, Facts, decide
from handoff.routing.tables import read_table, shipped_text
from service.checks import chromium
from service.setup import DEMO_PASSWORD
from service.supervisor import Supervisor

BOUNDS = {
    "fanout_p95_ms": ("<=", 300.0), "widget_p95_ms": ("<=", 300.0), "routing_p95_ms": ("<=", 20.0), "first_paint_ms": ("<=", 1000.0),
    "lost": ("<=", 0), "double_owned": ("<=", 0), "unanswered": ("<=", 0),
}  # fmt: skip
CONSOLES, AGENTS, WAITING, LONG_THREAD = 200, 500, 5_000, 2_000
TARGETS = {"web": 0.3, "worker": 0.5, "postgres": 0.2}
NAMES = ("marta", "pawel", "sylwia")
PATIENTS = 6
AWAY = (DBAPIError, OSError, ConnectorException)
"""How a database that was just killed shows."""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]"


def run(quick: bool) -> dict[str, float]:
    """All figures. `--quick`: fewer consoles, messages and kills."""
    return asyncio.run(_run(quick))


async def _run(quick: bool) -> dict[str, float]:
    figures = _routing(500 if quick else WAITING)
    async with installation(with_plain=False) as place:
        figures |= await _fanout(place, 40 if quick else CONSOLES, 10 if quick else 40)
        figures["widget_p95_ms"] = await _widget(place, 10 if quick else 100)
        figures["first_paint_ms"] = await _first_paint(place, 400 if quick else LONG_THREAD)
        figures |= await _storm(place, 6 if quick else 40)
    return figures


def _p95(found: Sequence[float]) -> float:
    return round(statistics.quantiles(found, n=20)[-1], 2)


def _routing(waiting: int) -> dict[str, float]:
    """Each of many waiting ones is decided among 500 agents, who fill up meanwhile."""
    chance = random.Random(7)
    table = read_table(shipped_text())
    states = ("available", "available", "available", "away", "offline", "wrap_up")
    agents = [
        Candidate(
            str(UUID(int=one)), chance.choice(states), frozenset(chance.sample(("clinical", "complaints"), chance.randint(0, 2))),
            frozenset(chance.sample(("pl", "en", "uk"), chance.randint(0, 2))), chance.randint(0, 3), 4, chance.randint(0, 900),
        )
        for one in range(AGENTS)
    ]  # fmt: skip
    took = []
    for _ in range(waiting):
        facts = Facts(
            chance.choice(("asked", "complex", "language", "emergency")), chance.random() < 0.05, chance.choice(("pl", "en")),
            chance.choice(("sms", "webchat", "voice")), chance.randint(0, 600), chance.choice(agents).id,
            chance.choice(("book", "results", None)),
        )  # fmt: skip
        began = time.perf_counter()
        decision = decide(table, facts, agents)
        took.append((time.perf_counter() - began) * 1000)
        if decision.chosen is not None:
            agents = [replace(one, load=one.load + 1) if one.id == decision.chosen else one for one in agents]
    return {"routing_p95_ms": _p95(took), "routed": len(took)}


async def _sign_in(place: Installation, name: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        base_url=place.settings.public_url, timeout=30, headers={"sec-fetch-site": "same-origin", "user-agent": "bench"},
        limits=httpx.Limits(max_connections=None),
    )  # fmt: skip
    page = (await client.get("/login")).text
    token = page.split('name="token" value="')[1].split('"')[0]
    done = await client.post(
        "/login", data={"token": token, "email": f"{name}@demo.example", "password": DEMO_PASSWORD}
    )
    assert done.status_code == 303, done.text[:300]
    return client


async def _fanout(place: Installation, consoles: int, messages: int) -> dict[str, float]:
    """From the webhook's call until each open console has been told; and until a console has the message's words."""
    storm, phone = Storm(place), number()
    client = await _sign_in(place, "marta")
    async with httpx.AsyncClient(base_url=place.settings.public_url, timeout=30) as patient:
        await storm.deliver(patient, phone, "konsultant", f"SM{uuid4().hex}")
        thread_id = await _thread_of(place, phone)
        heard: list[dict[str, float]] = [{} for _ in range(consoles)]
        ready = [asyncio.Event() for _ in range(consoles)]
        listening = [
            asyncio.create_task(_listen(client, str(thread_id), told, up))
            for told, up in zip(heard, ready, strict=True)
        ]
        await asyncio.gather(*(one.wait() for one in ready))
        await client.get(f"/console/threads/{thread_id}")
        mark = (await client.get(f"/console/threads/{thread_id}")).text.split("?opened=")[1].split('"')[0]
        told, shown = [], []
        for turn in range(messages):
            for one in heard:
                one.clear()
            body = f"wiadomosc {turn} {uuid4().hex[:6]}"
            began = time.perf_counter()
            await storm.deliver(patient, phone, body, f"SM{uuid4().hex}")
            await asyncio.sleep(0.8)
            told += [(one["at"] - began) * 1000 if "at" in one else 10_000.0 for one in heard]
            began = time.perf_counter()
            page = await client.get(
                f"/console/fragments/threads/{thread_id}?opened={mark}", headers={"hx-request": "true"}
            )
            assert body in page.text
            shown.append((time.perf_counter() - began) * 1000)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    await client.aclose()
    return {"fanout_p95_ms": _p95(told), "thread_again_p95_ms": _p95(shown), "consoles": consoles}


async def _widget(place: Installation, replies: int) -> float:
    """From an agent's reply until the patient's widget, which was told of news, has read its words."""
    house, now = place.house, place.house.clock.now
    async with house.database.unit_of_work() as uow:
        marta = await uow.session.scalar(select(Staff).where(Staff.email == "marta@demo.example"))
    assert marta is not None
    person = _signed_in(marta)
    async with httpx.AsyncClient(base_url=f"{place.settings.public_url}/chat", timeout=30) as patient:
        session = (await patient.post("/session", json={"language": "pl"})).json()
        patient.headers["authorization"] = f"Bearer {session['token']}"
        body = {"id": uuid4().hex, "text": "konsultant", "language": "pl"}
        async with patient.stream("GET", "/stream", timeout=60) as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            (await patient.post("/messages", json=body)).raise_for_status()
            case_id = await _waiting_case(place)
            async with house.database.unit_of_work() as uow:
                assert await house.desk.accept(uow, person, case_id, now()) is None
            took, after = [], 0
            for turn in range(replies):
                words = f"odpowiedź {turn} {uuid4().hex[:6]}"
                began = time.perf_counter()
                async with house.database.unit_of_work() as uow:
                    await house.desk.reply(uow, person, case_id, words, now())
                is_shown = False
                while not is_shown:
                    while not (await anext(lines)).startswith("event: news"):
                        pass
                    lasts = (await patient.get("/messages", params={"after": after})).json()["messages"]
                    is_shown = any(one["text"] == words for one in lasts)
                took.append((time.perf_counter() - began) * 1000)
                after = max(one["seq"] for one in lasts)
        async with house.database.unit_of_work() as uow:
            await house.desk.close(uow, person, case_id, now())
    return _p95(took)


async def _waiting_case(place: Installation) -> UUID:
    """The case of the one who came over the web and waits."""
    for _ in range(400):
        async with place.house.database.unit_of_work() as uow:
            found = await uow.session.scalar(
                select(Case.id)
                .join(Message, Message.case_id == Case.id)
                .where(Case.state == CaseState.waiting, Message.channel == "webchat")
                .limit(1)
            )
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("nobody waits")


def _signed_in(one: Staff) -> SignedIn:
    return SignedIn(StaffId(one.id), one.name, one.email, frozenset(Role(role) for role in one.roles), "pl", "")


async def _listen(client: httpx.AsyncClient, thread_id: str, told: dict[str, float], up: asyncio.Event) -> None:
    async with client.stream("GET", "/console/events", timeout=None) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("event: hello"):
                up.set()
            elif line.startswith("data:") and thread_id in line and '"thread"' in line:
                told.setdefault("at", time.perf_counter())


async def _thread_of(place: Installation, phone: str) -> UUID:
    for _ in range(200):
        async with place.house.database.unit_of_work() as uow:
            for point in await uow.session.scalars(select(ContactPoint)):
                if point.address == phone:
                    found = await uow.session.scalar(
                        select(Thread.id).where(Thread.correspondent_id == point.correspondent_id)
                    )
                    if found is not None:
                        return found
        await asyncio.sleep(0.05)
    raise AssertionError("the message did not arrive")


async def _first_paint(place: Installation, messages: int) -> float:
    """Of a thread with so many messages: median of five openings in Chromium, first contentful paint."""
    storm, phone = Storm(place), number()
    async with httpx.AsyncClient(base_url=place.settings.public_url, timeout=30) as patient:
        await storm.deliver(patient, phone, "konsultant", f"SM{uuid4().hex}")
    thread_id = await _thread_of(place, phone)
    async with place.house.database.unit_of_work() as uow:
        case_id = await uow.session.scalar(select(Case.id).where(Case.thread_id == thread_id))
        assert case_id is not None
        case = await lock_case(uow, case_id)
        marta = await uow.session.scalar(select(Staff.id).where(Staff.email == "marta@demo.example"))
        assert marta is not None
        for turn in range(messages):
            await place.house.messages.note(
                uow, case, f"wiadomość {turn}: " + "słowa " * 12, marta, "Marta", place.house.clock.now()
            )
    painted = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(),
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(f"{place.settings.public_url}/login")
        await page.locator("#email").fill("marta@demo.example")
        await page.locator("#password").fill(DEMO_PASSWORD)
        await page.locator("main button[type=submit]").click()
        await page.wait_for_url(lambda url: "/login" not in url)
        for _ in range(5):
            await page.goto(f"{place.settings.public_url}/console/threads/{thread_id}")
            await page.wait_for_function(f"() => {PAINT} !== undefined")
            painted.append(await page.evaluate(f"() => {PAINT}.startTime"))
        assert await page.locator("#log article").count() > 0
        await browser.close()
    return round(float(statistics.median(painted)), 1)


async def _storm(place: Installation, kills: int) -> dict[str, float]:
    """Kill while patients ask and agents work, then read the log."""
    storm = Storm(place)
    async with place.house.database.unit_of_work() as uow:
        await uow.session.execute(text("DELETE FROM handoff_events"))
        found = list(
            await uow.session.scalars(select(Staff).where(Staff.email.in_(f"{one}@demo.example" for one in NAMES)))
        )
    people = [_signed_in(one) for one in found]
    for person in people:
        async with place.house.database.unit_of_work() as uow:
            await set_mode(uow, place.house.jobs, person, "available", None, place.house.clock.now())
    supervisor = Supervisor(place.processes, place.postgres.revive)
    keeping = asyncio.create_task(keep(supervisor))
    desks = [asyncio.create_task(_agent(place, person, random.Random(seed))) for seed, person in enumerate(people)]
    patients = [asyncio.create_task(_patient(storm)) for _ in range(PATIENTS)]
    killed = await kill(place, kills, TARGETS)
    storm.over.set()
    await asyncio.gather(*patients)
    await storm.settle()
    await asyncio.sleep(20)
    for task in (*desks, keeping):
        task.cancel()
    await asyncio.gather(*desks, keeping, return_exceptions=True)
    progress(f"kills: {dict(killed)}")
    return {"kills": sum(killed.values()), **await _compare(place, storm)}


async def _patient(storm: Storm) -> None:
    async with httpx.AsyncClient(base_url=storm.place.settings.public_url, timeout=10) as client:
        while not storm.over.is_set():
            phone = number()
            for body in ("konsultant", "halo, jest tam kto"):
                await storm.deliver(client, phone, body, f"SM{uuid4().hex}")
                await asyncio.sleep(1.5)


async def _agent(place: Installation, person: SignedIn, chance: random.Random) -> None:
    """Takes most offers, lets some go by, answers, and then ends, passes on or hands back."""
    house = place.house
    while True:
        await asyncio.sleep(chance.uniform(0.3, 0.9))
        with contextlib.suppress(*AWAY):
            async with house.database.unit_of_work() as uow:
                own = await read_mine(uow, person, house.clock.now())
                if own.mode.value != "available":
                    await set_mode(uow, house.jobs, person, "available", None, house.clock.now())
            for offer in own.offers:
                async with house.database.unit_of_work() as uow:
                    act = house.desk.accept if chance.random() < 0.8 else house.passing.decline
                    await act(uow, person, offer.case_id, house.clock.now())
            for one in own.write_ups:
                async with house.database.unit_of_work() as uow:
                    await house.passing.wrap_up(uow, person, one.handoff_id, "visit", house.clock.now())
            async with house.database.unit_of_work() as uow:
                mine = list(
                    await uow.session.scalars(
                        select(Handoff.case_id).where(
                            Handoff.state == HandoffState.active, Handoff.accepted_by == person.staff_id
                        )
                    )
                )
            for case_id in mine:
                await _work_on(place, person, case_id, chance)


async def _work_on(place: Installation, person: SignedIn, case_id: UUID, chance: random.Random) -> None:
    house = place.house
    async with house.database.unit_of_work() as uow:
        sent = await house.desk.reply(uow, person, case_id, "Już pomagamy.", house.clock.now())
    if isinstance(sent, Refused):
        return
    async with house.database.unit_of_work() as uow:
        now, choice = house.clock.now(), chance.random()
        if choice < 0.5:
            await house.desk.close(uow, person, case_id, now)
        elif choice < 0.7:
            await house.passing.transfer(uow, person, case_id, QUEUE, "proszę przejąć", now)
        elif choice < 0.8:
            await house.desk.hand_back(uow, person, case_id, now)


async def _compare(place: Installation, storm: Storm) -> dict[str, float]:
    async with place.house.database.unit_of_work() as uow:
        stored = set(await uow.session.scalars(select(Message.provider_id).where(Message.provider_id.is_not(None))))
        handoffs = {one.id: one for one in await uow.session.scalars(select(Handoff))}
        cases = list(await uow.session.scalars(select(Case)))
        events = list(await uow.session.scalars(select(HandoffEvent).order_by(HandoffEvent.seq)))
    open_cases = {one.case_id for one in handoffs.values() if one.state not in OVER}
    nowhere = [one for one in cases if one.state in (CaseState.waiting, CaseState.human) and one.id not in open_cases]
    ownerless = [
        one for one in handoffs.values()
        if (one.state is HandoffState.active and one.accepted_by is None) or (one.state is HandoffState.offered and one.offered_to is None)
    ]  # fmt: skip
    return {
        "acknowledged": len(storm.acknowledged), "handoffs": len(handoffs), "accepted": sum(one.step is Step.accepted for one in events),
        "lost": len(storm.acknowledged - stored) + len(nowhere) + len(ownerless), "double_owned": double_owned(events),
        "unanswered": sum(_is_stuck(one, place.house.clock.now()) for one in handoffs.values()),
    }  # fmt: skip


def _is_stuck(handoff: Handoff, now: datetime) -> bool:
    """True if its offer ran out a minute ago and nobody has looked at it since."""
    return handoff.offer_until is not None and handoff.offer_until < now - timedelta(minutes=1)


def double_owned(events: Sequence[HandoffEvent]) -> int:
    """How often somebody took a conversation that another still had, reading the log from its start."""
    count = 0
    for _, group in itertools.groupby(
        sorted(events, key=lambda one: (str(one.handoff_id), one.seq)), lambda one: one.handoff_id
    ):
        owner: Any = None
        asked: set[Any] = set()
        for one in group:
            if one.step is Step.transferred:
                asked.add(one.staff_id)
            elif one.step is Step.accepted:
                is_passed_on = one.staff_id in asked or one.reason == "assigned"
                count += owner is not None and owner != one.staff_id and not is_passed_on
                owner, asked = one.staff_id, set()
            elif one.step in (Step.released, Step.ended):
                owner = None
    return count

"""`docs/roles.md`, cell by cell: what a role may do works over HTTP, what it may not is refused and changes nothing."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import update

from conversations.contact_limits import ContactLimit
from core.access import Role
from core.accounts import Staff, find_session, hash_password
from core.accounts.models import StaffRole
from core.ids import new_id
from core.postgres import libpq_url
from service.app import create_app
from tests.house import TestHouse
from tests.service.doors import BROWSER, COOKIE, DEVICE, STREAMS, enter, operations
from tests.service.role_world import (
    FORMS,
    PASSWORD,
    REFUSED_HERE,
    WRONG_CODE,
    World,
    a_join,
    a_number,
    a_site,
    an_erasure,
    offer,
    world,
)

TABLE = Path(__file__).parents[2] / "docs" / "roles.md"
COLUMNS = (Role.agent, Role.clinician, Role.supervisor, Role.admin, Role.privacy_officer)
SIMULATED = "/simulator"


@dataclass(frozen=True)
class Row:
    """A way in and the roles it is for; `allowed` is None for doors with a lock of their own."""

    method: str
    path: str
    allowed: frozenset[Role] | None


def rows() -> list[Row]:
    """The table as it is written."""
    found = []
    for line in TABLE.read_text().splitlines():
        cells = [one.strip() for one in line.strip("|").split("|")]
        way = re.fullmatch(r"`(GET|POST|PUT|DELETE) (\S+)`", cells[0])
        if way is None:
            continue
        ticks = cells[1:-1]
        assert set(ticks) <= {"✓", "–"} and len(ticks) in (0, len(COLUMNS)), line
        allowed = frozenset(role for role, tick in zip(COLUMNS, ticks, strict=True) if tick == "✓") if ticks else None
        found.append(Row(way[1], way[2], allowed))
    return found


ROWS = rows()
GUARDED = [row for row in ROWS if row.allowed is not None]
NAMED = {
    "thread_id",
    "case_id",
    "patient_id",
    "alert_id",
    "message_id",
    "reply_id",
    "file_id",
    "follow_up_id",
    "complaint_id",
    "handoff_id",
}
WITH_IDS = [
    row for row in GUARDED
    if set(re.findall(r"{(\w+)}", row.path)) & NAMED
    and row.path.startswith("/console")
]  # fmt: skip


def named(row: Row) -> str:
    """For the test's own name."""
    return f"{row.method} {row.path}"


@dataclass
class Keyboard:
    """Somebody signed in, in their browser."""

    client: httpx.AsyncClient
    staff_id: UUID
    csrf: str

    async def ask(self, row: Row, one: World) -> httpx.Response:
        """The row's request about that world."""
        path = re.sub(r"{(\w+)}", lambda found: str(one.ids.get(found[1], "reply")), row.path)
        if row.method == "GET":
            return await self.client.get(path)
        fill = FORMS.get(row.path)
        return await self.client.post(path, data={"csrf": self.csrf, **(fill(one) if fill else {})})


async def at_keyboard(house: TestHouse, client: httpx.AsyncClient, role: Role, site: UUID | None = None) -> Keyboard:
    """A person of that role, everywhere or at one site."""
    person = Staff(
        id=new_id(),
        email=f"{uuid4().hex}@clinic.example",
        name="Marta",
        password_hash=hash_password(PASSWORD),
        roles=[],
    )
    person.role_rows = [StaffRole(role=role.value, site_id=site)]
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(person)
    token = await enter(house, person.email, PASSWORD)
    client.cookies.clear()
    client.cookies.update({COOKIE: token, DEVICE: BROWSER.key})
    client.headers.update({"user-agent": BROWSER.agent, "sec-fetch-site": "same-origin"})
    async with house.house.database.unit_of_work() as uow:
        found = await find_session(uow, token, BROWSER, house.clock.now())
    assert found is not None
    return Keyboard(client, person.id, found.csrf_token)


OWN = ("/account", "/logout")
"""They change or end the session itself, so each is asked with a fresh one, last."""
EVERYBODYS = {"/console/alerts/{alert_id}/claim"}
"""A red flag is claimed by whoever is there first; its conversation stays closed to them all the same."""
BYSTANDERS = ("staff_sessions", "audit_events", "rate", "process_beats", "present")
"""What asking alone may touch: one's own session, the audit."""


def contents(url: str) -> list[tuple[str, int, int]]:
    """Of every table how many rows it has and the newest transaction that wrote one."""
    with psycopg.connect(libpq_url(url)) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        rows = connection.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*), coalesce(max(xmin::text::bigint), 0) FROM {name}"
                for (name,) in names
                if not name.startswith(BYSTANDERS)
            )
        ).fetchall()
    return sorted(rows)  # A union comes in any order.


def test_every_route_stands_in_the_table_once(house: TestHouse) -> None:
    routes = [
        (method, path) for method, path, _ in operations(create_app(house.house)) if not path.startswith(SIMULATED)
    ]
    written = [(row.method, row.path) for row in ROWS]
    assert sorted(written) == sorted(set(written))
    assert set(written) == set(routes)


async def test_nobody_is_let_in_without_signing_in(house: TestHouse) -> None:
    one = await world(house, None)
    before = contents(house.house.database.url)
    async with house.web() as client:
        for row in GUARDED:
            answer = await Keyboard(client, uuid4(), "x").ask(row, one)
            is_sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/login")
            assert is_sent_away or answer.status_code in (401, 403), named(row)
    assert contents(house.house.database.url) == before


@pytest.mark.parametrize("role", COLUMNS)
async def test_a_role_may_do_exactly_what_the_table_says(house: TestHouse, role: Role) -> None:
    wrong: list[str] = []
    url, one = house.house.database.url, None
    async with house.web() as client:
        keyboard = await at_keyboard(house, client, role)
        for row in sorted(GUARDED, key=lambda row: row.path.startswith(OWN)):
            if row.path in STREAMS:
                continue
            is_allowed = role in (row.allowed or ())
            if row.path.startswith(OWN):
                keyboard = await at_keyboard(house, client, role)
            one = one or await world(house, keyboard.staff_id)
            if row.path.endswith(("/accept", "/decline")):
                one.ids["thread_id"], one.ids["case_id"] = await house.human(number=a_number())
            if row.path.endswith("/decline"):
                await offer(house, one.ids["case_id"], keyboard.staff_id)
            if "erasure_id" in row.path and "erasure_id" not in one.ids:
                one.ids["erasure_id"] = await an_erasure(house, one)
            if "join" in row.path:
                one.ids["joined_id"], one.ids["join_id"] = await a_join(house)
            if row.path.endswith(("/limit", "/lift")):
                await a_limit(house, one, holds=row.path.endswith("/lift"))
            before = [] if is_allowed else contents(url)
            answer = await keyboard.ask(row, one)
            if is_allowed:
                wrong += [] if worked(row, answer) else [f"{named(row)}: allowed, but {answer.status_code}"]
            elif answer.status_code not in (403, 404):
                wrong.append(f"{named(row)}: refused, but {answer.status_code}")
            elif changed := set(contents(url)) ^ set(before):
                wrong.append(f"{named(row)}: refused, but something changed: {sorted(changed)}")
            if row.method != "GET" and is_allowed:
                one = None
    assert not wrong, "\n".join(wrong)


async def a_limit(house: TestHouse, one: World, *, holds: bool) -> None:
    """The limit of that world holds, or is over: a conversation has one at a time."""
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(ContactLimit).values(until=now))
        found = await uow.session.get_one(ContactLimit, one.ids["limit_id"])
        found.until = now + timedelta(hours=1) if holds else now


def worked(row: Row, answer: httpx.Response) -> bool:
    """Did it do what was asked? A refusal of the desk is a page (200), so what is done there must lead on (303)."""
    if row.path in WRONG_CODE and answer.status_code == 400:
        return True
    if row.path in REFUSED_HERE and answer.status_code == 422:
        return True
    done = (303,) if row.path.startswith("/console/cases") and row.method == "POST" else (200, 204, 303)
    return answer.status_code in done and not answer.headers.get("location", "").startswith("/login/code")


@pytest.mark.parametrize("role", [Role.agent, Role.clinician, Role.supervisor])
async def test_what_is_outside_ones_relation_cannot_be_told_from_what_is_not_there(
    house: TestHouse, role: Role
) -> None:
    here, elsewhere = await a_site(house), await a_site(house)
    one = await world(house, None, elsewhere)
    nothing = World({name: uuid4() for name in one.ids})
    wrong = []
    async with house.web() as client:
        keyboard = await at_keyboard(house, client, role, here)
        for row in WITH_IDS:
            if (
                row.allowed is None
                or role not in row.allowed
                or row.path.endswith("/break-glass")
                or row.path in EVERYBODYS
            ):
                continue
            before = contents(house.house.database.url)
            answers = [await keyboard.ask(row, which) for which in (one, nothing)]
            told = [(one.status_code, one.content, sorted(one.headers.items())) for one in answers]
            if told[0] != told[1] or told[0][0] != 404:
                wrong.append(f"{named(row)}: {[one[0] for one in told]}")
            if contents(house.house.database.url) != before:
                wrong.append(f"{named(row)}: something changed")
    assert not wrong, "\n".join(wrong)

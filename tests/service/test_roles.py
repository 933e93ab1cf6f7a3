"""`docs/roles.md`, cell by cell: what a role may do works over HTTP, what it may not is refused and changes nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import select

from care.appointments.models import Site
from care.authorisations.models import Authorisation, Basis, Evidence, PatientIs
from care.governance.models import Signature, Subject
from care.patients.models import Patient, PatientContactPoint
from care.patients.repository import Patients
from care.patients.tokens import phone_token
from conversations.alerts import FollowUp
from conversations.models import Case, Delivery, DeliveryState, Direction
from conversations.privacy.erasure import confirmation_of
from conversations.protocols import Media
from core.access import Access, Role
from core.accounts import Staff, find_session, hash_password
from core.accounts.models import BreakGlass, StaffRole
from core.errors import Refused
from core.ids import new_id
from core.postgres import libpq_url
from service.app import create_app
from tests.channels.test_sms_webhook import PNG
from tests.house import TestHouse
from tests.privacy.planting import BORN, visit
from tests.service.doors import BROWSER, COOKIE, DEVICE, STREAMS, enter, operations
from tests.service.things import a_refill, a_report, a_run, a_test, an_article

TABLE = Path(__file__).parents[2] / "docs" / "roles.md"
COLUMNS = (Role.agent, Role.clinician, Role.supervisor, Role.admin, Role.privacy_officer)
SIMULATED = "/simulator"
PASSWORD = "correct horse battery"


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
WITH_IDS = [
    row for row in GUARDED
    if set(re.findall(r"{(\w+)}", row.path)) & {"thread_id", "case_id", "patient_id", "alert_id", "message_id", "file_id", "follow_up_id"}
    and row.path.startswith("/console")
]  # fmt: skip


def named(row: Row) -> str:
    """For the test's own name."""
    return f"{row.method} {row.path}"


@dataclass
class World:
    """One of everything an id can name."""

    ids: dict[str, Any] = field(default_factory=dict)


def a_number() -> str:
    """Somebody's telephone."""
    return f"+4860{uuid4().int % 10_000_000:07}"


async def world(house: TestHouse, owner: UUID | None, site: UUID | None = None) -> World:
    """A patient with a visit writes, sends a picture and raises a red flag; a message to them was given up. `owner` has the case."""
    number = a_number()
    accepted = await house.sms("boli mnie w klatce i nie mogę oddychać", number, media=(Media("image/png", None, PNG),))
    await house.house.turns.take(accepted.thread_id)
    case, now = await house.open_case(accepted.thread_id), house.clock.now()
    point = await house.point(number)
    (file, *_), alert = await house.attachments(accepted.message_id), (await house.alerts())[-1]
    async with house.house.database.unit_of_work() as uow:
        patient = Patients(uow, Access.system("test")).add(
            Patient(given_name="Anna", family_name="Nowak", birth_date=BORN, phone=number, created_at=now)
        )
        await uow.session.flush()
        uow.session.add(
            PatientContactPoint(patient_id=patient.id, contact_point_id=point.id, role="self", created_at=now)
        )
        stored = await uow.session.get_one(Case, case.id)
        stored.patient_id = patient.id
    agent = await house.staff("Ewa", Role.agent)
    await house.accept(agent, case.id)
    if owner is not None:
        async with house.house.database.unit_of_work() as uow:
            (await uow.session.get_one(Case, case.id)).agent_id = owner
    out = next(one for one in await house.messages(accepted.thread_id) if one.direction is Direction.outbound)
    glass = BreakGlass(
        staff_id=agent.staff_id, patient_id=patient.id, category="other", reason="pacjent prosił", granted_at=now, expires_at=now
    )  # fmt: skip
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(glass)
        for one in await uow.session.scalars(select(Delivery).where(Delivery.message_id == out.id)):
            one.state = DeliveryState.dead
    await visit(house, patient.id, "booked", days=3, site_id=site)
    colleague = Staff(
        id=new_id(), email=f"{uuid4().hex}@clinic.example", name="Jan", password_hash="x", roles=["agent"]
    )
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(colleague)
    async with house.house.database.unit_of_work() as uow:
        allowed = Authorisation(
            patient_id=patient.id, name="Jan Nowak", birth_date=BORN, phone=number, phone_token=phone_token(number),
            patient_is=PatientIs.child, basis=Basis.authorisation, scopes=["visits"], evidence=Evidence.signed_form,
            valid_from=now.date(), made_by=agent.staff_id, made_at=now,
        )  # fmt: skip
        signature = Signature(
            subject=Subject.triage, version="0" * 64, staff_id=agent.staff_id, name="Ewa Nowak", licence="1234567", signed_at=now
        )  # fmt: skip
        uow.session.add_all((allowed, signature))
        task = FollowUp(
            id=new_id(), thread_id=accepted.thread_id, case_id=case.id, level="crisis", made_at=now, due_at=now,
            taken_by=owner,
        )  # fmt: skip
        uow.session.add(task)
    request = await a_refill(house, patient.id, case.id)
    async with house.house.database.unit_of_work() as uow:
        role = await uow.session.scalar(select(StaffRole.id).where(StaffRole.staff_id == colleague.id))
    assert role is not None
    return World(
        {
            "thread_id": accepted.thread_id, "case_id": case.id, "patient_id": patient.id, "alert_id": alert.id,
            "message_id": out.id, "file_id": file.id, "staff_id": colleague.id, "role_id": role, "glass_id": glass.id,
            "follow_up_id": task.id, "session_id": uuid4(), "authorisation_id": allowed.id, "request_id": request.id,
            "article_id": await an_article(house), "medication_id": request.medication_id, "signature_id": signature.id,
            "report_id": await a_report(house, agent, accepted.message_id), "run_id": await a_run(house),
            "test_id": await a_test(house, agent), "intent": "price", "number": 1, "name": "examples.csv",
        }
    )  # fmt: skip


async def a_site(house: TestHouse) -> UUID:
    """A place of the clinic."""
    site = Site(
        id=new_id(), code=uuid4().hex, name="Mokotów", address="A", phone="1", parking_pl="", parking_en="", directions_pl="",
        directions_en="",
    )  # fmt: skip
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(site)
    return site.id


async def an_erasure(house: TestHouse, one: World) -> UUID:
    """Of the world's patient, done."""
    erasures, patient_id = house.house.privacy.erasures, one.ids["patient_id"]
    officer = Access.staff((await house.staff("Iga", Role.privacy_officer)).staff_id, frozenset({Role.privacy_officer}))
    async with house.house.database.unit_of_work() as uow:
        made = await erasures.confirm(uow, officer, patient_id, confirmation_of(patient_id), [], house.clock.now())
    assert not isinstance(made, Refused)
    await erasures.run_open()
    return made.id


ARTICLE = {
    "pl_question": "Czy są miejsca dla rowerów?", "pl_answer": "Tak, przed wejściem.",
    "en_question": "Is there room for bicycles?", "en_answer": "Yes, at the entrance.",
}  # fmt: skip
FORMS: dict[str, Callable[[World], dict[str, Any]]] = {
    "/console/search": lambda _: {"query": "Nowak"},
    "/console/cases/{case_id}/reply": lambda _: {"body": "Dzień dobry"},
    "/console/cases/{case_id}/note": lambda _: {"body": "oddzwonić"},
    "/console/cases/{case_id}/consents": lambda _: {
        "purpose": "reminder", "decision": "withdraw", "source": "phone", "words": "proszę nie przypominać"
    },
    "/console/cases/{case_id}/authorisations": lambda _: {
        "name": "Maria Nowak", "born": "1960-01-02", "phone": "+48600100200", "patient_is": "child", "basis": "authorisation",
        "scopes": ["visits"], "evidence": "signed_form",
    },
    "/studio/articles": lambda _: ARTICLE | {"id": f"article-{uuid4().hex}"},
    "/studio/articles/{article_id}": lambda _: ARTICLE | {"base": "1"},
    "/studio/articles/{article_id}/publish": lambda _: {"version": "1"},
    "/studio/articles/{article_id}/restore": lambda _: {"version": "1"},
    "/studio/try": lambda _: {"question": "czy są miejsca dla rowerów?", "language": "pl"},
    "/console/cases/{case_id}/test": lambda _: {"name": "rozmowa", "said": ["nie mogę oddychać"], "nobody": "yes"},
    "/studio/checks": lambda _: {"note": "nowe zdanie"},
    "/studio/versions/{number}": lambda _: {"note": "wracamy do tego"},
    "/studio/intents/{intent}/examples": lambda _: {"act": "drop"},
    "/studio/intents/{intent}": lambda _: {"text": f"ile to {uuid4().hex[:6]}", "language": "pl"},
    "/refills/{request_id}": lambda _: {"outcome": "approved"},
    "/medicines/{patient_id}": lambda _: {"name": "Polpril 5 mg", "substance": "ramipryl", "dose": "rano 1"},
    "/measurements/{patient_id}": lambda _: {"kind": "spo2", "value": "97"},
    "/medicines/{patient_id}/reminders": lambda _: {"hours": "8:00", "source": "phone"},
    "/console/follow-ups/{follow_up_id}/done": lambda _: {"note": "rozmowa odbyta"},
    "/console/threads/{thread_id}/break-glass": lambda _: {"category": "other", "reason": "pacjent prosił o to telefonicznie"},
    "/console/threads/{thread_id}/presence": lambda _: {"doing": "viewing"},
    "/staff": lambda _: {"email": f"{uuid4().hex}@clinic.example", "name": "Ola", "post": "agent@all"},
    "/staff/{staff_id}/roles": lambda _: {"post": "clinician@all"},
    "/staff/review/{role_id}": lambda _: {"decision": "confirmed"},
    "/console/messages/{message_id}/unsafe": lambda _: {"reason": "za późno odpisane"},
    "/clinical/unsafe/{report_id}/lock": lambda _: {"text": "nie mogę oddychać", "level": "emergency", "nobody": "yes"},
    "/clinical/unsafe/{report_id}/dismiss": lambda _: {"finding": "odpowiedź była dobra"},
    "/clinical/try": lambda _: {"complaint": "headache"},
    "/clinical/sign": lambda _: {"subject": "triage"},
    "/clinical/automation": lambda _: {"turn": "off", "reason": "awaria u dostawcy"},
    "/privacy/persons": lambda _: {"query": "Nowak"},
    "/privacy/persons/{patient_id}/correct": lambda _: {
        "given_name": "Anna", "family_name": "Nowacka", "birth_date": BORN.isoformat(), "phone": "", "mail": ""
    },
    "/privacy/persons/{patient_id}/mark": lambda _: {"kind": "restriction", "reason": "na wniosek"},
    "/privacy/persons/{patient_id}/unmark": lambda _: {"kind": "restriction"},
    "/privacy/persons/{patient_id}/erase": lambda one: {"typed": confirmation_of(one.ids["patient_id"])},
    "/account/password": lambda _: {"password": PASSWORD, "new": "another long secret 9", "again": "another long secret 9"},
    "/account/second-factor": lambda _: {"password": PASSWORD},
}  # fmt: skip
WRONG_CODE = {
    "/account/second-factor/confirm",
    "/account/recovery-codes",
    "/account/second-factor/off",
    "/clinical/sign",
}
"""They work by a code of the second factor, tested with it in `tests/web`; here a wrong one is answered on their page (400)."""
REFUSED_HERE = {
    "/studio/intents/{intent}/merge",
    "/studio/intents/{intent}/rename",
    "/studio/examples",
    "/studio/checks",
    "/studio/checks/{run_id}/cancel",
    "/studio/versions/{number}",
}
"""Here is nothing to publish, to cancel or to go back to: their page says so (422). `tests/web/test_studio_gate.py` does it."""


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


def contents(url: str) -> dict[str, tuple[int, int]]:
    """Of every table how many rows it has and the newest transaction that wrote one."""
    with psycopg.connect(libpq_url(url)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            if not name.startswith(BYSTANDERS)
        ]  # fmt: skip
        return {
            name: connection.execute(
                f"SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM {name}"
            ).fetchone() or (0, 0)
            for name in names
        }  # fmt: skip


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
            if row.path.endswith("/accept"):
                one.ids["thread_id"], one.ids["case_id"] = await house.human(number=a_number())
            if "erasure_id" in row.path and "erasure_id" not in one.ids:
                one.ids["erasure_id"] = await an_erasure(house, one)
            before = contents(url)
            answer = await keyboard.ask(row, one)
            if is_allowed:
                wrong += [] if worked(row, answer) else [f"{named(row)}: allowed, but {answer.status_code}"]
            elif answer.status_code not in (403, 404):
                wrong.append(f"{named(row)}: refused, but {answer.status_code}")
            elif contents(url) != before:
                wrong.append(f"{named(row)}: refused, but something changed")
            if row.method != "GET" and is_allowed:
                one = None
    assert not wrong, "\n".join(wrong)


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

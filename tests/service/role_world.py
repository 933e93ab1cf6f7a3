"""One of everything an id can name, and what the forms of `docs/roles.md` are filled with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from care.appointments import price_list
from care.appointments.models import Price, Service, Site
from care.appointments.site_facts import SiteFacts
from care.authorisations.models import Authorisation, Basis, Evidence, PatientIs
from care.governance.models import Signature, Subject
from care.patients.models import Patient, PatientContactPoint
from care.patients.repository import Patients
from care.patients.tokens import phone_token
from conversations.alerts import FollowUp
from conversations.contact_limits import ContactLimit
from conversations.messages import route_of
from conversations.models import Case, CaseState, Delivery, DeliveryState, Direction
from conversations.patient_merges import PatientMerge
from conversations.privacy.erasure import confirmation_of
from conversations.protocols import Media
from conversations.unanswered import Unanswered
from core.access import Access, Role
from core.accounts import Staff
from core.accounts.models import BreakGlass, StaffRole
from core.errors import Refused
from core.ids import new_id
from handoff.complaints import Complaint
from handoff.joins import Joins
from handoff.mentions import Mention
from handoff.models import AgentMode, AgentState, Handoff, HandoffState
from handoff.quality.forms import shipped
from handoff.quality.rules import Kind
from handoff.routing.tables import read_table, shipped_text
from tests.channels.test_sms_webhook import PNG
from tests.house import TestHouse
from tests.privacy.planting import BORN, visit
from tests.service.things import (
    a_leaflet,
    a_refill,
    a_report,
    a_run,
    a_shadow,
    a_test,
    an_article,
    an_emergency,
    evaluations,
)


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
    async with house.house.database.unit_of_work() as uow:
        case, writer = await uow.session.get_one(Case, case.id), owner or agent.staff_id
        route = await route_of(uow, case)
        assert route is not None
        reply = await house.house.messages.reply(uow, case, route, "Proszę dzwonić na 112.", writer, "Ewa", now)
    appointment = await visit(house, patient.id, "booked", days=3, site_id=site)
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
        # Of an earlier case: a case has one complaint at a time.
        earlier = Case(
            id=new_id(), thread_id=case.thread_id, state=CaseState.closed, opened_at=now, active_at=now, closed_at=now
        )
        lead = Staff(
            id=new_id(), email=f"{uuid4().hex}@clinic.example", name="Iza", password_hash="x", roles=["supervisor"]
        )
        uow.session.add_all((task, earlier, lead))
        await uow.session.flush()
        complaint = Complaint(
            id=new_id(), case_id=earlier.id, thread_id=case.thread_id, words="za długo", owner_id=owner, made_at=now, due_on=now.date()
        )  # fmt: skip
        mention = Mention(
            id=new_id(), message_id=out.id, thread_id=case.thread_id, staff_id=owner or agent.staff_id, made_at=now
        )
        limited = ContactLimit(
            id=new_id(), thread_id=case.thread_id, case_id=earlier.id, is_ended=False, cause="insults", words="obelgi",
            made_by=agent.staff_id, made_at=now, until=now + timedelta(hours=1),
        )  # fmt: skip
        uow.session.add_all((complaint, mention, limited))
    async with house.house.database.unit_of_work() as uow:
        double, gone = (
            Patients(uow, Access.system("test")).add(
                Patient(given_name="Anna", family_name="Nowak", birth_date=BORN, created_at=now)
            )
            for _ in range(2)
        )
        await uow.session.flush()
        gone.replaced_by_id = patient.id
        merge = PatientMerge(
            id=new_id(), survivor_id=patient.id, replaced_id=gone.id, reason="dowód osobisty", moved={}, made_by=agent.staff_id,
            made_at=now,
        )  # fmt: skip
        uow.session.add(merge)
    request = await a_refill(house, patient.id, case.id)
    waiting, done = await evaluations(house, earlier.id, agent.staff_id, owner or colleague.id)
    over = Handoff(
        id=new_id(), case_id=case.id, thread_id=accepted.thread_id, state=HandoffState.wrap_up, reason="asked", requested_at=now,
        accepted_by=owner or agent.staff_id, wrap_up_until=now + timedelta(minutes=1),
    )  # fmt: skip
    async with house.house.database.unit_of_work() as uow:
        uow.session.add_all((over, AgentState(staff_id=colleague.id, mode=AgentMode.available, since=now, seen_at=now)))
        if owner is not None:
            (
                await uow.session.scalars(select(Handoff).where(Handoff.case_id == case.id, Handoff.id != over.id))
            ).one().accepted_by = owner
    async with house.house.database.unit_of_work() as uow:
        role = await uow.session.scalar(select(StaffRole.id).where(StaffRole.staff_id == colleague.id))
    assert role is not None
    return World(
        {
            "other_id": double.id, "merge_id": merge.id, "joined_id": uuid4(), "join_id": uuid4(),
            "thread_id": accepted.thread_id, "case_id": case.id, "patient_id": patient.id, "alert_id": alert.id,
            "message_id": out.id, "reply_id": reply.id, "file_id": file.id, "staff_id": colleague.id, "role_id": role, "glass_id": glass.id,
            "follow_up_id": task.id, "complaint_id": complaint.id, "lead_id": lead.id, "mention_id": mention.id,
            "limit_id": limited.id, "evaluation_id": waiting, "own_id": done,
            "session_id": uuid4(), "visit_id": appointment, "authorisation_id": allowed.id, "request_id": request.id,
            "article_id": await an_article(house), "medication_id": request.medication_id, "signature_id": signature.id,
            "report_id": await a_report(house, agent, accepted.message_id), "handoff_id": over.id,
            "run_id": await a_run(house), "test_id": await a_test(house, agent), "intent": "price", "number": 1,
            "name": "examples.csv", "shadow_id": await a_shadow(house, colleague.id),
            "emergency_id": await an_emergency(house, colleague.id), "leaflet_id": await a_leaflet(house),
            "group_id": await an_unanswered(house, accepted.message_id), "site_id": await a_site(house), "kind": "service",
            "code": await a_service(house), "price_id": await a_price(house),
        }
    )  # fmt: skip


async def an_unanswered(house: TestHouse, message_id: UUID) -> UUID:
    """A question that was not answered, of that message."""
    one = Unanswered(
        id=new_id(), message_id=message_id, language="pl", channel="sms", reason="not-understood", asked_at=house.clock.now(),
        state="open", words="czy są miejsca dla rowerów",
    )  # fmt: skip
    one.group_id = one.id
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(one)
    return one.id


async def offer(house: TestHouse, case_id: UUID, staff_id: UUID) -> None:
    """What waits is offered to somebody."""
    async with house.house.database.unit_of_work() as uow:
        handoff = (await uow.session.scalars(select(Handoff).where(Handoff.case_id == case_id))).one()
        handoff.state, handoff.offered_to = HandoffState.offered, staff_id
        handoff.offer_until = house.clock.now() + timedelta(seconds=30)


async def a_join(house: TestHouse) -> tuple[UUID, UUID]:
    """Two conversations of nobody in particular made one: the one that goes on, and the join."""
    (kept, _), (other, _) = [await house.human(number=a_number()) for _ in range(2)]
    agent = await house.staff("Ola", Role.agent)
    async with house.house.database.unit_of_work() as uow:
        reason = "ten sam numer w obu rozmowach"
        made = await Joins(house.house.cases).join(uow, agent, kept, other, reason, house.clock.now())
    assert not isinstance(made, Refused)
    return kept, made.id


async def a_service(house: TestHouse) -> str:
    """An examination without a price."""
    one = Service(
        code=uuid4().hex, name_pl="USG", name_en="ultrasound", synonyms_pl=[], synonyms_en=[], duration_minutes=20
    )
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(one)
    return one.code


async def a_price(house: TestHouse) -> UUID:
    """One that begins tomorrow."""
    code, tomorrow = await a_service(house), house.clock.now().date() + timedelta(days=1)
    one = Price(id=new_id(), service_code=code, payer="private", amount=10_000, valid_from=tomorrow)
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(one)
    return one.id


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


PASSWORD = "correct horse battery"
ARTICLE = {
    "pl_question": "Czy są miejsca dla rowerów?", "pl_answer": "Tak, przed wejściem.",
    "en_question": "Is there room for bicycles?", "en_answer": "Yes, at the entrance.",
}  # fmt: skip
FORMS: dict[str, Callable[[World], dict[str, Any]]] = {
    "/console/search": lambda _: {"query": "Nowak"},
    "/console/cases/{case_id}/reply": lambda _: {"body": "Dzień dobry"},
    "/board/agents/{staff_id}": lambda _: {"capacity": "3", "skills": "clinical", "languages": "pl, en"},
    "/routing": lambda _: {"text": shipped_text() + "# zmiana\n", "why": "próba", "basis": read_table(shipped_text()).version},
    "/console/cases/{case_id}/booking": lambda one: {"act": "cancel", "visit": str(one.ids["visit_id"])},
    "/console/cases/{case_id}/complaint": lambda _: {"words": "czekanie trwało za długo"},
    "/console/cases/{case_id}/limit": lambda _: {
        "kind": "limited", "hours": "24", "cause": "insults", "words": "obelgi wobec rejestracji"
    },
    "/console/patients/{patient_id}/merge": lambda _: {"query": "Nowak"},
    "/console/patients/{patient_id}/merge/{other_id}": lambda _: {"reason": "potwierdzone dowodem w rejestracji"},
    "/console/threads/{thread_id}/join": lambda _: {"query": "Nowak"},
    "/console/threads/{thread_id}/join/{joined_id}": lambda _: {"reason": "numer podany w czacie"},
    "/board/complaints/{complaint_id}": lambda one: {"owner": str(one.ids["lead_id"])},
    "/board/complaints/{complaint_id}/answer": lambda _: {"decision": "upheld", "words": "przepraszamy", "way": "elsewhere"},
    "/quality/evaluations/{evaluation_id}": lambda _: {
        "form": "0",
        **{f"answer-{one.key}": "" if one.kind is Kind.comment else "na" for one in shipped().questions},
    },
    "/quality/evaluations/{evaluation_id}/aside": lambda _: {"why": "pusta rozmowa"},
    "/quality/form": lambda _: {
        "number": "0", "per_agent": "2", "least": "5", "pl-0": "Język prosty", "en-0": "Plain language", "kind-0": "scale",
        "weight-0": "1", "place-0": "1",
    },
    "/quality/own/{own_id}": lambda _: {"words": "dziękuję, zgadzam się"},
    "/replies": lambda _: {"key": "nowa", "pl": "Dzień dobry", "en": "Hello"},
    "/console/agent": lambda _: {"mode": "available"},
    "/console/cases/{case_id}/pass-on": lambda _: {"to": "queue", "why": "koniec zmiany"},
    "/console/cases/{case_id}/assign": lambda one: {"to": str(one.ids["staff_id"])},
    "/console/handoffs/{handoff_id}/wrap-up": lambda _: {"code": "visit"},
    "/console/cases/{case_id}/note": lambda _: {"body": "oddzwonić"},
    "/console/cases/{case_id}/snooze": lambda _: {"until": ""},
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
    "/studio/articles/{article_id}/plan": lambda _: {"version": "1", "at": ""},
    "/studio/articles/{article_id}/sign": lambda _: {"version": "1", "content": "article:other"},
    "/studio/articles/{article_id}/withdraw/sign": lambda _: {"content": "retire:other"},
    "/studio/versions/{number}/sign": lambda _: {"content": "return:other"},
    "/studio/closed-days": lambda _: {"day": "2026-12-04", "site": "all", "pl": "Awaria wody", "en": "No water"},
    "/studio/draft/discard": lambda _: {"sure": "yes"},
    "/studio/closed-days/reopen": lambda _: {"closed": str(uuid4()), "sure": "yes"},
    "/studio/facts/sites/{site_id}": lambda _: {
        "name": f"Mokotów {uuid4().hex}", "address": "ul. Nowa 1", "phone": "89 000 10 01", "day-0": "8-18",
        "seen": SiteFacts("Mokotów", "A", "1", "", "", "", "", ((),) * 7).mark,
    },
    "/studio/facts/prices/{kind}/{code}": lambda _: {
        "amount": "180", "site": "", "valid_from": "2027-01-01", "seen": price_list.mark([])
    },
    "/studio/facts/prices/withdraw": lambda one: {"price": str(one.ids["price_id"]), "sure": "yes"},
    "/studio/files": lambda one: {"article": one.ids["article_id"], "base": "1", "language": "pl", "pl_title": "Ulotka"},
    "/studio/files/remove": lambda one: {
        "article": one.ids["article_id"], "base": "1", "file": str(one.ids["leaflet_id"]),
    },
    "/studio/documents/drafts": lambda _: {
        "origin": "ulotka.pdf", "question": "Gdzie zostawić rower?", "answer": "Przed wejściem.", "language": "pl", "take": "0"
    },
    "/studio/shadow": lambda _: {"hours": "8"},
    "/studio/draft/sign": lambda _: {"content": "draft:other"},
    "/studio/articles/{article_id}/restore": lambda _: {"version": "1"},
    "/studio/try": lambda _: {"question": "czy są miejsca dla rowerów?", "language": "pl"},
    "/console/cases/{case_id}/test": lambda _: {"name": "rozmowa", "said": ["nie mogę oddychać"], "nobody": "yes"},
    "/studio/preview": lambda _: {"text": "czy są miejsca dla rowerów?", "channel": "sms", "language": "pl"},
    "/studio/unanswered/{group_id}": lambda _: {"act": "ignore"},
    "/studio/checks": lambda _: {"note": "nowe zdanie"},
    "/studio/versions/{number}": lambda _: {"note": "wracamy do tego"},
    "/studio/intents/{intent}/examples": lambda _: {"act": "drop"},
    "/studio/intents/{intent}/name": lambda _: {"name_pl": "Cennik", "name_en": "Price list"},
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
    "/privacy/processors": lambda _: {
        "name": "slack", "company": "Slack", "country": "Irlandia", "agreement": "12/2026", "retention": "30 dni", "since": "2026-11-01"
    },
    "/privacy/processors/end": lambda _: {"name": "slack"},
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
    "/console/files/{case_id}",
    "/studio/intents/{intent}/merge",
    "/studio/intents/{intent}/split",
    "/studio/examples",
    "/studio/documents",
    "/studio/shadow",
    "/studio/articles/{article_id}/sign",
    "/studio/articles/{article_id}/withdraw/sign",
    "/studio/versions/{number}/sign",
    "/studio/articles/{article_id}/plan",
    "/studio/articles/{article_id}/plan/off",
    "/studio/draft/sign",
    "/studio/checks",
    "/studio/checks/{run_id}/cancel",
    "/studio/versions/{number}",
}
"""Here is nothing to publish, to sign, to cancel or to go back to: their page says so (422).
`tests/web/test_studio_gate.py`, `test_studio_goals.py` and `test_studio_signatures.py` do it."""

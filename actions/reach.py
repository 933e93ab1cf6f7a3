"""How far the one who writes may see: the visits booked from here, all of a patient's once identity is proven, or none."""

import json
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from actions.context import Call, Events
from actions.persons import SAME, recognised, split_name
from care.appointments import service as appointments
from care.appointments.models import Appointment
from care.appointments.offers import Visit
from care.authorisations import service as authorisations
from care.authorisations.models import Scope
from care.patients import service as patients
from care.patients.models import Patient
from care.patients.tokens import match_token
from conversations.identity.challenges import proofs_of
from conversations.identity.levels import SCOPE_OF, Level
from conversations.identity.models import IdentityProof
from conversations.models import ContactPoint
from conversations.outreach.models import VisitNotice
from conversations.protocols import Choice
from core.access import Access

NOTICE = "notice:"
"""How a choice names the reminder it answers."""
RELATIVES = frozenset({"child", "parent", "partner", "other"})
BOOK = Choice("book", "menu-book", "/book")
HUMAN = Choice("human", "menu-human", "/human")
STEP_UP: Events = [{"event": "followup", "timestamp": None, "name": "identity_form"}]


@dataclass(frozen=True)
class Reach:
    """Whose visits, with what right. Without a contact point: all of the patient's."""

    patient: Patient
    access: Access
    contact_point_id: UUID | None


async def visits_reach(call: Call) -> Reach | None:
    """The patient the answers name, as far as this conversation may hear of their visits; None for any reason looks the same."""
    if (notice := await _notice(call)) is not None:
        about = await call.uow.session.get(Appointment, notice.appointment_id)
        if about is None or about.patient_id is None:
            return None
        of_notice = await patients.get(call.uow, call.access, about.patient_id, call.now)
        return Reach(of_notice, _narrowed(call, of_notice), None)
    proven = await proven_patient(call, "list_visits")
    if proven is not None and _is_named(call, proven):
        return Reach(proven, _narrowed(call, proven), None)
    represented = await _represented(call)
    if represented is not None:
        return Reach(represented, _narrowed(call, represented), None)
    patient = await recognised(call)
    if patient is None:
        return None
    if call.slot("person_role") in RELATIVES:
        # Their own number, as they said when they booked: who now speaks for them needs an authorisation.
        role = await patients.role_of_link(call.uow, call.access, patient.id, call.contact_point_id)
        if role == "self":
            return None
    return Reach(patient, call.access, call.contact_point_id)


async def visits_of(call: Call) -> list[Visit]:
    """The coming visits within reach; none for an unknown person, and of a reminder's patient only the visit it was about."""
    asked = tuple(
        str(call.slot(name)) for name in ("person", "patient_name", "birth_date", "person_role", "visit_notice")
    )
    if asked not in call.visits_read:
        call.visits_read[asked] = await _read_visits(call)
    return call.visits_read[asked]


async def _read_visits(call: Call) -> list[Visit]:
    reach = await visits_reach(call)
    if reach is None:
        return []
    visits = await appointments.list_visits(call.uow, reach.access, reach.patient.id, reach.contact_point_id, call.now)
    notice = await _notice(call)
    return [one for one in visits if notice is None or one.id == notice.appointment_id]


async def note_notice(call: Call) -> None:
    """A request made by answering a reminder is about its visit: neither name nor visit is asked for again."""
    if (call.option or "").startswith(NOTICE):
        call.set("visit_notice", str(call.option).removeprefix(NOTICE))
        notice = await _notice(call)
        call.set("visit", str(notice.appointment_id) if notice is not None else None)
        if notice is None:
            call.set("visit_notice", None)


async def _notice(call: Call) -> VisitNotice | None:
    """The reminder that is being answered, if it was sent to where the answer comes from."""
    if not call.slot("visit_notice"):
        return None
    try:
        notice = await call.uow.session.get(VisitNotice, UUID(str(call.slot("visit_notice"))))
    except ValueError:
        return None
    return notice if notice is not None and notice.contact_point_id == call.session_point_id else None


async def proof_for(call: Call, goal: str) -> IdentityProof | None:
    """The newest proof of this session that is enough for the goal, and fits the role one said to speak in."""
    role = call.slot("person_role") or call.slot("identity_role")
    for proof in await proofs_of(call.uow, call.session_point_id, call.now):
        if proof.level < Level.code_and_birth_date:
            continue
        if proof.authorisation_id is None:
            if role not in RELATIVES:
                return proof
            continue
        scope = SCOPE_OF.get(goal)
        patient = await patients.get(call.uow, call.access, proof.patient_id, call.now)
        if scope is None or role == "self":
            continue
        holding = await authorisations.holding(call.uow, patient, scope, call.now.date())
        if any(one.id == proof.authorisation_id and role in (None, one.patient_is.value) for one in holding):
            return proof
    return None


async def proven_patient(call: Call, goal: str) -> Patient | None:
    """Of whom this session was proven to speak, or None."""
    proof = await proof_for(call, goal)
    return None if proof is None else await patients.get(call.uow, call.access, proof.patient_id, call.now)


async def nothing_found(call: Call, goal: str) -> None:
    """Nothing is told: the same words whatever the reason, and what can be done instead. What was said is kept for a code."""
    if call.slot("patient_name") and call.slot("birth_date"):
        names = ("patient_name", "birth_date", "person_role")
        call.set("identity_claim", json.dumps({name: call.slot(name) for name in names}))
    key = "authorisation-needed" if call.slot("person_role") in RELATIVES else "visits-none"
    identify = Choice("identify", "choice-identify", f"/identify{json.dumps({'option': goal})}")
    call.say(key, (BOOK, HUMAN, identify))


def step_up(call: Call, goal: str) -> Events:
    """Ask who is speaking first; the goal goes on by itself afterwards."""
    call.set("identity_goal", goal)
    call.set("identity_code", None)
    if call.slot("person_role"):
        call.set("identity_role", call.slot("person_role"))
    return list(STEP_UP)


async def _represented(call: Call) -> Patient | None:
    """The patient named, if whoever has this number is authorised to hear of their visits."""
    if not call.slot("patient_name") or not call.slot("birth_date"):
        return None
    point = await call.uow.session.get(ContactPoint, call.contact_point_id)
    if point is None or point.kind != "phone":
        return None
    return await authorisations.represented(
        call.uow, call.access, point.address, _named_token(call), Scope.visits, call.now.date()
    )


def _is_named(call: Call, patient: Patient) -> bool:
    if call.slot("person") == SAME:
        return call.case.patient_id == patient.id
    return bool(call.slot("patient_name") and call.slot("birth_date")) and _named_token(call) == patient.match_token


def _named_token(call: Call) -> str:
    given, family = split_name(str(call.slot("patient_name")))
    return match_token(given, family, date.fromisoformat(str(call.slot("birth_date"))))


def _narrowed(call: Call, patient: Patient) -> Access:
    return replace(call.access, patient_id=patient.id)

"""Visits booked, moved and called off by the person who has the conversation, for the patient it concerns.

A visit may be booked for somebody else whom the writer names, as the bot does: booking tells nothing about anybody. Their other visits are
not shown for it, and the confirmation goes to the writer.
The slot is taken by the same code as for the bot, and the patient is told in the bot's own words, in the same transaction.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from care.appointments import service as appointments
from care.appointments.models import Appointment
from care.appointments.offers import Visit
from care.appointments.repository import Appointments
from care.appointments.rules import Payer, VisitKind
from care.patients.service import PersonRole, register
from conversations.cases import lock_case
from conversations.messages import Messages, Route, route_of
from conversations.models import Case, CaseState
from conversations.policy import require_thread
from conversations.protocols import Utterance
from core.access import Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.ids import PatientId

LONGEST_NAME = 120
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Named:
    """Whom the writer named: as the desk typed it, and in what role the writer speaks for them."""

    name: str
    born: str
    role: PersonRole

    def read(self, today: date) -> tuple[str, str, date] | Refused:
        """Given names, family name and birth date. Refused: `booking-name` (one word, or none), `booking-born` (no day, or one to come)."""
        given, _, family = " ".join(self.name.split()).rpartition(" ")
        if not given or len(self.name) > LONGEST_NAME:
            return Refused("booking-name")
        try:
            born = date.fromisoformat(self.born.strip())
        except ValueError:
            return Refused("booking-born")
        return (given, family, born) if EARLIEST <= born <= today else Refused("booking-born")


class DeskBooking:
    """Booking beside a conversation. Refused everywhere: `case-not-yours`, `booking-no-patient`, `reply-no-route`, and what
    `care.appointments` refuses. Raises `Forbidden` for a role without the right, `NotFound` for what is not the patient's.
    """

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def book(
        self,
        uow: UnitOfWork,
        person: SignedIn,
        case_id: UUID,
        *,
        offer_key: str,
        payer: Payer,
        visit_kind: VisitKind,
        referral_code: str | None,
        key: str,
        now: datetime,
        whom: Named | None = None,
    ) -> Visit | Refused:
        """Book an offered slot for the patient of the conversation, or for `whom`. The same `key` books and tells once."""
        theirs = await self._theirs(uow, person, case_id, Permission.book_appointment, now)
        if isinstance(theirs, Refused):
            return theirs
        case, route = theirs
        patient_id = await self._whom(uow, person, case, route, whom, now)
        if isinstance(patient_id, Refused):
            return patient_id
        key = f"desk:{case_id}:{key}"
        is_repeated = (
            await Appointments(uow, person.access).by_key(idempotency_key=key) is not None
        )  # The case is locked.
        made = await appointments.book(
            uow, person.access, patient_id=patient_id, payer=payer, visit_kind=visit_kind, referral_code=referral_code,
            case_id=case_id, contact_point_id=route.contact_point_id, channel=route.channel,
            idempotency_key=key, now=now, offer_key=offer_key,
        )  # fmt: skip
        if isinstance(made, Refused):
            return made
        visit = await appointments.describe(uow, made)
        if not is_repeated:
            args = {"clinician": visit.clinician_name, "site": visit.site_name, "address": visit.site_address}
            await self._tell(uow, case, route, "booked", visit, args, now)
        return visit

    async def move(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, visit_id: UUID, *, offer_key: str, now: datetime
    ) -> Visit | Refused:
        """Give the patient's visit another hour."""
        own = await self._own(uow, person, case_id, Permission.book_appointment, now)
        if isinstance(own, Refused):
            return own
        case, patient_id, route = own
        before = (await self._visit(uow, person, visit_id, patient_id, now)).start_at
        done = await appointments.move(uow, person.access, visit_id, offer_key=offer_key, case_id=case_id, now=now)
        if isinstance(done, Refused):
            return done
        visit = await appointments.describe(uow, done)
        if done.start_at != before:
            args = {"clinician": visit.clinician_name, "address": visit.site_address}
            await self._tell(uow, case, route, "visit-moved", visit, args, now)
        return visit

    async def cancel(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, visit_id: UUID, now: datetime
    ) -> Visit | Refused:
        """Call the patient's visit off. Twice is once, and told once."""
        own = await self._own(uow, person, case_id, Permission.cancel_appointment, now)
        if isinstance(own, Refused):
            return own
        case, patient_id, route = own
        was = (await self._visit(uow, person, visit_id, patient_id, now)).status
        done = await appointments.cancel(uow, person.access, visit_id, by=str(person.staff_id), now=now)
        if isinstance(done, Refused):
            return done
        visit = await appointments.describe(uow, done)
        if was != "cancelled":
            await self._tell(uow, case, route, "cancelled", visit, {}, now)
        return visit

    async def _own(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, right: Permission, now: datetime
    ) -> tuple[Case, PatientId, Route] | Refused:
        """The conversation of this person, its patient and the way to tell them."""
        theirs = await self._theirs(uow, person, case_id, right, now)
        if isinstance(theirs, Refused):
            return theirs
        case, route = theirs
        return Refused("booking-no-patient") if case.patient_id is None else (case, PatientId(case.patient_id), route)

    async def _theirs(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, right: Permission, now: datetime
    ) -> tuple[Case, Route] | Refused:
        person.access.require(Permission.reply_thread)
        person.access.require(right)
        case = await lock_case(uow, case_id)
        await require_thread(uow, person.access, case.thread_id, now)
        if case.state is not CaseState.human or case.agent_id != person.staff_id:
            return Refused("case-not-yours")
        route = await route_of(uow, case)
        return Refused("reply-no-route") if route is None else (case, route)

    async def _whom(
        self, uow: UnitOfWork, person: SignedIn, case: Case, route: Route, whom: Named | None, now: datetime
    ) -> PatientId | Refused:
        """The record of who is named, found again by this way of writing alone; a case without a patient gets its writer's."""
        if whom is None:
            return Refused("booking-no-patient") if case.patient_id is None else PatientId(case.patient_id)
        read = whom.read(now.date())
        if isinstance(read, Refused):
            return read
        found = await register(
            uow, person.access, *read, route.contact_point_id, whom.role, now, language=route.language
        )  # fmt: skip
        if whom.role == "self" and case.patient_id is None:
            case.patient_id = found.id
        return PatientId(found.id)

    async def _visit(
        self, uow: UnitOfWork, person: SignedIn, visit_id: UUID, patient_id: UUID, now: datetime
    ) -> Appointment:
        found = await appointments.get(uow, person.access, visit_id, now)
        if found.patient_id != patient_id:
            raise NotFound("appointment")
        return found

    async def _tell(
        self, uow: UnitOfWork, case: Case, route: Route, key: str, visit: Visit, args: dict[str, str], now: datetime
    ) -> None:
        told = Utterance(key, {**args, "at": {"when": visit.start.isoformat()}})
        await self._messages.say(uow, case, route, told, {"by": "rule", "rule": "desk-booking"}, now)

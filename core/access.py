"""Who may do what: an `Access` is made once per request, job or turn, and every repository is made from one.

Deny by default: a role holds exactly the permissions of `PERMISSIONS`. An access may be narrowed to one case or one
patient. Source of the roles: the product's three users (patients, contact-center agents, admins) and the clinic.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.errors import Forbidden


class Role(StrEnum):
    """The roles of people and processes."""

    patient = "patient"
    agent = "agent"
    clinician = "clinician"
    supervisor = "supervisor"
    admin = "admin"
    system = "system"


class Permission(StrEnum):
    """What can be allowed; named `<verb>_<noun>`."""

    read_queue = "read_queue"
    read_thread = "read_thread"
    read_own_thread = "read_own_thread"
    reply_thread = "reply_thread"
    note_thread = "note_thread"
    claim_alert = "claim_alert"
    read_patient = "read_patient"
    edit_patient = "edit_patient"
    read_appointments = "read_appointments"
    book_appointment = "book_appointment"
    cancel_appointment = "cancel_appointment"
    edit_schedule = "edit_schedule"
    edit_content = "edit_content"
    manage_staff = "manage_staff"
    read_audit = "read_audit"
    replay_delivery = "replay_delivery"


P = Permission
_AGENT = frozenset(
    {
        P.read_queue,
        P.read_thread,
        P.reply_thread,
        P.note_thread,
        P.claim_alert,
        P.read_patient,
        P.edit_patient,
        P.read_appointments,
        P.book_appointment,
        P.cancel_appointment,
    }
)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.patient: frozenset({P.read_own_thread, P.read_appointments, P.book_appointment, P.cancel_appointment}),
    Role.agent: _AGENT,
    Role.clinician: frozenset({P.read_thread, P.note_thread, P.read_patient, P.read_appointments}),
    Role.supervisor: _AGENT | {P.replay_delivery, P.read_audit},
    Role.admin: frozenset({P.edit_content, P.edit_schedule, P.manage_staff, P.replay_delivery}),
    Role.system: frozenset(Permission),
}


@dataclass(frozen=True)
class Access:
    """The right to act: `actor` is an id or a process name, `purpose` says why (audited)."""

    roles: frozenset[Role]
    actor: str
    purpose: str
    case_id: UUID | None = None
    patient_id: UUID | None = None

    @classmethod
    def system(cls, purpose: str, case_id: UUID | None = None) -> "Access":
        """For jobs and turns; names its purpose and, where there is one, its case."""
        return cls(frozenset({Role.system}), "system", purpose, case_id)

    @classmethod
    def staff(cls, staff_id: UUID, roles: frozenset[Role], purpose: str = "care") -> "Access":
        """For a signed-in member of staff."""
        return cls(roles, str(staff_id), purpose)

    def allows(self, permission: Permission) -> bool:
        """True if one of the roles holds the permission."""
        return any(permission in PERMISSIONS[role] for role in self.roles)

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` unless allowed."""
        if not self.allows(permission):
            raise Forbidden(permission.value)

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
    privacy_officer = "privacy_officer"
    system = "system"


class Permission(StrEnum):
    """What can be allowed; named `<verb>_<noun>`."""

    read_queue = "read_queue"
    read_thread = "read_thread"
    read_own_thread = "read_own_thread"
    reply_thread = "reply_thread"
    note_thread = "note_thread"
    claim_alert = "claim_alert"
    take_threat = "take_threat"
    read_patient = "read_patient"
    edit_patient = "edit_patient"
    decide_refill = "decide_refill"
    read_appointments = "read_appointments"
    book_appointment = "book_appointment"
    cancel_appointment = "cancel_appointment"
    edit_schedule = "edit_schedule"
    edit_content = "edit_content"
    review_unanswered = "review_unanswered"
    manage_staff = "manage_staff"
    read_audit = "read_audit"
    manage_privacy = "manage_privacy"
    break_glass = "break_glass"
    replay_delivery = "replay_delivery"
    read_clinical = "read_clinical"
    sign_clinical = "sign_clinical"
    switch_automation = "switch_automation"
    manage_queue = "manage_queue"
    edit_routing = "edit_routing"
    read_retracted = "read_retracted"
    merge_patient = "merge_patient"
    review_quality = "review_quality"
    edit_quality_form = "edit_quality_form"
    join_thread = "join_thread"


P = Permission
_AGENT = frozenset(
    {
        P.read_queue,
        P.read_thread,
        P.reply_thread,
        P.note_thread,
        P.join_thread,
        P.claim_alert,
        P.read_patient,
        P.edit_patient,
        P.read_appointments,
        P.book_appointment,
        P.cancel_appointment,
        P.break_glass,
    }
)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.patient: frozenset({P.read_own_thread, P.read_appointments, P.book_appointment, P.cancel_appointment}),
    Role.agent: _AGENT,
    Role.clinician: frozenset(
        {
            P.read_thread,
            P.note_thread,
            P.read_patient,
            P.read_appointments,
            P.decide_refill,
            P.break_glass,
            P.read_clinical,
            P.sign_clinical,
            P.switch_automation,
        }
    ),
    Role.supervisor: _AGENT
    | {
        P.replay_delivery,
        P.read_audit,
        P.take_threat,
        P.read_clinical,
        P.switch_automation,
        P.manage_queue,
        P.edit_routing,
        P.read_retracted,
        P.merge_patient,
        P.review_quality,
        P.edit_quality_form,
    },
    Role.admin: frozenset(
        {
            P.edit_content,
            P.review_unanswered,
            P.edit_schedule,
            P.manage_staff,
            P.replay_delivery,
            P.read_clinical,
            P.edit_routing,
            P.edit_quality_form,
        }
    ),
    Role.privacy_officer: frozenset({P.read_audit, P.manage_privacy}),
    Role.system: frozenset(Permission),
}


STAFF_ROLES = (Role.agent, Role.clinician, Role.supervisor, Role.admin, Role.privacy_officer)
"""What a person who works here can be given."""

Scopes = tuple[tuple[Role, frozenset[UUID]], ...]
"""Roles that hold only at some sites, each with those sites. A role that is not named here holds at all sites."""


@dataclass(frozen=True)
class Access:
    """The right to act: `actor` is an id or a process name, `purpose` says why (audited)."""

    roles: frozenset[Role]
    actor: str
    purpose: str
    case_id: UUID | None = None
    patient_id: UUID | None = None
    scopes: Scopes = ()
    clinician_id: UUID | None = None

    @classmethod
    def system(cls, purpose: str, case_id: UUID | None = None) -> "Access":
        """For jobs and turns; names its purpose and, where there is one, its case."""
        return cls(frozenset({Role.system}), "system", purpose, case_id)

    @classmethod
    def staff(
        cls,
        staff_id: UUID,
        roles: frozenset[Role],
        purpose: str = "care",
        scopes: Scopes = (),
        clinician_id: UUID | None = None,
    ) -> "Access":
        """For a signed-in member of staff; `scopes` narrows roles to sites, `clinician_id` says whose visits are theirs."""
        return cls(roles, str(staff_id), purpose, scopes=scopes, clinician_id=clinician_id)

    def sites(self, permission: Permission) -> frozenset[UUID] | None:
        """The sites where the permission holds; None means all of them, an empty set nowhere."""
        narrowed = dict(self.scopes)
        holding = [role for role in self.roles if permission in PERMISSIONS[role]]
        if any(role not in narrowed for role in holding):
            return None
        return frozenset[UUID]().union(*(narrowed[role] for role in holding))

    def allows(self, permission: Permission, site_id: UUID | None = None) -> bool:
        """True if one of the roles holds the permission: at that site, or (without one) at any site at all."""
        sites = self.sites(permission)
        return sites is None or (bool(sites) if site_id is None else site_id in sites)

    def require_everywhere(self, permission: Permission) -> None:
        """Raise `Forbidden` unless allowed at all sites: for what touches every site, as the list of staff does."""
        if self.sites(permission) is not None:
            raise Forbidden(permission.value)

    def require(self, permission: Permission, site_id: UUID | None = None) -> None:
        """Raise `Forbidden` unless allowed."""
        if not self.allows(permission, site_id):
            raise Forbidden(permission.value)

"""May this person open this patient? By a relation (a visit at their site, or with them), or by break-glass.

People on the patient's own side and processes are decided elsewhere: a narrowed `Access`, a purpose.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from care.appointments.models import Appointment
from care.patients.models import Patient
from core.access import Access, Permission, Role
from core.accounts.break_glass import has_glass
from core.accounts.models import BreakGlass
from core.db import UnitOfWork
from core.errors import NotFound

_BY_RELATION = frozenset({Role.agent, Role.clinician, Role.supervisor})
_WITHOUT_VISIT = frozenset({Role.agent, Role.supervisor})


class OutsideRelation(NotFound):
    """There is such a patient, but not for this person unless they break the glass. Outside it is a 404 like any other."""

    def __init__(self, patient_id: UUID) -> None:
        super().__init__("patient")
        self.patient_id = patient_id


def within_relation(
    access: Access, patient_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], now: datetime
) -> ColumnElement[bool] | None:
    """`require_relation` for queries: True for the patients this person may open now; None where that is everybody.

    Who manages privacy finds everybody.
    """
    if (
        not access.roles & _BY_RELATION
        or Role.system in access.roles
        or access.sites(Permission.manage_privacy) is None
    ):
        return None
    if any(role in access.roles and role not in dict(access.scopes) for role in _WITHOUT_VISIT):
        return None
    sites, visits = (
        access.sites(Permission.read_patient),
        select(Appointment.id).where(Appointment.patient_id == patient_id),
    )
    ways: list[ColumnElement[bool]] = [
        (visits if sites is None else visits.where(Appointment.site_id.in_(sites))).exists()
    ]
    if access.roles & _WITHOUT_VISIT:
        ways.append(~visits.exists())
    if access.clinician_id is not None:
        ways.append(visits.where(Appointment.clinician_id == access.clinician_id).exists())
    if access.allows(Permission.break_glass):
        granted = select(BreakGlass.id).where(
            cast(BreakGlass.staff_id, String) == access.actor,
            BreakGlass.patient_id == patient_id,
            BreakGlass.granted_at <= now,
            BreakGlass.expires_at > now,
        )
        ways.append(granted.exists())
    return or_(*ways)


async def require_relation(uow: UnitOfWork, access: Access, patient_id: UUID, now: datetime) -> None:
    """Raise `OutsideRelation` unless this member of staff is related to the patient or has broken the glass.

    Agents and supervisors: a patient with a visit at one of their sites, or with no visit anywhere. Clinicians: a patient
    with a visit at one of their sites, or with themselves. Visits called off count: somebody has to answer for them.
    Raises `NotFound` for a record that another replaces.
    """
    if not access.roles & _BY_RELATION or access.patient_id == patient_id or Role.system in access.roles:
        return
    if await uow.session.scalar(select(Patient.replaced_by_id).where(Patient.id == patient_id)) is not None:
        raise NotFound("patient")
    sites = access.sites(Permission.read_patient)
    serves_everyone = any(role in access.roles and role not in dict(access.scopes) for role in _WITHOUT_VISIT)
    if serves_everyone:
        return
    visits = (
        await uow.session.execute(
            select(Appointment.site_id, Appointment.clinician_id).where(Appointment.patient_id == patient_id).distinct()
        )
    ).all()
    if any(sites is None or site_id in sites for site_id, _ in visits):
        return
    if not visits and access.roles & _WITHOUT_VISIT:
        return
    if access.clinician_id is not None and any(clinician_id == access.clinician_id for _, clinician_id in visits):
        return
    if not await has_glass(uow, access, patient_id, now):
        raise OutsideRelation(patient_id)

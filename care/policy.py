"""May this person open this patient? By a relation (a visit at their site, or with them), or by break-glass.

People on the patient's own side and processes are decided elsewhere: a narrowed `Access`, a purpose.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from care.appointments.models import Appointment
from core.access import Access, Permission, Role
from core.accounts.break_glass import has_glass
from core.db import UnitOfWork
from core.errors import NotFound

_BY_RELATION = frozenset({Role.agent, Role.clinician, Role.supervisor})
_WITHOUT_VISIT = frozenset({Role.agent, Role.supervisor})


class OutsideRelation(NotFound):
    """There is such a patient, but not for this person unless they break the glass. Outside it is a 404 like any other."""

    def __init__(self, patient_id: UUID) -> None:
        super().__init__("patient")
        self.patient_id = patient_id


async def require_relation(uow: UnitOfWork, access: Access, patient_id: UUID, now: datetime) -> None:
    """Raise `OutsideRelation` unless this member of staff is related to the patient or has broken the glass.

    Agents and supervisors: a patient with a visit at one of their sites, or with no visit anywhere. Clinicians: a patient
    with a visit at one of their sites, or with themselves. Visits called off count: somebody has to answer for them.
    """
    if not access.roles & _BY_RELATION or access.patient_id == patient_id or Role.system in access.roles:
        return
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

"""The patient says that they will come."""

from datetime import datetime
from uuid import UUID

from care.appointments.models import Appointment
from care.appointments.repository import Appointments
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused


async def confirm(
    uow: UnitOfWork, access: Access, appointment_id: UUID, *, start: datetime, now: datetime
) -> Appointment | Refused:
    """Note that the patient of this access comes at `start`, the hour they were told. Twice is once.

    Refused: `visit-past`, `visit-cancelled`, `visit-moved` (it starts at another hour by now). Raises `NotFound` for a
    visit of another patient, as for none.
    """
    access.require(Permission.book_appointment)
    found = await Appointments(uow, access).get(appointment_id, lock=True)
    if found is None or found.patient_id is None or found.patient_id != access.patient_id:
        raise NotFound("appointment")
    if found.status != "booked":
        return Refused("visit-cancelled" if found.status == "cancelled" else "visit-past")
    if found.start_at != start:
        return Refused("visit-moved")
    if found.start_at <= now:
        return Refused("visit-past")
    if not found.is_confirmed:
        found.confirmed_at, found.confirmed_start_at = now, found.start_at
        audit.record(uow, access, "appointment.confirmed", "appointment", found.id, now)
        await uow.session.flush()
        await uow.publish("appointments", appointment=str(found.id))
    return found

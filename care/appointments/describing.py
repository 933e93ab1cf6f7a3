"""An appointment in the names people know."""

from care.appointments.models import Appointment, Clinician, Site, Specialty
from care.appointments.offers import Visit
from core.db import UnitOfWork


async def describe(uow: UnitOfWork, appointment: Appointment) -> Visit:
    """The appointment with the names people know. The caller has the right to it already."""
    clinician = await uow.session.get_one(Clinician, appointment.clinician_id)
    place = await uow.session.get_one(Site, appointment.site_id)
    field = await uow.session.get_one(Specialty, appointment.specialty)
    zone = place.zone
    return Visit(
        id=appointment.id,
        status=appointment.status,
        start=appointment.start_at.astimezone(zone),
        end=appointment.end_at.astimezone(zone),
        clinician_id=clinician.id,
        clinician_name=clinician.name,
        site_id=place.id,
        site_code=place.code,
        site_name=place.name,
        site_address=place.address,
        specialty=field.code,
        specialty_name_pl=field.name_pl,
        specialty_name_en=field.name_en,
        payer=appointment.payer,
        visit_kind=appointment.visit_kind,
        patient_id=appointment.patient_id,
        is_confirmed=appointment.is_confirmed,
    )

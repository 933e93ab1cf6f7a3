"""Where what the clinic says first goes to: the preferred channel, else where it was asked for, else other ways to the patient."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from care.patients.models import Patient, PatientContactPoint
from conversations.inbox import contact_of
from conversations.models import Case, CaseState, ContactPoint, Correspondent, Direction, Message
from conversations.outreach.consents import standing
from conversations.outreach.models import Purpose
from core.db import UnitOfWork

CHANNEL_OF = {"phone": "sms", "browser": "webchat"}
CARRIER = "stopped-by-carrier"
"""Why nothing reaches a telephone: its owner stopped us at the carrier."""
TALKING = timedelta(minutes=15)
"""A reminder does not break into a conversation that goes on: a "yes" would be anyone's guess."""


async def way_to(
    uow: UnitOfWork, patient_id: UUID | None, first: UUID | None, now: datetime
) -> tuple[ContactPoint | None, str | None]:
    """The contact point for a reminder, `first` before others; with the reason why not, if none of them may be used."""
    refusal = None
    begin = None
    for point in await _candidates(uow, patient_id, first, now):
        begin = begin or point
        if CHANNEL_OF[point.kind] == "sms" and point.opted_out_by == "carrier":
            refusal = refusal or CARRIER
        elif not (await standing(uow, point.id, Purpose.reminder)).is_permitted:
            # Who stopped reminders gets them nowhere else either.
            return point, "consent-withdrawn"
        else:
            return point, None
    return begin, refusal


async def _candidates(
    uow: UnitOfWork, patient_id: UUID | None, first: UUID | None, now: datetime
) -> list[ContactPoint]:
    ids = [first]
    ids += await uow.session.scalars(
        select(PatientContactPoint.contact_point_id)
        .where(PatientContactPoint.patient_id == patient_id, PatientContactPoint.ended_at.is_(None))
        .order_by(PatientContactPoint.created_at)
    )
    points = [
        point
        for one in dict.fromkeys(ids)
        if one is not None and (point := await uow.session.get(ContactPoint, one)) is not None
    ]
    points = [point for point in points if point.kind in CHANNEL_OF]
    patient = await uow.session.get(Patient, patient_id) if patient_id is not None else None
    if not points and patient is not None and patient.phone:
        point_id = await contact_of(uow, "phone", patient.phone, now)
        points = [await uow.session.get_one(ContactPoint, point_id)]
    if not points:
        return []
    person = await uow.session.get_one(Correspondent, points[0].correspondent_id)
    # Without a wish: a telephone rather than a browser that may never be opened again.
    wanted = person.preferred_channel or "sms"
    return sorted(points, key=lambda point: CHANNEL_OF[point.kind] != wanted)


async def is_talking(uow: UnitOfWork, thread_id: UUID, now: datetime) -> bool:
    """The person wrote a moment ago, and their case is open."""
    found = await uow.session.scalar(
        select(Message.id)
        .join(Case, Case.id == Message.case_id)
        .where(
            Message.thread_id == thread_id, Message.direction == Direction.inbound,
            Message.created_at > now - TALKING, Case.state != CaseState.closed,
        )
        .limit(1)
    )  # fmt: skip
    return found is not None

"""What is held of a patient beside conversations and visits, and is medical record: medicines, refills, measurements, reminders."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from care.patients.models import Patient
from care.refills.models import Medication, RefillRequest
from care.vitals.models import Measurement, VitalAlarm
from conversations.adherence.models import DosePlan, DoseReminder
from core.db import UnitOfWork

_ENTRIES = (
    (Medication, Medication.made_at), (RefillRequest, RefillRequest.asked_at), (Measurement, Measurement.made_at),
    (VitalAlarm, VitalAlarm.raised_at), (DosePlan, DosePlan.made_at),
)  # fmt: skip
"""Each table of the record, and when an entry of it was made."""
Resource = dict[str, Any]


async def entries_of(uow: UnitOfWork, patient_id: UUID) -> Counter[str]:
    """How many entries of each table are the patient's; tables without any are left out."""
    found: Counter[str] = Counter()
    for table, _ in _ENTRIES:
        count = select(func.count()).select_from(table).where(table.patient_id == patient_id)
        found[table.__tablename__] = int(await uow.session.scalar(count) or 0)
    return +found


def has_entry_since(since: datetime) -> ColumnElement[bool]:
    """For queries over patients: an entry was made at that instant or later."""
    return or_(
        *(select(table.id).where(table.patient_id == Patient.id, made >= since).exists() for table, made in _ENTRIES)
    )


async def end_reminders(uow: UnitOfWork, patient_id: UUID, now: datetime) -> None:
    """Whoever is erased as far as may be is reminded of nothing more."""
    await uow.session.execute(
        update(DosePlan).where(DosePlan.patient_id == patient_id, DosePlan.ended_at.is_(None)).values(ended_at=now)
    )


async def record_of(uow: UnitOfWork, patient_id: UUID) -> list[Resource]:
    """Every entry as a FHIR-like resource, table by table, the oldest first."""

    async def all_of(table: Any, order: Any) -> list[Any]:
        return list(
            await uow.session.scalars(select(table).where(table.patient_id == patient_id).order_by(order, table.id))
        )

    found: list[Resource] = [
        {
            "resourceType": "MedicationStatement", "id": str(one.id), "status": "completed" if one.ended_at else "active",
            "medication": one.name, "substance": one.substance, "dosage": one.dose, "reason": one.reason,
            "lastIssuedOn": one.last_issued_on.isoformat() if one.last_issued_on else None, "daysIssued": one.days_issued,
            "period": {"start": one.made_at.isoformat(), "end": one.ended_at.isoformat() if one.ended_at else None},
        }
        for one in await all_of(Medication, Medication.made_at)
    ]  # fmt: skip
    found += [
        {
            "resourceType": "MedicationRequest", "id": str(one.id), "intent": "proposal", "status": one.state.value,
            "medication": str(one.medication_id), "partOf": str(one.case_id), "daysLeft": one.days_left, "isSameDose": one.is_same_dose,
            "route": one.route.value, "findings": one.findings, "rulesVersion": one.rules_version, "reason": one.reason,
            "isException": one.is_exception, "authoredOn": one.asked_at.isoformat(),
            "decidedOn": one.decided_at.isoformat() if one.decided_at else None,
        }
        for one in await all_of(RefillRequest, RefillRequest.asked_at)
    ]  # fmt: skip
    found += [
        {
            "resourceType": "Observation", "id": str(one.id), "category": "vital-signs", "code": one.kind, "value": one.value["value"],
            "effective": one.taken_at.isoformat(), "method": one.origin.value, "issued": one.made_at.isoformat(),
        }
        for one in await all_of(Measurement, Measurement.taken_at)
    ]  # fmt: skip
    found += [
        {
            "resourceType": "DetectedIssue", "id": str(one.id), "implicated": str(one.measurement_id), "code": one.rule,
            "rulesVersion": one.rules_version, "urgency": one.urgency, "isTold": one.is_told, "identified": one.raised_at.isoformat(),
        }
        for one in await all_of(VitalAlarm, VitalAlarm.raised_at)
    ]  # fmt: skip
    for plan in await all_of(DosePlan, DosePlan.made_at):
        said = await uow.session.scalars(
            select(DoseReminder).where(DoseReminder.plan_id == plan.id).order_by(DoseReminder.due_at)
        )
        found.append(
            {
                "resourceType": "CarePlan", "id": str(plan.id), "category": "medicine-reminders", "times": plan.times,
                "source": plan.source.value,
                "period": {"start": plan.made_at.isoformat(), "end": plan.ended_at and plan.ended_at.isoformat()},
                "activity": [
                    {
                        "due": one.due_at.isoformat(), "status": one.state.value, "reason": one.reason,
                        "answer": one.answer and one.answer.value, "answered": one.answered_at and one.answered_at.isoformat(),
                    }
                    for one in said
                ],
            }
        )  # fmt: skip
    return found

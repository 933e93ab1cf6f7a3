"""Two records that are one person: one survives, the other is replaced by it (FHIR Patient.link), and every row that moved is kept.

One transaction. What others write for the replaced record meanwhile or later, the database writes for the survivor. Undoing it
moves back exactly those rows that still stand where the merge put them; what came after it stays with the survivor. Codes and
proofs of both end, so nobody who proved to be one of them reads the other's things.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from care.appointments.models import Appointment
from care.authorisations.models import Authorisation
from care.patients.marks import open_marks
from care.patients.models import Patient, PatientContactPoint
from care.patients.tokens import give_tokens
from care.policy import require_relation
from care.refills.models import Medication, RefillRequest
from care.triage.repeats import SymptomContact, patient_token
from care.vitals.models import Measurement, VitalAlarm
from conversations.adherence.models import DosePlan
from conversations.identity.models import ChallengeState, IdentityChallenge, IdentityProof
from conversations.models import Case, CaseState, Thread
from conversations.privacy.models import Erasure, ErasureState
from core import audit
from core.access import Access, Permission
from core.accounts import Staff
from core.crypto import EncryptedText
from core.db import Base, UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id
from core.redaction import is_pesel

SHORTEST, LONGEST = 10, 500
FILLED = ("pesel", "phone", "mail")
"""What the survivor takes from the other record where its own says nothing."""
_PLACES: tuple[tuple[str, Any], ...] = (
    ("cases", Case), ("appointments", Appointment), ("medications", Medication), ("refill_requests", RefillRequest),
    ("measurements", Measurement), ("vital_alarms", VitalAlarm), ("dose_plans", DosePlan), ("authorisations", Authorisation),
)  # fmt: skip
_LINKS, _ENDED, _SYMPTOMS, _FIELDS = "patient_contact_points", "ended_links", "symptom_contacts", "fields"


class PatientMerge(Base):
    """One merge. `moved` names by place the ids of the rows that moved, the links that ended, and the fields that were filled."""

    __tablename__ = "patient_merges"
    __table_args__ = (
        Index("ix_patient_merges_survivor_id", "survivor_id", "made_at"),
        Index("uq_patient_merges_open", "replaced_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    replaced_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(EncryptedText("patient_merges.reason"))
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Side:
    """One of the two records, with how much is there by place."""

    patient: Patient
    counts: dict[str, int]


@dataclass(frozen=True)
class MergeItem:
    """A merge that holds, with who made it."""

    merge: PatientMerge
    by: str
    replaced_name: str


async def compare(uow: UnitOfWork, access: Access, patient_ids: Sequence[UUID], now: datetime) -> list[Side]:
    """The records side by side. Looking at each is audited. Raises `NotFound` for nobody and outside one's relation."""
    access.require(Permission.merge_patient)
    sides = []
    for patient_id in patient_ids:
        await require_relation(uow, access, patient_id, now)
        patient = await uow.session.get(Patient, patient_id)
        if patient is None:
            raise NotFound("patient")
        audit.record(uow, access, "patient.read", "patient", patient_id, now)
        counts = {}
        for place, model in _PLACES:
            counted = select(func.count()).select_from(model).where(model.patient_id == patient_id)
            counts[place] = int(await uow.session.scalar(counted) or 0)
        sides.append(Side(patient, counts))
    return sides


async def what_stops(uow: UnitOfWork, survivor: Patient, other: Patient) -> Refused | None:
    """Why the two cannot be put together now: `merge-same`, `merge-replaced`, `merge-pesel` (two valid numbers that differ),
    `merge-marked` (a hold, a restriction or an erasure), `merge-forms` (both talk to the bot), `merge-doses` (both are reminded).
    """
    if survivor.id == other.id:
        return Refused("merge-same")
    if survivor.replaced_by_id is not None or other.replaced_by_id is not None:
        return Refused("merge-replaced")
    numbers = {one.pesel for one in (survivor, other) if one.pesel and is_pesel(one.pesel)}
    if len(numbers) > 1:
        return Refused("merge-pesel")
    if await _is_marked(uow, (survivor.id, other.id)):
        return Refused("merge-marked")
    talking = select(func.count(Case.patient_id.distinct())).where(
        Case.patient_id.in_((survivor.id, other.id)), Case.state == CaseState.bot
    )
    if (await uow.session.scalar(talking) or 0) > 1:
        return Refused("merge-forms")
    reminded = select(func.count()).where(DosePlan.patient_id.in_((survivor.id, other.id)), DosePlan.ended_at.is_(None))
    if (await uow.session.scalar(reminded) or 0) > 1:
        return Refused("merge-doses")
    return None


async def merge(
    uow: UnitOfWork, access: Access, survivor_id: UUID, other_id: UUID, reason: str, now: datetime
) -> PatientMerge | Refused:
    """Put the other record into the survivor's. Audited at both.

    Refused: `merge-reason` (10 to 500 characters), and as `what_stops`: of two who do it at once the second meets `merge-replaced`.
    """
    access.require(Permission.merge_patient)
    # Looked at before anything is locked: a record that is replaced by then is one that somebody else was quicker with.
    for patient_id in (survivor_id, other_id):
        await _require(uow, access, patient_id, now)
    words = " ".join(reason.split())
    if not SHORTEST <= len(words) <= LONGEST:
        return Refused("merge-reason", {"least": SHORTEST, "most": LONGEST})
    survivor, other = await _locked(uow, survivor_id, other_id)
    refused = await what_stops(uow, survivor, other)
    if refused is not None:
        return refused
    moved: dict[str, Any] = {
        place: await _move(uow, model, select(model.id).where(model.patient_id == other_id), survivor_id)
        for place, model in _PLACES
    }
    moved[_LINKS], moved[_ENDED] = await _move_links(uow, survivor_id, other_id, now)
    moved[_SYMPTOMS] = await _move_symptoms(uow, select(SymptomContact.id), other_id, survivor_id)
    moved[_FIELDS] = [
        field for field in FILLED if getattr(survivor, field) is None and getattr(other, field) is not None
    ]
    for field in moved[_FIELDS]:
        setattr(survivor, field, getattr(other, field))
    other.replaced_by_id = survivor_id
    made = PatientMerge(
        id=new_id(), survivor_id=survivor_id, replaced_id=other_id, reason=words, moved=moved, made_by=UUID(access.actor),
        made_at=now,
    )  # fmt: skip
    uow.session.add(made)
    await _settle(uow, access, survivor, other, "patient.merged", now)
    return made


async def undo(uow: UnitOfWork, access: Access, merge_id: UUID, now: datetime) -> Refused | None:
    """Two records again: what moved goes back if it is still there, what came after stays with the survivor. Audited at both.

    Refused: `merge-undone` already, `merge-later` (the survivor was put together with others since: those first), `merge-marked`,
    `merge-forms` (the bot talks in a conversation that would go back).
    """
    access.require(Permission.merge_patient)
    found = await uow.session.get(PatientMerge, merge_id)
    if found is None:
        raise NotFound("merge")
    await _require(uow, access, found.survivor_id, now)
    survivor, other = await _locked(uow, found.survivor_id, found.replaced_id)
    await uow.session.refresh(found)
    if found.undone_at is not None:
        return Refused("merge-undone")
    later = select(func.count()).where(
        PatientMerge.survivor_id == survivor.id, PatientMerge.undone_at.is_(None), PatientMerge.made_at > found.made_at
    )
    if survivor.replaced_by_id is not None or await uow.session.scalar(later):
        return Refused("merge-later")
    if await _is_marked(uow, (survivor.id, other.id)):
        return Refused("merge-marked")
    moved = {place: _ids(ids) for place, ids in found.moved.items() if place != _FIELDS}
    with_bot = select(func.count()).where(Case.id.in_(moved.get("cases", [])), Case.state == CaseState.bot)
    if await uow.session.scalar(with_bot):
        return Refused("merge-forms")
    other.replaced_by_id = None
    await uow.session.flush()  # Before anything goes back: what is written for a replaced record is the survivor's.
    for place, model in (*_PLACES, (_LINKS, PatientContactPoint)):
        back = select(model.id).where(model.id.in_(moved.get(place, [])), model.patient_id == survivor.id)
        await _move(uow, model, back, other.id)
    # What was asked or raised later for a row that goes back goes with it.
    for hangs, parent, on in (
        (RefillRequest, RefillRequest.medication_id, Medication), (VitalAlarm, VitalAlarm.measurement_id, Measurement),
    ):  # fmt: skip
        theirs = select(on.id).where(on.patient_id == other.id)
        await _move(uow, hangs, select(hangs.id).where(parent.in_(theirs), hangs.patient_id == survivor.id), other.id)
    await uow.session.execute(
        update(PatientContactPoint).where(PatientContactPoint.id.in_(moved.get(_ENDED, []))).values(ended_at=None)
    )
    symptoms = select(SymptomContact.id).where(SymptomContact.id.in_(moved.get(_SYMPTOMS, [])))
    await _move_symptoms(uow, symptoms, survivor.id, other.id)
    for field in found.moved.get(_FIELDS, []):
        if getattr(survivor, field) == getattr(other, field):
            setattr(survivor, field, None)
    found.undone_by, found.undone_at = UUID(access.actor), now
    await _settle(uow, access, survivor, other, "patient.merge-undone", now)
    return None


async def in_force(uow: UnitOfWork, patient_id: UUID) -> list[MergeItem]:
    """The merges this record survives, the newest first. The caller has opened the record."""
    rows = await uow.session.execute(
        select(PatientMerge, Staff.name, Patient)
        .join(Staff, Staff.id == PatientMerge.made_by)
        .join(Patient, Patient.id == PatientMerge.replaced_id)
        .where(PatientMerge.survivor_id == patient_id, PatientMerge.undone_at.is_(None))
        .order_by(PatientMerge.made_at.desc(), PatientMerge.id.desc())
    )
    return [MergeItem(one, by, replaced.name) for one, by, replaced in rows]


async def survivor_of(uow: UnitOfWork, patient_id: UUID) -> UUID:
    """The record that stands for this one now: itself, unless it was replaced."""
    while (
        other := await uow.session.scalar(select(Patient.replaced_by_id).where(Patient.id == patient_id))
    ) is not None:
        patient_id = other
    return patient_id


async def _require(uow: UnitOfWork, access: Access, patient_id: UUID, now: datetime) -> None:
    """The relation to whoever stands for that record now; `NotFound` for nobody."""
    if await uow.session.get(Patient, patient_id) is None:
        raise NotFound("patient")
    await require_relation(uow, access, await survivor_of(uow, patient_id), now)


async def _locked(uow: UnitOfWork, survivor_id: UUID, other_id: UUID) -> tuple[Patient, Patient]:
    """Both records, read afresh under a lock; the threads of their cases before them, as everywhere."""
    threads = select(Case.thread_id).where(Case.patient_id.in_((survivor_id, other_id)))
    await uow.session.execute(
        select(Thread.id).where(Thread.id.in_(threads)).order_by(Thread.id).with_for_update(key_share=True)
    )
    rows = await uow.session.scalars(
        select(Patient)
        .where(Patient.id.in_((survivor_id, other_id)))
        .order_by(Patient.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {one.id: one for one in rows}
    if {survivor_id, other_id} - set(found):
        raise NotFound("patient")
    return found[survivor_id], found[other_id]


async def _is_marked(uow: UnitOfWork, patient_ids: Sequence[UUID]) -> bool:
    for patient_id in patient_ids:
        if await open_marks(uow, patient_id):
            return True
    erased = select(func.count()).where(Erasure.patient_id.in_(patient_ids), Erasure.state == ErasureState.confirmed)
    return bool(await uow.session.scalar(erased))


async def _move(uow: UnitOfWork, model: Any, which: Any, to: UUID) -> list[str]:
    ids = list(await uow.session.scalars(which.order_by(model.id).with_for_update()))
    await uow.session.execute(
        update(model).where(model.id.in_(ids)).values(patient_id=to).execution_options(synchronize_session="fetch")
    )
    return [str(one) for one in ids]


async def _move_links(uow: UnitOfWork, survivor_id: UUID, other_id: UUID, now: datetime) -> tuple[list[str], list[str]]:
    """Contact points: where both are spoken for from, the survivor's link stays and the other's ends."""
    link = PatientContactPoint
    shared = select(link.contact_point_id).where(link.patient_id == survivor_id, link.ended_at.is_(None))
    double = link.ended_at.is_(None) & link.contact_point_id.in_(shared)
    ended = list(await uow.session.scalars(select(link.id).where(link.patient_id == other_id, double)))
    await uow.session.execute(update(link).where(link.id.in_(ended)).values(ended_at=now))
    which = select(link.id).where(link.patient_id == other_id, link.id.not_in(ended))
    return await _move(uow, link, which, survivor_id), [str(one) for one in ended]


async def _move_symptoms(uow: UnitOfWork, which: Any, source: UUID, to: UUID) -> list[str]:
    """Contacts with symptoms of the last days count for whom they move to: a third one still reaches a person."""
    ids = list(await uow.session.scalars(which.where(SymptomContact.patient_token == patient_token(source))))
    await uow.session.execute(
        update(SymptomContact).where(SymptomContact.id.in_(ids)).values(patient_token=patient_token(to))
    )
    return [str(one) for one in ids]


async def _settle(uow: UnitOfWork, access: Access, survivor: Patient, other: Patient, did: str, now: datetime) -> None:
    """Tokens as the records are now; proofs and codes of both end; both rows of the audit."""
    both = (survivor.id, other.id)
    for one in (survivor, other):
        give_tokens(one)
        audit.record(uow, access, did, "patient", one.id, now)
    await uow.session.execute(
        update(IdentityProof)
        .where(IdentityProof.patient_id.in_(both), IdentityProof.expires_at > now)
        .values(expires_at=now)
    )
    await uow.session.execute(
        update(IdentityChallenge)
        .where(or_(IdentityChallenge.patient_id == survivor.id, IdentityChallenge.patient_id == other.id))
        .where(IdentityChallenge.state == ChallengeState.open)
        .values(state=ChallengeState.replaced)
    )
    await uow.session.flush()


def _ids(kept: Sequence[str]) -> list[UUID]:
    return [UUID(one) for one in kept]

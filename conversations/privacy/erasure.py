"""Erasing one person: confirmed by an officer, done in batches that may be cut off anywhere and go on, reported and signed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from care.appointments.models import Appointment
from care.patients.models import Patient, PatientContactPoint
from care.patients.tokens import give_tokens
from care.triage.repeats import SymptomContact, patient_token
from conversations.models import Case, ContactPoint, Thread
from conversations.privacy.clinical import end_reminders
from conversations.privacy.copies import Copies, deleted, erase_cases, erase_empty_threads
from conversations.privacy.holding import Holding, held_of
from conversations.privacy.models import Erasure, ErasureState
from conversations.privacy.report import Signer
from conversations.privacy.rules import ARTICLES, Kept
from core import audit
from core.access import Access, Permission
from core.accounts.models import BreakGlass
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.errors import NotFound, Refused
from core.register import BACKUPS_AGE_OUT, ELSEWHERE

CASES_AT_ONCE = 20
CONFIRMATION_LETTERS = 8


def confirmation_of(patient_id: UUID) -> str:
    """What the officer types: the end of the patient's id. No names, for they would stand in browsers' histories."""
    return patient_id.hex[-CONFIRMATION_LETTERS:]


class Erasures:
    """Asks for erasures and carries them out. `above` are the copies of packages that this one does not know."""

    def __init__(self, database: Database, clock: Clock, signer: Signer, above: Sequence[Copies]) -> None:
        self._database = database
        self._clock = clock
        self._above = above
        self.signer = signer

    async def confirm(
        self, uow: UnitOfWork, access: Access, patient_id: UUID, typed: str, added: Sequence[UUID], now: datetime
    ) -> Erasure | Refused:
        """Note that it shall be done; the worker does it within a minute. An open one of the same patient is returned as it is.

        Refused: `privacy-confirmation` for other letters than asked for, `privacy-held` under a legal hold,
        `privacy-replaced` for a record that another replaces: what there was is with that one.
        """
        access.require_everywhere(Permission.manage_privacy)
        patient = await uow.session.get(Patient, patient_id, with_for_update=True)
        if patient is None:
            raise NotFound("patient")
        if patient.replaced_by_id is not None:
            return Refused("privacy-replaced")
        if typed.strip().lower() != confirmation_of(patient_id):
            return Refused("privacy-confirmation")
        held = await held_of(uow, patient_id, now)
        if held.is_held:
            return Refused("privacy-held")
        known = {one.id for one in held.unassigned}
        erasure = Erasure(
            patient_id=patient_id, asked_by=access.actor, asked_at=now, counts={},
            case_ids=[str(one) for one in added if one in known], state=ErasureState.confirmed,
        )  # fmt: skip
        try:
            async with uow.session.begin_nested():
                uow.session.add(erasure)
        except IntegrityError:
            found = await uow.session.scalar(
                select(Erasure).where(Erasure.patient_id == patient_id, Erasure.state == ErasureState.confirmed)
            )
            assert found is not None, "its index refused another"
            return found
        audit.record(uow, access, "privacy.erasure-confirmed", "patient", patient_id, now)
        await uow.session.flush()
        return erasure

    async def run_open(self) -> int:
        """Do what was confirmed and is not done; returns how many were finished. Those under a hold wait."""
        async with self._database.unit_of_work() as uow:
            found = list(
                await uow.session.scalars(
                    select(Erasure.id).where(Erasure.state == ErasureState.confirmed).order_by(Erasure.asked_at)
                )
            )
        return sum([await self.run(one) for one in found])

    async def run(self, erasure_id: UUID) -> bool:
        """Erase to the end; True if it is done now. False under a hold, or while another process does it."""
        access = Access.system("erasure")
        while True:
            async with self._database.unit_of_work() as uow:
                erasure = await uow.session.scalar(
                    select(Erasure)
                    .where(Erasure.id == erasure_id, Erasure.state == ErasureState.confirmed)
                    .with_for_update(skip_locked=True)
                )
                if erasure is None:
                    return False
                now = self._clock.now()
                # Held marks and erasures both lock the patient: a hold is seen here, or comes when all is over.
                await uow.session.get(Patient, erasure.patient_id, with_for_update=True)
                held = await held_of(uow, erasure.patient_id, now)
                if held.is_held:
                    return False
                batch = held.erasable([UUID(one) for one in erasure.case_ids])[:CASES_AT_ONCE]
                if batch:
                    threads = select(Case.thread_id).where(Case.id.in_(batch))
                    touched = list(await uow.session.scalars(threads.distinct()))
                    counts = await erase_cases(uow, batch, self._above)
                    # Only of threads that speak for nobody else; the patient's own links go at the end, with the rest.
                    counts += await erase_empty_threads(uow, now, len(touched), touched)
                else:
                    counts = await self._erase_rest(uow, erasure.patient_id, held, now)
                total = Counter(erasure.counts)
                total.update(counts)
                erasure.counts = dict(total)
                if not batch:
                    await self._finish(uow, access, erasure, held, now)
                    return True

    async def _erase_rest(self, uow: UnitOfWork, patient_id: UUID, held: Holding, now: datetime) -> Counter[str]:
        counts: Counter[str] = Counter()
        visits = [one.id for one in held.visits if one.kept is None]
        counts["appointments"] += await deleted(uow, delete(Appointment).where(Appointment.id.in_(visits)))
        of_patient = SymptomContact.patient_token == patient_token(patient_id)
        counts["symptom_contacts"] += await deleted(uow, delete(SymptomContact).where(of_patient))
        links = select(PatientContactPoint.contact_point_id).where(PatientContactPoint.patient_id == patient_id)
        threads = list(
            await uow.session.scalars(
                select(Thread.id)
                .join(ContactPoint, ContactPoint.correspondent_id == Thread.correspondent_id)
                .where(ContactPoint.id.in_(links))
            )
        )
        needs_contact = any(one.kept in (Kept.upcoming_visit, Kept.open_case) for one in held.lines)
        if not needs_contact:
            counts["patient_contact_points"] += await deleted(
                uow, delete(PatientContactPoint).where(PatientContactPoint.patient_id == patient_id)
            )
            counts += await erase_empty_threads(uow, now, len(threads), threads)
        glass = await uow.session.scalars(select(BreakGlass).where(BreakGlass.patient_id == patient_id))
        for one in glass:
            one.reason = ""
        patient = await uow.session.get(Patient, patient_id)
        if patient is None:
            return counts
        await end_reminders(uow, patient_id, now)
        if not held.is_record_kept:
            await uow.session.execute(delete(Patient).where(Patient.id == patient_id))
            uow.session.expunge(patient)
            counts["patients"] += 1
        elif not needs_contact:
            replaced = await uow.session.scalars(select(Patient).where(Patient.replaced_by_id == patient_id))
            for one in (patient, *replaced):
                one.phone, one.mail = None, None
                give_tokens(one)
        await uow.session.flush()
        return counts

    async def _finish(self, uow: UnitOfWork, access: Access, erasure: Erasure, held: Holding, now: datetime) -> None:
        kept: Counter[tuple[str, Kept]] = Counter()
        for case in held.cases:
            if case.kept:
                kept["cases", case.kept] += 1
                kept["messages", case.kept] += case.messages
        for visit in held.visits:
            if visit.kept:
                kept["appointments", visit.kept] += 1
        for place, count in held.entries.items():
            kept[place, Kept.medical_record] += count
        if held.is_record_kept:
            reasons = {one.kept for one in held.lines if one.kept} or {Kept.medical_record}
            kept["patients", min(reasons, key=list(Kept).index)] += 1
        added = set(erasure.case_ids)
        for case in held.unassigned:
            kept["cases", case.kept if str(case.id) in added and case.kept else Kept.shared] += 1
        kept["audit_events", Kept.accountability] += held.audit_events
        kept["erasures", Kept.accountability] += 1
        kept["break_glass", Kept.accountability] += len(
            (await uow.session.scalars(select(BreakGlass.id).where(BreakGlass.patient_id == erasure.patient_id))).all()
        )
        erasure.report = self.signer.sign(
            {
                "id": str(erasure.id),
                "patient": str(erasure.patient_id),
                "asked_by": erasure.asked_by,
                "asked_at": erasure.asked_at.isoformat(),
                "done_at": now.isoformat(),
                "erased": {place: count for place, count in sorted(erasure.counts.items()) if count},
                "kept": [
                    {"place": place, "count": count, "reason": reason.value, "article": ARTICLES[reason]}
                    for (place, reason), count in sorted(kept.items())
                    if count
                ],
                "elsewhere": [{"place": one.place, "erased_by": one.erased_by} for one in ELSEWHERE],
                "backups_age_out_at": (now + BACKUPS_AGE_OUT).isoformat(),
            }
        )
        erasure.state, erasure.done_at, erasure.case_ids = ErasureState.done, now, []
        audit.record(uow, access, "privacy.erased", "patient", erasure.patient_id, now)
        await uow.session.flush()


async def reports_of(uow: UnitOfWork, access: Access, patient_id: UUID | None = None) -> list[Erasure]:
    """Erasures, newest first: of a patient or, without one, the newest hundred."""
    access.require_everywhere(Permission.manage_privacy)
    query = select(Erasure).order_by(Erasure.asked_at.desc(), Erasure.id).limit(100)
    return list(await uow.session.scalars(query.where(Erasure.patient_id == patient_id) if patient_id else query))


async def get_erasure(uow: UnitOfWork, access: Access, erasure_id: UUID) -> Erasure:
    """One of them. Raises `NotFound`."""
    access.require_everywhere(Permission.manage_privacy)
    found = await uow.session.get(Erasure, erasure_id)
    if found is None:
        raise NotFound("erasure")
    return found


def as_text(report: dict[str, Any]) -> str:
    """One line on what was done, for the command line."""
    erased, kept = sum(report["erased"].values()), sum(one["count"] for one in report["kept"])
    return f"{erased} rows erased, {kept} kept with a reason, backups age out {report['backups_age_out_at'][:10]}"

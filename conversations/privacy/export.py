"""Everything held of one patient, as FHIR-like resources, read part by part: no third person's cases, no staff by name
beyond what the messages themselves told.

A telephone shared by a family: the cases of this patient alone. Cases of no patient are counted, and people decide.
"""

import base64
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from care.appointments.models import Appointment, Clinician, Site
from care.patients.marks import PrivacyMark
from care.patients.models import Patient, PatientContactPoint
from care.patients.repository import replaced_by
from conversations.models import Attachment, Case, ContactPoint, Correspondent, Message
from conversations.outreach.consents import history
from conversations.privacy.clinical import record_of
from conversations.privacy.holding import held_of
from core import audit
from core.access import Access, Permission
from core.audit import AuditEvent
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.errors import NotFound

MESSAGES_AT_ONCE = 200
Resource = dict[str, Any]


class Exports:
    """Reads a person out. Each part is a transaction of its own, so that a large one does not hold the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, access: Access, patient_id: UUID) -> None:
        """Audit that it is taken. Raises `NotFound`; `Forbidden` without the right to manage privacy."""
        access.require_everywhere(Permission.manage_privacy)
        async with self._database.unit_of_work() as uow:
            if await uow.session.get(Patient, patient_id) is None:
                raise NotFound("patient")
            audit.record(uow, access, "privacy.exported", "patient", patient_id, self._clock.now())

    async def resources(self, patient_id: UUID, *, with_files: bool = True) -> AsyncIterator[Resource]:
        """All of them: the person, contacts, notices, visits, medical entries, then case by case messages and files, then who looked."""
        async with self._database.unit_of_work() as uow:
            first = [
                await _patient(uow, patient_id),
                *[await _patient(uow, other) for other in await replaced_by(uow, patient_id)],
                *await _contacts(uow, patient_id),
                *await _visits(uow, patient_id),
                *await _marks(uow, patient_id),
                *await record_of(uow, patient_id),
            ]
            held = await held_of(uow, patient_id, self._clock.now())
        for resource in first:
            yield resource
        for line in held.cases:
            async for resource in self.case(line.id, with_files=with_files):
                yield resource
        yield {
            "resourceType": "Basic", "id": "unassigned", "code": "cases-without-a-patient", "count": len(held.unassigned),
        }  # fmt: skip
        async with self._database.unit_of_work() as uow:
            subjects = [
                patient_id,
                *await replaced_by(uow, patient_id),
                *(one.id for one in held.cases),
                *(one.thread_id for one in held.cases),
            ]
            seen = await _looked(uow, list({str(one) for one in subjects}))
        for resource in seen:
            yield resource

    async def case(self, case_id: UUID, *, with_files: bool = True) -> AsyncIterator[Resource]:
        """One case with what was understood, its messages and its files, in order."""
        async with self._database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None:
                return
        yield {
            "resourceType": "EpisodeOfCare", "id": str(case.id), "status": "finished" if case.closed_at else "active",
            "period": {"start": _at(case.opened_at), "end": _at(case.closed_at)},
            "understood": case.understood, "carried": case.carried, "isMedicalRecord": case.is_medical,
        }  # fmt: skip
        after = 0
        while True:
            async with self._database.unit_of_work() as uow:
                batch = list(
                    await uow.session.scalars(
                        select(Message)
                        .where(Message.case_id == case_id, Message.seq > after)
                        .order_by(Message.seq)
                        .limit(MESSAGES_AT_ONCE)
                    )
                )
                files = await _files(uow, [one.id for one in batch])
            for message in batch:
                yield _communication(message, files.get(message.id, []))
            if with_files:
                for kept in files.values():
                    for file_id in kept:
                        async with self._database.unit_of_work() as uow:
                            file = await uow.session.get(Attachment, file_id)
                        if file is not None and file.content is not None:
                            yield {
                                "resourceType": "Binary", "id": str(file.id), "contentType": file.media_type,
                                "data": base64.b64encode(file.content).decode(),
                            }  # fmt: skip
            if len(batch) < MESSAGES_AT_ONCE:
                return
            after = batch[-1].seq


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


async def _patient(uow: UnitOfWork, patient_id: UUID) -> Resource:
    one = await uow.session.get(Patient, patient_id)
    if one is None:
        raise NotFound("patient")
    telecom = [("phone", one.phone), ("email", one.mail)]
    numbers = [("PESEL", one.pesel), ("before", one.external_id)]
    replaces = await uow.session.scalars(
        select(Patient.id).where(Patient.replaced_by_id == one.id).order_by(Patient.created_at, Patient.id)
    )
    links = [{"other": str(other), "type": "replaces"} for other in replaces]
    if one.replaced_by_id is not None:
        links.append({"other": str(one.replaced_by_id), "type": "replaced-by"})
    return {
        "resourceType": "Patient", "id": str(one.id), "name": [{"family": one.family_name, "given": [one.given_name]}],
        "birthDate": one.birth_date.isoformat(),
        "identifier": [{"system": system, "value": value} for system, value in numbers if value],
        "telecom": [{"system": system, "value": value} for system, value in telecom if value],
        "communication": [{"language": one.language}], "meta": {"created": _at(one.created_at)}, "link": links,
    }  # fmt: skip


async def _contacts(uow: UnitOfWork, patient_id: UUID) -> list[Resource]:
    """Contact points that may speak for the patient, and the notices given there. Another's address is not told."""
    rows = await uow.session.execute(
        select(PatientContactPoint, ContactPoint, Correspondent)
        .join(ContactPoint, ContactPoint.id == PatientContactPoint.contact_point_id)
        .join(Correspondent, Correspondent.id == ContactPoint.correspondent_id)
        .where(PatientContactPoint.patient_id == patient_id)
        .order_by(PatientContactPoint.created_at)
    )
    found: list[Resource] = []
    for link, point, person in rows:
        own = {"value": point.address} if link.role == "self" else {}
        found.append(
            {
                "resourceType": "RelatedPerson", "id": str(link.id), "relationship": link.role,
                "period": {"start": _at(link.created_at), "end": _at(link.ended_at)},
                "telecom": [{"system": point.kind, **own}], "stoppedAt": _at(point.opted_out_at),
            }
        )  # fmt: skip
        for channel, given in sorted(person.noticed.items()):
            found.append(
                {
                    "resourceType": "Consent", "id": f"notice-{point.id}-{channel}", "scope": "notice", "channel": channel,
                    "dateTime": given.get("at"), "policyVersion": given.get("privacy"), "aiNoticeVersion": given.get("version"),
                }
            )  # fmt: skip
        own_consents = await history(uow, [point.id]) if link.role == "self" else ()
        found += [
            {
                "resourceType": "Consent", "id": str(one.id), "scope": one.purpose.value, "dateTime": _at(one.created_at),
                "provision": "permit" if one.is_given else "deny", "source": one.source.value, "words": one.words,
            }
            for one in own_consents
        ]  # fmt: skip
    return found


async def _visits(uow: UnitOfWork, patient_id: UUID) -> list[Resource]:
    rows = await uow.session.execute(
        select(Appointment, Clinician, Site)
        .join(Clinician, Clinician.id == Appointment.clinician_id)
        .join(Site, Site.id == Appointment.site_id)
        .where(Appointment.patient_id == patient_id)
        .order_by(Appointment.start_at)
    )
    return [
        {
            "resourceType": "Appointment", "id": str(one.id), "status": one.status, "start": _at(one.start_at), "end": _at(one.end_at),
            "specialty": one.specialty, "practitioner": clinician.name, "location": site.name, "payer": one.payer,
            "visitKind": one.visit_kind, "referral": one.referral_code, "created": _at(one.created_at),
            "cancelled": _at(one.cancelled_at),
        }
        for one, clinician, site in rows
    ]  # fmt: skip


async def _marks(uow: UnitOfWork, patient_id: UUID) -> list[Resource]:
    found = await uow.session.scalars(select(PrivacyMark).where(PrivacyMark.patient_id == patient_id))
    return [
        {
            "resourceType": "Flag", "id": str(one.id), "code": one.kind.value, "text": one.reason,
            "period": {"start": _at(one.made_at), "end": _at(one.ended_at)},
        }
        for one in found
    ]  # fmt: skip


async def _files(uow: UnitOfWork, messages: list[UUID]) -> dict[UUID, list[UUID]]:
    rows = await uow.session.execute(
        select(Attachment.message_id, Attachment.id).where(
            Attachment.message_id.in_(messages), Attachment.state == "kept"
        )
    )
    found: dict[UUID, list[UUID]] = {}
    for message_id, file_id in rows:
        found.setdefault(message_id, []).append(file_id)
    return found


def _communication(one: Message, files: list[UUID]) -> Resource:
    """A message. Who of the staff wrote it is not told, nor machine's provenance beyond the kind of author."""
    return {
        "resourceType": "Communication", "id": str(one.id), "partOf": str(one.case_id), "sent": _at(one.created_at),
        "sender": one.author.value, "direction": one.direction.value, "medium": one.channel, "language": one.language,
        "payload": [{"contentString": one.body}, *({"contentReference": f"Binary/{file}"} for file in files)],
    }  # fmt: skip


async def _looked(uow: UnitOfWork, subjects: list[str]) -> list[Resource]:
    """Who opened or changed what, by kind of actor: which of the staff it was, the officer may tell (art. 15)."""
    rows = await uow.session.scalars(
        select(AuditEvent).where(AuditEvent.subject_id.in_(subjects)).order_by(AuditEvent.at, AuditEvent.id)
    )
    return [
        {
            "resourceType": "AuditEvent", "id": str(one.id), "recorded": _at(one.at), "action": one.action, "purpose": one.purpose,
            "agent": "system" if one.actor == "system" else "staff",
            "entity": {"kind": one.subject_kind, "id": one.subject_id},
        }
        for one in rows
    ]  # fmt: skip

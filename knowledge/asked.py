"""The last questions of patients, without the patient: what an edit would change for those who really asked.

Nothing of them is kept: a report names messages, and their words are made again for who may see them, as long as they exist.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from care.patients.marks import MarkKind, PrivacyMark
from care.patients.repository import Patients
from conversations.models import Case, Direction, Message, SafetyAlert, Turn
from conversations.pseudonyms import pseudonymise
from conversations.understanding import fold, for_dialogue
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.i18n import Language, as_language
from knowledge.gate.from_case import everyday_words

MOST = 200
"""So many are asked again; four times as many are looked at, because some say the same."""
LONGEST = 300


@dataclass(frozen=True)
class Asked:
    """One question: `words` without names, numbers and addresses."""

    message_id: UUID
    language: Language
    words: str


def is_restricted(message_id: Any) -> ColumnElement[bool]:
    """True for a message of a patient whose data is restricted: a mark made later holds for what came before it."""
    # Names of its own: where the query around it reads messages too, these must not be taken for them.
    message, case = aliased(Message), aliased(Case)
    mark = select(PrivacyMark.id).where(
        PrivacyMark.patient_id == case.patient_id, PrivacyMark.kind == MarkKind.restriction, PrivacyMark.ended_at.is_(None)
    )  # fmt: skip
    held = select(message.id).join(case, case.id == message.case_id)
    return held.where(message.id == message_id, mark.exists()).exists()


async def without_patient(uow: UnitOfWork, said: Sequence[tuple[str, UUID | None]]) -> list[str]:
    """Each text, with whose case it stands in, without what points to a person."""
    everyday, patients = await everyday_words(uow), Patients(uow, Access.system("pseudonyms"))
    names: dict[UUID | None, list[str]] = {None: []}
    for patient_id in {patient_id for _, patient_id in said if patient_id is not None}:
        patient = await patients.get(patient_id)
        names[patient_id] = [patient.given_name, patient.family_name] if patient is not None else []
    return [" ".join(pseudonymise(body, names[whose], everyday).split())[:LONGEST] for body, whose in said]


async def last_asked(uow: UnitOfWork, language: Language | None = None, most: int = MOST) -> list[Asked]:
    """What the dialogue core answered last, the newest first, each wording once. Without red flags and restricted patients."""
    flagged = select(SafetyAlert.id).where(SafetyAlert.message_id == Message.id)
    query = (
        select(Message, Case.patient_id)
        .join(Turn, Turn.message_id == Message.id)
        .join(Case, Case.id == Message.case_id)
        .where(Message.direction == Direction.inbound, Turn.outcome == "answered", ~flagged.exists())
        .where(~is_restricted(Message.id))
        .order_by(Message.id.desc())  # ids sort by time
        .limit(4 * most)
    )
    if language is not None:
        query = query.where(Message.language == language)
    first: dict[str, tuple[Message, UUID | None]] = {}
    for message, patient_id in await uow.session.execute(query):
        key = fold(for_dialogue(message.body)).rstrip("?!. ")
        # A single letter or digit picks from a list: it asks nothing.
        if len(key) > 1 and len(first) < most:
            first.setdefault(key, (message, patient_id))
    rows = list(first.values())
    words = await without_patient(uow, [(message.body, patient_id) for message, patient_id in rows])
    return [
        Asked(message.id, as_language(message.language), text)
        for (message, _), text in zip(rows, words, strict=True)
        if for_dialogue(text)
    ]


async def words_of(
    uow: UnitOfWork, access: Access, ids: Collection[UUID], where: tuple[str, UUID | str], now: datetime
) -> dict[str, str]:
    """The words of those messages that are still there, by their id as text. Audited; who may not review everywhere gets none.

    `where` they are shown: kind and id of the report.
    """
    if not ids or access.sites(Permission.review_unanswered) is not None:
        return {}
    audit.record(uow, access, "questions.read", *where, now)
    query = select(Message, Case.patient_id).join(Case, Case.id == Message.case_id).where(Message.id.in_(ids))
    rows = (await uow.session.execute(query.where(~is_restricted(Message.id)))).all()
    words = await without_patient(uow, [(message.body, patient_id) for message, patient_id in rows])
    return {str(message.id): text for (message, _), text in zip(rows, words, strict=True)}

"""A conversation becomes a test: its patient's words without the patient, and the keys of what the bot answered to each.

Who may read the conversation proposes and confirms; who edits content then sees only the words that were confirmed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from care.patients.repository import Patients
from conversations.models import Author, Case, Direction, Message
from conversations.policy import require_thread
from conversations.pseudonyms import points_to_somebody, pseudonymise
from conversations.understanding import fold
from core import audit
from core.access import Access, Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.settings import ROOT
from knowledge.gate.models import ConversationTest
from knowledge.gate.suite import CHANNELS
from knowledge.intents.editing import in_draft
from knowledge.intents.models import IntentExample
from knowledge.lexical import words_of

MOST_TURNS = 40
SHORTEST_NAME, LONGEST_NAME = 3, 120
LONGEST_SAID = 1000
WITH_NAMES = ("identify", "inform", "correct", "contact_data")
"""Intents whose examples hold invented names."""


@dataclass(frozen=True)
class Proposal:
    """What the test would be. `steps`: what was said, without names and numbers, and the keys answered."""

    thread_id: UUID
    channel: str
    language: str
    steps: Sequence[tuple[str, tuple[str, ...]]]


async def propose(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> Proposal | Refused:
    """The case as a test, up to where a person took over. Audited. Raises `NotFound`.

    Refused: `test-empty` (the bot answered nothing), `test-channel` (cannot be replayed on it).
    """
    person.access.require(Permission.note_thread)
    case = await uow.session.get(Case, case_id)
    if case is None:
        raise NotFound("case")
    await require_thread(uow, person.access, case.thread_id, now)
    audit.record(uow, person.access, "test.proposed", "case", case_id, now)
    rows = await uow.session.scalars(
        select(Message).where(Message.case_id == case_id, Message.direction != Direction.note).order_by(Message.seq)
    )
    patients = Patients(uow, Access.system("conversation test", case_id))
    patient = await patients.get(case.patient_id) if case.patient_id else None
    names = [patient.given_name, patient.family_name] if patient is not None else []
    everyday = await everyday_words(uow)
    steps: list[tuple[str, list[str]]] = []
    channel = language = ""
    for one in rows:
        if one.author is Author.agent:
            break
        if one.direction is Direction.inbound:
            channel, language = channel or one.channel, language or (one.language or "")
            steps.append((pseudonymise(one.body, names, everyday), []))
        elif steps and not (key := str((one.content or {}).get("key", ""))).startswith("notice"):
            steps[-1][1].append(key)
    answered = [(said, tuple(keys)) for said, keys in steps if keys][:MOST_TURNS]
    if not answered:
        return Refused("test-empty")
    if channel not in CHANNELS:
        return Refused("test-channel")
    return Proposal(case.thread_id, channel, "en" if language == "en" else "pl", answered)


async def keep(
    uow: UnitOfWork,
    person: SignedIn,
    case_id: UUID,
    name: str,
    said: Sequence[str],
    now: datetime,
    *,
    is_confirmed: bool,
) -> ConversationTest | Refused:
    """Keep the test with the words as they were confirmed; an empty utterance leaves its turn out.

    Refused: as `propose`; `test-name`; `test-names` (a number or an address of somebody, or not confirmed), with the turn.
    """
    found = await propose(uow, person, case_id, now)
    if isinstance(found, Refused):
        return found
    title = " ".join(name.split())
    if not SHORTEST_NAME <= len(title) <= LONGEST_NAME:
        return Refused("test-name")
    words = [" ".join(one.split())[:LONGEST_SAID] for one in said]
    for place, one in enumerate([title, *words]):
        if points_to_somebody(one):
            return Refused("test-names", {"turn": str(max(place, 1))})
    if not is_confirmed:
        return Refused("test-names", {"turn": "1"})
    steps = [{"say": one, "expect": list(keys)} for one, (_, keys) in zip(words, found.steps, strict=False) if one]
    if not steps:
        return Refused("test-empty")
    made = ConversationTest(
        name=title, language=found.language, channel=found.channel, steps=steps, case_id=case_id, staff_id=person.staff_id, made_at=now
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, person.access, "test.made", "case", case_id, now)
    return made


async def everyday_words(uow: UnitOfWork) -> frozenset[str]:
    """Words that name nobody, folded: everyday ones, and those of what the bot learns from where no name is given."""
    lines = (ROOT / "data" / "knowledge" / "polish_words.txt").read_text("utf-8").splitlines()
    texts = [line for line in lines if not line.startswith("#")]
    learnt = select(IntentExample.text).where(*in_draft(), IntentExample.intent.not_in(WITH_NAMES))
    texts += await uow.session.scalars(learnt)
    return await asyncio.to_thread(_folded, texts)


def _folded(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(map(fold, {word for text in texts for word in words_of(text)}))

"""Complaints: each has a number, an owner and a day by which it is answered, all told to the patient or shown to supervisors.

Whoever a complaint names neither owns nor answers it, and cannot take their name off it. The deadline, fourteen days, is a team
proposal, unsigned: the clinic's lawyer must confirm it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, func, select, text
from sqlalchemy.orm import Mapped, aliased, mapped_column

from conversations.linter import host_of, lint
from conversations.messages import Messages, Route, route_of
from conversations.models import Case, ContactPoint
from conversations.outreach.models import Purpose
from conversations.policy import require_thread
from conversations.protocols import Utterance
from core.access import Access, Permission, Role
from core.accounts import SignedIn, Staff
from core.accounts.models import StaffRole
from core.audit import record
from core.crypto import EncryptedText
from core.db import Base, UnitOfWork
from core.errors import NotFound, Refused
from core.i18n import catalogue
from core.ids import new_id

ANSWER_WITHIN = timedelta(days=14)
LONGEST = 2000
SHORTEST = 5
SHOWN = 200


class Decision(StrEnum):
    """What came of a complaint."""

    upheld = "upheld"
    partly = "partly"
    rejected = "rejected"


class Complaint(Base):
    """One complaint. A case has at most one that is not answered."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("uq_complaints_open", "case_id", unique=True, postgresql_where=text("answered_at IS NULL")),
        Index("ix_complaints_case_id", "case_id"),
        Index("ix_complaints_due", "due_on", postgresql_where=text("answered_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"))
    words: Mapped[str] = mapped_column(EncryptedText("complaints.words"))
    """What it is about: the patient's own message, or what staff wrote down."""
    about_staff: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """None: the patient told the bot."""
    made_at: Mapped[datetime]
    due_on: Mapped[date]
    """The last day for the answer, by the clinic's calendar."""
    decision: Mapped[Decision | None]
    answer: Mapped[str | None] = mapped_column(EncryptedText("complaints.answer"))
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None]
    was_sent: Mapped[bool] = mapped_column(default=False)
    """The answer went out in the conversation; else it was given by letter or telephone."""

    @property
    def number(self) -> str:
        """As the patient is told it: "S/2026/17"."""
        return f"S/{self.made_at.year}/{self.seq}"


@dataclass(frozen=True)
class ComplaintItem:
    """One complaint as a supervisor's list shows it."""

    complaint: Complaint
    owner: str | None
    named: str | None
    is_overdue: bool


def told(complaint: Complaint) -> Utterance:
    """What the patient is told when it is taken down."""
    return Utterance("complaint-taken", {"number": complaint.number, "due": {"date": complaint.due_on.isoformat()}})


async def of_patient(uow: UnitOfWork, access: Access, case: Case, words: str, now: datetime) -> Complaint:
    """What a patient tells the bot. Told again while it is not answered, it is the same complaint."""
    access.require(Permission.note_thread)
    return await _take_down(uow, access, case, words, None, None, now)


async def take_down(
    uow: UnitOfWork, person: SignedIn, messages: Messages, case_id: UUID, words: str, about: str, now: datetime
) -> Complaint | Refused:
    """What a patient told staff; the patient gets number and day at once, where they can be reached.

    `about` is the id of the member of staff it names, or "". Refused: `complaint-words`, `complaint-whom`, `complaint-open`.
    """
    person.access.require(Permission.note_thread)
    case = await _case(uow, person.access, case_id, now)
    if not SHORTEST <= len(words.strip()) <= LONGEST:
        return Refused("complaint-words", {"least": SHORTEST, "most": LONGEST})
    named = await _colleague(uow, about) if about else None
    if about and named is None:
        return Refused("complaint-whom")
    if (found := await open_of(uow, case_id)) is not None:
        return Refused("complaint-open", {"number": found.number})
    complaint = await _take_down(uow, person.access, case, words, named.id if named else None, person.staff_id, now)
    if (route := await route_of(uow, case)) is not None:
        await messages.say(uow, case, route, told(complaint), {"by": "rule", "rule": "complaint-taken"}, now)
    return complaint


async def open_of(uow: UnitOfWork, case_id: UUID) -> Complaint | None:
    """The case's complaint that waits for its answer."""
    found: Complaint | None = await uow.session.scalar(
        select(Complaint).where(Complaint.case_id == case_id, Complaint.answered_at.is_(None))
    )
    return found


async def listed(uow: UnitOfWork, access: Access, now: datetime, *, is_answered: bool = False) -> list[ComplaintItem]:
    """What waits, by the day it is due; or what was answered, the latest first. Without the words."""
    access.require(Permission.manage_queue)
    owner, named = aliased(Staff), aliased(Staff)
    order = (Complaint.answered_at.desc(),) if is_answered else (Complaint.due_on, Complaint.seq)
    rows = await uow.session.execute(
        select(Complaint, owner.name, named.name)
        .outerjoin(owner, owner.id == Complaint.owner_id)
        .outerjoin(named, named.id == Complaint.about_staff)
        .where(Complaint.answered_at.is_not(None) if is_answered else Complaint.answered_at.is_(None))
        .order_by(*order)
        .limit(SHOWN)
    )
    return [ComplaintItem(one, mine, about, _is_overdue(one, now)) for one, mine, about in rows]


async def read(uow: UnitOfWork, access: Access, complaint_id: UUID, now: datetime) -> ComplaintItem:
    """One complaint with its words, audited. Raises `NotFound`."""
    access.require(Permission.manage_queue)
    complaint = await uow.session.get(Complaint, complaint_id)
    if complaint is None:
        raise NotFound("complaint")
    await require_thread(uow, access, complaint.thread_id, now)
    record(uow, access, "read", "complaint", complaint_id, now)
    names = [await uow.session.get(Staff, one) if one else None for one in (complaint.owner_id, complaint.about_staff)]
    owner, named = (one.name if one else None for one in names)
    return ComplaintItem(complaint, owner, named, _is_overdue(complaint, now))


async def colleagues(uow: UnitOfWork) -> Sequence[Staff]:
    """Everybody a complaint can name, by name."""
    return (await uow.session.scalars(select(Staff).where(Staff.is_active).order_by(Staff.name, Staff.id))).all()


async def owners(uow: UnitOfWork, besides: UUID | None) -> Sequence[Staff]:
    """The supervisors who can answer, but for one; those with the fewest open complaints first."""
    load = (
        select(func.count())
        .select_from(Complaint)
        .where(Complaint.owner_id == Staff.id, Complaint.answered_at.is_(None))
        .scalar_subquery()
    )
    supervises = select(StaffRole.staff_id).where(StaffRole.role == Role.supervisor.value)
    query = select(Staff).where(Staff.is_active, Staff.id.in_(supervises)).order_by(load, Staff.name, Staff.id)
    return (await uow.session.scalars(query.where(Staff.id != besides) if besides else query)).all()


async def give(
    uow: UnitOfWork, person: SignedIn, complaint_id: UUID, owner: str, about: str, now: datetime
) -> Refused | None:
    """Who answers it, and whom it names ("" for nobody). Whom it names may not do this, and cannot become its owner.

    Refused: `complaint-about-you`, `complaint-over`, `complaint-whom`, `complaint-owner`.
    """
    complaint = await _locked(uow, person, complaint_id, now)
    if isinstance(complaint, Refused):
        return complaint
    named = await _colleague(uow, about) if about else None
    if about and named is None:
        return Refused("complaint-whom")
    besides = named.id if named else None
    new = next((one for one in await owners(uow, besides) if str(one.id) == owner), None)
    if new is None:
        return Refused("complaint-owner")
    complaint.owner_id, complaint.about_staff = new.id, besides
    record(uow, person.access, "complaint.given", "complaint", complaint.id, now)
    await uow.publish("board", id=str(complaint.id))
    return None


async def answer(
    uow: UnitOfWork, person: SignedIn, messages: Messages, complaint_id: UUID, decision: str, words: str, now: datetime,
    *, is_sent: bool, public_url: str,
) -> Refused | None:  # fmt: skip
    """Say what was decided and why; with `is_sent` the patient gets it in the conversation, in its language, in the same transaction.

    Refused: `complaint-about-you`, `complaint-not-yours`, `complaint-over`, `complaint-decision`, `complaint-words`,
    `complaint-no-way` (nothing may be sent there), `complaint-linted` (what should not stand in an SMS).
    """
    complaint = await _locked(uow, person, complaint_id, now)
    if isinstance(complaint, Refused):
        return complaint
    if complaint.owner_id != person.staff_id:
        return Refused("complaint-not-yours")
    if decision not in list(Decision):
        return Refused("complaint-decision")
    said = words.strip()
    if not SHORTEST <= len(said) <= LONGEST:
        return Refused("complaint-words", {"least": SHORTEST, "most": LONGEST})
    if is_sent:
        case = await uow.session.get_one(Case, complaint.case_id)
        route = await _way(uow, case)
        if route is None:
            return Refused("complaint-no-way")
        if found := lint(said, route.channel, Purpose.care, host_of(public_url)):
            texts = catalogue("en" if person.language == "en" else "pl")
            kinds = [texts.text(f"lint-{kind.value}") for kind in dict.fromkeys(one.kind for one in found)]
            return Refused("complaint-linted", {"kinds": ", ".join(kinds)})
        whole = catalogue(route.language).text(f"complaint-answer-{decision}", number=complaint.number, answer=said)
        await messages.reply(uow, case, route, whole, person.staff_id, person.name, now)
    complaint.decision, complaint.answer, complaint.was_sent = Decision(decision), said, is_sent
    complaint.answered_by, complaint.answered_at = person.staff_id, now
    record(uow, person.access, "complaint.answered", "complaint", complaint.id, now)
    await uow.publish("board", id=str(complaint.id))
    return None


async def _take_down(
    uow: UnitOfWork, access: Access, case: Case, words: str, about: UUID | None, made_by: UUID | None, now: datetime
) -> Complaint:
    await uow.session.scalar(select(Case.id).where(Case.id == case.id).with_for_update())
    if (found := await open_of(uow, case.id)) is not None:
        return found
    owner = next(iter(await owners(uow, about)), None)
    complaint = Complaint(
        id=new_id(), case_id=case.id, thread_id=case.thread_id, words=words.strip()[:LONGEST], about_staff=about,
        owner_id=owner.id if owner else None, made_by=made_by, made_at=now, due_on=(now + ANSWER_WITHIN).date(),
    )  # fmt: skip
    uow.session.add(complaint)
    await uow.session.flush()
    await uow.session.refresh(complaint, ["seq"])
    record(uow, access, "complaint.made", "complaint", complaint.id, now)
    await uow.publish("board", id=str(complaint.id))
    return complaint


async def _case(uow: UnitOfWork, access: Access, case_id: UUID, now: datetime) -> Case:
    case = await uow.session.get(Case, case_id, with_for_update=True)
    if case is None:
        raise NotFound("case")
    await require_thread(uow, access, case.thread_id, now)
    return case


async def _locked(uow: UnitOfWork, person: SignedIn, complaint_id: UUID, now: datetime) -> Complaint | Refused:
    """The complaint, locked for a change by this person; a refusal where it names them or is answered."""
    person.access.require(Permission.manage_queue)
    complaint = await uow.session.get(Complaint, complaint_id, with_for_update=True, populate_existing=True)
    if complaint is None:
        raise NotFound("complaint")
    await require_thread(uow, person.access, complaint.thread_id, now)
    if complaint.about_staff == person.staff_id:
        return Refused("complaint-about-you")
    return Refused("complaint-over") if complaint.answered_at is not None else complaint


async def _colleague(uow: UnitOfWork, staff_id: str) -> Staff | None:
    return next((one for one in await colleagues(uow) if str(one.id) == staff_id), None)


async def _way(uow: UnitOfWork, case: Case) -> Route | None:
    """Where an answer may go; None where the carrier holds everything back."""
    route = await route_of(uow, case)
    point = await uow.session.get(ContactPoint, route.contact_point_id) if route else None
    is_stopped = route is not None and route.channel == "sms" and point is not None and point.opted_out_by == "carrier"
    return None if is_stopped else route


def _is_overdue(complaint: Complaint, now: datetime) -> bool:
    return complaint.answered_at is None and complaint.due_on < now.date()

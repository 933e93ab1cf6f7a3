"""An answer to a reminder: bound to the visit that reminder named, or to none until the person has chosen.

Read before the dialogue core is asked, by the words and by the last thing we sent. A yes marks the visit as confirmed; a
no is read back before anything is called off. If the visit is over, moved, called off, or one of several reminders is
meant, nothing changes.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from care.appointments import service as appointments
from care.appointments.confirming import confirm
from care.appointments.models import Appointment, Site
from conversations.models import Case, ContactPoint, Delivery, Direction, Message
from conversations.outreach import consents
from conversations.outreach.models import Answer, ConsentSource, NoticeState, Purpose, VisitNotice
from conversations.outreach.words import Reply, read_reply
from conversations.protocols import Choice, Utterance
from core.access import Access, Role
from core.db import UnitOfWork
from core.errors import NotFound, Refused

PREFIX = "outreach:"
ABOUT_A_VISIT = ("reminder-visit", "reminder-decline", "reminder-moved", "reminder-which")
NOT_SAID_BY_US = ("notice", "notice-both")
"""Notices of AI and privacy do not come between a question and its answer."""
Act = str
"""What the person wants of the visit: `yes`, `no` (to be read back), `cancel`, `keep`, `move`, `stop`."""
_ACTS = frozenset({"yes", "no", "cancel", "keep", "move", "stop"})


@dataclass(frozen=True)
class Bound:
    """An answer and the notice it belongs to; `start` is the hour the person was told, if another than the notice's."""

    act: Act
    notice_id: UUID
    start: datetime | None = None
    may_mean_messages: bool = False
    is_chosen: bool = False


@dataclass(frozen=True)
class Outcome:
    """What is said, and what the dialogue core is asked, if anything."""

    said: tuple[Utterance, ...] = ()
    payload: str | None = None


def from_payload(payload: str | None) -> Bound | None:
    """The answer behind a tapped or numbered choice of ours: `outreach:act:notice[:hour]`; None for all other payloads."""
    if payload is None or not payload.startswith(PREFIX):
        return None
    act, _, rest = payload.removeprefix(PREFIX).partition(":")
    notice, _, start = rest.partition(":")
    if act not in _ACTS:
        return None
    try:
        return Bound(act, UUID(notice), datetime.fromisoformat(start) if start else None, is_chosen=True)
    except ValueError:
        return None


async def from_words(uow: UnitOfWork, message: Message) -> Bound | None:
    """The answer in the person's own words, if what we said last at that contact point was about a visit."""
    reply = read_reply(message.body)
    if reply is None:
        return None
    content = await last_said(uow, message)
    key = str(content.get("key"))
    notice = str((content.get("args") or {}).get("notice", ""))
    if key not in ABOUT_A_VISIT or not notice:
        return None
    start = (content["args"].get("at") or {}).get("when")
    bound = Bound("", UUID(notice), datetime.fromisoformat(start) if start else None)
    if reply is Reply.move:
        return replace(bound, act="move")
    if key == "reminder-decline":
        # "Shall we call it off?" - here a no keeps the visit.
        wanted = {Reply.yes: "cancel", Reply.no: "keep"}.get(reply, "cancel")
        return replace(bound, act=wanted, is_chosen=True)
    if key == "reminder-which":
        return None
    wanted = "yes" if reply is Reply.yes else "no"
    return replace(bound, act=wanted, may_mean_messages=reply is Reply.ambiguous, is_chosen=key == "reminder-moved")


async def last_said(uow: UnitOfWork, message: Message) -> dict[str, Any]:
    """What we said last at the contact point a message came from, before it; notices of AI and privacy left out."""
    rows = await uow.session.scalars(
        select(Message.content)
        .where(
            Message.thread_id == message.thread_id, Message.seq < message.seq,
            Message.direction == Direction.outbound, Message.contact_point_id == message.contact_point_id,
        )
        .order_by(Message.seq.desc())
        .limit(3)
    )  # fmt: skip
    contents = [dict(one or {}) for one in rows]
    return next((one for one in contents if one.get("key") not in NOT_SAID_BY_US), {})


async def last_purpose(uow: UnitOfWork, point: ContactPoint) -> Purpose | None:
    """Why we last wrote first to this person, for a "no more of these" that does not say which."""
    found = await uow.session.scalar(
        select(Delivery.purpose)
        .where(Delivery.contact_point_id == point.id, Delivery.purpose != Purpose.care.value)
        .order_by(Delivery.updated_at.desc())
        .limit(1)
    )
    return Purpose(found) if found else None


async def carry_out(
    uow: UnitOfWork, bound: Bound, case: Case, point: ContactPoint, text: str, now: datetime
) -> Outcome:
    """Do what the answer says, or say why nothing was done."""
    notice = await uow.session.scalar(select(VisitNotice).where(VisitNotice.id == bound.notice_id).with_for_update())
    if notice is None or notice.contact_point_id != point.id or notice.state is not NoticeState.sent:
        return Outcome((Utterance("reminder-gone", {}, _BOOK),))
    if bound.act == "stop":
        await consents.stop(uow, point, (Purpose.reminder,), ConsentSource.words, text, now)
        return Outcome((Utterance("sms-stopped-reminder"),))
    if not bound.is_chosen:
        others = await _also_asked(uow, notice, now)
        if others:
            return await _which(uow, bound, [notice, *others])
    visit = await uow.session.get(Appointment, notice.appointment_id, populate_existing=True)
    told = bound.start or notice.visit_start_at
    if visit is None or visit.status == "cancelled":
        return Outcome((Utterance("reminder-gone", {}, _BOOK),))
    if visit.status != "booked" or visit.start_at <= now:
        return Outcome((Utterance("reminder-past", {}, _BOOK),))
    place = await uow.session.get_one(Site, visit.site_id)
    args: dict[str, Any] = {
        "at": {"when": visit.start_at.isoformat()}, "address": place.address, "notice": str(notice.id),
    }  # fmt: skip
    if visit.start_at != told:
        return Outcome((Utterance("reminder-moved", args, _moved_choices(notice, visit)),))
    if bound.act == "move":
        _answered(notice, Answer.moving, now)
        return Outcome(payload=f'/reschedule{{"option": "notice:{notice.id}"}}')
    if bound.act == "keep":
        _answered(notice, Answer.kept, now)
        return Outcome((Utterance("cancel-kept"),))
    if bound.act == "no":
        _answered(notice, Answer.declined, now)
        return Outcome(
            (
                Utterance(
                    "reminder-decline", args, _decline_choices(notice, args["at"]["when"], bound.may_mean_messages)
                ),
            )
        )
    access = Access(frozenset({Role.system}), "system", "reply to a reminder", case.id, visit.patient_id)
    if bound.act == "yes":
        return await _confirm(uow, access, notice, visit, args, now)
    return await _cancel(uow, access, notice, visit, args, point, now)


async def _confirm(
    uow: UnitOfWork, access: Access, notice: VisitNotice, visit: Appointment, args: dict[str, Any], now: datetime
) -> Outcome:
    done = await confirm(uow, access, visit.id, start=visit.start_at, now=now)
    if isinstance(done, Refused):
        return Outcome((Utterance("reminder-gone", {}, _BOOK),))
    _answered(notice, Answer.confirmed, now)
    return Outcome((Utterance("reminder-confirmed", args),))


async def _cancel(
    uow: UnitOfWork,
    access: Access,
    notice: VisitNotice,
    visit: Appointment,
    args: dict[str, Any],
    point: ContactPoint,
    now: datetime,
) -> Outcome:
    try:
        done = await appointments.cancel(
            uow, access, visit.id, by="patient", now=now, contact_point_id=point.id
        )  # fmt: skip
    except NotFound:
        return Outcome((Utterance("reminder-gone", {}, _BOOK),))
    if isinstance(done, Refused):
        return Outcome((Utterance("reminder-past", {}, _BOOK),))
    _answered(notice, Answer.cancelled, now)
    return Outcome((Utterance("cancelled", {"at": args["at"]}, _BOOK_AGAIN),))


async def _also_asked(uow: UnitOfWork, notice: VisitNotice, now: datetime) -> list[VisitNotice]:
    """Other reminders at the same contact point that nobody has answered and whose visits are still to come."""
    rows = await uow.session.scalars(
        select(VisitNotice)
        .join(Appointment, Appointment.id == VisitNotice.appointment_id)
        .where(
            VisitNotice.contact_point_id == notice.contact_point_id, VisitNotice.id != notice.id,
            VisitNotice.state == NoticeState.sent, VisitNotice.answer.is_(None),
            Appointment.status == "booked", Appointment.start_at == VisitNotice.visit_start_at,
            Appointment.start_at > now,
        )
        .order_by(VisitNotice.visit_start_at)
        .limit(4)
    )  # fmt: skip
    return list(rows)


async def _which(uow: UnitOfWork, bound: Bound, notices: list[VisitNotice]) -> Outcome:
    choices = []
    for one in sorted(notices, key=lambda one: one.visit_start_at):
        visit = await uow.session.get_one(Appointment, one.appointment_id)
        place = await uow.session.get_one(Site, visit.site_id)
        args = {"at": {"when": visit.start_at.isoformat()}, "address": place.address}
        choices.append(Choice(str(one.id), "reminder-choice-visit", f"{PREFIX}{bound.act}:{one.id}", args))
    return Outcome((Utterance("reminder-which", {"notice": str(bound.notice_id)}, tuple(choices)),))


def _answered(notice: VisitNotice, answer: Answer, now: datetime) -> None:
    notice.answer, notice.answered_at = answer, now


def _decline_choices(notice: VisitNotice, start: str, may_mean_messages: bool) -> tuple[Choice, ...]:
    choices = (
        Choice("cancel", "choice-yes-cancel", f"{PREFIX}cancel:{notice.id}:{start}"),
        Choice("move", "reminder-choice-move", f"{PREFIX}move:{notice.id}:{start}"),
        Choice("keep", "choice-no-keep", f"{PREFIX}keep:{notice.id}:{start}"),
    )
    if not may_mean_messages:
        return choices
    return (*choices, Choice("stop", "reminder-choice-stop", f"{PREFIX}stop:{notice.id}"))


def _moved_choices(notice: VisitNotice, visit: Appointment) -> tuple[Choice, ...]:
    start = visit.start_at.isoformat()
    return (
        Choice("confirm", "reminder-choice-confirm", f"{PREFIX}yes:{notice.id}:{start}"),
        Choice("decline", "reminder-choice-decline", f"{PREFIX}no:{notice.id}:{start}"),
    )


_BOOK = (Choice("book", "menu-book", "/book"), Choice("human", "menu-human", "/human"))
_BOOK_AGAIN = (Choice("book", "choice-book-again", "/book"),)

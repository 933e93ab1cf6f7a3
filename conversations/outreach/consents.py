"""Consents: what holds now, its history, and stopping and starting by a person's own words.

Reminders of one's own visit are not marketing and need no consent, but can be stopped; marketing needs one given before
(art. 398 of the Electronic Communications Act). Every statement is kept with who, when and how it was said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from conversations.models import ContactPoint, Delivery, DeliveryState
from conversations.outreach.models import Consent, ConsentSource, NoticeState, Purpose, VisitNotice
from core.db import UnitOfWork

WITHOUT_WORD = {Purpose.care: True, Purpose.reminder: True, Purpose.marketing: False}
"""What holds while nobody has said anything."""
STOPPABLE = (Purpose.reminder, Purpose.marketing)


@dataclass(frozen=True)
class Standing:
    """What holds at a contact point for a purpose; `statement` is the word it rests on, if there is one."""

    purpose: Purpose
    is_permitted: bool
    statement: Consent | None


async def standing(uow: UnitOfWork, contact_point_id: UUID, purpose: Purpose) -> Standing:
    """What holds now for the purpose."""
    newest = await uow.session.scalar(
        select(Consent)
        .where(Consent.contact_point_id == contact_point_id, Consent.purpose == purpose)
        .order_by(Consent.created_at.desc(), Consent.id.desc())
        .limit(1)
    )
    return Standing(purpose, newest.is_given if newest else WITHOUT_WORD[purpose], newest)


async def standings(uow: UnitOfWork, contact_point_id: UUID) -> list[Standing]:
    """What holds now for each purpose that can be stopped."""
    return [await standing(uow, contact_point_id, purpose) for purpose in STOPPABLE]


async def history(uow: UnitOfWork, contact_point_ids: Iterable[UUID]) -> Sequence[Consent]:
    """Every statement made at these contact points, newest first."""
    rows = await uow.session.scalars(
        select(Consent)
        .where(Consent.contact_point_id.in_(list(contact_point_ids)))
        .order_by(Consent.created_at.desc(), Consent.id.desc())
    )
    return rows.all()


async def note(
    uow: UnitOfWork,
    contact_point_id: UUID,
    purpose: Purpose,
    *,
    is_given: bool,
    source: ConsentSource,
    made_by: str,
    words: str | None,
    now: datetime,
) -> None:
    """Add a statement, and let it take effect at once: what waits to be sent for a withdrawn purpose is not sent."""
    uow.session.add(
        Consent(
            contact_point_id=contact_point_id, purpose=purpose, is_given=is_given, source=source, made_by=made_by,
            words=words, created_at=now,
        )
    )  # fmt: skip
    await uow.session.flush()
    if not is_given:
        await _withhold(uow, contact_point_id, purpose, now)
    elif purpose is Purpose.reminder:
        await _plan_again(uow, contact_point_id, now)


async def points_of(uow: UnitOfWork, point: ContactPoint) -> Sequence[ContactPoint]:
    """All contact points of the person behind one, that one first."""
    rows = await uow.session.scalars(
        select(ContactPoint)
        .where(ContactPoint.correspondent_id == point.correspondent_id, ContactPoint.id != point.id)
        .order_by(ContactPoint.created_at)
    )
    return [point, *rows]


async def stop(
    uow: UnitOfWork, point: ContactPoint, purposes: Iterable[Purpose], source: ConsentSource, words: str, now: datetime
) -> None:
    """The person wants no more of these, wherever they write from. A STOP the carrier obeys is noted at its own number too."""
    for purpose in purposes:
        for one in await points_of(uow, point) if source is ConsentSource.words else [point]:
            await note(
                uow, one.id, purpose, is_given=False, source=source, made_by="patient", words=words, now=now
            )  # fmt: skip
    # Kept as it is by erasure, so that a STOP is obeyed even when all else of the person is gone.
    if point.opted_out_by != "carrier":
        point.opted_out_at, point.opted_out_by = now, source.value


async def start(uow: UnitOfWork, point: ContactPoint, words: str, now: datetime) -> None:
    """START takes back what STOP or own words stopped, and gives nothing that was never given."""
    point.opted_out_at = point.opted_out_by = None
    for one in await points_of(uow, point):
        for purpose in STOPPABLE:
            held = await standing(uow, one.id, purpose)
            if held.statement is None or held.is_permitted or held.statement.made_by != "patient":
                continue
            if WITHOUT_WORD[purpose] or await _was_given(uow, one.id, purpose):
                await note(
                    uow, one.id, purpose, is_given=True, source=ConsentSource.words, made_by="patient", words=words, now=now
                )  # fmt: skip
        if one is not point and one.opted_out_by == "words":
            one.opted_out_at = one.opted_out_by = None


async def _was_given(uow: UnitOfWork, contact_point_id: UUID, purpose: Purpose) -> bool:
    found = await uow.session.scalar(
        select(Consent.id)
        .where(Consent.contact_point_id == contact_point_id, Consent.purpose == purpose, Consent.is_given)
        .limit(1)
    )
    return found is not None


async def _withhold(uow: UnitOfWork, contact_point_id: UUID, purpose: Purpose, now: datetime) -> None:
    await uow.session.execute(
        update(Delivery)
        .where(
            Delivery.contact_point_id == contact_point_id,
            Delivery.purpose == purpose.value,
            Delivery.state == DeliveryState.queued,
        )
        .values(state=DeliveryState.withheld, error_code="consent-withdrawn", updated_at=now)
        .execution_options(synchronize_session=False)
    )


async def _plan_again(uow: UnitOfWork, contact_point_id: UUID, now: datetime) -> None:
    """Reminders that lacked this consent are looked at again; their deadline still holds."""
    await uow.session.execute(
        update(VisitNotice)
        .where(
            VisitNotice.contact_point_id == contact_point_id,
            VisitNotice.state == NoticeState.withheld,
            VisitNotice.reason.in_(("consent-withdrawn", "stopped-by-carrier")),
            VisitNotice.visit_start_at > now,
        )
        .values(state=NoticeState.planned, reason=None, updated_at=now)
        .execution_options(synchronize_session=False)
    )

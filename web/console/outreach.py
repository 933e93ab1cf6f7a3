"""What the console shows of outreach: consents with their history, what was sent or held back and why, and recording one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from conversations.cases import lock_case
from conversations.linter import host_of, lint
from conversations.messages import route_of
from conversations.models import Case, ContactPoint, Correspondent, Thread
from conversations.outreach import consents
from conversations.outreach.consents import STOPPABLE, Standing
from conversations.outreach.models import Consent, ConsentSource, NoticeState, Purpose, VisitNotice
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn
from core.audit import record
from core.db import UnitOfWork
from core.errors import Refused
from core.i18n import Language, catalogue
from core.when.say import say_when

SHOWN = 8
BY_STAFF = (ConsentSource.phone, ConsentSource.in_person, ConsentSource.paper)
"""How staff come to know; the other sources are the patient's own words and the carrier."""


@dataclass(frozen=True)
class NoticeLine:
    """One reminder: of which visit, how far it is, and what holds or held it back."""

    visit: str
    state: str
    when: str
    reason: str | None
    answer: str | None


@dataclass(frozen=True)
class OutreachView:
    """The part beside the thread."""

    standings: Sequence[Standing]
    history: Sequence[tuple[Consent, str]]
    notices: Sequence[NoticeLine]
    preferred: str | None
    purposes: Sequence[Purpose]
    sources: Sequence[ConsentSource]


async def read_outreach(
    uow: UnitOfWork, thread_id: UUID, contact_point_id: UUID | None, language: Language, now: datetime
) -> OutreachView:
    """Consents of the contact point last written from, the history over all of the person's. Who opens the thread may see it."""
    rows = await uow.session.scalars(
        select(ContactPoint.id)
        .join(Thread, Thread.correspondent_id == ContactPoint.correspondent_id)
        .where(Thread.id == thread_id)
    )
    points = list(rows)
    notices = await uow.session.scalars(
        select(VisitNotice)
        .where(VisitNotice.contact_point_id.in_(points))
        .order_by(VisitNotice.visit_start_at.desc())
        .limit(SHOWN)
    )
    preferred = await uow.session.scalar(
        select(Correspondent.preferred_channel)
        .join(Thread, Thread.correspondent_id == Correspondent.id)
        .where(Thread.id == thread_id)
    )
    said = (await consents.history(uow, points))[:SHOWN]

    def told(at: datetime) -> str:
        return say_when(at.astimezone(now.tzinfo), language, now=now, style="short")

    return OutreachView(
        standings=await consents.standings(uow, contact_point_id) if contact_point_id else (),
        history=[(one, told(one.created_at)) for one in said],
        notices=[
            NoticeLine(
                told(one.visit_start_at),
                one.state.value,
                told(one.due_at),
                one.reason if one.state is not NoticeState.sent else None,
                one.answer.value if one.answer else None,
            )
            for one in notices
        ],
        preferred=preferred,
        purposes=STOPPABLE,
        sources=BY_STAFF,
    )


async def record_consent(
    uow: UnitOfWork,
    person: SignedIn,
    case_id: UUID,
    purpose: str,
    decision: str,
    source: str,
    words: str,
    now: datetime,
) -> Refused | None:
    """Note what a patient told staff. Refused: `consent-incomplete` (nothing chosen, or no words), `reply-no-route`."""
    person.access.require(Permission.reply_thread)
    case = await lock_case(uow, case_id)
    await require_thread(uow, person.access, case.thread_id, now)
    known = {one.value for one in STOPPABLE}, {one.value for one in BY_STAFF}
    if purpose not in known[0] or source not in known[1] or decision not in ("give", "withdraw") or not words.strip():
        return Refused("consent-incomplete")
    route = await route_of(uow, case)
    if route is None:
        return Refused("reply-no-route")
    await consents.note(
        uow, route.contact_point_id, Purpose(purpose), is_given=decision == "give", source=ConsentSource(source),
        made_by=str(person.staff_id), words=words.strip(), now=now,
    )  # fmt: skip
    record(uow, person.access, "consent.recorded", "case", case_id, now)
    return None


async def warn(uow: UnitOfWork, case_id: UUID, body: str, public_url: str, language: Language) -> Refused | None:
    """What an agent should know before an SMS leaves. Refused once with `reply-linted`; they may send it all the same."""
    case = await uow.session.get(Case, case_id)
    route = await route_of(uow, case) if case is not None else None
    if route is None:
        return None
    found = lint(body, route.channel, Purpose.care, host_of(public_url))
    if not found:
        return None
    texts = catalogue(language)
    kinds = [texts.text(f"lint-{kind.value}") for kind in dict.fromkeys(one.kind for one in found)]
    return Refused("reply-linted", {"kinds": ", ".join(kinds)})

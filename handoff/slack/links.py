"""Who somebody in Slack is: a one-time code from the account page, sent to the bot in Slack, links the two."""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, or_, select

from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import Refused
from core.ids import StaffId
from handoff.slack.models import SlackCode, SlackLink

CODE_LASTS = timedelta(minutes=10)
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ2346789"
"""None that can be taken for another."""
CODE = re.compile(rf"\s*([{LETTERS}]{{5}})-([{LETTERS}]{{5}})\s*")


class SlackLinks:
    """Makes and takes codes; `secret` keys their digests."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def _digest(self, code: str) -> str:
        return hmac.new(self._secret, f"slack-code:{code}".encode(), sha256).hexdigest()

    async def new_code(self, uow: UnitOfWork, person: SignedIn, now: datetime) -> str:
        """A code for this person, good once and for ten minutes; an older one is void. Audited."""
        person.access.require(Permission.reply_thread)
        halves = ("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2))
        code = "-".join(halves)
        await uow.lock(f"slack-code-{person.staff_id}")
        await uow.session.execute(delete(SlackCode).where(SlackCode.staff_id == person.staff_id))
        uow.session.add(SlackCode(staff_id=person.staff_id, code_token=self._digest(code), expires_at=now + CODE_LASTS))
        record(uow, person.access, "slack.code", "staff", person.staff_id, now)
        return code

    async def take(self, uow: UnitOfWork, text: str, slack_user_id: str, now: datetime) -> Refused | None:
        """Link who sent the code. Refused: `slack-code`, whatever is wrong with it. Audited as an act of the code's owner."""
        found = CODE.fullmatch(text.upper())
        code = await uow.session.scalar(
            select(SlackCode)
            .where(
                SlackCode.code_token == self._digest("-".join(found.groups()) if found else ""),
                SlackCode.expires_at > now,
            )
            .with_for_update()
        )
        staff = None if code is None else await uow.session.get(Staff, code.staff_id)
        if code is None or staff is None or not staff.is_active:
            return Refused("slack-code")
        await uow.session.delete(code)
        await uow.session.execute(
            delete(SlackLink).where(or_(SlackLink.staff_id == staff.id, SlackLink.slack_user_id == slack_user_id))
        )
        uow.session.add(SlackLink(staff_id=staff.id, slack_user_id=slack_user_id, linked_at=now))
        record(uow, Access.staff(staff.id, staff.held, "slack"), "slack.linked", "staff", staff.id, now)
        return None


def is_code(text: str) -> bool:
    """True if a text is a code and nothing else; it is then never sent to a patient."""
    return CODE.fullmatch(text.upper()) is not None


async def link_of(uow: UnitOfWork, staff_id: UUID) -> SlackLink | None:
    """One's own link."""
    return await uow.session.get(SlackLink, staff_id)


async def unlink(uow: UnitOfWork, person: SignedIn, now: datetime) -> None:
    """Take one's own link away, and a code that waits. Audited if there was one."""
    await uow.session.execute(delete(SlackCode).where(SlackCode.staff_id == person.staff_id))
    link = await link_of(uow, person.staff_id)
    if link is not None:
        await uow.session.delete(link)
        record(uow, person.access, "slack.unlinked", "staff", person.staff_id, now)


async def person_in_slack(uow: UnitOfWork, slack_user_id: str) -> SignedIn | None:
    """The member of staff behind somebody in Slack, with the rights they have now; None if unknown or no longer active."""
    staff = await uow.session.scalar(
        select(Staff)
        .join(SlackLink, SlackLink.staff_id == Staff.id)
        .where(SlackLink.slack_user_id == slack_user_id, Staff.is_active)
    )
    if staff is None:
        return None
    return SignedIn(
        StaffId(staff.id),
        staff.name,
        staff.email,
        staff.held,
        staff.language,
        "",
        staff.scopes,
        clinician_id=staff.clinician_id,
    )

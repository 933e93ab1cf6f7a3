"""Signing the clinical rules, withdrawing a signature, throwing the switch. Everything is audited, refusals too.

Only the role of a clinician at all sites signs, and only with a code of the second factor typed for this very act.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from care.governance.models import Signature, Subject, SwitchThrow
from core import audit
from core.access import Access, Permission
from core.accounts import Browser, SignedIn, Staff, prove_again
from core.db import UnitOfWork
from core.errors import NotFound, Refused

SHORTEST_REASON, LONGEST_REASON = 5, 500
LONGEST_NAME = 120
_LICENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z /-]{2,28}[0-9A-Za-z]")


@dataclass(frozen=True)
class Statement:
    """What a clinician says when signing: of which content, who they are, and the code of their second factor."""

    subject: Subject
    version: str
    """The digest that stood on the page they read."""
    name: str
    licence: str
    code: str


@dataclass(frozen=True)
class Switch:
    """How the switch stands, and by whom, when and why it was thrown last; nobody where it never was."""

    is_on: bool
    reason: str = ""
    by: str = ""
    thrown_at: datetime | None = None


async def sign(
    uow: UnitOfWork, signer: SignedIn, browser: Browser, said: Statement, current: str, now: datetime
) -> Signature | Refused:
    """Put the clinician's name under the content in force, whose digest is `current`. Twice by one clinician is once.

    Refused: `signature-name`, `signature-licence`, `signature-stale` (the content is not what was read any more), and why the
    code will not do (`factor-missing`, `code-wrong`, `login-over`). The code is asked last, so that none is spent in vain.
    """
    access = signer.access
    access.require_everywhere(Permission.sign_clinical)
    name, licence = " ".join(said.name.split()), " ".join(said.licence.split())
    refused = _unfit(said, name, licence, current)
    refused = refused or await prove_again(uow, signer.session_id, said.code, browser, now)
    if refused is not None:
        audit.record(uow, access, "clinical.sign-refused", said.subject, _short(said.version), now)
        return refused
    await uow.lock("clinical-signatures")
    standing = await uow.session.scalar(
        select(Signature).where(
            Signature.subject == said.subject,
            Signature.version == current,
            Signature.staff_id == signer.staff_id,
            Signature.voided_at.is_(None),
        )
    )
    if standing is not None:
        return standing
    made = Signature(
        subject=said.subject, version=current, staff_id=signer.staff_id, name=name, licence=licence, signed_at=now
    )
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, access, "clinical.signed", said.subject, _short(current), now)
    return made


async def withdraw(uow: UnitOfWork, access: Access, signature_id: UUID, now: datetime) -> None:
    """Void a signature from now on, one's own or a colleague's; twice is once. `NotFound` if there is none."""
    access.require_everywhere(Permission.sign_clinical)
    found = await uow.session.get(Signature, signature_id, with_for_update=True)
    if found is None:
        raise NotFound("signature")
    if found.voided_at is None:
        found.voided_at = now
        audit.record(uow, access, "clinical.signature-withdrawn", found.subject, _short(found.version), now)


async def is_signed(uow: UnitOfWork, subject: Subject, version: str) -> bool:
    """True while a signature stands under exactly this content."""
    stands = select(Signature.id).where(
        Signature.subject == subject, Signature.version == version, Signature.voided_at.is_(None)
    )
    return bool(version) and bool(await uow.session.scalar(select(exists(stands))))


async def signatures(uow: UnitOfWork, access: Access) -> Sequence[Signature]:
    """All there ever were, the newest first."""
    access.require(Permission.read_clinical)
    return (
        await uow.session.scalars(select(Signature).order_by(Signature.signed_at.desc(), Signature.id.desc()))
    ).all()


async def is_automated(uow: UnitOfWork) -> bool:
    """False while every message goes to a person. Read from the database each time: processes share nothing else."""
    newest = await uow.session.scalar(select(SwitchThrow.is_on).order_by(SwitchThrow.number.desc()).limit(1))
    return newest is not False


async def switch(uow: UnitOfWork, access: Access) -> Switch:
    """How the switch stands."""
    access.require(Permission.read_clinical)
    row = (
        await uow.session.execute(
            select(SwitchThrow, Staff.name).join(Staff).order_by(SwitchThrow.number.desc()).limit(1)
        )
    ).first()
    if row is None:
        return Switch(True)
    return Switch(row[0].is_on, row[0].reason, row[1], row[0].thrown_at)


async def throw_switch(
    uow: UnitOfWork, access: Access, staff_id: UUID, reason: str, now: datetime, *, is_on: bool
) -> Refused | None:
    """Turn automation on or off, for all sites at once; as it stands already, nothing is done. Refused: `switch-reason`."""
    access.require_everywhere(Permission.switch_automation)
    why = " ".join(reason.split())
    if not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        return Refused("switch-reason", {"least": SHORTEST_REASON, "most": LONGEST_REASON})
    await uow.lock("clinical-switch")
    if await is_automated(uow) == is_on:
        return None
    uow.session.add(SwitchThrow(is_on=is_on, reason=why, staff_id=staff_id, thrown_at=now))
    audit.record(uow, access, f"clinical.automation-{'on' if is_on else 'off'}", "clinical", "switch", now)
    await uow.session.flush()
    return None


def _unfit(said: Statement, name: str, licence: str, current: str) -> Refused | None:
    if len(name) > LONGEST_NAME or len(name.split()) < 2 or not name.isprintable():
        return Refused("signature-name")
    if _LICENCE.fullmatch(licence) is None:
        return Refused("signature-licence")
    return None if said.version == current else Refused("signature-stale")


def _short(version: str) -> str:
    """As the pages name it. Only what a digest is made of: the audit keeps no words that came with a form."""
    return "".join(one for one in version[:12] if one in "0123456789abcdef")

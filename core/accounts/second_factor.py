"""The second factor: time-based codes (RFC 6238, 30 s, 6 digits, SHA-1 as every app has it) and recovery codes.

A code is accepted once: the time step of the last one is kept, and only a later step is taken, in one statement.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import pyotp
import segno
from sqlalchemy import CursorResult, delete, update

from core.access import Access
from core.accounts.browser import digest
from core.accounts.models import RecoveryCode, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import Refused

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How many steps a person's clock may be off, either way."""
RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_NOBODYS_SECRET = pyotp.random_base32()


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, within the drift; all steps are compared whatever matches."""
    totp, here = pyotp.TOTP(secret, interval=STEP_SECONDS), int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode("utf-8", "replace")):
            found = step
    return found


def idle_step(code: str, now: datetime) -> None:
    """The work of checking a code, for nobody."""
    matching_step(_NOBODYS_SECRET, code, now)


async def accept_code(uow: UnitOfWork, person: Staff, typed: str, now: datetime) -> bool:
    """True once for a code of the person's app or one of their recovery codes; a code seen before is refused."""
    code = _bare(typed)
    step = matching_step(person.totp_secret or _NOBODYS_SECRET, code, now)
    if person.totp_secret is not None and step is not None:
        return await _use_step(uow, person, step)
    used = await uow.session.execute(
        delete(RecoveryCode).where(RecoveryCode.staff_id == person.id, RecoveryCode.code_hash == digest(code))
    )
    assert isinstance(used, CursorResult)
    if used.rowcount == 1 and person.totp_secret is not None:
        record(uow, _own(person), "second-factor.recovery-code", "staff", person.id, now)
        return True
    return False


async def accept_app_code(uow: UnitOfWork, person: Staff, typed: str, now: datetime) -> bool:
    """True once for a code that the person's app shows now. A recovery code, good for getting in, is none."""
    step = matching_step(person.totp_secret or _NOBODYS_SECRET, _bare(typed), now)
    return person.totp_secret is not None and step is not None and await _use_step(uow, person, step)


def offer(person: Staff, issuer: str) -> tuple[str, str]:
    """A secret to set up and its QR code as inline SVG; the same secret again until it is confirmed."""
    person.totp_offered = person.totp_offered or pyotp.random_base32()
    address = pyotp.TOTP(person.totp_offered).provisioning_uri(name=person.email, issuer_name=issuer)
    picture = BytesIO()
    segno.make(address, error="m").save(
        picture, kind="svg", xmldecl=False, svgns=False, scale=5, border=3, dark="#000", light="#fff", omitsize=True
    )
    return person.totp_offered, picture.getvalue().decode()


async def confirm(uow: UnitOfWork, person: Staff, typed: str, now: datetime) -> Sequence[str] | Refused:
    """Turn the second factor on by a code of the offered secret; gives the recovery codes, to be shown this once."""
    step = matching_step(person.totp_offered or _NOBODYS_SECRET, re.sub(r"\s", "", typed), now)
    if person.totp_offered is None or step is None:
        return Refused("code-wrong")
    person.totp_secret, person.totp_offered = person.totp_offered, None
    person.totp_since, person.totp_last_step = now, step
    record(uow, _own(person), "second-factor.on", "staff", person.id, now)
    return await new_recovery_codes(uow, person)


async def new_recovery_codes(uow: UnitOfWork, person: Staff) -> Sequence[str]:
    """Ten fresh codes of 49 bits; the earlier ones are void. Digests are stored, so they are shown this once."""
    await uow.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == person.id))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    uow.session.add_all(RecoveryCode(staff_id=person.id, code_hash=digest(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def turn_off(uow: UnitOfWork, person: Staff) -> None:
    """No second factor any more, and no recovery codes. The caller audits it and ends the sessions."""
    person.totp_secret = person.totp_offered = person.totp_since = person.totp_last_step = None
    await uow.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == person.id))


def _bare(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed).lower()


async def _use_step(uow: UnitOfWork, person: Staff, step: int) -> bool:
    taken = await uow.session.execute(
        update(Staff)
        .where(Staff.id == person.id, (Staff.totp_last_step.is_(None)) | (Staff.totp_last_step < step))
        .values(totp_last_step=step)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(taken, CursorResult)
    return taken.rowcount == 1


def _own(person: Staff) -> Access:
    return Access.staff(person.id, person.held, "sign-in")

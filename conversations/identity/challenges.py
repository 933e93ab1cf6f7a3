"""One-time codes: asked for in one conversation, sent to the number on record, taken back in the conversation that asked.

Whether anybody fits a claim changes nothing one could see: the row, the words, the counts and the limits are the same. The
code itself is made and sent by a runner, so that the answer to the patient takes as long either way.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from care.patients.models import Patient
from conversations.identity import locks
from conversations.identity.claims import Claim, find_target, is_shared
from conversations.identity.levels import Level
from conversations.identity.locks import MAX_ATTEMPTS
from conversations.identity.models import ChallengeState, IdentityChallenge, IdentityProof
from conversations.inbox import contact_of, open_case, open_case_for
from conversations.messages import CODE_KEY, Messages, Route
from conversations.models import ContactPoint, Thread
from conversations.protocols import Utterance
from core import audit
from core.access import Access
from core.clock import Clock
from core.crypto import keyring
from core.db import Database, UnitOfWork
from core.errors import Refused
from core.i18n import Language, as_language

MAX_CODES = 3
"""Codes for one challenge, the first included."""
MAX_CODES_AN_HOUR = 5
"""Codes asked for from one contact point, and for one person claimed, within an hour."""
PAUSE = timedelta(seconds=60)
"""Between two codes of one challenge."""
AT_ONCE = 100


@dataclass(frozen=True)
class IdentityTimes:
    """How long a code may be given back, a proof holds, and a lock-out lasts."""

    code: timedelta
    proof: timedelta
    lock: timedelta


@dataclass(frozen=True)
class Proven:
    """The code came back. `level` is what that proves; `goal` is the intent that waited for it."""

    patient_id: UUID
    level: Level
    goal: str
    authorisation_id: UUID | None


class Identity:
    """Codes, proofs and lock-outs."""

    def __init__(self, database: Database, clock: Clock, messages: Messages, times: IdentityTimes) -> None:
        self._database = database
        self._clock = clock
        self._messages = messages
        self.times = times

    async def begin(
        self,
        uow: UnitOfWork,
        access: Access,
        point_id: UUID,
        claim: Claim,
        goal: str,
        language: Language,
        now: datetime,
    ) -> Refused | None:
        """Ask for a code; one asked for before from there is void. Audited.

        Refused: `identity-locked`, `identity-too-often`.
        """
        if await self.is_locked(uow, point_id, claim.token, now):
            return Refused("identity-locked")
        if await self._asked_too_often(uow, point_id, claim.token, now):
            return Refused("identity-too-often")
        target = await find_target(uow, claim, goal, now.date())
        before = await self.open_challenge(uow, point_id)
        if before is not None:
            before.state = ChallengeState.replaced
            await uow.session.flush()
        challenge = IdentityChallenge(
            contact_point_id=point_id, claim_token=claim.token, goal=goal, language=language,
            patient_id=target.patient.id if target else None, phone=target.phone if target else None,
            authorisation_id=target.authorisation_id if target else None,
            asked_at=now, expires_at=now + self.times.code, created_at=now,
        )  # fmt: skip
        uow.session.add(challenge)
        await uow.session.flush()
        audit.record(uow, access, "identity.code-asked", "contact_point", point_id, now)
        await uow.publish("identity", id=str(challenge.id))
        return None

    async def resend(self, uow: UnitOfWork, access: Access, point_id: UUID, now: datetime) -> Refused | None:
        """A new code for the open challenge; the old one is void.

        Refused: `identity-nothing-open`, `identity-resend-soon`, `identity-too-often`, `identity-locked`.
        """
        challenge = await self.open_challenge(uow, point_id)
        if challenge is None:
            return Refused("identity-nothing-open")
        if await self.is_locked(uow, point_id, challenge.claim_token, now):
            return Refused("identity-locked")
        if now < challenge.asked_at + PAUSE:
            return Refused("identity-resend-soon")
        if challenge.codes_asked >= MAX_CODES or await self._asked_too_often(uow, point_id, challenge.claim_token, now):
            return Refused("identity-too-often")
        challenge.codes_asked += 1
        challenge.asked_at, challenge.sent_at, challenge.code_token = now, None, None
        challenge.expires_at = now + self.times.code
        await uow.session.flush()
        audit.record(uow, access, "identity.code-asked", "contact_point", point_id, now)
        await uow.publish("identity", id=str(challenge.id))
        return None

    async def answer(
        self, uow: UnitOfWork, access: Access, point_id: UUID, code: str, now: datetime
    ) -> Proven | Refused:
        """Take a code back, once; right or wrong is audited.

        Refused: `identity-nothing-open`, `identity-code-expired`, `identity-code-wrong` (`left`), `identity-locked`.
        """
        challenge = await self.open_challenge(uow, point_id)
        if challenge is None:
            return Refused("identity-nothing-open")
        if await self.is_locked(uow, point_id, challenge.claim_token, now):
            return Refused("identity-locked")
        if now >= challenge.expires_at:
            return Refused("identity-code-expired")
        expected = challenge.code_token or ""
        if not hmac.compare_digest(_token(challenge.id, code), expected) or challenge.patient_id is None:
            return await self._wrong(uow, access, challenge, now)
        challenge.state = ChallengeState.proven
        for subject in (_point_token(point_id), challenge.claim_token):
            await locks.forgive(uow, subject)
        return await self._prove(uow, access, challenge, now)

    async def is_locked(self, uow: UnitOfWork, point_id: UUID, claim_token: str, now: datetime) -> bool:
        """True while the contact point, or the person claimed, is locked out."""
        return await locks.is_locked(uow, (_point_token(point_id), claim_token), now)

    async def open_challenge(self, uow: UnitOfWork, point_id: UUID) -> IdentityChallenge | None:
        """The challenge asked for from there that waits for its code, locked."""
        found: IdentityChallenge | None = await uow.session.scalar(
            select(IdentityChallenge)
            .where(IdentityChallenge.contact_point_id == point_id, IdentityChallenge.state == ChallengeState.open)
            .with_for_update()
        )
        return found

    async def send(self, challenge_id: UUID) -> None:
        """Make the code and send it to the number on record, once for each time it was asked for."""
        async with self._database.unit_of_work() as uow:
            now = self._clock.now()
            challenge = await uow.session.get(IdentityChallenge, challenge_id, with_for_update=True)
            if challenge is None or challenge.state is not ChallengeState.open or challenge.sent_at is not None:
                return
            code = f"{secrets.randbelow(10**6):06d}"
            challenge.sent_at = now
            if challenge.phone is None:  # Nobody fits: a digest of no code at all.
                challenge.code_token = keyring.token(secrets.token_hex(16))
                return
            challenge.code_token = _token(challenge.id, code)
            point_id = await contact_of(uow, "phone", challenge.phone, now)
            point = await uow.session.get_one(ContactPoint, point_id)
            thread_id = await uow.session.scalar(
                select(Thread.id).where(Thread.correspondent_id == point.correspondent_id)
            )
            assert thread_id is not None, "a correspondent is made with its thread"
            case = await open_case(uow, thread_id) or await open_case_for(uow, thread_id, now)
            said = Utterance(CODE_KEY, {"code": code, "minutes": int(self.times.code.total_seconds() // 60)})
            route = Route("sms", point_id, as_language(challenge.language))
            await self._messages.say(uow, case, route, said, {"by": "rule", "rule": CODE_KEY}, now)

    async def unsent(self) -> list[UUID]:
        """Challenges whose code nobody has sent a second after it was asked for."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            rows = await uow.session.scalars(
                select(IdentityChallenge.id)
                .where(
                    IdentityChallenge.state == ChallengeState.open,
                    IdentityChallenge.sent_at.is_(None),
                    IdentityChallenge.asked_at < now - timedelta(seconds=1),
                    IdentityChallenge.expires_at > now,
                )
                .limit(AT_ONCE)
            )
            return list(rows)

    async def _asked_too_often(self, uow: UnitOfWork, point_id: UUID, claim_token: str, now: datetime) -> bool:
        asked = await uow.session.execute(
            select(
                func.sum(IdentityChallenge.codes_asked).filter(IdentityChallenge.contact_point_id == point_id),
                func.sum(IdentityChallenge.codes_asked).filter(IdentityChallenge.claim_token == claim_token),
            ).where(
                or_(IdentityChallenge.contact_point_id == point_id, IdentityChallenge.claim_token == claim_token),
                IdentityChallenge.created_at > now - timedelta(hours=1),
            )
        )
        return any((count or 0) >= MAX_CODES_AN_HOUR for count in asked.one())

    async def _wrong(self, uow: UnitOfWork, access: Access, challenge: IdentityChallenge, now: datetime) -> Refused:
        challenge.attempts += 1
        failures = [
            await locks.fail(uow, subject, self.times.lock, now)
            for subject in (_point_token(challenge.contact_point_id), challenge.claim_token)
        ]
        audit.record(uow, access, "identity.code-wrong", "contact_point", challenge.contact_point_id, now)
        left = MAX_ATTEMPTS - max(challenge.attempts, *failures)
        if left > 0:
            return Refused("identity-code-wrong", {"left": left})
        challenge.state = ChallengeState.failed
        audit.record(uow, access, "identity.locked", "contact_point", challenge.contact_point_id, now)
        return Refused("identity-locked")

    async def _prove(self, uow: UnitOfWork, access: Access, challenge: IdentityChallenge, now: datetime) -> Proven:
        assert challenge.patient_id is not None and challenge.phone is not None, "a code that fits was sent to somebody"
        patient = await uow.session.get_one(Patient, challenge.patient_id)
        alone = challenge.authorisation_id is not None or not await is_shared(uow, patient, challenge.phone)
        level = Level.code_and_birth_date if alone else Level.number_matched
        uow.session.add(
            IdentityProof(
                contact_point_id=challenge.contact_point_id, patient_id=patient.id, level=level.value,
                authorisation_id=challenge.authorisation_id, proven_at=now, expires_at=now + self.times.proof,
            )
        )  # fmt: skip
        await uow.session.flush()
        audit.record(uow, access, "identity.proven", "patient", patient.id, now)
        return Proven(patient.id, level, challenge.goal, challenge.authorisation_id)


async def proofs_of(uow: UnitOfWork, contact_point_id: UUID, now: datetime) -> list[IdentityProof]:
    """What was proven from this contact point and holds now, the newest first."""
    rows = await uow.session.scalars(
        select(IdentityProof)
        .where(IdentityProof.contact_point_id == contact_point_id, IdentityProof.expires_at > now)
        .order_by(IdentityProof.proven_at.desc())
    )
    return list(rows)


def _token(challenge_id: UUID, code: str) -> str:
    return keyring.token(f"identity-code:{challenge_id}:{code}")


def _point_token(point_id: UUID) -> str:
    return keyring.token(f"identity-point:{point_id}")

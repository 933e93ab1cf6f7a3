"""Recording a measurement: kept, compared with the rules, and where one holds a task for a person and words for the patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from care.patients.marks import is_restricted
from care.patients.models import Patient
from care.policy import require_relation
from care.vitals.models import Measurement, Origin, VitalAlarm
from care.vitals.rules import Kind, Reading, Rule, Watch, default_watch
from conversations.cases import Cases
from conversations.inbox import open_case, open_case_for
from conversations.messages import Messages, Route
from conversations.models import Correspondent, Thread
from conversations.outreach.ways import CARRIER, CHANNEL_OF, way_to
from conversations.protocols import Utterance
from core.access import Access, Permission
from core.audit import record
from core.db import UnitOfWork
from core.errors import Refused
from core.i18n import as_language

ONCE_IN = timedelta(minutes=60)
"""The same rule raises one alarm for a patient in this time."""
EARLIEST = timedelta(days=7)
"""Older measurements are history, not for this."""
AHEAD = timedelta(minutes=5)
TWICE = timedelta(seconds=60)
"""The same value by the same person within this is one measurement, typed twice."""
NEWEST = 20


@dataclass(frozen=True)
class Recorded:
    """What was kept, and which rules raised an alarm by it."""

    measurement: Measurement
    alarms: Sequence[VitalAlarm]


class Vitals:
    """Takes measurements in."""

    def __init__(self, messages: Messages, cases: Cases, watch: Watch | None = None) -> None:
        self._messages = messages
        self._cases = cases
        self.watch = watch or default_watch()

    async def record(
        self,
        uow: UnitOfWork,
        access: Access,
        staff_id: UUID,
        patient_id: UUID,
        kind: str,
        value: str,
        origin: str,
        taken_at: datetime | None,
        now: datetime,
    ) -> Recorded | Refused:
        """Keep a value, in its kind's unit. Refused: `vitals-kind`, `vitals-value` (no number, or none that can be), `vitals-time`."""
        access.require(Permission.decide_refill)
        await require_relation(uow, access, patient_id, now)
        of = self.watch.kinds.get(kind)
        if of is None or origin not in Origin.__members__:
            return Refused("vitals-kind")
        number = _number(value)
        if number is None or not of.least <= number <= of.most:
            return Refused("vitals-value", {"least": _plain(of.least), "most": _plain(of.most), "unit": of.unit})
        at = taken_at or now
        if not now - EARLIEST <= at <= now + AHEAD:
            return Refused("vitals-time")
        # Two clicks, or two people at once: one after the other, and the same value counts once.
        await uow.session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())
        if (same := await _same(uow, staff_id, patient_id, kind, number, now)) is not None:
            return Recorded(same, ())
        kept = Measurement(
            patient_id=patient_id, kind=kind, value={"value": number}, taken_at=at, origin=Origin(origin), made_by=staff_id,
            made_at=now,
        )  # fmt: skip
        uow.session.add(kept)
        await uow.session.flush()
        record(uow, access, "measurement.recorded", "patient", patient_id, now)
        alarms = [
            await self._raise(uow, rule, kept, now)
            for rule in self.watch.fired(kind, await self._readings(uow, kept))
            if not await _raised_lately(uow, patient_id, rule.id, now)
        ]
        return Recorded(kept, alarms)

    async def newest(self, uow: UnitOfWork, access: Access, patient_id: UUID, now: datetime) -> Sequence[Measurement]:
        """The patient's latest measurements, the newest first. Opening them is audited."""
        access.require(Permission.decide_refill)
        await require_relation(uow, access, patient_id, now)
        record(uow, access, "measurements.opened", "patient", patient_id, now)
        found = await uow.session.scalars(
            select(Measurement)
            .where(Measurement.patient_id == patient_id)
            .order_by(Measurement.taken_at.desc(), Measurement.made_at.desc())
            .limit(NEWEST)
        )
        return list(found)

    async def _readings(self, uow: UnitOfWork, kept: Measurement) -> list[Reading]:
        rows = await uow.session.scalars(
            select(Measurement)
            .where(
                Measurement.patient_id == kept.patient_id, Measurement.kind == kept.kind, Measurement.id != kept.id,
                Measurement.taken_at >= kept.taken_at - self.watch.longest, Measurement.taken_at <= kept.taken_at,
            )
            .order_by(Measurement.taken_at)
        )  # fmt: skip
        return [Reading(float(one.value["value"]), one.taken_at) for one in [*rows, kept]]

    async def _raise(self, uow: UnitOfWork, rule: Rule, kept: Measurement, now: datetime) -> VitalAlarm:
        """A task for a person at once; the patient is told in approved words, where there is a way."""
        alarm = VitalAlarm(
            patient_id=kept.patient_id, measurement_id=kept.id, rule=rule.id, rules_version=self.watch.version,
            urgency=rule.urgency, case_id=None, is_told=False, raised_at=now,
        )  # fmt: skip
        uow.session.add(alarm)
        point, reason = await way_to(uow, kept.patient_id, None, now)
        if point is not None:
            person = await uow.session.get_one(Correspondent, point.correspondent_id)
            thread_id = await uow.session.scalar(select(Thread.id).where(Thread.correspondent_id == person.id))
            assert thread_id is not None, "a correspondent is made with its thread"
            case = await open_case(uow, thread_id) or await open_case_for(uow, thread_id, now)
            system = Access.system("vitals", case.id)
            await self._cases.escalate(uow, system, case.id, "vitals", now, is_urgent=rule.urgency == "now")
            alarm.case_id = case.id
            if not await is_restricted(uow, kept.patient_id):
                route = Route(CHANNEL_OF[point.kind], point.id, as_language(person.language))
                source = {"by": "rule", "rule": f"vitals:{rule.id}@{self.watch.version}"}
                await self._messages.say(uow, case, route, Utterance(f"vitals-{rule.urgency}"), source, now)
                alarm.is_told = reason != CARRIER
        await uow.session.flush()
        record(uow, Access.system("vitals"), f"vitals.{rule.id}", "patient", kept.patient_id, now)
        return alarm


async def _same(
    uow: UnitOfWork, staff_id: UUID, patient_id: UUID, kind: str, number: float, now: datetime
) -> Measurement | None:
    """What the same person typed for this patient a moment ago, if it was the same."""
    typed = await uow.session.scalars(
        select(Measurement)
        .where(
            Measurement.patient_id == patient_id, Measurement.kind == kind, Measurement.made_by == staff_id,
            Measurement.made_at > now - TWICE,
        )
        .order_by(Measurement.made_at.desc())
    )  # fmt: skip
    return next((one for one in typed if float(one.value["value"]) == number), None)


async def _raised_lately(uow: UnitOfWork, patient_id: UUID, rule: str, now: datetime) -> bool:
    found = await uow.session.scalar(
        select(VitalAlarm.id)
        .where(VitalAlarm.patient_id == patient_id, VitalAlarm.rule == rule, VitalAlarm.raised_at > now - ONCE_IN)
        .limit(1)
    )
    return found is not None


def in_unit(kind: Kind, measurement: Measurement) -> str:
    """A value as a person writes it: `88 %`."""
    return f"{_plain(float(measurement.value['value']))} {kind.unit}"


def _number(text: str) -> float | None:
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return round(found, 1) if found == found and abs(found) < 1e6 else None


def _plain(number: float) -> str:
    return f"{number:g}"

"""Which class a record has, and when its time is over. Pure: values in, decision out."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.register import PERIODS, RetentionClass


class Kept(StrEnum):
    """Why something is kept although its erasure was asked for."""

    medical_record = "medical_record"
    upcoming_visit = "upcoming_visit"
    open_case = "open_case"
    legal_hold = "legal_hold"
    opt_out = "opt_out"
    accountability = "accountability"
    shared = "shared"


ARTICLES = {
    Kept.medical_record: "GDPR art. 17(3)(b) and (c)",
    Kept.upcoming_visit: "GDPR art. 17(1)(a): still necessary",
    Kept.open_case: "GDPR art. 17(1)(a): still necessary",
    Kept.legal_hold: "GDPR art. 17(3)(e)",
    Kept.opt_out: "GDPR art. 17(3)(b), 21",
    Kept.accountability: "GDPR art. 5(2), 17(3)(b) and (e)",
    Kept.shared: "GDPR art. 15(4): belongs to others too",
}


@dataclass(frozen=True)
class CaseFacts:
    """What the class of a case is told by. `is_marked` is what a person of the clinic decided."""

    has_patient: bool
    has_alert: bool
    is_marked: bool


def class_of_case(case: CaseFacts) -> RetentionClass:
    """A red flag or a person's decision makes it medical; a patient makes it administrative; else it is a lead."""
    if case.has_alert or case.is_marked:
        return RetentionClass.medical
    return RetentionClass.administrative if case.has_patient else RetentionClass.lead


def class_of_visit(status: str) -> RetentionClass:
    """A visit that took place belongs to the medical record; any other was administration."""
    return RetentionClass.medical if status == "completed" else RetentionClass.administrative


def is_over(kind: RetentionClass, last_entry: datetime, now: datetime) -> bool:
    """True once the period has passed. Years count from the end of the year of the last entry, on local days."""
    period = PERIODS[kind]
    if period.years:
        return now.date() > date(last_entry.astimezone(now.tzinfo).year + period.years, 12, 31)
    return period.length is not None and last_entry + period.length < now


def newest_that_is_over(kind: RetentionClass, now: datetime) -> datetime:
    """Records of that class whose last entry is before this instant are over; exactly what `is_over` says."""
    period = PERIODS[kind]
    if period.years:
        return datetime(now.year - period.years, 1, 1, tzinfo=now.tzinfo)
    if period.length is None:
        raise ValueError(f"{kind} has no automatic end")
    return now - period.length

"""Does an authorisation hold today? Pure. Parental right ends at 18; from 16 the patient must have agreed too.

Source of both ages: team proposal, unsigned (Polish law: majority at 18, double consent from 16); the clinic's lawyer signs it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from care.authorisations.models import Basis, Scope

MAJORITY = 18
DOUBLE_CONSENT = 16


@dataclass(frozen=True)
class Right:
    """What is recorded of one right to act."""

    basis: Basis
    scopes: Collection[str]
    is_agreed_by_patient: bool
    valid_from: date
    valid_until: date | None
    is_ended: bool


def age_on(born: date, day: date) -> int:
    """Full years on a day; somebody born on 29 February is a year older on 1 March of common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def holds(right: Right, born: date, scope: Scope, today: date) -> bool:
    """True if the right covers the scope today for a patient born then."""
    if right.is_ended or scope.value not in right.scopes or today < right.valid_from:
        return False
    if right.valid_until is not None and today > right.valid_until:
        return False
    age = age_on(born, today)
    if right.basis is not Basis.parental_right:
        return True
    return age < DOUBLE_CONSENT or (age < MAJORITY and right.is_agreed_by_patient)

"""Who may act for a patient. Invariant: a right holds only in its time, for its scope, for who was recorded."""

from datetime import date
from uuid import uuid4

import pytest

from care.authorisations import service
from care.authorisations.models import Authorisation, Basis, Evidence, PatientIs, Scope
from care.authorisations.rules import Right, holds
from care.authorisations.service import Statement
from conversations.identity.claims import Claim
from conversations.identity.models import IdentityChallenge
from core.access import Access, Role
from core.errors import Forbidden, Refused
from tests.house import BARTEK, TestHouse
from tests.identity.test_step_up import asked, browser, codes, given, jan

AGENT = Access.staff(uuid4(), frozenset({Role.agent}))
EVA = date(1980, 6, 1)
OLA = date(2012, 5, 5)


def statement(**changes: object) -> Statement:
    """Eva, Ola's mother."""
    fields = {
        "name": "Ewa Kowalska", "birth_date": EVA, "phone": BARTEK, "patient_is": PatientIs.child,
        "basis": Basis.parental_right, "scopes": (Scope.visits, Scope.results), "evidence": Evidence.birth_record,
        "is_agreed_by_patient": False, "valid_until": None,
    }  # fmt: skip
    return Statement(**{**fields, **changes})  # type: ignore[arg-type]  # a test's keywords


@pytest.mark.parametrize(
    ("today", "is_agreed", "expected"),
    [
        (date(2028, 5, 4), False, True), (date(2028, 5, 5), False, False), (date(2028, 5, 5), True, True),
        (date(2030, 5, 4), True, True), (date(2030, 5, 5), True, False), (date(2025, 12, 31), True, False),
    ],
)  # fmt: skip
def test_parental_right_needs_the_childs_agreement_from_16_and_ends_at_18(
    today: date, is_agreed: bool, expected: bool
) -> None:
    right = Right(Basis.parental_right, {"visits"}, is_agreed, date(2026, 1, 1), None, False)
    assert holds(right, OLA, Scope.visits, today) is expected
    assert not holds(right, OLA, Scope.medicines, today)


async def recorded(house: TestHouse, **changes: object) -> Authorisation | Refused:
    """Ola's record, and the right as staff record it."""
    patient_id = await jan(house, phone=None, name="Ola")
    async with house.house.database.unit_of_work() as uow:
        return await service.record(uow, AGENT, uuid4(), patient_id, statement(**changes), house.clock.now())


async def test_a_parent_on_record_gets_the_code_on_their_own_number(house: TestHouse) -> None:
    made = await recorded(house)
    assert isinstance(made, Authorisation)
    point = await browser(house)
    await asked(house, point, Claim("Ola Kowalski", OLA, "child", own_birth_date=EVA))
    (challenge,) = await house.rows(IdentityChallenge)
    assert (challenge.phone, challenge.authorisation_id) == (BARTEK, made.id)
    assert not isinstance(await given(house, point, (await codes(house))[0]), Refused)


@pytest.mark.parametrize(
    ("role", "born", "goal"),
    [("parent", EVA, "results"), ("child", date(1980, 6, 2), "results"), ("child", EVA, "refill"), ("child", EVA, "data_rights")],
)  # fmt: skip
async def test_another_role_birth_date_or_scope_gets_no_code_and_the_same_words(
    house: TestHouse, role: str, born: date, goal: str
) -> None:
    await recorded(house)
    claim = Claim("Ola Kowalski", OLA, role, own_birth_date=born)  # type: ignore[arg-type]  # parametrized
    assert await asked(house, await browser(house), claim, goal) is None
    assert await codes(house) == []


async def test_a_withdrawn_right_gives_nothing_and_withdrawing_twice_is_once(house: TestHouse) -> None:
    made = await recorded(house)
    assert isinstance(made, Authorisation)
    for _ in range(2):
        async with house.house.database.unit_of_work() as uow:
            await service.withdraw(uow, AGENT, uuid4(), made.id, house.clock.now())
    await asked(house, await browser(house), Claim("Ola Kowalski", OLA, "child", own_birth_date=EVA))
    assert await codes(house) == []


async def test_what_is_incomplete_or_cannot_be_is_refused(house: TestHouse) -> None:
    assert await recorded(house, name="Ewa") == Refused("authorisation-incomplete")
    assert await recorded(house, scopes=()) == Refused("authorisation-incomplete")
    assert await recorded(house, patient_is=PatientIs.parent) == Refused("authorisation-not-a-child")
    assert await recorded(house, valid_until=date(2020, 1, 1)) == Refused("authorisation-over")


async def test_only_who_may_edit_patients_records_a_right(house: TestHouse) -> None:
    patient_id = await jan(house, name="Ola")
    clinician = Access.staff(uuid4(), frozenset({Role.clinician}))
    with pytest.raises(Forbidden):
        async with house.house.database.unit_of_work() as uow:
            await service.record(uow, clinician, uuid4(), patient_id, statement(), house.clock.now())

"""Who may act for a patient, kept from the console. Invariant: nothing incomplete is kept, and withdrawing ends it at once."""

from datetime import date

import pytest

from care.authorisations.models import Authorisation
from care.patients.models import Patient
from care.patients.repository import Patients
from conversations.models import Case
from core.access import Access, Role
from tests.house import ANNA, TestHouse
from tests.web.test_staff_pages import keyboard

FORM: dict[str, str | list[str]] = {
    "name": "Maria Nowak", "born": "1960-01-02", "phone": "600 100 200", "patient_is": "parent", "basis": "authorisation",
    "scopes": ["visits", "results"], "evidence": "signed_form", "until": "",
}  # fmt: skip


async def case_of_a_patient(house: TestHouse) -> Case:
    """Anna's case, with her as its patient."""
    accepted = await house.sms("Dzień dobry", ANNA)
    await house.house.turns.take(accepted.thread_id)
    case = await house.open_case(accepted.thread_id)
    async with house.house.database.unit_of_work() as uow:
        patient = Patient(
            given_name="Anna",
            family_name="Nowak",
            birth_date=date(1990, 5, 1),
            phone=ANNA,
            created_at=house.clock.now(),
        )
        Patients(uow, Access.system("test")).add(patient)
        await uow.session.flush()
        stored = await uow.session.get_one(Case, case.id)
        stored.patient_id = patient.id
    return stored


async def test_what_staff_saw_is_kept_shown_and_withdrawn(house: TestHouse) -> None:
    case = await case_of_a_patient(house)
    async with keyboard(house, Role.agent) as ola:
        ola.client.headers["hx-request"] = "true"
        panel = await ola.post(f"/console/cases/{case.id}/authorisations", **FORM)
        assert panel.status_code == 200 and "Maria Nowak" in panel.text and "podpisany formularz" in panel.text
        (kept,) = await house.rows(Authorisation)
        assert (kept.phone, kept.scopes, kept.valid_until) == ("+48600100200", ["results", "visits"], None)
        gone = await ola.post(f"/console/cases/{case.id}/authorisations/{kept.id}/withdraw")
        assert gone.status_code == 200 and "wycofane" in gone.text
        (ended,) = await house.rows(Authorisation)
        assert ended.ended_at is not None


@pytest.mark.parametrize(
    "changed",
    [{"name": "Maria"}, {"born": ""}, {"phone": "12"}, {"scopes": []}, {"basis": "friendship"}, {"until": "nigdy"}, {"born": "2030-01-01"}],
)  # fmt: skip
async def test_what_is_incomplete_is_said_and_not_kept(house: TestHouse, changed: dict[str, str | list[str]]) -> None:
    case = await case_of_a_patient(house)
    async with keyboard(house, Role.agent) as ola:
        ola.client.headers["hx-request"] = "true"
        panel = await ola.post(f"/console/cases/{case.id}/authorisations", **(FORM | changed))
        assert panel.status_code == 200 and "Potrzebne są imię" in panel.text
    assert await house.rows(Authorisation) == []


async def test_parental_right_is_for_children_alone(house: TestHouse) -> None:
    case = await case_of_a_patient(house)
    async with keyboard(house, Role.agent) as ola:
        ola.client.headers["hx-request"] = "true"
        panel = await ola.post(
            f"/console/cases/{case.id}/authorisations", **(FORM | {"basis": "parental_right", "patient_is": "child"})
        )
        assert "nie skończyło 18 lat" in panel.text
        assert 'value="Maria Nowak"' in panel.text and 'value="visits" checked' in panel.text, "nothing is typed twice"
    assert await house.rows(Authorisation) == []

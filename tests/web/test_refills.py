"""The clinicians' inbox. Invariant: a clinician decides, once, with a reason; the patient is told, and no SMS says what about."""

from uuid import UUID

import pytest

from care.refills.models import Medication, RefillRequest, RefillState, Route
from care.refills.service import submit
from conversations.models import Case, Message
from core.access import Access, Role
from core.audit import AuditEvent
from tests.house import TestHouse
from tests.privacy.planting import visit
from tests.web.test_authorisations import case_of_a_patient
from tests.web.test_staff_pages import keyboard


async def asked(
    house: TestHouse, name: str = "Polpril 5 mg", substance: str = "ramipryl", days: int = 5
) -> RefillRequest:
    """Anna has asked for a medicine of hers."""
    case = await case_of_a_patient(house)
    assert case.patient_id is not None
    return await again(house, case, case.patient_id, name, substance, days)


async def again(house: TestHouse, case: Case, patient_id: UUID, name: str, substance: str, days: int) -> RefillRequest:
    """A medicine on file, and a request for it."""
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        kept = Medication(patient_id=patient_id, name=name, substance=substance, dose="1 rano", made_at=now)
        uow.session.add(kept)
        await uow.session.flush()
        made = await submit(uow, Access.system("test"), kept.id, patient_id, case.id, days, True, now)
    assert isinstance(made, RefillRequest)
    return made


async def told(house: TestHouse) -> list[Message]:
    """What the patient was told of decisions."""
    found = await house.rows(Message)
    return [one for one in found if str((one.content or {}).get("key")).startswith("refill-told")]


async def test_everything_needed_stands_there_and_an_approval_is_told(house: TestHouse) -> None:
    request = await asked(house)
    async with keyboard(house, Role.clinician) as ewa:
        page = await ewa.client.get("/refills")
        for words in (
            "Polpril 5 mg",
            "ramipryl",
            "Anna Nowak",
            "1 rano",
            "5 dni",
            "To nie jest pełna kontrola",
            "nigdy",
        ):
            assert words in page.text, words
        done = await ewa.post(f"/refills/{request.id}", outcome="approved")
        assert done.status_code == 200 and "Zapisano: Anna Nowak, zgoda" in done.text
        late = await ewa.post(f"/refills/{request.id}", outcome="declined", reason="nie")
        assert late.status_code == 422 and "Ktoś już rozpatrzył" in late.text
    (kept,) = await house.rows(RefillRequest)
    assert (kept.state, kept.decided_at) == (RefillState.approved, house.clock.now())
    (said,) = await told(house)
    assert "Polpril" not in said.body and "Internetowym Koncie" in said.body
    actions = [one.action for one in await house.rows(AuditEvent) if one.action.startswith("refill.")]
    assert {"refill.asked", "refill.read", "refill.approved"} <= set(actions)


@pytest.mark.parametrize(("outcome", "words"), [("declined", "KONSULTANT"), ("visit", "UMOW")])
async def test_a_no_needs_its_reason_which_no_sms_tells(house: TestHouse, outcome: str, words: str) -> None:
    request = await asked(house)
    async with keyboard(house, Role.clinician) as ewa:
        empty = await ewa.post(f"/refills/{request.id}", outcome=outcome, reason="  ")
        assert empty.status_code == 422 and "Proszę podać powód" in empty.text
        assert await told(house) == []
        await ewa.post(f"/refills/{request.id}", outcome=outcome, reason="cukier do sprawdzenia")
    (kept,) = await house.rows(RefillRequest)
    assert (kept.state.value, kept.reason) == (outcome, "cukier do sprawdzenia")
    (said,) = await told(house)
    assert words in said.body and "cukier" not in said.body


async def test_an_opioid_is_approved_only_with_a_recorded_exception(house: TestHouse) -> None:
    request = await asked(house, "Tramal 50 mg", "tramadol")
    assert request.route is Route.in_person
    async with keyboard(house, Role.clinician) as ewa:
        for form in ({}, {"reason": "znany pacjent"}, {"is_exception": "true"}):
            refused = await ewa.post(f"/refills/{request.id}", outcome="approved", **form)
            assert refused.status_code == 422 and "zaznaczenia wyjątku" in refused.text
        done = await ewa.post(
            f"/refills/{request.id}", outcome="approved", is_exception="true", reason="hospicjum domowe"
        )
        assert done.status_code == 200
    (kept,) = await house.rows(RefillRequest)
    assert kept.is_exception and kept.state is RefillState.approved
    assert await house.rows(AuditEvent, AuditEvent.action == "refill.exception")


async def test_same_day_requests_stand_first(house: TestHouse) -> None:
    first = await asked(house)
    (case,) = await house.rows(Case)
    await again(house, case, first.patient_id, "Lantus", "insulina glargine", 10)
    async with keyboard(house, Role.clinician) as ewa:
        page = (await ewa.client.get("/refills")).text
    assert page.index("Lantus</h2>") < page.index("Polpril 5 mg</h2>")


@pytest.mark.parametrize("role", [Role.agent, Role.supervisor, Role.admin, Role.privacy_officer])
async def test_nobody_else_decides_and_the_try_is_kept(house: TestHouse, role: Role) -> None:
    request = await asked(house)
    async with keyboard(house, role) as other:
        tried = await other.post(f"/refills/{request.id}", outcome="approved")
        assert tried.status_code in (403, 404)
        assert (await other.client.get("/refills")).status_code in (403, 404)
    (kept,) = await house.rows(RefillRequest)
    assert kept.state is RefillState.open
    assert len(await house.rows(AuditEvent, AuditEvent.action == "refill.refused-role")) == 1


async def test_what_a_patient_takes_is_recorded_and_ended_by_a_clinician(house: TestHouse) -> None:
    request = await asked(house)
    path = f"/medicines/{request.patient_id}"
    await visit(house, request.patient_id, "booked", days=3)
    async with keyboard(house, Role.clinician) as ewa:
        for form in (
            {"name": "", "substance": "a", "dose": "b"},
            {"name": "a", "substance": "a", "dose": "b", "days": "dużo"},
        ):
            assert (await ewa.post(path, **form)).status_code == 422
        added = await ewa.post(
            path, name="Euthyrox N 50", substance="lewotyroksyna", dose="rano", days="90", issued_on="2026-01-02"
        )
        assert added.status_code == 303
        page = await ewa.client.get(path)
        assert "Euthyrox N 50" in page.text and "02.01.2026" in page.text
        kept = next(one for one in await house.rows(Medication) if one.name == "Euthyrox N 50")
        assert (await ewa.post(f"/medicines/{UUID(int=7)}/{kept.id}/end")).status_code == 404, "of another patient"
        assert (await ewa.post(f"{path}/{kept.id}/end")).status_code == 303
        assert "Euthyrox N 50" not in (await ewa.client.get(path)).text

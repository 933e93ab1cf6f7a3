"""Erasure. Invariant: nothing of the person is left anywhere outside records kept with a stated reason, however it was cut off."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from care.patients.marks import MarkKind, end_mark, make_mark
from care.patients.models import Patient
from care.refills.models import Medication
from conversations.adherence.models import DosePlan
from conversations.models import Case, CaseState, ContactPoint, Message, Thread
from conversations.privacy.copies import erase_cases
from conversations.privacy.erasure import confirmation_of
from conversations.privacy.models import Erasure
from conversations.privacy.report import is_signed
from core.access import Access
from core.audit import AuditEvent
from core.errors import Forbidden, NotFound, Refused
from core.ids import new_id
from core.register import REGISTER
from tests.core.test_dump import dump_of, leaks
from tests.house import ANNA, TestHouse
from tests.privacy.planting import NUMBER, WORDS, Planted, everything_readable, medical_entries, plant, visit

OFFICER = Access.system("test")


async def erase(house: TestHouse, planted: Planted, *added: UUID) -> Erasure:
    """Confirm, and let the worker do it."""
    erasures = house.house.privacy.erasures
    async with house.house.database.unit_of_work() as uow:
        made = await erasures.confirm(
            uow, OFFICER, planted.patient_id, confirmation_of(planted.patient_id), added, house.clock.now()
        )
    assert isinstance(made, Erasure)
    assert await erasures.run_open() == 1
    (done,) = await house.rows(Erasure, Erasure.id == made.id)
    assert done.report is not None
    return done


async def left_of(house: TestHouse) -> list[str]:
    """Which planted words the dump or any opened sealed value still holds."""
    dump = await asyncio.to_thread(dump_of, house.house.database.url)
    readable = await everything_readable(house)
    return [name for name, word in WORDS.items() if leaks(dump, [word]) or word.lower() in readable.lower()]


async def test_a_planted_person_leaves_no_trace(house: TestHouse) -> None:
    planted = await plant(house)
    await house.text("dzień dobry, to ja Anna", ANNA)
    assert await left_of(house) == list(WORDS), "the search would see every single one"
    report = (await erase(house, planted)).report
    assert report is not None
    assert await left_of(house) == []
    wanted = {"bot.events", "messages", "cases", "attachments", "turns", "action_results", "deliveries", "handoffs", "appointments",
              "simulated_sms", "simulated_media", "patients", "contact_points", "threads", "correspondents"}  # fmt: skip
    assert wanted <= set(report["erased"]) <= {one.place for one in REGISTER}
    assert {one["place"] for one in report["kept"]} <= {"audit_events", "erasures"}
    assert all(one["article"] for one in report["kept"])
    assert "dzień dobry, to ja Anna" in await everything_readable(house), "and nothing of others was touched"


async def test_a_medical_record_is_kept_with_its_reason_and_little_else(house: TestHouse) -> None:
    planted = await plant(house)
    await visit(house, planted.patient_id, "completed", days=-30)
    report = (await erase(house, planted)).report
    assert report is not None
    assert {
        "place": "appointments",
        "count": 1,
        "reason": "medical_record",
        "article": "GDPR art. 17(3)(b) and (c)",
    } in report["kept"]
    assert await left_of(house) == ["given", "family", "pesel"], "whose record it is; telephone and mail are gone"


async def test_medicines_requests_and_measurements_are_kept_and_reminders_of_them_end(house: TestHouse) -> None:
    planted = await plant(house)
    await medical_entries(house, planted.patient_id)
    report = (await erase(house, planted)).report
    assert report is not None
    kept = {one["place"]: (one["count"], one["reason"]) for one in report["kept"]}
    for place in ("medications", "refill_requests", "measurements", "vital_alarms", "dose_plans", "patients"):
        assert kept[place] == (1, "medical_record"), place
    assert await left_of(house) == ["given", "family", "pesel"]
    (plan,) = await house.rows(DosePlan)
    assert plan.ended_at == house.clock.now() and len(await house.rows(Medication)) == 1


@pytest.mark.parametrize("why", ["a mark by staff", "a red flag"])
async def test_a_case_that_is_medical_record_is_kept_whole(house: TestHouse, why: str) -> None:
    planted = await plant(house)
    if why == "a red flag":
        accepted = await house.sms("boli mnie w klatce piersiowej i drętwieje lewa ręka", NUMBER)
        await house.house.turns.take(accepted.thread_id)
        values = {"patient_id": planted.patient_id, "state": CaseState.closed, "closed_at": house.clock.now()}
    async with house.house.database.unit_of_work() as uow:
        if why == "a red flag":
            await uow.session.execute(update(Case).where(Case.state != CaseState.closed).values(**values))
        else:
            await uow.session.execute(update(Case).where(Case.id == planted.case_id).values(is_medical=True))
    report = (await erase(house, planted)).report
    assert report is not None and {one["reason"] for one in report["kept"]} == {"medical_record", "accountability"}
    left = await left_of(house)
    assert ("message" in left) is (why != "a red flag") and "mail" not in left and "family" in left


async def test_a_family_telephone_keeps_the_others_cases_and_their_links(house: TestHouse) -> None:
    planted = await plant(house)
    await house.text("to jest o moim synu", NUMBER)
    other = await house.open_case(planted.thread_id)
    son, point = new_id(), await house.point(NUMBER)
    async with house.house.database.unit_of_work() as uow:
        from care.patients.models import PatientContactPoint
        from care.patients.repository import Patients

        Patients(uow, OFFICER).add(
            Patient(
                id=son,
                given_name="Jan",
                family_name="Syn",
                birth_date=house.clock.now().date(),
                created_at=house.clock.now(),
            )
        )
        await uow.session.flush()
        uow.session.add(
            PatientContactPoint(patient_id=son, contact_point_id=point.id, role="self", created_at=house.clock.now())
        )
        await uow.session.execute(update(Case).where(Case.id == other.id).values(patient_id=son))
    await erase(house, planted)
    assert "to jest o moim synu" in await everything_readable(house)
    assert set(await left_of(house)) == {"phone"}, "the shared number still speaks for the son"
    assert [one.id for one in await house.rows(Patient)] == [son]
    assert len(await house.text("i jeszcze jedno", NUMBER)) >= 1, "and the conversation goes on"


async def test_cases_of_no_patient_go_only_if_the_officer_adds_them(house: TestHouse) -> None:
    for is_added in (False, True):
        number = f"+4860071100{3 + is_added}"
        planted = await plant(house, number)
        await house.text("pytanie bez pacjenta", number)
        loose = await house.open_case(planted.thread_id)
        async with house.house.database.unit_of_work() as uow:
            await uow.session.execute(
                update(Case).where(Case.id == loose.id).values(state=CaseState.closed, closed_at=house.clock.now())
            )
        stranger = new_id()
        report = (await erase(house, planted, *([loose.id, stranger] if is_added else []))).report
        assert report is not None
        assert bool(await house.rows(Case, Case.id == loose.id)) is not is_added
        assert any(one["reason"] == "shared" for one in report["kept"]) is not is_added


async def test_a_legal_hold_stops_an_erasure_before_and_after_it_was_confirmed(house: TestHouse) -> None:
    planted = await plant(house)
    now, erasures = house.clock.now(), house.house.privacy.erasures
    typed = confirmation_of(planted.patient_id)
    async with house.house.database.unit_of_work() as uow:
        await erasures.confirm(uow, OFFICER, planted.patient_id, typed, [], now)
        assert await make_mark(uow, OFFICER, planted.patient_id, MarkKind.hold, "spór sądowy", now) is None
    assert await erasures.run_open() == 0
    assert len(await left_of(house)) == len(WORDS)
    async with house.house.database.unit_of_work() as uow:
        assert await erasures.confirm(uow, OFFICER, planted.patient_id, typed, [], now) == Refused("privacy-held")
        await end_mark(uow, OFFICER, planted.patient_id, MarkKind.hold, now)
    assert await erasures.run_open() == 1
    assert await left_of(house) == []


async def test_an_erasure_that_was_cut_off_goes_on_and_counts_each_row_once(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = await plant(house)
    async with house.house.database.unit_of_work() as uow:
        uow.session.add_all(
            Case(thread_id=planted.thread_id, patient_id=planted.patient_id, state=CaseState.closed, opened_at=house.clock.now(),
                 active_at=house.clock.now(), closed_at=house.clock.now())
            for _ in range(4)
        )  # fmt: skip
        messages = await uow.session.scalar(select(func.count()).select_from(Message))
    monkeypatch.setattr("conversations.privacy.erasure.CASES_AT_ONCE", 2)
    calls = 0

    async def dies(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        done = await erase_cases(*arguments)  # type: ignore[arg-type]  # passed on as they came
        if calls == 2:
            raise ConnectionError("the machine went down before the batch was committed")
        return done

    monkeypatch.setattr("conversations.privacy.erasure.erase_cases", dies)
    with pytest.raises(ConnectionError):
        await erase(house, planted)
    assert len(await house.rows(Case)) == 3, "one batch of two is gone, the second was rolled back"
    assert await house.house.privacy.erasures.run_open() == 1
    (done,) = await house.rows(Erasure)
    assert done.report is not None
    assert done.report["erased"]["cases"] == 5 and done.report["erased"]["messages"] == messages
    assert await house.house.privacy.erasures.run_open() == 0
    assert await left_of(house) == []


async def test_who_said_stop_stays_stopped(house: TestHouse) -> None:
    planted = await plant(house)
    await house.text("STOP", NUMBER)
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(
            update(Case).values(state=CaseState.closed, closed_at=house.clock.now(), patient_id=planted.patient_id)
        )
    await erase(house, planted)
    (point,) = await house.rows(ContactPoint)
    assert point.opted_out_at is not None and await left_of(house) == ["phone"]
    assert await house.house.privacy.retention.enforce() == {}


async def test_only_the_officer_may_and_only_with_the_right_letters(house: TestHouse) -> None:
    planted = await plant(house)
    erasures, now = house.house.privacy.erasures, house.clock.now()
    agent = (await house.staff()).access
    async with house.house.database.unit_of_work() as uow:
        with pytest.raises(Forbidden):
            await erasures.confirm(uow, agent, planted.patient_id, confirmation_of(planted.patient_id), [], now)
        with pytest.raises(NotFound):
            await erasures.confirm(uow, OFFICER, new_id(), "x", [], now)
        for typed in ("", "usuń", confirmation_of(new_id())):
            refused = await erasures.confirm(uow, OFFICER, planted.patient_id, typed, [], now)
            assert refused == Refused("privacy-confirmation")
    assert await house.rows(Erasure) == []


async def test_a_report_is_genuine_until_anything_in_it_changes(house: TestHouse) -> None:
    done = await erase(house, await plant(house))
    signer, report = house.house.privacy.erasures.signer, done.report
    assert report is not None and signer.is_genuine(report) and is_signed(report)
    changes: tuple[dict[str, object], ...] = (
        {"kept": []},
        {"patient": str(new_id())},
        {"backups_age_out_at": "2020"},
        {"signature": "00" * 64},
        {"more": 1},
    )
    for change in changes:
        assert not signer.is_genuine(report | change), change
    nonsenses: tuple[object, ...] = (None, [], {}, {"public_key": signer.public_key, "signature": "zz"})
    for nonsense in nonsenses:
        assert not signer.is_genuine(nonsense)
    assert (await house.rows(AuditEvent, AuditEvent.action == "privacy.erased"))[0].subject_id == str(done.patient_id)
    assert all(word not in str(report) for word in WORDS.values())
    assert await house.rows(Thread) == [] and done.done_at == house.clock.now()

"""Notice, access, correction and restriction. Invariant: each is complete, audited, and tells nothing of others."""

import json
from pathlib import Path

import pytest

from care.patients.correction import Corrected, correct
from care.patients.marks import MarkKind, make_mark
from care.patients.models import Patient
from care.patients.repository import Patients
from conversations.inbox import NOTICE_VERSION, PRIVACY_VERSION
from conversations.models import CaseState, Correspondent
from core.access import Access, Role
from core.audit import AuditEvent
from core.errors import Forbidden, Refused
from core.i18n import LANGUAGES, catalogue
from core.segments import measure, thrifty
from service.privacy import export_to
from tests.house import ANNA, PUBLIC, TestHouse
from tests.privacy.planting import NUMBER, WORDS, medical_entries, plant
from tests.service.doors import signed_in

OFFICER = Access.system("test")


async def test_the_first_contact_is_told_once_where_it_says_what_is_done_with_data(house: TestHouse) -> None:
    said = await house.text("dzień dobry")
    assert f"{PUBLIC}/privacy" in said[0] and len(said) > 1, "and the answer follows at once"
    assert not [one for one in await house.text("jeszcze raz") if "/privacy" in one]
    (person,) = await house.rows(Correspondent)
    given = person.noticed["sms"]
    assert (given["version"], given["privacy"]) == (NOTICE_VERSION, PRIVACY_VERSION)
    assert given["at"] == house.clock.now().isoformat()


async def test_a_new_version_of_the_notice_is_told_once_more(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.text("dzień dobry")
    monkeypatch.setattr("conversations.inbox.PRIVACY_VERSION", "2027-01-1")
    assert [one for one in await house.text("jeszcze raz") if "/privacy" in one]
    assert not [one for one in await house.text("i znowu") if "/privacy" in one]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["notice-sms", "notice-both-sms"])
def test_the_notice_by_sms_takes_at_most_two_segments_with_a_long_address(language: str, key: str) -> None:
    text = catalogue("en" if language == "en" else "pl").text(
        key, page="https://poradnia-pod-lipami.example.pl/privacy"
    )
    size = measure(thrifty(text))
    assert size.encoding == "GSM-7" and size.count <= 2


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_notice_page_is_public(house: TestHouse, language: str) -> None:
    async with house.web() as client:
        answer = await client.get(f"/privacy?lang={language}")
    assert answer.status_code == 200 and PRIVACY_VERSION in answer.text and f'lang="{language}"' in answer.text
    assert "Twilio" not in answer.text, "with the simulator nobody carries anything"


async def test_an_export_holds_everything_of_the_person_and_nothing_of_others(house: TestHouse, tmp_path: Path) -> None:
    planted = await plant(house)
    await house.text("to zdanie Anny", ANNA)
    await house.text("pytanie kogoś z rodziny", NUMBER)
    cookies = await signed_in(house, Role.privacy_officer)
    async with house.web() as client:
        client.cookies.update(cookies)
        answer = await client.get(f"/privacy/persons/{planted.patient_id}/export.json")
        page = await client.get(f"/privacy/persons/{planted.patient_id}/export")
    bundle = answer.json()
    assert bundle["resourceType"] == "Bundle" and page.status_code == 200
    kinds = [one["resource"]["resourceType"] for one in bundle["entry"]]
    assert {
        "Patient",
        "RelatedPerson",
        "Consent",
        "Appointment",
        "EpisodeOfCare",
        "Communication",
        "Binary",
        "AuditEvent",
    } <= set(kinds)
    told = json.dumps(bundle, ensure_ascii=False)
    for name in (
        "message",
        "second",
        "note",
        "reply",
        "given",
        "family",
        "mail",
        "pesel",
        "referral",
        "fact",
        "carried",
    ):
        assert WORDS[name] in told, name
    for name in ("message", "second", "note", "reply", "given", "family", "mail", "pesel"):
        assert WORDS[name] in page.text, name
    for other in ("to zdanie Anny", "kogoś z rodziny", ANNA):
        assert other not in told and other not in page.text, other
    (loose,) = [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "Basic"]
    assert loose["count"] == 1, "the officer decides about the family's case"
    assert len(await house.rows(AuditEvent, AuditEvent.action == "privacy.exported")) == 2
    await export_to(house.house, planted.patient_id, tmp_path / "out")
    (whole,) = (tmp_path / "out").glob("export.json")
    cut = {one["resource"]["id"] for one in bundle["entry"]} - {
        one["resource"]["id"] for one in json.loads(whole.read_text("utf-8"))["entry"]
    }
    assert cut == set() and whole.stat().st_mode & 0o077 == 0


async def test_an_export_tells_medicines_requests_measurements_alarms_and_reminders(house: TestHouse) -> None:
    planted = await plant(house)
    await medical_entries(house, planted.patient_id)
    async with house.web() as client:
        client.cookies.update(await signed_in(house, Role.privacy_officer))
        answer = await client.get(f"/privacy/persons/{planted.patient_id}/export.json")
        person = await client.get(f"/privacy/persons/{planted.patient_id}")
    for word in ("Zasadzol", "zasadzolum", "1-0-1", "zasadzona-regula", "171.5", "zasadzony-alarm", "06:07", "not_yet"):
        assert word in answer.text, word
    assert "Pomiary: 1" in person.text and "Zasadzol" not in person.text


async def test_an_export_that_was_cut_off_does_not_read_whole_cases_again(house: TestHouse, tmp_path: Path) -> None:
    planted = await plant(house)
    done = tmp_path / f"case-{planted.case_id}.json"
    done.write_text('[{"resourceType": "EpisodeOfCare", "id": "read before"}]')
    await export_to(house.house, planted.patient_id, tmp_path)
    assert "read before" in (tmp_path / "export.json").read_text("utf-8")


async def test_a_correction_is_found_by_its_new_words_and_leaves_no_values_in_the_log(house: TestHouse) -> None:
    planted = await plant(house)
    said = Corrected("Gryzelda", "Nowacka", "1931-07-20", "600 711 009", "nowa@zasadzone.example")
    async with house.house.database.unit_of_work() as uow:
        assert isinstance(await correct(uow, OFFICER, planted.patient_id, said, house.clock.now()), Patient)
    async with house.house.database.unit_of_work() as uow:
        patients = Patients(uow, OFFICER)
        assert [one.id for one in await patients.by_name("nowacka", 5, house.clock.now())] == [planted.patient_id]
        assert (
            await patients.by_name("zasadzkowska", 5, house.clock.now()) == []
            and await patients.by_phone(NUMBER, 5, house.clock.now()) == []
        )
        assert [one.id for one in await patients.by_phone("+48600711009", 5, house.clock.now())] == [planted.patient_id]
    events = await house.rows(AuditEvent, AuditEvent.action.startswith("privacy.corrected"))
    assert {one.action.removeprefix("privacy.corrected-") for one in events} == {
        "family-name",
        "birth-date",
        "phone",
        "mail",
    }
    assert {one.subject_id for one in events} == {str(planted.patient_id)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"given_name": " "}, "privacy-name"), ({"birth_date": "2031-01-01"}, "privacy-birth"), ({"birth_date": "x"}, "privacy-birth"),
     ({"phone": "12"}, "privacy-phone"), ({"mail": "nie mail"}, "privacy-mail"), ({"family_name": "x" * 101}, "privacy-name")],
)  # fmt: skip
async def test_what_cannot_be_is_refused_and_changes_nothing(
    house: TestHouse, change: dict[str, str], reason: str
) -> None:
    planted = await plant(house)
    typed = {"given_name": "A", "family_name": "B", "birth_date": "1931-07-19", "phone": "", "mail": ""} | change
    async with house.house.database.unit_of_work() as uow:
        assert await correct(uow, OFFICER, planted.patient_id, Corrected(**typed), house.clock.now()) == Refused(reason)
    (patient,) = await house.rows(Patient)
    assert patient.family_name == WORDS["family"] and patient.phone == NUMBER


async def test_a_restriction_stops_the_bot_and_booking_but_never_the_safety_screen(house: TestHouse) -> None:
    planted = await plant(house)
    async with house.house.database.unit_of_work() as uow:
        assert await make_mark(
            uow, OFFICER, planted.patient_id, MarkKind.restriction, "x", house.clock.now()
        ) == Refused("privacy-reason")
        assert (
            await make_mark(uow, OFFICER, planted.patient_id, MarkKind.restriction, "na prośbę", house.clock.now())
            is None
        )
    await house.sms("dzień dobry", NUMBER)
    case = await house.open_case(planted.thread_id)
    async with house.house.database.unit_of_work() as uow:
        (await uow.session.get_one(type(case), case.id)).patient_id = planted.patient_id
    asked = len(house.dialogue.asked)
    await house.house.turns.take(planted.thread_id)
    assert len(house.dialogue.asked) == asked, "the bot was not asked"
    assert (await house.open_case(planted.thread_id)).state is CaseState.waiting
    await house.text("boli mnie w klatce piersiowej i drętwieje lewa ręka", NUMBER)
    assert len(await house.alerts()) == 1


async def test_the_pages_are_for_the_privacy_officer_alone(house: TestHouse) -> None:
    planted = await plant(house)
    paths = [
        "/privacy/persons",
        *(f"/privacy/persons/{planted.patient_id}{rest}" for rest in ("", "/export", "/export.json")),
    ]
    for role in (Role.agent, Role.clinician, Role.supervisor, Role.admin):
        cookies = await signed_in(house, role)
        async with house.web() as client:
            client.cookies.update(cookies)
            assert [(await client.get(path)).status_code for path in paths] == [403] * 4, role
    agent = (await house.staff()).access
    async with house.house.database.unit_of_work() as uow:
        with pytest.raises(Forbidden):
            await make_mark(uow, agent, planted.patient_id, MarkKind.hold, "powód", house.clock.now())


async def test_a_form_without_the_sessions_token_changes_nothing(house: TestHouse) -> None:
    planted = await plant(house)
    cookies = await signed_in(house, Role.privacy_officer)
    async with house.web() as client:
        client.cookies.update(cookies)
        for act in ("erase", "correct", "mark", "unmark"):
            answer = await client.post(
                f"/privacy/persons/{planted.patient_id}/{act}", data={"kind": "hold", "reason": "powód"}
            )
            assert answer.status_code == 403, act
    assert await house.rows(AuditEvent, AuditEvent.action.startswith("privacy.")) == []

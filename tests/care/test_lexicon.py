"""What people call things."""

import time
from functools import cache
from typing import Any

import pytest
import yaml

from care.appointments.lexicon import Lexicon, build, load
from care.appointments.models import Clinician, Service, Specialty
from care.seed import CLINIC, clinic_id
from core.db import Database


@cache
def lexicon() -> Lexicon:
    """The seed's lexicon, without a database."""

    def rows(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = yaml.safe_load((CLINIC / name).read_text("utf-8"))
        return found

    people = rows("clinicians.yml")
    for row in people:
        row.pop("schedule")
        row.pop("away", None)
        row["id"] = clinic_id("clinician", row["code"])
    return build(
        [Specialty(**row) for row in rows("specialties.yml")],
        [Clinician(**row) for row in people],
        [Service(**row) for row in rows("services.yml")],
    )


def ids(text: str, language: str = "pl") -> list[str]:
    """The codes found, clinicians by their code."""
    codes = {str(clinic_id("clinician", code)): code for code in _CLINICIANS}
    return [codes.get(found.id, found.id) for found in lexicon().find(text, language)]


_CLINICIANS = ("nowak-katarzyna", "nowak-piotr", "wisniewski-marek", "zielinska-anna", "lewandowska-joanna")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chcę do kardiologa", ["cardiology"]),
        ("coś u kardiologii", ["cardiology"]),
        ("wizyta z dermatologiem", ["dermatology"]),
        ("do okulisty proszę", ["ophthalmology"]),
        ("dentysta", ["dentistry"]),
        ("do lekarza rodzinnego", ["family_medicine"]),
        ("internista na jutro", ["internal_medicine"]),
        ("umówić do laryngologa dziecko", ["ent"]),
        ("ginekolożka", ["gynecology"]),
        ("kardiolga", ["cardiology"]),
        ("dermatolgoa", ["dermatology"]),
        ("do okulsity", ["ophthalmology"]),
        ("endokrynloga", ["endocrinology"]),
        ("lekarz od skory", ["dermatology"]),
        ("USG brzucha", ["ultrasound_abdomen"]),
        ("usg tarczycy", ["ultrasound_thyroid"]),
        ("gastroskopia", ["gastroscopy"]),
        ("przed kolonoskopia", ["colonoscopy"]),
        ("EKG", ["ecg"]),
        ("ekg wysilkowe", ["stress_test"]),
        ("rezonans z kontrastem", ["mri_contrast"]),
        ("dr Nowak", ["nowak-katarzyna", "nowak-piotr"]),
        ("do Nowakowej", ["nowak-katarzyna"]),
        ("do doktora Nowaka", ["nowak-piotr"]),
        ("do Katarzyny Nowak", ["nowak-katarzyna"]),
        ("doktora Wisniewskiego", ["wisniewski-marek"]),
        ("z doktor Zielińską", ["zielinska-anna"]),
        ("do Lewandowkiej", ["lewandowska-joanna"]),
        ("kardiolog albo internista", ["cardiology", "internal_medicine"]),
    ],
)
def test_polish_words_are_understood_inflected_plain_and_misspelt(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I need an eye doctor", ["ophthalmology"]),
        ("see a cardiologst", ["cardiology"]),
        ("a paediatrician for my son", ["pediatrics"]),
        ("an appointment with Dr Nowak", ["nowak-katarzyna", "nowak-piotr"]),
        ("can I have a flu shot", ["vaccination"]),
        ("abdominal ultrasound", ["ultrasound_abdomen"]),
        ("gastroscpoy", ["gastroscopy"]),
        ("my GP", ["family_medicine"]),
    ],
)
def test_english_words_are_understood(text: str, expected: list[str]) -> None:
    assert ids(text, "en") == expected


@pytest.mark.parametrize(
    "text",
    [
        "jutro po szesnastej",
        "czy jest parking",
        "nefrologa",
        "do onkologa",
        "reumatolog",
        "psychologa szukam",
        "dziękuję bardzo",
        "tak, zgadza się",
        "Jan Kowalski, 12 maja 1980",
        "nie pasuje mi ten termin, może inny dzień",
        "rodzice",
    ],
)
def test_other_words_are_not_taken_for_ours(text: str) -> None:
    assert ids(text) == []


@pytest.mark.parametrize(
    "text", ["a nephrologist", "tomorrow afternoon please", "what is the weather", "Mr Brown", "an oncologist"]
)
def test_other_english_words_are_not_taken_for_ours(text: str) -> None:
    assert ids(text, "en") == []


def test_offsets_are_code_points_of_the_original_text_and_a_title_belongs_to_the_name() -> None:
    text = "😀 do dr. Wiśniewskiego i na EKG"
    found = lexicon().find(text, "pl")
    assert [text[one.start : one.end] for one in found] == ["dr. Wiśniewskiego", "EKG"]
    assert [one.value for one in found] == ["lek. Marek Wiśniewski", "EKG"]


def test_every_form_of_the_seed_finds_its_own_term() -> None:
    for name in ("specialties.yml", "services.yml"):
        for row in yaml.safe_load((CLINIC / name).read_text("utf-8")):
            for language in ("pl", "en"):
                for form in row[f"synonyms_{language}"]:
                    assert row["code"] in ids(form, language), form


def test_a_call_takes_less_than_two_milliseconds() -> None:
    texts = ["chciałabym się zapisać do kardiolga albo dermatolgoa najlepiej w przyszły czwartek po szesnastej"] * 100
    lexicon().find(texts[0], "pl")
    begun = time.process_time()
    for text in texts:
        lexicon().find(text, "pl")
    assert (time.process_time() - begun) / len(texts) < 0.002


async def test_the_lexicon_is_built_from_the_tables(clinic: Database) -> None:
    async with clinic.unit_of_work() as uow:
        found = (await load(uow)).find("do okulisty", "en")
    assert [(one.kind, one.id, one.value, one.start, one.end) for one in found] == [
        ("specialty", "ophthalmology", "ophthalmology", 3, 11)
    ]


async def test_the_matcher_is_made_anew_only_when_a_name_changed(clinic: Database) -> None:
    async with clinic.unit_of_work() as uow:
        first = await load(uow)
        assert await load(uow, first) is first
        specialty = await uow.session.get_one(Specialty, "ophthalmology")
        specialty.synonyms_pl = [*specialty.synonyms_pl, "ócznik"]
        await uow.session.flush()
        then = await load(uow, first)
    assert then is not first and [one.id for one in then.find("do ócznika", "pl")] == ["ophthalmology"]

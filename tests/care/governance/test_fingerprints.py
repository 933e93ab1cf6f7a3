"""A signature is for one exact content. Invariant: any edit of any table is another content, and so an unsigned one."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from care.governance.models import Signature, Subject
from care.governance.service import is_signed
from care.triage import tables
from conversations import safety
from core.access import Role
from core.fingerprint import fingerprint
from tests.conftest import WARSAW
from tests.house import TestHouse

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)
FILES = [
    (folder, file.relative_to(folder).as_posix())
    for folder in (tables.FOLDER, safety.FOLDER)
    for file in sorted(folder.rglob("*.yml"))
]


@pytest.mark.parametrize(("folder", "name"), FILES, ids=lambda one: str(one)[-40:])
def test_an_edit_of_any_file_is_another_content(tmp_path: Path, folder: Path, name: str) -> None:
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    assert fingerprint(copy) == fingerprint(folder)
    (copy / name).write_text((copy / name).read_text("utf-8") + "# one word more\n")
    assert fingerprint(copy) != fingerprint(folder)


def test_a_file_renamed_or_taken_away_is_another_content_and_line_ends_are_none(tmp_path: Path) -> None:
    copy = tmp_path / "safety"
    shutil.copytree(safety.FOLDER, copy)
    words = copy / safety.WORDS_FILE.name
    words.write_bytes(words.read_bytes().replace(b"\n", b"\r\n"))
    assert fingerprint(copy) == fingerprint(safety.FOLDER)
    words.rename(copy / "other.yml")
    renamed = fingerprint(copy)
    (copy / "other.yml").unlink()
    assert len({renamed, fingerprint(copy), fingerprint(safety.FOLDER)}) == 3


def test_what_is_loaded_knows_its_own_content() -> None:
    assert tables.default_tables().digest == fingerprint(tables.FOLDER)
    assert safety.default_screen().digest == fingerprint(safety.FOLDER)
    assert safety.default_screen().without("chest-pain").digest == "", "a screen without a rule is not the signed one"


async def test_an_edited_table_is_unsigned_until_it_is_signed_itself(house: TestHouse, tmp_path: Path) -> None:
    copy = tmp_path / "triage"
    shutil.copytree(tables.FOLDER, copy)
    words = copy / "protocols" / "general.yml"
    words.write_text(words.read_text("utf-8") + "\n# edited\n")
    before, after = tables.default_tables().digest, tables.load(copy).digest
    clinician = await house.staff("Ewa", Role.clinician)
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(
            Signature(
                subject=Subject.triage, version=before, staff_id=clinician.staff_id, name="Ewa Nowak", licence="1234567",
                signed_at=NOW,
            )
        )  # fmt: skip
    async with house.house.database.unit_of_work() as uow:
        assert await is_signed(uow, Subject.triage, before)
        assert not await is_signed(uow, Subject.triage, after)
        assert not await is_signed(uow, Subject.red_flags, before), "a signature is for its own subject"
        assert not await is_signed(uow, Subject.red_flags, "")

"""`./poradnia privacy`: export and erase one person, verify an erasure's report, print the register, let go of what is over."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from uuid import UUID

from conversations.privacy.erasure import as_text, confirmation_of, get_erasure
from conversations.privacy.holding import held_of
from conversations.privacy.report import Signer
from core.access import Access
from core.errors import ConfigurationError, NotFound, Refused
from core.i18n import text
from core.register import as_markdown
from core.settings import Settings
from service.bootstrap import House, build, database_url


def arguments(parser: argparse.ArgumentParser) -> None:
    """What follows `privacy`."""
    acts = parser.add_subparsers(dest="act", required=True)
    export = acts.add_parser("export", help="everything held of a patient; run again, it goes on where it was cut off")
    export.add_argument("patient", type=UUID)
    export.add_argument("folder", type=Path, help="one file per case, and the whole in export.json")
    erase = acts.add_parser("erase", help="show what would go; with --confirm do it and print the signed report")
    erase.add_argument("patient", type=UUID)
    erase.add_argument("--confirm", default="", help="the letters that the preview asks for")
    erase.add_argument("--case", type=UUID, action="append", default=[], help="also this case without a patient")
    check = acts.add_parser("verify", help="is a report ours and unchanged? Exit code 1 if not")
    check.add_argument("file", type=Path)
    acts.add_parser("register", help="every copy of personal data, as docs/privacy/register.md has it")
    acts.add_parser("retention", help="let go of what is over now, as the worker does each night")


def main(options: argparse.Namespace) -> int:
    """Run one of them."""
    if options.act == "register":
        print(as_markdown(), end="")
        return 0
    if options.act == "verify":
        return _verify(Settings(), options.file)
    settings = Settings()
    return asyncio.run(_with_house(build(settings, database_url(settings)), options))


async def _with_house(house: House, options: argparse.Namespace) -> int:
    acts = {"export": _export, "erase": _erase, "retention": _retention}
    try:
        return await acts[options.act](house, options)
    except NotFound as error:
        raise ConfigurationError("there is no such patient") from error
    finally:
        await house.close()


def _verify(settings: Settings, file: Path) -> int:
    signer = Signer(bytes.fromhex(settings.secrets["audit"]))
    try:
        report = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} is no report") from error
    if signer.is_genuine(report):
        print(f"  genuine: {as_text(report)}")
        return 0
    print("  !! NOT GENUINE: another installation's key, or changed since it was signed")
    return 1


async def _export(house: House, options: argparse.Namespace) -> int:
    folder: Path = options.folder
    if (folder / "export.json").exists():
        raise ConfigurationError(f"{folder / 'export.json'} exists already: an export never overwrites")
    await house.privacy.exports.begin(Access.system("privacy export"), options.patient)
    await export_to(house, options.patient, folder)
    print(folder / "export.json")
    return 0


async def export_to(house: House, patient_id: UUID, folder: Path) -> None:
    """Case by case into files of their own (0600), then all into one. A case whose file is whole is not read again."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    async with house.database.unit_of_work() as uow:
        held = await held_of(uow, patient_id, house.clock.now())
    cases = {str(line.id) for line in held.cases}
    for line in held.cases:
        done = folder / f"case-{line.id}.json"
        if not done.exists():
            _write(done, [one async for one in house.privacy.exports.case(line.id)])
    resources: list[object] = []
    async for one in house.privacy.exports.resources(patient_id, with_files=False):
        belongs = one["id"] if one["resourceType"] == "EpisodeOfCare" else one.get("partOf")
        if belongs not in cases:
            resources.append(one)
        elif one["resourceType"] == "EpisodeOfCare":
            resources += json.loads((folder / f"case-{one['id']}.json").read_text("utf-8"))
    entries = [{"resource": one} for one in resources]
    at = house.clock.now().isoformat()
    _write(folder / "export.json", {"resourceType": "Bundle", "type": "collection", "timestamp": at, "entry": entries})


def _write(file: Path, content: object) -> None:
    fresh = file.with_name(f"{file.name}.part")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    fresh.replace(file)


async def _erase(house: House, options: argparse.Namespace) -> int:
    access, now = Access.system("privacy erase"), house.clock.now()
    async with house.database.unit_of_work() as uow:
        held = await held_of(uow, options.patient, now)
    if not options.confirm:
        for line in held.lines:
            print(f"  {line.id}  {line.kind:15} {f'kept: {line.kept}' if line.kept else 'goes'}")
        for line in held.unassigned:
            word = "goes" if line.id in options.case else "of no patient: --case to add it"
            print(f"  {line.id}  {line.kind:15} {word}")
        print(f"  Nothing was erased. To do it: --confirm {confirmation_of(options.patient)}")
        return 0
    async with house.database.unit_of_work() as uow:
        erasure = await house.privacy.erasures.confirm(uow, access, options.patient, options.confirm, options.case, now)
    if isinstance(erasure, Refused):
        print(text(f"refused-{erasure.reason}", "en"), file=sys.stderr)
        return 1
    await house.privacy.erasures.run(erasure.id)
    async with house.database.unit_of_work() as uow:
        found = await get_erasure(uow, access, erasure.id)
    print(json.dumps(found.report, ensure_ascii=False, indent=1))
    return 0 if found.report else 1


async def _retention(house: House, _: argparse.Namespace) -> int:
    counts = await house.privacy.retention.enforce()
    print(json.dumps(dict(sorted(counts.items()))))
    return 0

"""`./poradnia keys`: what the data are sealed with, and changing it."""

import argparse
import asyncio
import getpass
import json
import sys
from collections import Counter
from pathlib import Path

from care.patients import tokens as patients
from channels.sms.simulator import provider as simulator
from conversations import search as messages
from core import key_backup
from core.access import Access
from core.audit import record
from core.clock import SystemClock
from core.db import Database
from core.errors import ConfigurationError
from core.keys import ROTATED, add_version, connected, new_lookup, open_keys, rewrap, rows_of, tracker_keys
from core.rotation import Rotation
from core.settings import Settings
from service.bootstrap import database_url

TOKEN_MAKERS = (patients.make_tokens_again, messages.make_tokens_again, simulator.make_tokens_again)
SHORTEST_PASSPHRASE = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    """What follows `keys`."""
    acts = parser.add_subparsers(dest="act", required=True)
    status = acts.add_parser("status", help="the keys, and how many rows wait for a newer one")
    status.add_argument("--json", action="store_true")
    rotate = acts.add_parser("rotate", help="new data keys; the worker seals everything anew in the background")
    rotate.add_argument("--wait", action="store_true", help="seal here and now, with progress; safe to interrupt")
    acts.add_parser("rewrap", help="wrap the data keys with the first key of each secret, as it stands now")
    acts.add_parser("retoken", help="another lookup key: search tokens are made again; nothing else may run")
    export = acts.add_parser("export", help="an encrypted backup of secrets and data keys")
    export.add_argument("file", type=Path)
    restore = acts.add_parser("import", help="restore such a backup")
    restore.add_argument("file", type=Path)
    restore.add_argument("--replace", action="store_true", help="replace a secrets file that says otherwise")


def main(options: argparse.Namespace) -> int:
    """Run one of them."""
    settings = Settings()
    if options.act == "import":
        return _import(settings, options)
    url = database_url(settings)
    open_keys(url, settings.secrets_now)
    acts = {"status": _status, "rotate": _rotate, "rewrap": _rewrap, "retoken": _retoken, "export": _export}
    return acts[options.act](settings, url, options)


async def complete(settings: Settings, url: str) -> None:
    """Make the first keys, and after an upgrade from before envelopes finish what the migration could not. Safe to repeat."""
    open_keys(url, settings.secrets_now)
    with connected(url) as connection:
        is_due = any(row.version == 0 and row.state == "old" for row in rows_of(connection))
    if not is_due:
        return
    database = Database(url)
    try:
        rotation = Rotation(database, settings.secrets_now, takes_plain=True, pause_seconds=0)
        while await rotation.left():
            await rotation.one_pass()
        await make_tokens(database)
        await rotation.retire()
    finally:
        await database.close()


async def make_tokens(database: Database) -> int:
    """All search tokens again, in one transaction; returns how many rows have some."""
    async with database.unit_of_work() as uow:
        return sum([await make(uow) for make in TOKEN_MAKERS])


def _status(settings: Settings, url: str, options: argparse.Namespace) -> int:
    with connected(url) as connection:
        rows = rows_of(connection)
    left = asyncio.run(_left(settings, url))
    keys = [
        {
            "version": row.version, "purpose": row.purpose, "state": row.state, "wrapped_by": row.wrapped_by,
            "created_at": row.created_at.isoformat(),
        }
        for row in rows
    ]  # fmt: skip
    if options.json:
        print(json.dumps({"keys": keys, "left": left}))
        return 0
    for key in keys:
        print(
            f"  {key['version']:>5}  {key['purpose']:<8} {key['state']:<8} wrapped by {key['wrapped_by']}  {key['created_at']}"
        )
    print(f"  rows that wait for a newer key: {_counted(left)}")
    return 0


def _rotate(settings: Settings, url: str, options: argparse.Namespace) -> int:
    with connected(url) as connection:
        made = {purpose: add_version(connection, settings.secrets, purpose) for purpose in ROTATED}
    open_keys(url, settings.secrets_now)
    for purpose, version in made.items():
        print(f"  {purpose}: sealed with data key {version} from now on")
    asyncio.run(_audited(settings, url, "keys.rotated", ",".join(map(str, made.values()))))
    if options.wait:
        asyncio.run(_seal_anew(settings, url))
    else:
        print("  the worker seals what there is in the background: ./poradnia keys status")
    return 0


def _rewrap(settings: Settings, url: str, _: argparse.Namespace) -> int:
    with connected(url) as connection:
        count = rewrap(connection, settings.secrets)
    asyncio.run(_audited(settings, url, "keys.rewrapped", str(count)))
    print(f"  {count} data keys wrapped anew; now the older keys may leave the secrets, then restart")
    return 0


def _retoken(settings: Settings, url: str, _: argparse.Namespace) -> int:
    with connected(url) as connection:
        others = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
            "AND pid <> pg_backend_pid()"
        ).fetchone()
    if others is None or others[0]:
        raise ConfigurationError("other processes use the database: stop Poradnia first. Nothing was changed")
    count = asyncio.run(_with_new_lookup(settings, url))
    print(f"  tokens of {count} rows made again; start Poradnia now")
    return 0


async def _with_new_lookup(settings: Settings, url: str) -> int:
    """The key, every token and the audit in one transaction."""
    database = Database(url)
    try:
        async with database.unit_of_work() as uow:
            await new_lookup(uow, settings.secrets)
            count = sum([await make(uow) for make in TOKEN_MAKERS])
            record(
                uow,
                Access.system("command line"),
                "keys.retokened",
                "keys",
                str(count),
                SystemClock(settings.zone).now(),
            )
            return count
    finally:
        await database.close()


def _export(settings: Settings, url: str, options: argparse.Namespace) -> int:
    if options.file.exists():
        raise ConfigurationError(f"{options.file} exists: choose another name")
    with connected(url) as connection:
        rows = rows_of(connection)
        tracker_keys(rows, settings.secrets)
    key_backup.export(options.file, _passphrase(is_new=True), settings.secrets, rows)
    asyncio.run(_audited(settings, url, "keys.exported", "backup"))
    print(
        f"  {options.file}: secrets and {len(rows)} data keys, encrypted. Keep it apart from the passphrase and from backups."
    )
    return 0


def _import(settings: Settings, options: argparse.Namespace) -> int:
    backup = key_backup.read(options.file, _passphrase(is_new=False))
    key_backup.restore_secrets(settings.data_folder / "secrets.json", backup, is_replacing=options.replace)
    print("  secrets restored")
    with connected(database_url(settings)) as connection:
        count = key_backup.restore_keys(connection, backup)
    print(f"  {count} data keys restored")
    return 0


async def _seal_anew(settings: Settings, url: str) -> None:
    database = Database(url)
    try:
        rotation = Rotation(database, settings.secrets_now, pause_seconds=0)
        while left := await rotation.left():
            print(f"  left: {_counted(left)}", flush=True)
            await rotation.one_pass()
        print("  everything is sealed with the newest keys; the worker retires the old ones")
    finally:
        await database.close()


async def _left(settings: Settings, url: str) -> dict[str, int]:
    database = Database(url)
    try:
        return await Rotation(database, settings.secrets_now).left()
    finally:
        await database.close()


async def _audited(settings: Settings, url: str, action: str, subject: str) -> None:
    database = Database(url)
    try:
        async with database.unit_of_work() as uow:
            record(uow, Access.system("command line"), action, "keys", subject, SystemClock(settings.zone).now())
    finally:
        await database.close()


def _counted(left: dict[str, int]) -> str:
    counted: Counter[str] = Counter(left)
    return ", ".join(f"{name} {count}" for name, count in counted.most_common()) or "none"


def _passphrase(*, is_new: bool) -> str:
    """Asked for at a terminal, else the first line of standard input."""
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\n")
    else:
        given = getpass.getpass("Passphrase: ")
        if is_new and getpass.getpass("Once more: ") != given:
            raise ConfigurationError("the two were not the same")
    if is_new and len(given) < SHORTEST_PASSPHRASE:
        raise ConfigurationError(f"a passphrase has at least {SHORTEST_PASSPHRASE} characters")
    return given

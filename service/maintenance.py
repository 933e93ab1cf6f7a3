"""`migrate`, `backup` and `restore` as commands: where the passphrase comes from, what must not run meanwhile, what is said."""

import argparse
import fcntl
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.migrations import revision_of, upgrade
from core.settings import Secrets, Settings
from service.backup import Report, backup, installation_lock, restore
from service.bootstrap import owner_url, stop_embedded

MIN_PASSPHRASE = 16


def add_commands(commands: Any) -> None:
    """The commands and their options."""
    commands.add_parser("migrate", help="bring the database to this version's revision")
    for name, text in (("backup", "the whole database into one encrypted file"), ("restore", "put a backup back")):
        command = commands.add_parser(name, help=text)
        command.add_argument("file", type=Path)
        command.add_argument(
            "--passphrase-file", type=Path, help="lock it with the first line of that file instead of the key"
        )
        if name == "backup":
            command.add_argument("--with-models", action="store_true", help="the bot's trained models too")
        else:
            command.add_argument(
                "--force", action="store_true", help="also where there is data: it is kept under another name"
            )


def run_migrate(_: argparse.Namespace) -> int:
    """Migrate; says from where to where."""
    settings = Settings()
    with _database(settings) as url:
        before = revision_of(url)
        upgrade(url)
        print(f"{before} -> {revision_of(url)}")
    return 0


def run_backup(options: argparse.Namespace) -> int:
    """Save; everything may go on running."""
    settings = Settings()
    lock = installation_lock(settings, _passphrase(options.passphrase_file))
    with _database(settings) as url:
        _say(backup(settings, url, options.file, lock, with_models=options.with_models), options.file)
    return 0


def run_restore(options: argparse.Namespace) -> int:
    """Put back; refuses while `up` runs on this data folder."""
    settings = Settings()
    Secrets.load(settings.data_folder / "secrets.json")
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    with (settings.data_folder / "up.lock").open("w") as running:
        try:
            fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError(
                "Poradnia is running: stop it first, so that nothing is written meanwhile"
            ) from error
        lock = installation_lock(settings, _passphrase(options.passphrase_file))
        with _database(settings) as url:
            report = restore(settings, url, options.file, lock, force=options.force)
            _say(report, options.file)
            print(f"The database of before is kept as {report.kept_as}; drop it once you are sure.", file=sys.stderr)
    return 0


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The database's address as its owner. An embedded one that nobody else is using is stopped afterwards."""
    is_ours = not settings.database_url and not (settings.data_folder / "postgres" / "postmaster.pid").exists()
    url = owner_url(settings)
    try:
        yield url
    finally:
        if is_ours:
            stop_embedded(settings)


def _passphrase(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        first = (file.read_text("utf-8").splitlines() or [""])[0].strip()
    except OSError as error:
        raise ConfigurationError(f"the passphrase file {file} cannot be read") from error
    if len(first) < MIN_PASSPHRASE:
        raise ConfigurationError(f"a passphrase has at least {MIN_PASSPHRASE} characters")
    return first


def _say(report: Report, file: Path) -> None:
    said = {
        "file": str(file), "revision": report.revision, "rows": report.rows, "bytes": report.size, "seconds": round(report.seconds, 1),
    }  # fmt: skip
    print(json.dumps(said))

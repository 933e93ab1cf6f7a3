"""When a reminder may be said: pure decisions on the clinic's own hours. `now` is an argument, times are aware.

Quiet hours 20:00 to 8:00 are SAFETY.md's proposal (5.4); the words of a red flag are exempt.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class QuietHours:
    """From `begins` to `ends` by the clinic's clock nothing is sent that nobody asked for. Equal times: no quiet hours."""

    begins: time
    ends: time
    zone: ZoneInfo

    def is_quiet(self, at: datetime) -> bool:
        """True within the quiet hours; `ends` itself is permitted again."""
        hour = at.astimezone(self.zone).time().replace(tzinfo=None)
        if self.begins <= self.ends:
            return self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends

    def next_permitted(self, at: datetime) -> datetime:
        """`at` itself, or the end of the quiet hours it lies in."""
        if not self.is_quiet(at):
            return at
        local = at.astimezone(self.zone)
        day = local.date()
        if local.time() >= self.ends:
            day += timedelta(days=1)
        return self._at(day, self.ends)

    def last_permitted(self, at: datetime) -> datetime:
        """`at` itself, or the last minute before the quiet hours it lies in."""
        if not self.is_quiet(at):
            return at
        local = at.astimezone(self.zone)
        day = local.date()
        if local.time() < self.begins:
            day -= timedelta(days=1)
        return self._at(day, self.begins) - MINUTE

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone)


@dataclass(frozen=True)
class ReminderTimes:
    """A reminder is due `before` the visit, and makes no sense later than `latest` before it."""

    before: timedelta
    latest: timedelta

    def deadline(self, start: datetime) -> datetime:
        """After this moment the reminder is not sent any more."""
        return start - self.latest

    def due(self, start: datetime, quiet: QuietHours) -> datetime:
        """The minute to send at: the planned one, put off to the end of quiet hours, or put forward if that is too late."""
        wanted = start - self.before
        later = quiet.next_permitted(wanted)
        return later if later <= self.deadline(start) else quiet.last_permitted(wanted)

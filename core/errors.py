"""Errors of the house. Expected refusals are values (`Refused`); these are for what should not happen or can be retried."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


class PoradniaError(Exception):
    """The root of our own errors; messages never hold health data."""


class ConfigurationError(PoradniaError):
    """The installation is not fit to start; the message says how to mend it."""


class DatabaseAway(ConfigurationError):
    """The database does not answer: it may be starting, or never will."""


class Forbidden(PoradniaError):
    """The access does not cover this. Outside it looks like `NotFound` (404)."""


class NotFound(PoradniaError):
    """No such thing, or not for this access."""


class Retriable(PoradniaError):
    """A failure that may pass; try again after `delay`."""

    def __init__(self, message: str, delay: timedelta = timedelta(seconds=5)) -> None:
        super().__init__(message)
        self.delay = delay


@dataclass(frozen=True)
class Refused:
    """An expected no: `reason` is a catalogue key, `args` its values."""

    reason: str
    args: dict[str, Any] = field(default_factory=dict)

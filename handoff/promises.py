"""What is promised to those who wait: a first answer, the next answer, an end. Pure: minutes of opening hours, `now` an argument."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from handoff.routing.rules import QueueOf

Block = tuple[datetime, datetime]
"""Open from, open until."""


class Kind(StrEnum):
    """Which promise."""

    first = "first"
    next = "next"
    resolve = "resolve"


@dataclass(frozen=True)
class Waiting:
    """What the promises of one handoff hang on. `unanswered_since`: the oldest message of the patient that nobody has answered."""

    requested_at: datetime
    is_answered: bool
    unanswered_since: datetime | None


@dataclass(frozen=True)
class Due:
    """One promise and when it is broken."""

    kind: Kind
    at: datetime


def merged(blocks: Iterable[Block]) -> list[Block]:
    """The same opening hours without overlaps, in order: a place is open while any of its sites is."""
    found: list[Block] = []
    for opens, closes in sorted(blocks):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return found


def after_open_time(blocks: Sequence[Block], start: datetime, length: timedelta) -> datetime | None:
    """The instant when `length` of opening hours has passed since `start`; None if the hours known do not reach so far.

    `blocks` as `merged` gives them.
    """
    left = length
    for opens, closes in blocks:
        begins = max(opens, start)
        if begins >= closes:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    return None


def dues(queue: QueueOf, waiting: Waiting, blocks: Sequence[Block]) -> list[Due]:
    """All promises that stand now, the nearest first."""
    starts: list[tuple[Kind, datetime | None, int]] = [
        (Kind.first, None if waiting.is_answered else waiting.requested_at, queue.first_minutes),
        (Kind.next, waiting.unanswered_since if waiting.is_answered else None, queue.next_minutes),
        (Kind.resolve, waiting.requested_at, queue.resolve_minutes),
    ]
    found = []
    for kind, start, minutes in starts:
        at = after_open_time(blocks, start, timedelta(minutes=minutes)) if start is not None else None
        if at is not None:
            found.append(Due(kind, at))
    return sorted(found, key=lambda one: one.at)

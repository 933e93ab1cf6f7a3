"""Until when a conversation can be set aside: a few moments that people mean, or one typed in."""

from datetime import datetime, time, timedelta

MORNING, AFTERNOON = time(8, 0), time(15, 0)


def moments(now: datetime) -> list[datetime]:
    """In an hour, this afternoon, tomorrow morning, in three days, in a week; what is past is left out. In the clinic's own time."""

    def day(days: int, at: time) -> datetime:
        return datetime.combine(now.date() + timedelta(days=days), at, now.tzinfo)

    wanted = [now + timedelta(hours=1), day(0, AFTERNOON), day(1, MORNING), day(3, MORNING), day(7, MORNING)]
    return [at for at in wanted if at > now + timedelta(minutes=30)]


def tomorrow(now: datetime) -> datetime:
    """Tomorrow morning, in the clinic's own time."""
    return datetime.combine(now.date() + timedelta(days=1), MORNING, now.tzinfo)


def moment(text: str, now: datetime) -> datetime | None:
    """What a form says, read as the clinic's own time where it names no zone; None if it is no instant."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=now.tzinfo)

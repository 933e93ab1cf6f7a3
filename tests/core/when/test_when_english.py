"""English as patients write it, read on Monday 23 November 2026 at 10:20 in Warsaw, in clinic talk.

Each row: the phrase, then `start/end grain` of every span; an empty side is open.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.when import find_times

NOW = datetime(2026, 11, 23, 10, 20, tzinfo=ZoneInfo("Europe/Warsaw"))

PHRASES = {
    "nearby days": [
        ("tomorrow", "2026-11-24/2026-11-25 day"),
        ("tomorrow morning", "2026-11-24/2026-11-24T12:00 hour"),
        ("today", "2026-11-23/2026-11-24 day"),
        ("tonight", "2026-11-23T18:00/2026-11-24 hour"),
        ("this afternoon", "2026-11-23T12:00/2026-11-23T19:00 hour"),
        ("this evening", "2026-11-23T18:00/2026-11-24 hour"),
        ("the day after tomorrow in the afternoon", "2026-11-25T12:00/2026-11-25T19:00 hour"),
        ("yesterday evening", "2026-11-22T18:00/2026-11-23 hour"),
        ("last night", "2026-11-22T18:00/2026-11-23 hour"),
        ("tommorow", "2026-11-24/2026-11-25 day"),
    ],
    "weekdays": [
        ("Thursday", "2026-11-26/2026-11-27 day"),
        ("on Thursday at 3pm", "2026-11-26T15:00/2026-11-26T16:00 hour"),
        ("next Thursday", "2026-12-03/2026-12-04 day"),
        ("next Wednesday morning", "2026-12-02/2026-12-02T12:00 hour"),
        ("this Thursday", "2026-11-26/2026-11-27 day"),
        ("the following Tuesday", "2026-12-01/2026-12-02 day"),
        ("Monday week", "2026-12-07/2026-12-08 day"),
        ("last Friday", "2026-11-20/2026-11-21 day"),
        ("Thu 3:30pm", "2026-11-26T15:30/2026-11-26T15:31 minute"),
        ("thrusday at noon", "2026-11-26T12:00/2026-11-26T13:00 hour"),
        ("wendesday morning", "2026-11-25/2026-11-25T12:00 hour"),
        ("friday after next", "2026-12-04/2026-12-05 day"),
        ("friday 27", "2026-11-27/2026-11-28 day"),
    ],
    "calendar dates": [
        ("the fifth of December", "2026-12-05/2026-12-06 day"),
        ("December 5th", "2026-12-05/2026-12-06 day"),
        ("3rd of January at ten", "2027-01-03T10:00/2027-01-03T11:00 hour"),
        ("Jan 3, 2027", "2027-01-03/2027-01-04 day"),
        ("3/1/2027", "2027-01-03/2027-01-04 day"),
        ("25/12 at 2.30pm", "2026-12-25T14:30/2026-12-25T14:31 minute"),
        ("Monday 30 November", "2026-11-30/2026-12-01 day"),
        ("Tuesday, the 24th of November", "2026-11-24/2026-11-25 day"),
        ("on the 27th at 9.15", "2026-11-27T09:15/2026-11-27T09:16 minute"),
        ("the thirtieth of November", "2026-11-30/2026-12-01 day"),
        ("2026-12-15", "2026-12-15/2026-12-16 day"),
        ("on the 1st", "2026-12-01/2026-12-02 day"),
    ],
    "hours": [
        ("at 3", "2026-11-23T15:00/2026-11-23T16:00 hour"),
        ("at two", "2026-11-23T14:00/2026-11-23T15:00 hour"),
        ("3 o'clock", "2026-11-23T15:00/2026-11-23T16:00 hour"),
        ("at 15:30", "2026-11-23T15:30/2026-11-23T15:31 minute"),
        ("3.30 pm", "2026-11-23T15:30/2026-11-23T15:31 minute"),
        ("8 in the morning", "2026-11-24T08:00/2026-11-24T09:00 hour"),
        ("at eight in the evening", "2026-11-23T20:00/2026-11-23T21:00 hour"),
        ("half past two", "2026-11-23T14:30/2026-11-23T14:31 minute"),
        ("half two", "2026-11-23T14:30/2026-11-23T14:31 minute"),
        ("quarter past eight", "2026-11-24T08:15/2026-11-24T08:16 minute"),
        ("a quarter to noon", "2026-11-23T11:45/2026-11-23T11:46 minute"),
        ("five to nine", "2026-11-24T08:55/2026-11-24T08:56 minute"),
        ("20 to 9", "2026-11-24T08:40/2026-11-24T08:41 minute"),
        ("ten past ten", "2026-11-24T10:10/2026-11-24T10:11 minute"),
        ("noon tomorrow", "2026-11-24T12:00/2026-11-24T13:00 hour"),
        ("midnight", "2026-11-24/2026-11-24T01:00 hour"),
        ("ten thirty am", "2026-11-23T10:30/2026-11-23T10:31 minute"),
        ("tomorrow at 3ish", "2026-11-24T15:00/2026-11-24T16:00 hour"),
        ("9 tomorrow", "2026-11-24T09:00/2026-11-24T10:00 hour"),
        ("3pm EST", "2026-11-23T21:00/2026-11-23T21:01 minute"),
    ],
    "ranges of hours": [
        ("between 9 and 11", "2026-11-24T09:00/2026-11-24T11:00 hour"),
        ("from 2 to 4 pm", "2026-11-23T14:00/2026-11-23T16:00 hour"),
        ("9 to 5", "2026-11-24T09:00/2026-11-24T17:00 hour"),
        ("8am - 1pm", "2026-11-24T08:00/2026-11-24T13:00 hour"),
        ("10-12 on Wednesday", "2026-11-25T10:00/2026-11-25T12:00 hour"),
        ("Thursday from 9 to 11", "2026-11-26T09:00/2026-11-26T11:00 hour"),
        ("later than 9:30 but before 11:00 on Thursday", "2026-11-26T09:30/2026-11-26T11:00 minute"),
        ("from 4pm for thirty minutes", "2026-11-23T16:00/2026-11-23T16:30 minute"),
    ],
    "open sides": [
        ("next Thursday after 3pm", "2026-12-03T15:00/ hour"),
        ("not before 4", "2026-11-23T16:00/ hour"),
        ("no earlier than 5 pm", "2026-11-23T17:00/ hour"),
        ("tomorrow before 11", "/2026-11-24T11:00 hour"),
        ("no later than 11", "/2026-11-23T11:00 hour"),
        ("after 15 February", "2027-02-16/ day"),
        ("before Christmas", "/2026-12-25 day"),
        ("from 1 December", "2026-12-01/ day"),
        ("until Friday", "/2026-11-28 day"),
        ("not before Thursday", "2026-11-26/ day"),
        ("by Friday", "2026-11-23T10:20/2026-11-28 second"),
    ],
    "ranges of days": [
        ("Monday to Wednesday", "2026-11-30/2026-12-03 day"),
        ("from tomorrow to Friday", "2026-11-24/2026-11-28 day"),
        ("between 1 and 5 December", "2026-12-01/2026-12-06 day"),
        ("July 13-15", "2027-07-13/2027-07-16 day"),
        ("13 to 15 July", "2027-07-13/2027-07-16 day"),
        ("this weekend", "2026-11-28/2026-11-30 day"),
        ("next weekend", "2026-12-05/2026-12-07 day"),
        ("next week", "2026-11-30/2026-12-07 week"),
        ("the week after next", "2026-12-07/2026-12-14 week"),
        ("next 3 days", "2026-11-24/2026-11-27 day"),
        ("rest of the week", "2026-11-23/2026-11-30 day"),
        ("in March", "2027-03-01/2027-04-01 month"),
        ("last 3 months", "2026-08-01/2026-11-01 month"),
    ],
    "counted": [
        ("in two weeks on Wednesday", "2026-12-09/2026-12-10 day"),
        ("Thursday in two weeks", "2026-12-10/2026-12-11 day"),
        ("a week on Monday", "2026-12-07/2026-12-08 day"),
        ("a fortnight today", "2026-12-07/2026-12-08 day"),
        ("a week tomorrow", "2026-12-01/2026-12-02 day"),
        ("in three days", "2026-11-26/2026-11-27 day"),
        ("in 2 days at 10", "2026-11-25T10:00/2026-11-25T11:00 hour"),
        ("in a month", "2026-12-23/2026-12-24 day"),
        ("in half an hour", "2026-11-23T10:50/2026-11-23T10:50:01 second"),
        ("in an hour and a half", "2026-11-23T11:50/2026-11-23T11:50:01 second"),
        ("2 days ago", "2026-11-21/2026-11-22 day"),
        ("two days after Easter", "2027-03-30/2027-03-31 day"),
        ("2 sundays from now", "2026-12-06/2026-12-07 day"),
        ("3 weeks from tomorrow", "2026-12-15/2026-12-16 day"),
        ("within a week", "2026-11-23T10:20/2026-11-30 second"),
    ],
    "parts of units": [
        ("end of January", "2027-01-21/2027-02-01 day"),
        ("beginning of next month", "2026-12-01/2026-12-11 day"),
        ("early next week", "2026-11-30/2026-12-03 day"),
        ("mid december", "2026-12-11/2026-12-21 day"),
        ("first half of january", "2027-01-01/2027-01-16 day"),
        ("the last day of the month", "2026-11-30/2026-12-01 day"),
        ("last Friday in November", "2026-11-27/2026-11-28 day"),
        ("second to last friday of march", "2027-03-19/2027-03-20 day"),
        ("the first Monday of next month", "2026-12-07/2026-12-08 day"),
        ("Q3 2027", "2027-07-01/2027-10-01 quarter"),
    ],
    "holidays": [
        ("Christmas Eve", "2026-12-24/2026-12-25 day"),
        ("on Boxing Day", "2026-12-26/2026-12-27 day"),
        ("Good Friday", "2027-03-26/2027-03-27 day"),
        ("Easter Monday", "2027-03-29/2027-03-30 day"),
        ("Halloween", "2027-10-31/2027-11-01 day"),
        ("New Year's Eve", "2026-12-31/2027-01-01 day"),
        ("Monday after Easter", "2027-03-29/2027-03-30 day"),
    ],
    "alternatives and company": [
        ("Monday or Tuesday morning", "2026-11-30/2026-11-30T12:00 hour; 2026-11-24/2026-11-24T12:00 hour"),
        ("tomorrow, ideally after 3", "2026-11-24T15:00/ hour"),
        ("tomorrow or the day after tomorrow after 2", "2026-11-24T14:00/ hour; 2026-11-25T14:00/ hour"),
        ("Monday doesn't work, Tuesday is fine", "2026-11-24/2026-11-25 day"),
        ("I can't do Friday but Saturday is fine", "2026-11-28/2026-11-29 day"),
    ],
}


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [pytest.param(*row, id=f"{group}: {row[0]}") for group, rows in PHRASES.items() for row in rows],
)
def test_a_english_phrase_is_the_time_a_patient_means(phrase: str, expected: str) -> None:
    found = find_times(phrase, now=NOW, language="en", clinic_hours=True)
    said = "; ".join(f"{_iso(s.start)}/{_iso(s.end)} {s.grain}" for s in found)
    assert said == expected


def _iso(at: datetime | None) -> str:
    """A day, or a day with its time when that is not midnight; empty for an open side."""
    if at is None:
        return ""
    text = at.replace(tzinfo=None).isoformat(timespec="seconds" if at.second else "minutes")
    return text.removesuffix("T00:00")

"""How long something has lasted or how old somebody is: "od trzech dni", "for two weeks", "5 lat", "półtora roku"."""

from datetime import datetime, timedelta

from core.when.durations import duration
from core.when.lexicon import lexicon
from core.when.reader import Reader
from core.when.span import Grain, Language
from core.when.tokens import tokens

_HOURS = {
    Grain.minute: 1 / 60, Grain.hour: 1.0, Grain.day: 24.0, Grain.week: 168.0, Grain.month: 730.5, Grain.year: 8766.0,
}  # fmt: skip
MOST_WORDS = 60


def find_length(text: str, *, now: datetime, language: Language) -> timedelta | None:
    """The first length of time in the text, a month counted as 30.4 days; None if there is none."""
    words = tokens(text)[:MOST_WORDS]
    reader = Reader(lexicon(language), words, now.replace(tzinfo=None), now, False, lambda _reader, _at: None)
    for index in range(len(words)):
        found = duration(reader, index, bare_unit=True)
        if found is not None and all(grain in _HOURS for _, grain in found[0].parts):
            return timedelta(hours=sum(count * _HOURS[grain] for count, grain in found[0].parts))
    return None

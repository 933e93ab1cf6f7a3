"""Dates and times as patients say them, in Polish and English: read from a message, and said back.

A hand-written compositional grammar: words (`words_pl`, `words_en`) are read by small rules (`clocks`,
`dates`, `cycles`,
`durations`), put together (`phrases`, `grammar`) and resolved against the present (`resolve`). Pure: `now`
is an
argument, nothing is stored or asked. It must not know of appointments, opening hours of a real site or
patients.
"""

from core.when.birth import find_date, find_dated
from core.when.grammar import find_refused, find_times
from core.when.say import is_any_time, only_refuses, say_date, say_time, say_when
from core.when.span import Grain, Language, TimeSpan

__all__ = [
    "Grain",
    "Language",
    "TimeSpan",
    "find_date",
    "find_dated",
    "find_refused",
    "find_times",
    "is_any_time",
    "only_refuses",
    "say_date",
    "say_time",
    "say_when",
]

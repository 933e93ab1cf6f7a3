"""What is asked of the clinic, by its words: where it is, when it is open or how it is reached, which sites with their hours answer;
or whether something is done here, and nothing else.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from actions.reading import Reading
from care.appointments.lexicon import Found
from conversations.understanding import fold

_WORDS = re.compile(
    r"""\b(
    # hours
    godzin | (nie)?czynn | otwar | otwier | zamkn | zamyk | pracuj | przyjmujec | dziala | (do|od|o)\sktorej | kiedy\s(jest|sa|was)
    | hours? | open | clos | shut | until | till | when | what\stime | working | which\sdays
    # days that may differ
    | weekend | sobot | niedziel | swiet\b | swieta | wigili | sylwest | wielkanoc | saturday | sunday | holiday | christmas | easter
    | new\syear
    # the place and the way there
    | adres | ulic | kod\spocztow | dojazd | dojech | dojezdz | dojad | dojsc | dojd | trafi | map | lokaliz | miesci | siedzib | dzielnic
    | oddzial | fili | placow | przeprowadz | autobus | tramwaj | metr[ao] | przystan | dworc | dworzec
    | gdzie\s(to|jestescie|sie|was|panstw|przyjsc|jechac|macie|dokladnie|w\sogole) | gdzie\W*$
    | address | street | postcode | locat | direction | find\syou | get\s(to|there) | branch | site | district | bus | tram | metro
    | station
    | where\s(are|exactly) | where(\sis|'s)\s(it|your|the\s(clinic|practice|surgery|office)) | where\W*$
    # by telephone and mail
    | telefon | numer | kontakt | skontakt | zadzwon | dodzwon | dzwoni | e?-?mail | faks | fax | stron[aey]\sint
    | phone | number | contact | call | reach | website
    )""",
    re.VERBOSE,
)
FEW = 2
"""So few words name a wish from the menu, or nothing that could be told apart."""


def asks_for_the_place(text: str) -> bool:
    """True unless the words are about something else."""
    plain = fold(text)
    return len(plain.split()) <= FEW or _WORDS.search(plain) is not None


_OPEN_WHEN = re.compile(
    r"\b(?:godzin\w*|(?:nie)?czynn\w*|otwar\w*|otwier\w*|zamkn\w*|zamyk\w*|pracuj\w*|przyjmujec\w*|dziala\w*|(?:do|od|o) ktorej"
    r"|hours?|open\w*|clos\w*|shut|working)\b"
)
A_DAY = timedelta(days=1)


def asked_day(text: str, reading: Reading, now: datetime) -> date | None:
    """The one day of which somebody asks when we are open; None if none or several are meant, or something else is named too."""
    if reading.terms or len(reading.times) != 1 or _OPEN_WHEN.search(fold(text)) is None:
        return None
    (span,) = reading.times
    if span.start is None or span.end is None or span.end - span.start > A_DAY or span.start.date() < now.date():
        return None
    return span.start.date()


_DONE = re.compile(
    r"robi\w*|wykon\w*|zrob\w*|macie|maja|jest|sa|przyjmuj\w*|oferuj\w*|prowadz\w*|mozna|moge|dostane|do|does|have|has|got|offer|perform|provide"
    r"|is|are|can|could"
)
_BESIDE = re.compile(
    r"czy|sie|u|w|was|panstwa|panstwo|pan|pani|ktos|tu|tutaj|tez|takze|moze|przychodni|waszej|badanie|badania|zabieg|lekarz\w*|specjalist\w*|dzien"
    r"|dobry|prosze|hej|witam|you|your|guys|here|at|in|the|a|an|any|there|it|i|we|get|one|done|clinic|place|also|test|tests|scan|please|hi|hello"
)


def asks_whether_done(text: str, named: Sequence[Found]) -> bool:
    """True if somebody asks whether the examinations or specialties they name are done here, and asks nothing else of them."""
    things = [one for one in named if one.kind != "clinician"]
    letters = list(fold(text))
    for one in things:
        letters[one.start : one.end] = " " * (one.end - one.start)
    rest = re.findall(r"\w+", "".join(letters))
    return (
        bool(things)
        and any(map(_DONE.fullmatch, rest))
        and all(_DONE.fullmatch(w) or _BESIDE.fullmatch(w) for w in rest)
    )

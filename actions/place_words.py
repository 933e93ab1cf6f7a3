"""Whether somebody asks where the clinic is, when it is open, or how it is reached: all that sites with their hours answer."""

import re

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

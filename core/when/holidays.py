"""Days that have a name: Polish public and customary holidays, and the English names a patient may use for
them.

The movable ones hang on Easter (Western computus, valid for any Gregorian year). Names of days that fall
differently in different countries (Mother's Day in English, Labour Day) are left out: unknown is better
than wrong.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from core.when.span import Language
from core.when.tokens import phrase_table

# key: (month, day) or ("easter", offset in days), and how many days it lasts
_FIXED: dict[str, tuple[int, int]] = {
    "new year": (1, 1),
    "epiphany": (1, 6),
    "grandmother": (1, 21),
    "grandfather": (1, 22),
    "candlemas": (2, 2),
    "valentine": (2, 14),
    "women": (3, 8),
    "st patrick": (3, 17),
    "april fools": (4, 1),
    "may day": (5, 1),
    "flag": (5, 2),
    "constitution": (5, 3),
    "mother": (5, 26),
    "children": (6, 1),
    "father": (6, 23),
    "assumption": (8, 15),
    "boys": (9, 30),
    "teachers": (10, 14),
    "halloween": (10, 31),
    "all saints": (11, 1),
    "all souls": (11, 2),
    "independence": (11, 11),
    "andrew": (11, 30),
    "miners": (12, 4),
    "nicholas": (12, 6),
    "christmas eve": (12, 24),
    "christmas": (12, 25),
    "boxing": (12, 26),
    "new year eve": (12, 31),
    "earth day": (4, 22),
    "majowka": (5, 1),
}
_MOVABLE: dict[str, int] = {
    "fat thursday": -52,
    "shrove tuesday": -47,
    "ash wednesday": -46,
    "palm sunday": -7,
    "maundy thursday": -3,
    "good friday": -2,
    "holy saturday": -1,
    "easter": 0,
    "easter monday": 1,
    "pentecost": 49,
    "whit monday": 50,
    "trinity": 56,
    "corpus christi": 60,
}
_LENGTH = {"majowka": 3}

_NAMES: dict[Language, dict[int | str, str]] = {
    "pl": {
        "new year": "nowy rok|nowego roku|nowym rokiem|nowym roku",
        "epiphany": "trzech kroli|swieto trzech kroli|3 kroli|objawienie panskie",
        "grandmother": "dzien babci|dniu babci",
        "grandfather": "dzien dziadka|dniu dziadka",
        "feast": "swieta|swietach|swietami",
        "candlemas": "matki boskiej gromnicznej|gromnicznej",
        "valentine": "walentynki|walentynkach|walentynek|dzien zakochanych|dzien swietego walentego",
        "women": "dzien kobiet|dniu kobiet",
        "st patrick": "dzien swietego patryka|dzien sw . patryka",
        "april fools": "prima aprilis",
        "may day": "swieto pracy|swieta pracy|dzien pracy",
        "flag": "dzien flagi|swieto flagi",
        "constitution": (
            "swieto konstytucji|swieto konstytucji trzeciego maja|swieto konstytucji 3 maja"
            "|dzien konstytucji"
            "|trzeciomajowe swieto"
        ),
        "mother": "dzien matki|dniu matki|dnia matki|dzien mamy",
        "children": "dzien dziecka|dniu dziecka|dnia dziecka",
        "father": "dzien ojca|dniu ojca|dnia ojca|dzien taty",
        "assumption": (
            "wniebowziecie|wniebowziecie najswietszej maryi panny|wniebowziecia"
            "|matki boskiej zielnej"
            "|swieto wojska polskiego|dzien wojska polskiego"
        ),
        "boys": "dzien chlopaka|dniu chlopaka",
        "teachers": "dzien nauczyciela|dniu nauczyciela|dzien edukacji narodowej",
        "halloween": "halloween|haloween",
        "all saints": (
            "wszystkich swietych|swieto wszystkich swietych|dzien wszystkich swietych"
            "|swieto zmarlych"
            "|uroczystosc wszystkich swietych"
        ),
        "all souls": "zaduszki|zaduszkach|dzien zaduszny|dzien zmarlych",
        "independence": (
            "swieto niepodleglosci|swieta niepodleglosci|dzien niepodleglosci|narodowe swieto niepodleglosci"
        ),
        "andrew": "andrzejki|andrzejkach",
        "miners": "barborka|barborke|barborki",
        "nicholas": "mikolajki|mikolajkach|dzien swietego mikolaja",
        "christmas eve": "wigilia|wigilie|wigilii|wigilia bozego narodzenia",
        "christmas": (
            "boze narodzenie|bozego narodzenia|swieta bozego narodzenia|bozym narodzeniu"
            "|bozym narodzeniem"
            "|swieto bozego narodzenia|swietach bozego narodzenia"
            "|pierwszy dzien bozego narodzenia|gwiazdka|gwiazdke"
        ),
        "boxing": (
            "drugi dzien bozego narodzenia|drugi dzien swiat bozego narodzenia|drugi dzien świat bozego narodzenia"
        ),
        "new year eve": "sylwester|sylwestra|sylwestrze|sylwestrem",
        "majowka": "majowka|majowke|majowki|majowce|weekend majowy|dlugi weekend majowy",
        "earth day": "dzien ziemi",
        "fat thursday": "tlusty czwartek|tlustego czwartku|tlusty czwartkiem",
        "shrove tuesday": "sledzik|ostatki",
        "ash wednesday": "sroda popielcowa|srode popielcowa|srody popielcowej|popielec|popielca",
        "palm sunday": "niedziela palmowa|niedziele palmowa|niedzieli palmowej|palmowa niedziela",
        "maundy thursday": "wielki czwartek|wielkiego czwartku",
        "good friday": "wielki piatek|wielkiego piatku",
        "holy saturday": "wielka sobota|wielka sobote|wielkiej soboty",
        "easter": (
            "wielkanoc|wielkanocy|wielka noc|niedziela wielkanocna|niedziele wielkanocna"
            "|swieta wielkanocne"
            "|niedzieli wielkanocnej|swieta wielkiej nocy"
        ),
        "easter monday": (
            "poniedzialek wielkanocny|lany poniedzialek|poniedzialku wielkanocnym"
            "|poniedzialku wielkanocnego"
            "|wielkanocny poniedzialek|smigus dyngus|smigus - dyngus|drugi dzien wielkanocy"
        ),
        "pentecost": "zeslanie ducha swietego|zielone swiatki|zielonych swiatek|zielone swieta",
        "trinity": "trojcy swietej|niedziela trojcy swietej|swieto trojcy swietej",
        "corpus christi": "boze cialo|bozego ciala|bozym ciele|bozym cialem",
    },
    "en": {
        "new year": "new year ' s day|new years day|new year day|new year|new year ' s",
        "epiphany": "epiphany|three kings ' day|three kings day",
        "valentine": "valentine ' s day|valentines day|valentine day|valentine ' s|valentines",
        "women": "women ' s day|womens day|international women ' s day",
        "st patrick": "st patrick ' s day|st patricks day"
        "|saint patrick ' s day|st . patrick ' s day|saint patricks day|st paddy ' s day",
        "april fools": "april fools|april fool ' s day|april fools day|april fool ' s",
        "may day": "may day",
        "all saints": "all saints ' day|all saints day|all saints|all saint ' s day",
        "all souls": "all souls ' day|all souls day",
        "halloween": "halloween|hallowe ' en",
        "christmas eve": "christmas eve|xmas eve|christmas ' eve",
        "christmas": "christmas|xmas|christmas day|xmas day",
        "boxing": "boxing day",
        "new year eve": "new year ' s eve|new years eve|new year eve|nye",
        "ash wednesday": "ash wednesday",
        "palm sunday": "palm sunday|branch sunday",
        "maundy thursday": "maundy thursday|holy thursday",
        "good friday": "good friday|great friday",
        "holy saturday": "holy saturday|easter saturday",
        "easter": "easter|easter sunday|easter day",
        "easter monday": "easter monday|easter mon",
        "pentecost": "pentecost|white sunday|whitsunday|whit sunday",
        "whit monday": "whit monday",
        "trinity": "trinity sunday",
        "corpus christi": "corpus christi",
        "earth day": "earth day",
        "shrove tuesday": "shrove tuesday|pancake day|mardi gras",
        "nicholas": "st nicholas day|saint nicholas day",
        "assumption": "assumption day|assumption of mary",
    },
}
NAMES = {language: phrase_table(names) for language, names in _NAMES.items()}


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (the anonymous Gregorian algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    step = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * step) // 451
    month, day = divmod(h + step - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holiday(key: str, year: int) -> list[tuple[date, int]]:
    """The first days of a named holiday in `year`, each with how many days it lasts; "święta" come twice."""
    if key == "feast":
        return [(easter(year), 2), (date(year, 12, 25), 2)]
    if key in _MOVABLE:
        return [(easter(year) + timedelta(days=_MOVABLE[key]), 1)]
    month, day = _FIXED[key]
    return [(date(year, month, day), _LENGTH.get(key, 1))]

"""The Polish words of time, folded (no diacritics), forms separated by a bar; a comment would be longer
than the data."""

from __future__ import annotations

WEEKDAYS: dict[int | str, str] = {
    0: "poniedzialek|poniedzialku|poniedzialkowi|poniedzialkiem|poniedzialki|poniedz|pon|pn",
    1: "wtorek|wtorku|wtorkowi|wtorkiem|wtorki|wto|wt",
    2: "sroda|srody|srode|srodzie|srodami|sro|sr",
    3: "czwartek|czwartku|czwartkowi|czwartkiem|czwartki|czwart|czw",
    4: "piatek|piatku|piatkowi|piatkiem|piatki|pia|pt",
    5: "sobota|soboty|sobote|sobocie|sob",
    6: "niedziela|niedzieli|niedziele|niedz|ndz|nd",
}
MONTHS: dict[int | str, str] = {
    1: "styczen|stycznia|styczniu|styczniem|stycz|sty",
    2: "luty|lutego|lutym|lutemu|lut",
    3: "marzec|marca|marcu|marcem|marz|mar",
    4: "kwiecien|kwietnia|kwietniu|kwietniem|kwiec|kwi",
    5: "maj|maja|maju|majem|majowi",
    6: "czerwiec|czerwca|czerwcu|czerwcem|czerw|cze",
    7: "lipiec|lipca|lipcu|lipcem|lip",
    8: "sierpien|sierpnia|sierpniu|sierpniem|sierp|sie",
    9: "wrzesien|wrzesnia|wrzesniu|wrzesniem|wrzes|wrz",
    10: "pazdziernik|pazdziernika|pazdzierniku|pazdziernikiem|pazdz|paz",
    11: "listopad|listopada|listopadzie|listopadem|listop|lis",
    12: "grudzien|grudnia|grudniu|grudniem|grudz|gru",
}
# Forms that are also other words, or too short to stand alone inside a sentence.
WEAK = frozenset(
    [
        "pn",
        "wt",
        "wto",
        "sr",
        "sro",
        "pt",
        "pia",
        "sob",
        "nd",
        "ndz",
        "pon",
        "czw",
        "czwart",
        "niedz",
        "poniedz",
        "sty",
        "stycz",
        "lut",
        "mar",
        "marz",
        "kwi",
        "kwiec",
        "maj",
        "maja",
        "cze",
        "czerw",
        "lip",
        "sie",
        "sierp",
        "wrz",
        "wrzes",
        "paz",
        "pazdz",
        "lis",
        "listop",
        "gru",
        "grudz",
        "lato",
        "lata",
        "zima",
        "zimy",
        "jesien",
        "wiosna",
        "wiosny",
        "noc",
    ]
)

WORDS: dict[str, dict[int | str, str]] = {
    "dow": {**WEEKDAYS},
    "month": {**MONTHS},
    "unit": {
        "second": "sekunda|sekundy|sekunde|sekund|sekundach|sek",
        "minute": "minuta|minuty|minute|minut|minutach|minutek|min",
        "hour": "godzina|godziny|godzine|godzin|godzinie|godzinach|godzinke|godz|h",
        "day": "dzien|dnia|dni|dniu|dniach|dniem|doba|doby|dobe|dob",
        "week": "tydzien|tygodnia|tygodniu|tygodnie|tygodni|tygodniach|tygodniem|tyg",
        "month": "miesiac|miesiaca|miesiacu|miesiace|miesiecy|miesiacach|miesiacem|mies",
        "quarter": "kwartal|kwartalu|kwartale|kwartaly|kwartalow",
        "year": "rok|roku|lata|lat|latach|rokiem",
    },
    "relday": {
        0: "dzis|dzisiaj|dzisiejszy|dzisiejszego|dzisiejszej|dzisiejsze|dzisiejsza",
        1: "jutro|jutra|jutrzejszy|jutrzejszego|jutrzejsze|jutrzejsza|jutrzejszej|jutrzejszym|nazajutrz",
        2: "pojutrze|po jutrze|dzien po jutrze|pojutrza|pojutrzejszy",
        3: "popojutrze|po pojutrze|dzien po pojutrze",
        -1: "wczoraj|wczorajszy|wczorajszego|wczorajsze|wczorajsza|wczorajszej",
        -2: "przedwczoraj|przed wczoraj|dzien przed wczoraj|onegdaj",
    },
    "now": {"now": "teraz|w tej chwili|w tym momencie|od teraz"},
    "det": {
        "this": "ten|ta|to|te|tej|tego|tym|biezacy|biezacego|biezacym|biezaca|obecny|obecnym|obecnego",
        "coming": (
            "najblizszy|najblizsza|najblizsze|najblizszego|najblizszym|najblizszej|nadchodzacy"
            "|nadchodzaca|nadchodzace"
            "|nadchodzacego|nadchodzacym|nadchodzacej"
        ),
        "next": (
            "przyszly|przyszla|przyszle|przyszlego|przyszlym|przyszlej|przyszlych|nastepny"
            "|nastepna|nastepne|nastepnego"
            "|nastepnym|nastepnej|nastepnych|kolejny|kolejna|kolejne|kolejnego|kolejnym|kolejnej|kolejnych"
        ),
        "last": (
            "ostatni|ostatnia|ostatnie|ostatniego|ostatnim|ostatniej|ostatnich|zeszly|zeszla"
            "|zeszle|zeszlego|zeszlym"
            "|zeszlej|ubiegly|ubiegla|ubiegle|ubieglego|ubieglym|ubieglej|miniony|minionym"
            "|minionego|minionej|minione|miniona"
            "|poprzedni|poprzednia|poprzednie|poprzedniego|poprzednim|poprzedniej|poprzednich"
        ),
    },
    "after_next": {"next": "po nastepnym|po nastepnej|po przyszlym|po przyszlej|po kolejnym|po najblizszym"},
    "part": {
        "earlymorning": "nad ranem|wczesnym rankiem|bladym switem|o swicie|wczesnie rano|z samego rana",
        "morning": "rano|ranem|rankiem|z rana|poranek|poranka|poranku|poranna|porannych|rankami",
        "forenoon": "przed poludniem|przedpoludniem|do poludnia|przedpoludnie",
        "afternoon": "po poludniu|popoludniu|popoludnie|popoludnia|po poludniem|popoludniem|popoludniami",
        "evening": ("wieczorem|wieczor|wieczora|wieczoru|pod wieczor|wieczorami|wieczorna|wieczorkiem|wieczorowa pora"),
        "latenight": "poznym wieczorem|pozno wieczorem|pozny wieczor|poznego wieczora",
        "night": "w nocy|noca|noc|nocy",
        "lunch": "w porze obiadowej|w porze lunchu|w czasie obiadu|w czasie lunchu",
        "afterlunch": "po obiedzie|po lunchu",
        "afterwork": "po pracy|po robocie",
    },
    "partday": {
        "evening": "tego wieczora|tego wieczoru|ten wieczor|dzisiejszego wieczora|dzisiejszego wieczoru",
        "morning": "tego ranka|tego poranka|dzisiejszego ranka|dzisiejszego poranka",
        "afternoon": "tego popoludnia|dzisiejszego popoludnia|to popoludnie",
    },
    "late": {"late": "pozno|poznym|poznego", "early": "wczesnie|wczesnym|wczesnego"},
    "noon": {12: "poludnie|w samo poludnie|poludnia|poludniem", 0: "polnoc|polnocy|polnoca"},
    "season": {
        "spring": "wiosna|wiosny|wiosne|wiosnie",
        "summer": "lato|lata|latem|lecie",
        "autumn": "jesien|jesieni|jesienia",
        "winter": "zima|zimy|zime|zimie",
    },
    "weekend": {"weekend": "weekend|weekendu|weekendzie|week - end|week end|wekend|weekendy|wikend|koniec tygodnia"},
    "ampm": {"am": "am|a . m .", "pm": "pm|p . m ."},
    "oclock": {"h": "godz .|godz|godzina|godziny|godzinie|h"},
    "at": {
        "at": (
            "o|o godzinie|o godz .|o godz|godz .|godz|godzina|godzinie|godziny|na godzine"
            "|na godz .|na godz|kolo|okolo"
            "|ok .|kolo godziny|okolo godziny|kolo godz .|okolo godz .|mniej wiecej o|tak o"
            "|tak kolo|tak na|tuz po|na"
            "|punktualnie o|gdzies o|gdzies kolo|@|dokladnie o|o godzince|w godzinach|w godz .|w godz|godziny"
        )
    },
    "prep": {"w": "w|we|dnia|w dniu|na|z|dniu|tego|roku"},
    "bound": {
        "after": (
            "po|po godzinie|po godz .|po godz|pozniej niz|po godzinach|dopiero po|gdzies po|najlepiej po|kiedys po"
        ),
        "since": (
            "od|od godziny|od godz .|od godz|poczawszy od|zaczynajac od|nie wczesniej niz"
            "|nie wczesniej niz o"
            "|najwczesniej o|najwczesniej|najwczesniej po|nie przed|dopiero od|dopiero o"
            "|nie wczesniej jak|nie wczesniej jak o"
            "|najwczesniej od|najwczesniej w|nie wczesniej niz w|nie wczesniej niz od"
            "|nie predzej niz|nie predzej niz o"
        ),
        "before": (
            "przed|przed godzina|przed godz .|przed godz|wczesniej niz|wczesniej niz o|jeszcze przed|gdzies przed"
        ),
        "until": (
            "do|do godziny|do godz .|do godz|az do|nie pozniej niz|nie pozniej niz o|najpozniej o"
            "|najpozniej do"
            "|najpozniej|nie po|nie dluzej niz do|najdalej do|nie pozniej niz do"
            "|nie pozniej niz w|najpozniej w|najdalej w"
            "|nie pozniej jak|nie pozniej jak o"
        ),
    },
    "from": {
        "from": (
            "od|od godziny|od godz .|od godz|miedzy|pomiedzy|miedzy godzina|pomiedzy godzina"
            "|miedzy godz .|w godzinach"
            "|w godzinach od|w godz .|w godz|w godz . od|godziny|gdzies miedzy|tak miedzy"
            "|w terminie od|miedzy godz"
        )
    },
    "to": {"to": "do|do godziny|do godz .|do godz|a godzina|a|-|i|az do"},
    "dash": {"-": "-|do|do godziny|do godz ."},
    "in": {
        "in": "za|w przeciagu|w",
        "within": "w ciagu|w czasie|w ciagu najblizszych|w ciagu nastepnych|w ciagu kolejnych"
        "|w przeciagu najblizszych|w najblizszych",
    },
    "ago": {"ago": "temu|wstecz"},
    "hence": {"hence": "od teraz|pozniej|od dzis|od dzisiaj|od dnia dzisiejszego"},
    "shift": {1: "po|od", -1: "przed"},
    "for": {"for": "przez|na"},
    "begin": {
        "begin": "poczatek|poczatku|poczatkiem|na poczatku|poczatki",
        "mid": "polowa|polowie|polowy|srodek|srodku|w polowie|w srodku",
        "end": "koniec|koncu|konca|koncem|pod koniec|koncowka|koncowce|na koniec",
    },
    "of": {"of": "w|we|z"},
    "and": {"and": "i|oraz|, i|,"},
    "or": {"or": "albo|lub|i|oraz|czy|, albo|, lub|, ewentualnie|ewentualnie|ani|/|,|badz|a takze"},
    "few": {3: "kilka|kilku|pare|paru"},
    "half": {"half": "pol"},
    "oneandhalf": {"1.5": "poltora|poltorej"},
    "andhalf": {"half": "i pol|i pol godziny"},
    "quarterhour": {15: "kwadrans|kwadransik", 45: "trzy kwadranse"},
    "halfto": {"half": "wpol do|w pol do|pol do|o wpol do"},
    "past": {"past": "po|minut po|minuty po"},
    "to_hour": {"to": "za"},
    "upcoming": {"upcoming": "nadchodzace|nadchodzacych|najblizsze|najblizszych"},
    "closest": {"closest": "najblizszy|najblizsza"},
    "week_of": {"week": "tydzien|tygodniu|tygodnia"},
    "not": {
        "not": (
            "nie|byle nie|tylko nie|oprocz|poza|z wyjatkiem|za wyjatkiem|nie moge|nie dam rady"
            "|nie pasuje mi|nie pasuje"
            "|nie mam czasu|nie przyjde|nie dam rady przyjsc|nie moge przyjsc|nie bede mogl"
            "|nie bede mogla|ale nie|zamiast"
            "|nie moge byc|nie chce|nie bedzie mnie"
        )
    },
    "rejected": {"not": "nie|mi nie|mnie nie|odpada|nie pasuje|mi nie pasuje|nie dam rady|nie moge|nie odpowiada"},
    "daily": {
        "daily": (
            "codziennie|co dzien|co dziennie|dziennie|kazdego dnia|co rano|co wieczor|co noc|kazdego ranka"
            "|kazdego wieczoru|co drugi dzien"
        )
    },
    "nor": {"nor": "ani|i|lub|albo|oraz|,|, ani|czy"},
    "year_word": {"y": "r .|roku|rok|r"},
    "not_after": {
        "x": (
            "zl|pln|zlotych|zlote|zloty|gr|groszy|mg|ml|g|kg|cm|mm|m|km|%|°|st|stopni|stopnia"
            "|tabletek|tabletki"
            "|tabletka|tabl|euro|eur|usd|razy|raz|os|osob|osoby|dzieci|procent|€|$|kropli|j"
            "|ug|mcg|lat|x|godzin"
            "|godziny|dni|tygodni|miesiecy|minut"
        )
    },
    "not_before": {
        "x": (
            "ul|ulica|ulicy|nr|numer|numerem|tel|telefon|pesel|kod|kodem|pokoj|pokoju|gabinet"
            "|gabinecie|mieszkania"
            "|m|lok|lokal|pietro|skala|skali|cisnienie|puls|temperatura|dawka|dawce|ocena|cena"
            "|wiek|mam|grupa|aleja"
            "|plac|os|kosztuje|place|$|€|#|+"
        )
    },
}

# Ordinary words one slip away from a day or a month.
NOT_A_TYPO = frozenset(
    [
        "worek",
        "wzorek",
        "worku",
        "wzorku",
        "robota",
        "roboty",
        "sobotka",
        "piatka",
        "piatke",
        "piatki",
        "platek",
        "platki",
        "platku",
        "piatak",
        "czerwien",
        "marzen",
        "marzy",
        "marzena",
        "marzenie",
        "marzec",
        "marka",
        "marki",
        "marta",
        "marty",
        "martwi",
        "lipa",
        "lipny",
        "grudzia",
        "grudka",
        "grudki",
        "grudek",
        "sredni",
        "srednia",
        "srednie",
        "srodek",
        "srodku",
        "srodka",
        "srodki",
        "zlotego",
        "zlutego",
        "listonosz",
        "piasek",
        "piasku",
        "kwitnie",
        "majaca",
        "wtorny",
        "wtorna",
        "wtornie",
        "czwarta",
        "czwarte",
        "czwartego",
        "czwartej",
        "czwarty",
        "czwartym",
        "wtedy",
        "niedziel",
        "zniedziela",
        "lipca",
        "czerwona",
        "czerwone",
        "wtyczka",
        "piatym",
        "piatego",
    ]
)

"""Polish number words, folded: cardinals in their cases, ordinals by gender, the endings put after digits."""

from __future__ import annotations

CARDINALS = {
    0: "zero|zera",
    1: "jeden|jedna|jedno|jednego|jednej|jednym",
    2: "dwa|dwie|dwoch|dwu|dwom|dwoma|dwiema|dwojga",
    3: "trzy|trzech|trzem|trzema|troje",
    4: "cztery|czterech|czterem|czterema",
    5: "piec|pieciu|piecioma",
    6: "szesc|szesciu",
    7: "siedem|siedmiu",
    8: "osiem|osmiu",
    9: "dziewiec|dziewieciu",
    10: "dziesiec|dziesieciu",
    11: "jedenascie|jedenastu",
    12: "dwanascie|dwunastu",
    13: "trzynascie|trzynastu",
    14: "czternascie|czternastu",
    15: "pietnascie|pietnastu",
    16: "szesnascie|szesnastu",
    17: "siedemnascie|siedemnastu",
    18: "osiemnascie|osiemnastu",
    19: "dziewietnascie|dziewietnastu",
    20: "dwadziescia|dwudziestu",
    30: "trzydziesci|trzydziestu",
    40: "czterdziesci|czterdziestu",
    50: "piecdziesiat|piecdziesieciu",
    60: "szescdziesiat|szescdziesieciu",
    70: "siedemdziesiat|siedemdziesieciu",
    80: "osiemdziesiat|osiemdziesieciu",
    90: "dziewiecdziesiat|dziewiecdziesieciu",
    100: "sto|stu",
    200: "dwiescie",
    900: "dziewiecset",
    800: "osiemset",
    1000: "tysiac|tysiaca",
    2000: "dwutysieczny|dwutysiecznego|dwa tysiace",
}
_STEMS = {
    1: "pierwsz",
    2: "drug",
    3: "trzec",
    4: "czwart",
    5: "piat",
    6: "szost",
    7: "siodm",
    8: "osm",
    9: "dziewiat",
    10: "dziesiat",
    11: "jedenast",
    12: "dwunast",
    13: "trzynast",
    14: "czternast",
    15: "pietnast",
    16: "szesnast",
    17: "siedemnast",
    18: "osiemnast",
    19: "dziewietnast",
    20: "dwudziest",
    30: "trzydziest",
    40: "czterdziest",
    50: "piecdziesiat",
    60: "szescdziesiat",
    70: "siedemdziesiat",
    80: "osiemdziesiat",
    90: "dziewiecdziesiat",
}
_MASCULINE, _FEMININE = (
    ("y", "ego", "ym", "emu", "e", "i", "iego", "im", "iemu", "ie"),
    ("a", "ej", "iej", "ia"),
)
# (value, gender): hours are feminine ("osmej"), days of the month are not ("osmego").
ORDINALS: dict[str, tuple[int, str]] = {
    stem + ending: (number, gender)
    for number, stem in _STEMS.items()
    for gender, endings in (("m", _MASCULINE), ("f", _FEMININE))
    for ending in endings
}
ORDINAL_SUFFIXES = {
    **dict.fromkeys(
        [
            "ego",
            "go",
            "tego",
            "ty",
            "ci",
            "cie",
            "szy",
            "gi",
            "my",
            "sty",
            "stego",
            "mego",
            "y",
            "szego",
            "giego",
            "ciego",
            "ciego",
            "szym",
            "tym",
            "gim",
            "cim",
            "mym",
        ],
        "m",
    ),
    **dict.fromkeys(
        ["ej", "tej", "ta", "ma", "sza", "ga", "cia", "szej", "giej", "ciej", "mej", "sta", "stej"], "f"
    ),
}

"""Words of patients without the patient: numbers, addresses and names give way to invented ones. Pure; a person confirms the result.

The invented ones are still what they stand for (a number is a number), so that a conversation can be held again with them. Names are
those on record, in any Polish case, those that follow "nazywam się" and the like, and capitalised words within a sentence
that are no everyday words.
"""

import re
from collections.abc import Collection, Sequence

from conversations.understanding import fold
from core.redaction import is_pesel

GIVEN, FAMILY, PHONE, MAIL, PESEL, BORN = (
    "Anna",
    "Testowa",
    "600100200",
    "anna@example.com",
    "44051401359",
    "14.05.1944",
)
_MAIL = re.compile(r"\S+@\S+\.\w+")
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\s.-]?\d){6,}(?!\w)")
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[.\-/ ]\d{1,2}[.\-/ ](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)(?!\d)")
_STREET = re.compile(r"\b(?:ul|al|os|pl)\.?\s+\w+(?:\s+\w+)?\s+\d+\w?(?:\s*/\s*\d+)?|\b\d\d-\d{3}\b", re.IGNORECASE)
_SAYS_NAME = re.compile(
    r"(?i:\b(?:nazywam się|nazywam sie|mam na imię|mam na imie|z tej strony|mówi|jestem|my name is|this is|i am|i'm))\s+"
    r"((?:[^\W\d_][\w-]*)(?:\s+[A-ZĄĆĘŁŃÓŚŹŻ][\w-]*)?)"
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_SENTENCE = re.compile(r"(?:^|[.!?…:]\s+|\n)\W*$")
SHORTEST_STEM = 2


def pseudonymise(text: str, names: Sequence[str], everyday: Collection[str] = ()) -> str:
    """The text without what points to a person. `names` are those on record, given and family; `everyday` the folded words that name
    nobody: without them only names on record and names said as such are replaced.
    """
    text = _MAIL.sub(MAIL, text)
    text = _DATE.sub(BORN, text)
    text = _NUMBER.sub(_number, text)
    text = _STREET.sub("ul. Testowa 1", text)
    stems = [_stems(one) for name in names for one in _WORD.findall(name)]
    said = {fold(word) for found in _SAYS_NAME.finditer(text) for word in _WORD.findall(found[1]) if word[:1].isupper()}
    places = 0

    def word(found: re.Match[str]) -> str:
        nonlocal places
        one, folded = found.group(), fold(found.group())
        is_name = folded in said or any(_fits(folded, stem) for stem in stems)
        if not is_name and everyday and one[:1].isupper() and not _SENTENCE.search(text[: found.start()]):
            is_name = folded not in everyday and not any(folded.startswith(known) for known in _KNOWN)
        if not is_name or fold(GIVEN) == folded or fold(FAMILY) == folded:
            return one
        places += 1
        return GIVEN if places % 2 else FAMILY

    return _WORD.sub(word, text)


def points_to_somebody(text: str) -> bool:
    """True if a number or an address stands in the text that is none of the invented ones."""
    left = text
    for known in (PHONE, MAIL, PESEL, BORN, "ul. Testowa 1"):
        left = left.replace(known, " ")
    return any(found.search(left) for found in (_MAIL, _NUMBER, _STREET))


_KNOWN = ("nfz", "usg", "ekg", "rtg", "sms", "pesel", "internet", "testow", "anna", "polsk", "english", "polish", "monday", "tuesday",
          "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may", "june", "july",
          "august", "september", "october", "november", "december", "ct", "mri", "ecg", "id", "ok", "i", "dr")  # fmt: skip
"""Capitalised words that name nobody."""
_ENDINGS = 5
"""A Polish case adds at most so many letters to a stem: Nowak, Nowakowi, Nowakówna."""


def _number(found: re.Match[str]) -> str:
    if found.group() == BORN:
        return BORN
    digits = re.sub(r"\D", "", found.group())
    return PESEL if len(digits) == 11 and (is_pesel(digits) or not digits.startswith("48")) else PHONE


def _stems(name: str) -> tuple[str, ...]:
    """What stays of a name in all its cases: without the last vowel, and with the fleeting "e" gone (Marek, Marka; Pawel, Pawla)."""
    folded = fold(name)
    stem = folded.rstrip("aeiouy") or folded
    found = [stem]
    if re.search(r"[^aeou]e[^aeiouy]$", folded):
        bare = folded[:-2].removesuffix("i") if folded.endswith("ec") else folded[:-2]
        found.append(bare + folded[-1])
    for before, after in (
        ("sk", "sc"),
        ("ck", "cc"),
        ("dzk", "dzc"),
        ("k", "c"),
        ("g", "dz"),
        ("t", "c"),
        ("r", "rz"),
        ("d", "dzi"),
    ):
        if stem.endswith(before):
            found.append(stem[: -len(before)] + after)
    return tuple(found)


def _fits(folded: str, stems: Sequence[str]) -> bool:
    """A short stem allows short endings alone: "Ewie" is of Ewa, "ewentualnie" is not."""
    return any(
        len(stem) >= SHORTEST_STEM and folded.startswith(stem)
        and len(folded) - len(stem) <= (_ENDINGS if len(stem) > SHORTEST_STEM else 2)
        for stem in stems
    )  # fmt: skip

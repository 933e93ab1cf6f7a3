"""Names and matching, without a database: when two records may speak of one person."""

import re
import unicodedata
from datetime import date

from care.folding import fold
from core.redaction import is_pesel

SHORTEST_PREFIX, LONGEST_PREFIX = 3, 6


def name_words(text: str) -> list[str]:
    """The folded words of a name, in order: "Wiśniewska-Łoś" → ["wisniewska", "los"]."""
    return re.findall(r"[^\W\d_]+", fold(unicodedata.normalize("NFC", text)))


def match_key(given_name: str, family_name: str, birth_date: date) -> str:
    """What must be equal for two entries to speak of the same person; also when the two names were swapped."""
    words = sorted(name_words(given_name) + name_words(family_name))
    return f"{' '.join(words)}|{birth_date.isoformat()}"


def search_terms(given_name: str, family_name: str) -> set[str]:
    """The words of a name and their prefixes of 3 to 6 letters: what a search may find the person by."""
    terms: set[str] = set()
    for word in name_words(given_name) + name_words(family_name):
        terms.add(word)
        terms.update(word[:length] for length in range(SHORTEST_PREFIX, min(LONGEST_PREFIX, len(word)) + 1))
    return terms


def query_terms(text: str) -> list[str]:
    """One stored term per word of a search; a longer word is looked up by its first six letters and checked after."""
    return [word[:LONGEST_PREFIX] for word in name_words(text)]


def answers_query(given_name: str, family_name: str, text: str) -> bool:
    """True if every word of the search begins a word of the name."""
    names = name_words(given_name) + name_words(family_name)
    return all(any(name.startswith(word) for name in names) for word in name_words(text))


def is_plausible_birth_date(birth_date: date, today: date) -> bool:
    """True for a person born already and at most 120 years ago."""
    return birth_date <= today and today.year - birth_date.year <= 120


_CENTURIES = {80: 1800, 0: 1900, 20: 2000, 40: 2100, 60: 2200}


def pesel_birth_date(pesel: str) -> date | None:
    """The day of birth a personal number tells; None for a wrong check digit or no such day.

    Source: art. 15 of the Polish population register act.
    """
    if not is_pesel(pesel):
        return None
    year, month, day = int(pesel[:2]), int(pesel[2:4]), int(pesel[4:6])
    try:
        return date(_CENTURIES[month // 20 * 20] + year, month % 20, day)
    except ValueError:
        return None

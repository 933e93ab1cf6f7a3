"""Whether a sign is denied: by a negation before it, in its own clause. Pure; reads folded text.

"Nie" denies what follows at once ("nie boli"), "nie mam", "bez", "without" up to three words on. A lack that is the sign itself ("nie może
ruszyć") is none. "No" is English for none of it, and Polish for "well": only before an English word does it deny.
"""

import re
from functools import lru_cache

from wordfreq import word_frequency

REACH = 60
"""How many characters before a sign a negation may stand; without it a long message would cost the square of its length."""
AHEAD = 10
"""How much of what follows tells that a new clause begins."""
_DENIAL = re.compile(
    r"\b(((?:nie mam|nie ma|nie mial\w*|nie bylo|nie czuje|nie boli|nie bola|bez|brak|ani|nigdy|zadn\w+|no|not|never|without|"
    r"(?:don t|doesn t|didn t|do not|does not) (?:have|feel|hurt)|не|нет|немає|нема|без)(?: \w+){0,3})|nie|isn t|aren t) ?$"
)
_NEGATOR = re.compile(
    r"\b(?:nie|bez|brak|ani|nigdy|zadn\w+|no|not|never|without|(?:don|doesn|didn|isn|aren) t|не|нет|немає|нема|без)\b"
)
_CLAUSE = re.compile(
    r"[,.;:!?]| (?:ale|lecz|bo|tylko|za to|but|because|just|only|i teraz|and now|a teraz) "
    r"| (?:i|a|oraz) (?=(?:boli|bola|mam|ma|jest|czuje|dretw|zdretw|krwaw|robi|nie moge|nie moze))"
    r"| and (?=(?:my|i|he|she|his|her|the|it|there) )"
    r"|(?<!nie)(?<!nigdy) (?=(?:boli|bola) )"
)


def is_denied(line: str, start: int) -> bool:
    """True if what begins at `start` of the folded line is said not to be so."""
    begin = max(0, start - REACH)
    if _NEGATOR.search(line, begin, start) is None:
        return False
    ends = (found.end() for found in _CLAUSE.finditer(line[begin : start + AHEAD]))
    clause = line[begin + max((end for end in ends if end <= start - begin), default=0) : start]
    found = _DENIAL.search(clause)
    if found is None:
        return False
    if not found.group(1).startswith("no ") and found.group(1).strip() != "no":
        return True
    said = line[start - len(clause) + found.start() + len("no") :].split(maxsplit=1)
    return bool(said) and _is_english(said[0])


@lru_cache(maxsize=4096)
def _is_english(word: str) -> bool:
    """True for a word commoner in English than in Polish; Polish ones come without their marks."""
    return word_frequency(word, "en") > word_frequency(word, "pl")

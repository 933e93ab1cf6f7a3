"""Numbers in words: Polish cardinals with their genders and cases, ordinals of days, hours and years; English likewise.

The words of plain cardinals and ordinals are num2words'; what a sentence makes of them is here.
"""

from functools import lru_cache
from typing import Literal

from num2words import num2words

from core.i18n import Language

Gender = Literal["m", "f", "n", "v"]
"""Masculine, feminine, neuter, and persons with a man among them ("dwóch lekarzy")."""
_GENITIVE = {
    "zero": "zera", "jeden": "jednego", "dwa": "dwóch", "trzy": "trzech", "cztery": "czterech", "pięć": "pięciu", "sześć": "sześciu",
    "siedem": "siedmiu", "osiem": "ośmiu", "dziewięć": "dziewięciu", "dziesięć": "dziesięciu", "jedenaście": "jedenastu",
    "dwanaście": "dwunastu", "trzynaście": "trzynastu", "czternaście": "czternastu", "piętnaście": "piętnastu", "szesnaście": "szesnastu",
    "siedemnaście": "siedemnastu", "osiemnaście": "osiemnastu", "dziewiętnaście": "dziewiętnastu", "dwadzieścia": "dwudziestu",
    "trzydzieści": "trzydziestu", "czterdzieści": "czterdziestu", "pięćdziesiąt": "pięćdziesięciu", "sześćdziesiąt": "sześćdziesięciu",
    "siedemdziesiąt": "siedemdziesięciu", "osiemdziesiąt": "osiemdziesięciu", "dziewięćdziesiąt": "dziewięćdziesięciu", "sto": "stu",
    "dwieście": "dwustu", "trzysta": "trzystu", "czterysta": "czterystu", "pięćset": "pięciuset", "sześćset": "sześciuset",
    "siedemset": "siedmiuset", "osiemset": "ośmiuset", "dziewięćset": "dziewięciuset", "tysiąc": "tysiąca", "tysiące": "tysięcy",
}  # fmt: skip
_DIGITS_EN = "oh one two three four five six seven eight nine".split()
_DIGITS_PL = "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć".split()


@lru_cache(maxsize=4096)
def cardinal(number: int, language: Language, gender: Gender = "m", *, genitive: bool = False) -> str:
    """ "dwadzieścia dwie", "stu pięćdziesięciu", "one hundred and fifty"."""
    plain = str(num2words(number, lang=language)).replace(",", "")
    if language == "en":
        return plain
    words = plain.split()
    if genitive or gender == "v":
        said = [_GENITIVE.get(word, word) for word in words]
        # Only "one" alone is declined: "do dwudziestu jeden".
        if words[-1] == "jeden":
            said[-1] = "jeden" if len(words) > 1 else "jednej" if gender == "f" else "jednego"
        return " ".join(said)
    if words[-1] == "dwa" and gender == "f":
        words[-1] = "dwie"
    if number == 1:
        return {"f": "jedna", "n": "jedno"}.get(gender, "jeden")
    return " ".join(words)


def _ordinal(number: int, ending: Literal["ego", "ej", "a", "ą", "e", "ym"]) -> str:
    """An ordinal of one or two words, both declined: "dwudziestego pierwszego", "trzeciej"."""
    return " ".join(_declined(word, ending) for word in str(num2words(number, lang="pl", to="ordinal")).split())


def _declined(word: str, ending: str) -> str:
    stem, last = word[:-1], word[-1]
    if last == "y":
        return stem + ending
    # "drugi" and "trzeci" are soft: "drugiego" but "drugiej", "druga" but "trzecia".
    if ending in ("ego", "e"):
        return word + ending
    if ending == "ym":
        return word + "m"
    return (stem if stem.endswith("g") and ending in "aą" else word) + ending


def day_of_month(day: int, language: Language) -> str:
    """ "dwunastego", "the twelfth"."""
    return _ordinal(day, "ego") if language == "pl" else "the " + str(num2words(day, lang="en", to="ordinal"))


def floor(number: int, ending: Literal["e", "ym", "ego"]) -> str:
    """The number of a Polish floor: "drugie", "drugim", "drugiego"."""
    return _ordinal(number, ending)


def year(number: int, language: Language) -> str:
    """ "dwa tysiące dwudziestego szóstego", "twenty twenty-six"."""
    if language == "en":
        return str(num2words(number, lang="en", to="year"))
    hundreds, rest = divmod(number, 100)
    if rest:
        return f"{cardinal(hundreds * 100, 'pl')} {_ordinal(rest, 'ego')}"
    if number == 2000:
        return "dwutysięcznego"
    head, _, last = cardinal(hundreds * 100, "pl").rpartition(" ")
    # "tysiąc dziewięćsetnego", "dwa tysiące setnego".
    return f"{head} {'setnego' if last == 'sto' else last + 'nego'}".strip()


def hour(number: int, case: Literal["a", "ej", "ą"]) -> str:
    """A Polish hour: "dziewiąta", "(o) dziewiątej", "(na) dziewiątą"; "zero" has one form."""
    return "zero" if number == 0 else _ordinal(number, case)


def digits(number: str, language: Language) -> str:
    """One by one: "sześć zero zero"."""
    names = _DIGITS_PL if language == "pl" else _DIGITS_EN
    return " ".join(names[int(one)] for one in number)


def plural(number: int, one: str, few: str, many: str) -> str:
    """The Polish form of a noun after a number: "złoty", "złote", "złotych"."""
    if number == 1:
        return one
    return few if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else many

"""What people call our specialties, clinicians and services, found in their own words.

Built once from the tables; pure after that. Understands both languages, with or without Polish letters, inflected, and
with small typing errors in longer words. It finds, it does not decide: a name that fits two people gives both.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from care.appointments.models import Clinician, Service, Specialty
from care.appointments.other_words import OTHER_WORDS
from care.folding import fold
from core.db import UnitOfWork

Kind = Literal["specialty", "clinician", "service"]
ONE_ERROR_FROM, TWO_ERRORS_FROM = 6, 9
"""Letters a word must have for one, and for two, typing errors to be forgiven."""

_WORD = re.compile(r"[^\W_]+")
_TITLE = re.compile(r"dr|doktor\w*|doctor|pani?|pan[au]|panem|lekar\w+|mgr|mrs?|ms")


@dataclass(frozen=True)
class Found:
    """A term in a text: `id` is a specialty's or service's code or a clinician's id, `value` its name in the language
    asked; offsets are code points of the original text, end excluded. `typos` counts the forgiven errors.
    """

    kind: Kind
    id: str
    value: str
    start: int
    end: int
    typos: int = 0


@dataclass(frozen=True)
class Term:
    """One thing people may name, with its names and all its forms per language."""

    kind: Kind
    id: str
    name_pl: str
    name_en: str
    forms_pl: tuple[str, ...]
    forms_en: tuple[str, ...]
    given_name: str = ""


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int


class Lexicon:
    """The matcher. Safe to share: it is never changed after it was made."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = list(terms)
        self._forms: dict[tuple[str, ...], list[int]] = {}
        self._longest = 1
        self._vocabulary: dict[str, set[str]] = {"pl": set(), "en": set()}
        for index, term in enumerate(self._terms):
            for language, forms in (("pl", term.forms_pl), ("en", term.forms_en)):
                for form in forms:
                    self._add(index, language, form)
        self._deletes = {language: _deletes_of(words) for language, words in self._vocabulary.items()}

    def is_of(self, terms: list[Term]) -> bool:
        """True if it was made of these."""
        return self._terms == terms

    def find(self, text: str, language: str) -> list[Found]:
        """The terms in the text, in order; the longest match wins, and equal ones are all given."""
        folded = fold(text)
        words = [_Word(match.group(), match.start(), match.end()) for match in _WORD.finditer(folded)]
        readings = [self._readings(word.text, "en" if language == "en" else "pl") for word in words]
        found: list[Found] = []
        position = 0
        while position < len(words):
            length, indexes, typos = self._longest_at(readings, position)
            if not length:
                position += 1
                continue
            first, last = words[position], words[position + length - 1]
            start = self._title_start(words, position, indexes)
            for index in self._narrowed(indexes, words, position, length):
                term = self._terms[index]
                value = term.name_en if language == "en" else term.name_pl
                found.append(Found(term.kind, term.id, value, min(start, first.start), last.end, typos))
            position += length
        return found

    def _add(self, index: int, language: str, form: str) -> None:
        words = tuple(_WORD.findall(fold(form)))
        if not words:
            return
        indexes = self._forms.setdefault(words, [])
        if index not in indexes:
            indexes.append(index)
        self._longest = max(self._longest, len(words))
        self._vocabulary[language].update(words)

    def _readings(self, word: str, language: str) -> list[tuple[str, int]]:
        """The vocabulary's words this one may stand for, each with its number of errors; itself first."""
        if any(word in words for words in self._vocabulary.values()):
            return [(word, 0)]
        allowed = _errors_allowed(word)
        if not allowed or word.startswith(OTHER_WORDS):
            return []
        candidates: set[str] = set()
        deletes = self._deletes[language]
        for variant in _shortened(word, allowed):
            candidates |= deletes.get(variant, frozenset())
        near = [(candidate, _distance(word, candidate)) for candidate in candidates if candidate[0] == word[0]]
        near = [(candidate, errors) for candidate, errors in near if errors <= min(allowed, _errors_allowed(candidate))]
        fewest = min((errors for _, errors in near), default=0)
        return sorted((candidate, errors) for candidate, errors in near if errors == fewest)

    def _longest_at(self, readings: list[list[tuple[str, int]]], position: int) -> tuple[int, list[int], int]:
        for length in range(min(self._longest, len(readings) - position), 0, -1):
            fitting: list[int] = []
            typos = 0
            for words, errors in _sequences(readings[position : position + length]):
                for index in self._forms.get(words, ()):
                    if index not in fitting:
                        fitting.append(index)
                        typos = max(typos, errors)
            if fitting:
                return length, fitting, typos
        return 0, [], 0

    def _narrowed(self, indexes: list[int], words: list[_Word], position: int, length: int) -> list[int]:
        """Of several people of one name, the one whose given name stands beside it, inflected or not."""
        if len(indexes) < 2:
            return indexes
        beside = [words[place].text for place in (position - 1, position + length) if 0 <= place < len(words)]
        named = [
            index
            for index in indexes
            if (given := fold(self._terms[index].given_name)) and any(_same_given(given, word) for word in beside)
        ]
        return named or indexes

    def _title_start(self, words: list[_Word], position: int, indexes: list[int]) -> int:
        """Where a person's mention begins, with "dr" and the like before the name; else far right."""
        start = words[position].start
        if all(self._terms[index].kind == "clinician" for index in indexes):
            while position > 0 and _TITLE.fullmatch(words[position - 1].text):
                position -= 1
                start = words[position].start
        return start


def build(
    specialties: Iterable[Specialty],
    clinicians: Iterable[Clinician],
    services: Iterable[Service],
    before: Lexicon | None = None,
) -> Lexicon:
    """The matcher over these rows; `before` itself, if it was made of the same."""
    terms = [
        Term(
            "specialty",
            row.code,
            row.name_pl,
            row.name_en,
            (row.name_pl, *row.synonyms_pl),
            (row.name_en, *row.synonyms_en),
        )
        for row in specialties
    ]
    terms += [
        Term(
            "service",
            row.code,
            row.name_pl,
            row.name_en,
            (row.name_pl, *row.synonyms_pl),
            (row.name_en, *row.synonyms_en),
        )
        for row in services
    ]
    for person in clinicians:
        family = (person.family_name, *person.forms_pl)
        full = tuple(f"{person.given_name} {form}" for form in family)
        terms.append(
            Term("clinician", str(person.id), person.name, person.name, (*family, *full), family, person.given_name)
        )
    return before if before is not None and before.is_of(terms) else Lexicon(terms)


async def load(uow: UnitOfWork, before: Lexicon | None = None) -> Lexicon:
    """The matcher over the tables as they are now; make it once and keep it. `before`: one that still serves if nothing changed."""
    return build(
        list(await uow.session.scalars(select(Specialty).order_by(Specialty.code))),
        list(await uow.session.scalars(select(Clinician).where(Clinician.is_active).order_by(Clinician.code))),
        list(await uow.session.scalars(select(Service).order_by(Service.code))),
        before,
    )


def _sequences(readings: list[list[tuple[str, int]]]) -> list[tuple[tuple[str, ...], int]]:
    sequences: list[tuple[tuple[str, ...], int]] = [((), 0)]
    for options in readings:
        sequences = [((*words, word), errors + more) for words, errors in sequences[:16] for word, more in options[:4]]
    return sequences


def _errors_allowed(word: str) -> int:
    if not word.isalpha():
        return 0
    return 2 if len(word) >= TWO_ERRORS_FROM else 1 if len(word) >= ONE_ERROR_FROM else 0


def _shortened(word: str, errors: int) -> set[str]:
    """The word and all it becomes by leaving out up to that many letters."""
    variants = {word}
    edge = {word}
    for _ in range(errors):
        edge = {variant[:place] + variant[place + 1 :] for variant in edge for place in range(len(variant))}
        variants |= edge
    return variants


def _deletes_of(words: Iterable[str]) -> dict[str, set[str]]:
    index: dict[str, set[str]] = {}
    for word in words:
        errors = _errors_allowed(word)
        if errors:
            for variant in _shortened(word, errors):
                index.setdefault(variant, set()).add(word)
    return index


def _distance(one: str, other: str) -> int:
    """Edits between two words: a letter more, less or different, or two neighbours swapped."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, opposite in enumerate(other, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def _same_given(given: str, word: str) -> bool:
    """True if the word is the given name in some case: "katarzyny" for "katarzyna"."""
    return len(word) >= 3 and word[: max(3, len(given) - 2)] == given[: max(3, len(given) - 2)]

"""The safety screen: looks for red flags in every message before anything else reads it. It never diagnoses.

Rules are data (data/safety/red_flags.yml) with a version; a rule file that does not parse is refused at start.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from pathlib import Path

import yaml

from core.errors import ConfigurationError
from core.settings import ROOT

RULES_FILE = ROOT / "data" / "safety" / "red_flags.yml"
OTHER_TONGUES_FILE = ROOT / "data" / "safety" / "red_flags_uk_ru.yml"


class Level(IntEnum):
    """Safety levels, the higher the graver."""

    none = 0
    support = 1
    violence = 2
    crisis = 3
    emergency = 4


@dataclass(frozen=True)
class Rule:
    """One sign: any pattern fires it; a negation in the same clause cancels it where `is_negatable`."""

    id: str
    level: Level
    is_negatable: bool
    patterns: tuple[re.Pattern[str], ...]

    @cached_property
    def in_latin_letters(self) -> tuple[re.Pattern[str], ...]:
        """The patterns that a text without Cyrillic letters can meet."""
        return tuple(
            one
            for one in self.patterns
            if _CYRILLIC.search(one.pattern) is None or re.search("[a-z]{2}", re.sub(r"\\.", "", one.pattern))
        )


@dataclass(frozen=True)
class Firing:
    """A rule that fired; `start` and `end` are code points of the original text."""

    rule: str
    level: Level
    start: int
    end: int


@dataclass(frozen=True)
class Screening:
    """What the screen found."""

    level: Level
    firings: tuple[Firing, ...]
    version: str

    @property
    def rules(self) -> list[str]:
        """The ids that fired, once each."""
        return list(dict.fromkeys(firing.rule for firing in self.firings))


_CYRILLIC = re.compile("[а-яіїєґ]")
_NEGATIONS = re.compile(
    r"\b(nie mam|nie ma|nie czuje|nie boli|bez|brak|ani|nie|nigdy|no|not|don t|doesn t|without|never|isn t|haven t|"
    r"не|нет|немає|нема|без)\b(?: \w+){0,3} ?$"
)
NEGATION_REACH = 200
"""How many characters before a sign a negation may stand; without it a long message would cost the square of its length."""
_CLAUSE = re.compile(r"[,.;:!?\n]| ale | lecz | but | i teraz | and now ")


def _same_length_fold(text: str) -> str:
    """Lower case, no diacritics, punctuation other than clause marks to spaces; one code point for one code point."""
    folded = []
    for char in text:
        plain = {"ł": "l", "Ł": "l"}.get(char) or unicodedata.normalize("NFKD", char)[0].lower()[:1]
        folded.append(plain if plain.isalnum() or plain in ",.;:!?\n" else " ")
    return "".join(folded)


class SafetyScreen:
    """Compiled rules. Stateless and quick: every pattern runs on every message."""

    def __init__(self, rules: Sequence[Rule], version: str) -> None:
        self._rules = tuple(rules)
        self.version = version

    @classmethod
    def load(cls, *files: Path) -> "SafetyScreen":
        """Read the tables (without any: the shipped ones); a rule that does not parse is a `ConfigurationError` naming it."""
        rules, versions = [], []
        for file in files or (RULES_FILE, OTHER_TONGUES_FILE):
            data = yaml.safe_load(file.read_text("utf-8"))
            versions.append(data["version"])
            for entry in data["rules"]:
                try:
                    rules.append(
                        Rule(
                            entry["id"],
                            Level[entry["level"]],
                            entry["negatable"],
                            tuple(re.compile(pattern) for pattern in entry["patterns"]),
                        )
                    )
                except (re.error, KeyError) as error:
                    raise ConfigurationError(f"safety rule {entry.get('id', '?')} in {file.name}: {error}") from error
        return cls(rules, "+".join(versions))

    def screen(self, text: str) -> Screening:
        """All firings in the text, and the highest level."""
        folded = re.sub(r"\s", " ", _same_length_fold(text))
        # Runs of spaces are read as one, so that patterns stay legible; offsets are mapped back.
        squeezed: list[str] = []
        origin: list[int] = []
        for index, char in enumerate(folded):
            if char != " " or (squeezed and squeezed[-1] != " "):
                squeezed.append(char)
                origin.append(index)
        line = "".join(squeezed)
        has_cyrillic = _CYRILLIC.search(line) is not None
        firings = [
            Firing(rule.id, rule.level, origin[match.start()], origin[match.end() - 1] + 1)
            for rule in self._rules
            for pattern in (rule.patterns if has_cyrillic else rule.in_latin_letters)
            for match in pattern.finditer(line)
            if match.end() > match.start() and not (rule.is_negatable and _is_negated(line, match.start()))
        ]
        level = max((firing.level for firing in firings), default=Level.none)
        return Screening(level, tuple(firings), self.version)


def _is_negated(line: str, start: int) -> bool:
    clause = _CLAUSE.split(line[max(0, start - NEGATION_REACH) : start])[-1]
    return _NEGATIONS.search(clause) is not None


@lru_cache(maxsize=1)
def default_screen() -> SafetyScreen:
    """The screen of the shipped rules, compiled once."""
    return SafetyScreen.load()

"""The safety screen: looks for red flags in every message before anything else reads it. It never diagnoses.

Rules are data (data/safety) with a version; a rule file that does not parse is refused at start. A rule is made of patterns and of
words that stand near each other; the message is read as it was written and, where a word is one slip of the finger from one that a
rule looks for, a second time as it was meant.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

import re2
import yaml
from wordfreq import top_n_list

from care.folding import fold
from conversations.folded_lines import LACKS, WORD, FoldedLine, asserted_places, folded_line, with_lacks
from conversations.negation import is_denied
from conversations.red_flag_words import Joined, Lexicon, Place, standing_near
from conversations.second_net import FILE as NET_FILE
from conversations.second_net import SecondNet
from conversations.typing_errors import SHORTEST, Mender
from core.errors import ConfigurationError
from core.fingerprint import fingerprint
from core.i18n import LANGUAGES
from core.settings import ROOT
from core.yamls import read_yaml

FOLDER = ROOT / "data" / "safety"
RULES_FILE = FOLDER / "red_flags.yml"
OTHER_TONGUES_FILE = FOLDER / "red_flags_uk_ru.yml"
WORDS_FILE = FOLDER / "words.yml"
EXAMPLES_FILE = FOLDER / "examples.yml"
SOURCES_FILE = FOLDER / "sources.yml"
TABLES = {RULES_FILE.name: "rules", OTHER_TONGUES_FILE.name: "rules", WORDS_FILE.name: "words"}
"""The tables with a version, and the key that all else stands under."""
KNOWN_WORDS = (ROOT / "data" / "nlu", ROOT / "data" / "clinic", ROOT / "data" / "knowledge")
"""Whose words people use: none of them is taken for a slip of the finger."""
COMMON_WORDS = 40_000
"""So many of each language's commonest words (`wordfreq`) neither."""


class Level(IntEnum):
    """Safety levels, the higher the graver."""

    none = 0
    support = 1
    violence = 2
    crisis = 3
    emergency = 4


@dataclass(frozen=True)
class Rule:
    """One sign: any pattern, or any words joined, fires it; a negation in the same clause cancels it where `is_negatable`."""

    id: str
    level: Level
    is_negatable: bool
    patterns: tuple[re.Pattern[str], ...]
    near: tuple[Joined, ...] = ()
    unless: tuple[str, ...] = ()
    """Words that say it is something else altogether: a web site that does not respond."""
    past_cancels: bool = False
    """True where what was long ago is none of today's business: an old stroke, not an overdose."""
    table: str = ""
    """The file it stands in, without its ending."""
    source: tuple[str, ...] = ()
    """Keys of sources.yml: where the sign is taken from."""


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
MOST_TRIED = 500
"""Places a pattern is tried at; a message that denies the same sign five hundred times is no conversation."""
MOST_OF_A_PATTERN = 5
"""Firings of one pattern that are told; the rest of a long message says nothing new."""
PAST_REACH = 8
"""How many words from a sign words of the past may stand."""


class SafetyScreen:
    """Compiled rules. Stateless and quick: a rule's patterns run only where one of all patterns can match."""

    def __init__(
        self,
        rules: Sequence[Rule],
        version: str,
        lexicon: Lexicon,
        mender: Mender,
        digest: str = "",
        net: SecondNet | None = None,
    ) -> None:
        """`digest` is of the exact content of the tables; a screen that is not as the tables say has none. `net` is asked last."""
        learned = (
            {
                level: Rule(f"learned-{level}", Level[level], False, (), table="second_net", source=("learned",))
                for level in net.levels
            }
            if net
            else {}
        )
        self.rules = (*rules, *learned.values())
        self._net = net
        self._learned = learned
        self.version = version
        self.digest = digest
        self._lexicon = lexicon
        self._mender = mender
        self._patterns = [(rule, pattern) for rule in rules for pattern in rule.patterns]
        self._near: dict[str, list[tuple[Rule, Joined]]] = {}
        for rule in rules:
            for joined in rule.near:
                self._near.setdefault(joined.kinds[0], []).append((rule, joined))
        self._cyrillic = [one for one in self._patterns if _CYRILLIC.search(one[1].pattern)]
        self._sieve = re2.Set.SearchSet()
        for rule, pattern in self._patterns:
            try:
                self._sieve.Add(_without_lookarounds(pattern.pattern))
            except re2.error as error:
                raise ConfigurationError(
                    f"safety rule {rule.id}: {pattern.pattern!r} is beyond RE2: {error}"
                ) from error
        self._sieve.Compile()

    @classmethod
    def load(cls, folder: Path = FOLDER, *, with_net: bool = True) -> "SafetyScreen":
        """Read the tables of a folder; a rule that does not parse is a `ConfigurationError` naming it. The net learns without itself."""
        words = _read(folder / WORDS_FILE.name)
        lexicon = Lexicon(words["words"])
        rules, versions = [], [words["version"]]
        sources, seen = frozenset(_read(folder / SOURCES_FILE.name)), dict[str, str]()
        for name in (RULES_FILE.name, OTHER_TONGUES_FILE.name):
            data = _read(folder / name)
            if not isinstance(data["rules"], list):
                raise ConfigurationError(f"safety: {name} needs a list of rules")
            versions.append(data["version"])
            for entry in data["rules"]:
                try:
                    rules.append(_rule(entry, lexicon, name, sources, seen))
                except (re.error, KeyError, TypeError, ValueError, ConfigurationError) as error:
                    raise ConfigurationError(f"safety rule {where(entry, folder / name)}: {error}") from error
        digest = fingerprint(folder)
        mender = _mender(words["words"], read_examples(folder / EXAMPLES_FILE.name))
        net = SecondNet.load(folder / NET_FILE) if with_net else None
        return cls(rules, "+".join([*versions, digest[:12]]), lexicon, mender, digest, net)

    def without(self, rule: str) -> "SafetyScreen":
        """The same rules without one, and without the second net: what the rule is needed for."""
        kept = [
            one
            for one in self.rules
            if one.id != rule and one.id not in {learned.id for learned in self._learned.values()}
        ]
        return SafetyScreen(kept, f"{self.version} without {rule}", self._lexicon, self._mender)

    def screen(self, text: str) -> Screening:
        """All firings in the text, and the highest level."""
        line = folded_line(text)
        meant, places = self._meant(line)
        firings = [*self._matched(meant, places), *self._standing(meant, places)]
        if meant is not line:
            firings = [*self._matched(line, self._lexicon.places(line.words)), *firings]
        firings = list(dict.fromkeys(firings))
        level = max((firing.level for firing in firings), default=Level.none)
        if level <= Level.support and (learned := self._heard(meant, places)) is not None:
            firings, level = [*firings, learned], learned.level
        return Screening(level, tuple(firings), self.version)

    def meant(self, text: str) -> tuple[FoldedLine, dict[str, list[Place]]]:
        """The text as the words near each other are looked for in it: folded, slips mended, with the meanings that stand there."""
        return self._meant(folded_line(text))

    def _meant(self, line: FoldedLine) -> tuple[FoldedLine, dict[str, list[Place]]]:
        meant = self._mended(line) or line
        return meant, self._lexicon.places(meant.words)

    def _heard(self, line: FoldedLine, places: dict[str, list[Place]]) -> Firing | None:
        """What the second net adds where the rules saw nothing."""
        heard = self._net.hear(line, places) if self._net else None
        if heard is None:
            return None
        rule, first, last = self._learned[heard.level], line.words[heard.first], line.words[heard.last]
        return Firing(rule.id, rule.level, line.begins[first.start], line.ends[last.end - 1])

    def _matched(self, line: FoldedLine, places: dict[str, list[Place]]) -> Iterator[Firing]:
        """What the patterns find."""
        past = _past(places)
        for rule, pattern in self._possible(line.text):
            if any(kind in places for kind in rule.unless):
                continue
            matches = (
                match
                for match in islice(pattern.finditer(line.text), MOST_TRIED)
                if match.end() > match.start()
                and not (rule.is_negatable and is_denied(line.text, match.start()))
                and not (rule.past_cancels and _is_past(line.word_at(match.start()), past))
            )
            for match in islice(matches, MOST_OF_A_PATTERN):
                yield Firing(rule.id, rule.level, line.begins[match.start()], line.ends[match.end() - 1])

    def _standing(self, line: FoldedLine, places: dict[str, list[Place]]) -> Iterator[Firing]:
        """What stands near each other, in the words as they were meant."""
        asserted = asserted_places(line, places)
        past = _past(places)
        lacks = [
            place.first for place in chain.from_iterable(asserted.values()) if line.words[place.first].text in LACKS
        ]
        for kind in places:
            for rule, joined in self._near.get(kind, ()):
                if any(one in places for one in rule.unless):
                    continue
                standing = places
                if rule.is_negatable:
                    standing = with_lacks(joined, places, asserted, line) if lacks else asserted
                found = standing_near(joined, standing)
                if found is not None and not (rule.past_cancels and _is_past(found.first, past)):
                    first, last = line.words[found.first], line.words[found.last]
                    yield Firing(rule.id, rule.level, line.begins[first.start], line.ends[last.end - 1])

    def _possible(self, text: str) -> Iterator[tuple[Rule, re.Pattern[str]]]:
        for index in self._sieve.Match(text) or ():
            yield self._patterns[index]
        if _CYRILLIC.search(text):
            yield from self._cyrillic

    def _mended(self, line: FoldedLine) -> FoldedLine | None:
        """The line as it was meant, or None if every word stays."""
        meant = {word: mended for word in line.words if (mended := self._mender.meant(word.text)) != word.text}
        if not meant:
            return None
        text, begins, ends = [], [], []
        at = 0
        for word, mended in meant.items():
            text.append(line.text[at : word.start] + mended)
            begins += [*line.begins[at : word.start], *([line.begins[word.start]] * len(mended))]
            ends += [*line.ends[at : word.start], *([line.ends[word.end - 1]] * len(mended))]
            at = word.end
        return FoldedLine("".join(text) + line.text[at:], (*begins, *line.begins[at:]), (*ends, *line.ends[at:]))


def asserted_words(text: str, lexicon: Lexicon) -> tuple[list[str], list[str]]:
    """The kinds of words that a text says are so, in their order, and those that it only says are not."""
    line = folded_line(text)
    places = lexicon.places(line.words)
    standing = asserted_places(line, places)
    so = sorted(standing, key=lambda kind: standing[kind][0].first)
    return so, [kind for kind in places if kind not in standing]


def _past(places: dict[str, list[Place]]) -> list[int]:
    """The words that speak of long ago; none where the message speaks of the present too."""
    if "present_time" in places:
        return []
    return [place.first for place in places.get("history", ())]


def _is_past(word: int, past: Sequence[int]) -> bool:
    at = bisect_left(past, word - PAST_REACH)
    return at < len(past) and past[at] <= word + PAST_REACH


def _without_lookarounds(pattern: str) -> str:
    """The pattern without what must not stand beside it: it matches all that the pattern does, and perhaps more."""
    kept: list[str] = []
    at = 0
    while at < len(pattern):
        if not pattern.startswith(("(?!", "(?<!"), at):
            step = 2 if pattern[at] == "\\" else 1
            kept.append(pattern[at : at + step])
            at += step
            continue
        depth = 0
        while True:
            step = 2 if pattern[at] == "\\" else 1
            depth += {"(": 1, ")": -1}.get(pattern[at : at + step], 0)
            at += step
            if depth == 0:
                break
    return "".join(kept)


def _read(file: Path) -> Any:
    try:
        found = read_yaml(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"safety: {file.name} cannot be read: {error}") from error
    if not isinstance(found, dict) or (file.name in TABLES and not {"version", TABLES[file.name]} <= found.keys()):
        raise ConfigurationError(f"safety: {file.name} is no table with a version")
    if not isinstance(found.get("version", ""), str):
        raise ConfigurationError(f"safety: the version of {file.name} is no text; it wants quotes")
    return found


def read_examples(file: Path) -> dict[str, dict[str, list[str]]]:
    """The pack: per rule sentences to `see` and to `leave`. Raises `ConfigurationError` naming the rule that is not so."""
    found: dict[str, Any] = _read(file)
    for rule, kept in found.items():
        if not isinstance(kept, dict) or not all(
            isinstance(kept.get(part), list) and all(isinstance(text, str) for text in kept[part])
            for part in ("see", "leave")
        ):
            raise ConfigurationError(f"safety: {file.name}: {rule} needs sentences to see and to leave")
    return found


def where(entry: Any, file: Path) -> str:
    """A rule's id, file and line, as a person looks for it. `entry` is the rule or its id."""
    rule = entry.get("id", "?") if isinstance(entry, dict) else str(entry)
    lines = file.read_text("utf-8").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if text.split("#")[0].strip() == f"- id: {rule}"), 0)
    return f"{rule} in {file.name}" + (f", line {line}" if line else "")


def _rule(entry: dict[str, Any], lexicon: Lexicon, file: str, sources: frozenset[str], seen: dict[str, str]) -> Rule:
    """One rule; `seen` gathers ids, patterns and joined words with the rule that has them, so that no two rules overlap."""
    rule = entry["id"]
    for told in (f"id: {rule}", *entry["patterns"], *entry.get("near", ())):
        if other := seen.get(str(told)):
            raise ValueError(f"{told!r} overlaps with rule {other}")
        seen[str(told)] = rule
    if unknown := set(entry["source"]) - sources:
        raise ValueError(f"source: unknown {', '.join(sorted(unknown))}")
    return Rule(
        rule,
        Level[entry["level"]],
        entry["negatable"],
        tuple(re.compile(pattern) for pattern in entry["patterns"]),
        tuple(Joined.read(text, lexicon.kinds) for text in entry.get("near", ())),
        _known(entry.get("unless", ()), lexicon),
        entry.get("past_cancels", False),
        Path(file).stem,
        tuple(entry["source"]),
    )


def _known(kinds: Iterable[str], lexicon: Lexicon) -> tuple[str, ...]:
    if unknown := set(kinds) - lexicon.kinds:
        raise ValueError(f"unless: unknown words {', '.join(sorted(unknown))}")
    return tuple(kinds)


def _mender(phrases: dict[str, list[str]], examples: dict[str, dict[str, list[str]]]) -> Mender:
    """Knows the words of our own data; seeks those of the rules' examples and of the words they join."""
    files = [file for folder in KNOWN_WORDS for file in sorted(folder.rglob("*.yml"))]
    own = set(WORD.findall(fold(" ".join(file.read_text("utf-8") for file in files))))
    common = {fold(word) for language in LANGUAGES for word in top_n_list(language, COMMON_WORDS)}
    seen, left = (
        {word for kept in examples.values() for text in kept[part] for word in WORD.findall(fold(text))}
        for part in ("see", "leave")
    )
    words = {word for texts in phrases.values() for text in texts for word in text.split()}
    beginnings = {word[:-1] for word in words if word.endswith("*")}
    begun = tuple(one for one in beginnings if len(one) >= SHORTEST)
    sought = {word for word in own if word.startswith(begun)} | seen | {word for word in words if "*" not in word}
    return Mender(own | common | left, sought, beginnings)


@lru_cache(maxsize=1)
def default_screen() -> SafetyScreen:
    """The screen of the shipped rules, compiled once."""
    return SafetyScreen.load()

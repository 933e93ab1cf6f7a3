"""A protocol as a clinician reads it: its rules in words, for the line tool and for the page."""

from collections.abc import Iterator
from dataclasses import dataclass

from care.triage.models import Protocol, Rule, Urgency
from care.triage.rules import Tables
from core.i18n import Language, catalogue, text

_WORDS = ("and", "or", "not", "possible", "age", "age_months", "hours", "days", "male", "female")


@dataclass(frozen=True)
class Line:
    """One rule in words. `source` is a key of sources.yml."""

    rule: str
    level: str
    """The urgency's id."""
    urgency: str
    when: str
    source: str


@dataclass(frozen=True)
class Sheet:
    """One protocol in words: the least urgency and where to, the questions in order, the rules, the most urgent first."""

    id: str
    title: str
    floor: str
    questions: tuple[str, ...]
    lines: tuple[Line, ...]


def sheet(tables: Tables, protocol: Protocol, language: Language) -> Sheet:
    """The protocol in that language."""
    words = {key: text(f"triage-word-{key.replace('_', '-')}", language) for key in _WORDS}

    def name(finding: str) -> str:
        return tables.findings[finding].names[language]

    def urgency(level: Urgency) -> str:
        return text(f"triage-urgency-{level.name}", language)

    def lines(rules: list[Rule]) -> Iterator[Line]:
        for one in sorted(rules, key=lambda one: -one.urgency):
            yield Line(one.id, one.urgency.name, urgency(one.urgency), one.when.in_words(name, words), one.source)

    floor = text(
        "triage-table-floor",
        language,
        base=urgency(protocol.base),
        bare=urgency(protocol.bare),
        service=service_in_words(protocol.service, language),
    )
    questions = tuple("; ".join(name(one) for one in group) + "?" for group in protocol.ask)
    rules = [*protocol.rules, *protocol.here]
    return Sheet(protocol.id, protocol.names[language], floor, questions, tuple(lines(rules)))


def service_in_words(code: str, language: Language) -> str:
    """The code in words; a specialty the catalogue does not name is shown by its code."""
    key = f"triage-service-{code.replace('_', '-')}"
    return text(key, language) if catalogue(language).has(key) else code

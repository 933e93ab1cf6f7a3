"""The catalogue: the same keys and variables in both languages, no key missing where it is said, SMS that fit."""

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast, visitor

from core.i18n import LANGUAGES, TEXTS, Language, catalogue
from core.segments import measure, thrifty
from core.settings import ROOT

FILES = sorted(path.name for path in (TEXTS / "pl").glob("*.ftl"))
CODE = [
    path
    for folder in ("actions", "channels", "conversations", "handoff", "knowledge", "service", "web", "care")
    for kind in ("*.py", "*.html")
    for path in (ROOT / folder).rglob(kind)
    if "node_modules" not in path.parts
]
SAID = re.compile(
    r"""(?:\bsay\(\s*|\bUtterance\(\s*|\bRefused\(\s*|\bt\(\s*|\bwords?\(\s*|\btext\(\s*|\bSay\(\s*|\bask_person\(call,\s*)["']([a-z][a-z0-9]*(?:-[a-z0-9]+)+)["']"""
)
CHOICE = re.compile(r"""\bChoice\(\s*(?:"[^"]*"|[\w.]+(?:\([^()]*\))?),\s*["']([a-z][a-z0-9]*(?:-[a-z0-9]+)+)["']""")
"""Keys of two words or more: what is a key can be told from other texts."""
TWO_SEGMENTS = {"safety-crisis-sms", "safety-emergency-sms", "safety-violence-sms", "unattended-crisis-sms"}
"""SMS that need two segments as they stand; none may need three."""


class _Variables(visitor.Visitor):
    """Collects the variables of a message."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        """One variable."""
        self.names.add(node.id.name)


def _messages(language: str, file: str) -> dict[str, set[str]]:
    """Keys and their variables; a line that does not parse is an error."""
    tree = FluentParser().parse((TEXTS / language / file).read_text("utf-8"))
    junk = [entry.content for entry in tree.body if isinstance(entry, ast.Junk)]
    assert junk == []
    keys = [entry.id.name for entry in tree.body if isinstance(entry, ast.Message)]
    assert len(keys) == len(set(keys)), "a key stands twice"
    found = {}
    for entry in tree.body:
        if isinstance(entry, ast.Message):
            variables = _Variables()
            variables.visit(entry)
            found[entry.id.name] = variables.names
    return found


def test_both_languages_have_the_same_files() -> None:
    assert sorted(path.name for path in (TEXTS / "en").glob("*.ftl")) == FILES


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_keys_with_the_same_variables(file: str) -> None:
    assert _messages("pl", file) == _messages("en", file)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_in_two_files_and_no_text_is_empty(language: Language) -> None:
    keys = [key for file in FILES for key in _messages(language, file)]
    assert len(keys) == len(set(keys))
    assert [key for key in keys if not catalogue(language).text(key).strip()] == []


def test_an_sms_variant_takes_no_other_variables_than_its_text() -> None:
    for file in FILES:
        messages = _messages("pl", file)
        for key, variables in messages.items():
            if key.endswith("-sms") and key.removesuffix("-sms") in messages:
                assert variables <= messages[key.removesuffix("-sms")], key


def _keys_said(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    return {*SAID.findall(text), *CHOICE.findall(text)}


def test_the_scan_finds_what_is_said() -> None:
    found = {key for path in CODE for key in _keys_said(path)}
    assert len(found) > 100
    assert {"bot-trouble", "menu-book", "choice-yes-book", "clinic-name"} <= found


SIGNALS = {"case-of-another"}
"""Refusals that only code reads."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_that_is_said_is_missing(language: Language) -> None:
    texts = catalogue(language)
    keys = [key for file in FILES for key in _messages(language, file)]
    missing = {
        f"{path.relative_to(ROOT)}: {key}"
        for path in CODE
        for key in _keys_said(path)
        if key not in SIGNALS
        and not texts.has(key)
        and not texts.has(f"refused-{key}")
        and not any(known.startswith(f"{key}-") for known in keys)
    }
    assert missing == set()


def _composed(key: str, language: Language) -> int:
    return measure(thrifty(catalogue(language).text(key))).count


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_sms_without_arguments_fits_one_segment(language: Language) -> None:
    keys = [
        key for file in FILES for key, names in _messages(language, file).items() if key.endswith("-sms") and not names
    ]
    assert keys
    counts = {key: _composed(key, language) for key in keys}
    assert {key for key, count in counts.items() if count > 1} <= TWO_SEGMENTS
    assert all(count <= 2 for count in counts.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_house_itself_says_by_sms_never_needs_more_than_two_segments(language: Language) -> None:
    texts, said = catalogue(language), _messages(language, "bot.ftl")
    keys = [key for key, names in said.items() if not names and not key.endswith("-sms") and f"{key}-sms" not in said]
    assert {key: texts.text(key) for key in keys if _composed(key, language) > 2} == {}

"""Examples as files: Rasa's YAML and CSV, out and in. A file with an error anywhere changes nothing."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml
from sqlalchemy import select

from conversations.understanding import for_dialogue
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import Refused
from core.i18n import LANGUAGES
from knowledge.intents import clinic_goals
from knowledge.intents.editing import Phrases, in_draft, locked, problem_of
from knowledge.intents.models import IntentExample
from knowledge.intents.uses import uses

LARGEST = 2_000_000
COLUMNS = ["language", "intent", "text"]
MOST_SHOWN = 50


@dataclass(frozen=True)
class Wrong:
    """A row that cannot be taken: its line in the file, and a reason of the catalogue with its arguments."""

    line: int
    reason: Refused


@dataclass(frozen=True)
class Taken:
    """What an import did: examples that are new in the draft, and those that stood there already."""

    added: int
    known: int


@dataclass(frozen=True)
class _Line:
    number: int
    language: str
    intent: str
    text: str


def as_csv(found: Phrases) -> str:
    """All phrases, a row each. A cell that a spreadsheet would take for a formula is led by an apostrophe, which reading takes off."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for (language, intent), texts in sorted(found.items()):
        writer.writerows([language, intent, f"'{text}" if text[:1] in "=+-@'\t" else text] for text in texts)
    return out.getvalue()


def as_yaml(found: Phrases, language: str) -> str:
    """The phrases of a language, as Rasa reads them."""
    lines = ['version: "3.1"', "", "nlu:"]
    for (spoken, intent), texts in sorted(found.items()):
        if spoken == language and texts:
            lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in texts)]
    return "\n".join(lines) + "\n"


async def take_in(
    uow: UnitOfWork, access: Access, content: bytes, kind: str, language: str, now: datetime, author: str
) -> Taken | list[Wrong]:
    """Add a file's phrases to the draft, all or none. `kind` is `csv` or `yaml`; `language` is that of a YAML file."""
    access.require(Permission.edit_content)
    if (refused := await locked(uow)) is not None:
        return [Wrong(0, refused)]
    lines, wrong = _read(content, kind, language)
    rows = await uow.session.execute(
        select(IntentExample.language, IntentExample.key, IntentExample.intent).where(*in_draft())
    )
    standing = {(spoken, key): intent for spoken, key, intent in rows}
    fresh: dict[tuple[str, str], _Line] = {}
    known, merged = 0, clinic_goals.merged(await clinic_goals.drafted(uow))
    for one in lines:
        reason = _problem(one)
        if reason is None and one.intent in merged:
            reason = Refused("intent-merged", {"intent": one.intent, "into": merged[one.intent]})
        if reason is not None:
            wrong.append(Wrong(one.number, reason))
            continue
        place = (one.language, for_dialogue(one.text))
        stands_in = standing.get(place) or (fresh[place].intent if place in fresh else None)
        if stands_in is None:  # The same words mean one thing in both languages.
            others = ((spoken, place[1]) for spoken in LANGUAGES if spoken != one.language)
            stands = (standing.get(other) or (fresh[other].intent if other in fresh else None) for other in others)
            stands_in = next((found for found in stands if found not in (None, one.intent)), None)
        if stands_in is None:
            fresh[place] = one
        elif stands_in == one.intent:
            known += 1
        else:
            wrong.append(Wrong(one.number, Refused("example-known", {"intent": stands_in})))
    if wrong:
        return sorted(wrong, key=lambda each: each.line)
    dropped = await uow.session.scalars(
        select(IntentExample).where(IntentExample.removed_in.is_(None), IntentExample.is_dropped)
    )
    for row in dropped:
        line = fresh.get((row.language, row.key))
        if line is not None and line.intent == row.intent:
            row.is_dropped = False
            del fresh[row.language, row.key]
    taken = len(fresh)
    uow.session.add_all(
        IntentExample(
            language=one.language, intent=one.intent, text=one.text, key=key, author=author, created_at=now, is_dropped=False
        )
        for (_, key), one in fresh.items()
    )  # fmt: skip
    await uow.session.flush()
    audit.record(uow, access, "example.imported", "intent", "draft", now)
    return Taken(taken, known)


def _read(content: bytes, kind: str, language: str) -> tuple[list[_Line], list[Wrong]]:
    if len(content) > LARGEST:
        return [], [Wrong(0, Refused("file-large"))]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Wrong(0, Refused("file-encoding"))]
    if "\x00" in text:
        return [], [Wrong(text[: text.index("\x00")].count("\n") + 1, Refused("file-encoding"))]
    try:
        lines = list(_csv(text) if kind == "csv" else _yaml(text, language))
    except _Broken as broken:
        return [], [broken.wrong]
    return lines, [] if lines else [Wrong(0, Refused("file-empty"))]


class _Broken(Exception):
    """The file as a whole is not what it should be."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.wrong = Wrong(line, Refused(reason))


def _csv(text: str) -> Iterator[_Line]:
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    try:
        for count, row in enumerate(reader):
            if count == 0:
                if [one.strip().lower() for one in row] != COLUMNS:
                    raise _Broken(1, "file-columns")
            elif any(cell.strip() for cell in row):
                if len(row) != len(COLUMNS):
                    raise _Broken(reader.line_num, "file-columns")
                spoken, intent, phrase = (cell.strip() for cell in row)
                yield _Line(reader.line_num, spoken, intent, phrase.removeprefix("'"))
    except csv.Error:
        raise _Broken(reader.line_num, "file-columns") from None


def _yaml(text: str, language: str) -> Iterator[_Line]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise _Broken(error.problem_mark.line + 1 if error.problem_mark else 0, "file-yaml") from None
    except (yaml.YAMLError, RecursionError):
        raise _Broken(0, "file-yaml") from None
    entries = _entry(root, "nlu")
    if not isinstance(entries, yaml.SequenceNode):
        raise _Broken(1, "file-yaml")
    for entry in entries.value:
        number = entry.start_mark.line + 1
        intent, told = _entry(entry, "intent"), _entry(entry, "examples")
        if not isinstance(intent, yaml.ScalarNode) or not isinstance(told, yaml.ScalarNode):
            raise _Broken(number, "file-yaml")
        begins = told.start_mark.line + (2 if told.style in ("|", ">") else 1)
        for count, line in enumerate(told.value.splitlines()):
            phrase = line.strip()
            if phrase and not phrase.startswith("-"):
                raise _Broken(begins + count, "file-yaml")
            if phrase:
                yield _Line(begins + count, language, intent.value, phrase[1:].strip())


def _entry(node: Any, name: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if getattr(key, "value", None) == name), None)


def _problem(one: _Line) -> Refused | None:
    if one.language not in LANGUAGES:
        return Refused("example-language", {"language": one.language[:20]})
    if one.intent not in uses():
        return Refused("example-intent", {"intent": one.intent[:40]})
    return problem_of(" ".join(one.text.split()))

"""The line tool `triage`: the tables as the product uses them, without `up`.

triage run       one structured case a line in (VOCABULARY.md), one JSON object out
triage findings  what a case can hold, with names
triage table     the tables for a clinician to read
"""

import argparse
import difflib
import json
import sys
from collections.abc import Iterator
from typing import Any

from care.triage.models import Case, Protocol
from care.triage.rules import Tables, assess
from care.triage.sheets import sheet
from care.triage.tables import default_tables, medicine_findings
from core.errors import ConfigurationError
from core.i18n import Language, text

_FIELDS = {
    "id", "age_months", "sex", "pregnant", "complaint", "duration_h", "present", "absent", "history", "medicines",
}  # fmt: skip
_LONGEST_LIFE_MONTHS = 130 * 12


class BadCase(ValueError):
    """A case that cannot be read; the message says what is wrong with it, all of it at once."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("act", choices=["run", "findings", "table"])
    parser.add_argument("--lang", choices=["pl", "en"], default="pl", help="of `table`")
    parser.add_argument("--protocol", help="only this one, with `table`")


def main(options: argparse.Namespace) -> int:
    """Run it; 1 if a case could not be read."""
    tables = default_tables()
    if options.act == "findings":
        for finding in tables.findings.values():
            _print(
                {
                    "id": finding.id,
                    "group": finding.group,
                    "pl": finding.names["pl"],
                    "en": finding.names["en"],
                    "wider": list(finding.wider),
                }
            )
        return 0
    if options.act == "table":
        return _table(tables, options.lang, options.protocol)
    failed = False
    for row in run(sys.stdin, tables):
        failed = failed or "error" in row
        _print(row)
    return 1 if failed else 0


def run(lines: Any, tables: Tables) -> Iterator[dict[str, Any]]:
    """One object a line: `id, urgency, service, rules, asked, contradictions`, or `id, error`. Empty lines are passed over."""
    for line in lines:
        if not line.strip():
            continue
        given: dict[str, Any] = {}
        try:
            given = _object(line)
            result = assess(tables, case_of(given, tables))
        except BadCase as error:
            yield {"id": given.get("id"), "error": str(error)}
            continue
        yield {
            "id": given.get("id"), "urgency": result.urgency.name, "service": result.service, "rules": list(result.rules),
            "asked": list(result.asked), "contradictions": list(result.contradictions),
        }  # fmt: skip


def case_of(given: dict[str, Any], tables: Tables) -> Case:
    """The case of a line; everything that is wrong with it in one `BadCase`."""
    wrong = [f"unknown field {name!r}" for name in given if name not in _FIELDS]
    lists: dict[str, list[str]] = {}
    for name in ("present", "absent", "history", "medicines"):
        value = given.get(name)
        lists[name] = value if isinstance(value, list) and all(isinstance(one, str) for one in value) else []
        if value is not None and lists[name] is not value:
            wrong.append(f"{name} must be a list of texts")
    for name in ("present", "absent", "history"):
        wrong += [_unknown(one, tables) for one in lists[name] if one not in tables.findings]
    complaint = given.get("complaint")
    if not isinstance(complaint, str) or not tables.knows(complaint):
        wrong.append(f"complaint: {_unknown(complaint, tables)}")
    wrong += [
        f"{name} must be one of {', '.join(str(one) for one in allowed)}"
        for name, allowed in (("sex", ("f", "m", None)), ("pregnant", (True, False, None)))
        if given.get(name) not in allowed or (isinstance(given.get(name), int) and name == "sex")
    ]
    age = _number(given, "age_months", _LONGEST_LIFE_MONTHS, wrong)
    hours = _number(given, "duration_h", _LONGEST_LIFE_MONTHS * 31 * 24, wrong)
    if wrong:
        raise BadCase("; ".join(wrong))
    pregnant = given.get("pregnant")
    return Case(
        complaint=str(complaint),
        present=frozenset(lists["present"]) | frozenset(lists["history"]) | medicine_findings(lists["medicines"])
        | ({"pregnant"} if pregnant is True else frozenset()),
        absent=frozenset(lists["absent"]) | ({"pregnant"} if pregnant is False else frozenset()),
        age_months=age, sex=given.get("sex"), duration_hours=hours,
    )  # fmt: skip


def _object(line: str) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except ValueError as error:
        raise BadCase(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise BadCase("a case is a JSON object")
    return given


def _number(given: dict[str, Any], name: str, most: float, wrong: list[str]) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        wrong.append(f"{name} must be a number from 0 to {most:.0f}, or null")
        return None
    return float(value)


def _unknown(name: object, tables: Tables) -> str:
    near = difflib.get_close_matches(str(name), [*tables.protocols, *tables.findings], 3)
    return f"unknown finding {name!r}" + (f" (near: {', '.join(near)})" if near else "")


def _table(tables: Tables, language: Language, only: str | None) -> int:
    if only is not None and only not in tables.protocols:
        raise ConfigurationError(f"no protocol {only!r}: {', '.join(tables.protocols)}")
    print(text("triage-table-head", language, version=tables.version))
    for protocol in tables.protocols.values():
        if only in (None, protocol.id):
            print("\n" + "\n".join(_protocol_lines(tables, protocol, language)))
    return 0


def _protocol_lines(tables: Tables, protocol: Protocol, language: Language) -> Iterator[str]:
    shown = sheet(tables, protocol, language)
    yield f"## {shown.title} ({shown.id})"
    yield shown.floor
    yield from (f"{number}. {question}" for number, question in enumerate(shown.questions, 1))
    yield text("triage-table-columns", language)
    yield "|---|---|---|---|"
    yield from (f"| {one.rule} | {one.urgency} | {one.when} | {one.source} |" for one in shown.lines)


def _print(row: dict[str, Any]) -> None:
    print(json.dumps(row, ensure_ascii=False), flush=True)

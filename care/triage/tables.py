"""Reading the tables (data/triage): every mistake is told with its file, line and rule, and nothing half right is used."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from care.folding import fold
from care.triage.conditions import BadCondition, Condition
from care.triage.models import Finding, Protocol, Rule, Urgency
from care.triage.rules import Tables
from core.errors import ConfigurationError
from core.fingerprint import fingerprint
from core.settings import ROOT

FOLDER = ROOT / "data" / "triage"
_PROTOCOL = {"id", "names", "complaints", "base", "bare", "service", "ask", "rules", "here"}
_RULE = {"id", "is", "when", "from"}
_LINE = "__line__"


class _Lined(yaml.SafeLoader):
    """Mappings that remember their line, and refuse a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As in YAML, with the line under a name of our own."""
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.MarkedYAMLError(
                problem=f"{', '.join(sorted(twice))} is given twice", problem_mark=node.start_mark
            )
        return {**super().construct_mapping(node, deep), _LINE: node.start_mark.line + 1}


def load(folder: Path = FOLDER) -> Tables:
    """All tables under `folder`: findings.yml, sources.yml, protocols/*.yml; the digest is of every file there."""
    findings = _findings(folder / "findings.yml")
    sources = {key for key in _read(folder / "sources.yml") if key != _LINE}
    protocols: list[Protocol] = []
    seen: set[str] = set()
    files = sorted((folder / "protocols").glob("*.yml"), key=lambda file: (file.stem != "general", file.stem))
    for file in files:
        protocols += [_protocol(row, file, findings, sources, seen) for row in _read(file)]
    if not protocols:
        raise ConfigurationError(f"triage: no protocols in {folder / 'protocols'}")
    return Tables(findings, protocols, fingerprint(folder))


def medicine_findings(texts: Iterable[str], folder: Path = FOLDER) -> set[str]:
    """What the names of medicines mean: "Xarelto 20 mg" → {"anticoagulant"}."""
    said = [f" {fold(text)}" for text in texts]
    return {
        finding
        for finding, names in _medicines(folder / "medicines.yml").items()
        if any(re.search(rf"[^a-z]{re.escape(fold(name))}", text) for name in names for text in said)
    }


@lru_cache(maxsize=1)
def source_titles(folder: Path = FOLDER) -> dict[str, str]:
    """What a rule's `from` means: its key and the source in full."""
    return {key: row["title"] for key, row in _read(folder / "sources.yml").items() if key != _LINE}


@lru_cache(maxsize=1)
def default_tables() -> Tables:
    """The shipped tables, read once."""
    return load()


@lru_cache(maxsize=4)
def _medicines(file: Path) -> dict[str, list[str]]:
    return {key: names for key, names in _read(file).items() if key != _LINE}


def _read(file: Path) -> Any:
    try:
        return _Lined(file.read_text("utf-8")).get_single_data()
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"triage: {file.name} cannot be read: {error}") from error


def _findings(file: Path) -> dict[str, Finding]:
    found: dict[str, Finding] = {}
    for group, rows in _read(file).items():
        if group == _LINE:
            continue
        for id_, row in rows.items():
            if id_ == _LINE:
                continue
            if not isinstance(row, list) or len(row) < 2 or not all(isinstance(one, str) and one for one in row):
                raise ConfigurationError(
                    f"triage finding {id_} in {file.name}: needs a Polish name, an English name, then wider findings"
                )
            if id_ in found:
                raise ConfigurationError(f"triage finding {id_} in {file.name}: given twice")
            found[id_] = Finding(id_, group, {"pl": row[0], "en": row[1]}, tuple(row[2:]))
    for finding in found.values():
        _known(finding.wider, found, f"triage finding {finding.id} in {file.name}")
        if finding.id in _above(finding, found):
            raise ConfigurationError(f"triage finding {finding.id} in {file.name}: is wider than itself")
    return found


def _above(finding: Finding, found: dict[str, Finding]) -> set[str]:
    above: set[str] = set()
    waiting = list(finding.wider)
    while waiting:
        one = waiting.pop()
        if one not in above:
            above.add(one)
            waiting.extend(found[one].wider)
    return above


def _protocol(row: Any, file: Path, findings: dict[str, Finding], sources: set[str], seen: set[str]) -> Protocol:
    where = f"triage protocol {row.get('id', '?')} in {file.name} line {row.get(_LINE, '?')}"
    keys = set(row) - {_LINE, "derive"}
    if keys != _PROTOCOL:
        raise ConfigurationError(f"{where}: missing or unknown: {', '.join(sorted(keys ^ _PROTOCOL))}")
    _known([*row["complaints"], *(one for group in row["ask"] for one in group)], findings, where)
    if f"protocol {row['id']}" in seen:
        raise ConfigurationError(f"{where}: the id is taken")
    seen.add(f"protocol {row['id']}")
    try:
        derived = {
            finding: Condition(text, findings) for finding, text in row.get("derive", {}).items() if finding != _LINE
        }
        if Urgency[row["bare"]] < Urgency[row["base"]]:
            raise ConfigurationError(f"{where}: bare is less urgent than base")
        return Protocol(
            id=row["id"], names=dict(zip(("pl", "en"), row["names"], strict=True)), complaints=tuple(row["complaints"]),
            base=Urgency[row["base"]], bare=Urgency[row["bare"]], service=row["service"],
            ask=tuple(tuple(group) for group in row["ask"]),
            rules=tuple(_rule(one, file, findings, sources, seen) for one in row["rules"]),
            here=tuple(_rule(one, file, findings, sources, seen) for one in row["here"]),
            derived=derived,
        )  # fmt: skip
    except (KeyError, BadCondition, ValueError) as error:
        raise ConfigurationError(f"{where}: {error}") from error


def _rule(row: Any, file: Path, findings: dict[str, Finding], sources: set[str], seen: set[str]) -> Rule:
    where = f"triage rule {row.get('id', '?')} in {file.name} line {row.get(_LINE, '?')}"
    if set(row) - {_LINE} != _RULE:
        raise ConfigurationError(f"{where}: needs exactly {', '.join(sorted(_RULE))}")
    if row["id"] in seen:
        raise ConfigurationError(f"{where}: the id is taken")
    if row["from"] not in sources:
        raise ConfigurationError(f"{where}: unknown source {row['from']!r}")
    if row["is"] not in Urgency.__members__:
        raise ConfigurationError(f"{where}: unknown urgency {row['is']!r}")
    seen.add(row["id"])
    try:
        return Rule(row["id"], Urgency[row["is"]], Condition(row["when"], findings), row["from"])
    except BadCondition as error:
        raise ConfigurationError(f"{where}: {error}") from error


def _known(names: Iterable[str], findings: dict[str, Finding], where: str) -> None:
    unknown = [name for name in names if name not in findings]
    if unknown:
        raise ConfigurationError(f"{where}: unknown finding {', '.join(unknown)}")

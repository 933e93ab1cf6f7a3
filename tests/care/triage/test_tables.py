"""What the tables promise: each rule can fire, mistakes are told with their line, the unknown counts as the unsafe side."""

import ast
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from care.triage.models import Case, Protocol, Rule, Urgency
from care.triage.rules import assess, latest_visit
from care.triage.tables import FOLDER, default_tables, load, medicine_findings
from core.errors import ConfigurationError

RULES = [
    (protocol, rule) for protocol in default_tables().protocols.values() for rule in (*protocol.rules, *protocol.here)
]


def _true(node: ast.expr) -> tuple[set[str], dict[str, float], str | None]:
    """Findings, ages and durations, and a sex with which a condition holds: the first way to meet each part of it."""
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            findings: set[str] = set()
            numbers: dict[str, float] = {}
            sex: str | None = None
            for value in values:
                more, more_numbers, more_sex = _true(value)
                findings |= more
                numbers |= more_numbers
                sex = more_sex or sex
            return findings, numbers, sex
        case ast.BoolOp(values=values):
            return _true(values[0])
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=int() as bound)]):
            near = {ast.Lt: bound - 0.5, ast.LtE: bound, ast.Gt: bound + 0.5, ast.GtE: bound}[type(op)]
            return set(), {name: near}, None
        case ast.Name(id="male" | "female" as sex):
            return set(), {}, sex[0]
        case ast.Name(id=name):
            return {name}, {}, None
    return set(), {}, None


def _meeting(protocol: Protocol, rule: Rule) -> Case:
    findings, numbers, sex = _true(ast.parse(rule.when.text, mode="eval").body)
    months = numbers.get("age_months", numbers["age"] * 12 if "age" in numbers else None)
    hours = numbers.get("hours", numbers["days"] * 24 if "days" in numbers else None)
    return Case(protocol.id, frozenset(findings), age_months=months, sex=sex, duration_hours=hours)


@pytest.mark.parametrize(("protocol", "rule"), RULES, ids=lambda one: one.id)
def test_each_rule_can_fire_and_is_obeyed(protocol: Protocol, rule: Rule) -> None:
    result = assess(default_tables(), _meeting(protocol, rule))
    assert rule.id in result.rules and result.urgency >= rule.urgency


def test_there_are_protocols_for_the_common_and_the_dangerous() -> None:
    tables = default_tables()
    assert len(tables.protocols) >= 24
    for protocol in tables.protocols.values():
        first = [assess(tables, Case(protocol.id, frozenset({one}))).urgency for one in protocol.ask[0]]
        assert max(first) >= Urgency.days3, f"{protocol.id} begins with its gravest signs"


def test_nothing_but_the_complaint_counts_as_the_unsafe_side() -> None:
    tables = default_tables()
    bare = assess(tables, Case("chest_pain"))
    assert (bare.urgency, bare.service, bare.rules[0]) == (Urgency.now, "emergency", "chest_pain.bare")
    known = assess(tables, Case("chest_pain", absent=frozenset({"sweating"}), present=frozenset({"chest_pain_touch"})))
    assert known.urgency < Urgency.now


def test_not_knowing_an_answer_counts_as_yes() -> None:
    tables = default_tables()
    unsure = assess(tables, Case("headache", unsure=frozenset({"stiff_neck"}), present=frozenset({"fever"})))
    assert unsure.urgency is Urgency.now


def test_a_contradiction_counts_as_yes_and_is_told() -> None:
    both = frozenset({"coughing_blood"})
    result = assess(default_tables(), Case("cough", present=both, absent=both))
    assert result.urgency is Urgency.today and result.contradictions == ("coughing_blood",)


def test_narrower_findings_bring_the_wider_and_absence_takes_the_narrower() -> None:
    tables = default_tables()
    assert {"fever_over_39", "fever"} <= tables.with_wider(["fever_over_40"])
    assert "fever_over_40" in tables.with_narrower(["fever"])
    assert "fever_over_40" not in assess(tables, Case("fever", absent=frozenset({"fever_over_39"}))).asked


def test_signs_of_an_emergency_are_asked_first_and_nothing_after_it_is_one() -> None:
    tables = default_tables()
    mild = assess(tables, Case("cough", absent=frozenset({"fever"}), age_months=400))
    assert mild.asked[0] in tables.protocols["cough"].ask[0]
    assert assess(tables, Case("cough", frozenset({"blue_lips"}))).asked == ()


@pytest.mark.parametrize(("age", "service"), [(30, "pediatrics"), (400, "family_medicine"), (None, "family_medicine")])
def test_a_child_goes_to_a_paediatrician(age: float | None, service: str) -> None:
    result = assess(default_tables(), Case("sore_throat", frozenset({"fever", "tonsil_pus"}), age_months=age))
    assert (result.urgency, result.service) == (Urgency.days3, service)


def test_until_when_a_visit_answers() -> None:
    now = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
    assert latest_visit(Urgency.today, now) == datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    assert latest_visit(Urgency.days3, now) == datetime(2026, 11, 26, 20, 15, tzinfo=UTC)
    assert latest_visit(Urgency.now, now) is None and latest_visit(Urgency.self, now) is None


def test_medicines_are_known_by_their_names() -> None:
    assert medicine_findings(["Xarelto 20 mg", "Metformax", "Insulina Lantus"]) == {"anticoagulant", "insulin"}
    assert medicine_findings(["witamina C", ""]) == set()


def _replacing(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / "protocols" / "chest.yml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_replacing("when: chest_pain_tearing,", "when: chest_pain_tering,"), "chest-tearing in chest.yml line "),
        (_replacing("when: chest_pain_tearing,", "when: chest_pain and (,"), "chest-tearing in chest.yml line "),
        (_replacing("when: chest_pain_tearing,", "when: __import__('os'),"), "not understood"),
        (_replacing("when: chest_pain_tearing,", "when: weight > 3,"), "cannot compare 'weight'"),
        (_replacing("id: chest-tearing, is: now", "id: chest-tearing, is: soon"), "unknown urgency 'soon'"),
        (
            _replacing("chest_pain_tearing, from: aorta", "chest_pain_tearing, from: hearsay"),
            "unknown source 'hearsay'",
        ),
        (_replacing("id: chest-tearing,", "id: chest-heart,"), "the id is taken"),
        (_replacing("base: days3\n  bare: now", "base: now\n  bare: days3"), "bare is less urgent than base"),
        (_replacing("complaints: [chest_pain]", "complaints: [chest_pian]"), "unknown finding chest_pian"),
        (_replacing("- id: chest_pain\n", "- id: chest_pain\n  id: other\n"), "given twice"),
        (_replacing("- id: chest_pain\n", "- id: [\n"), "cannot be read"),
    ],
)
def test_a_table_with_a_mistake_is_refused_naming_it(change: Callable[[Path], None], told: str, tmp_path: Path) -> None:
    folder = tmp_path / "triage"
    shutil.copytree(FOLDER, folder)
    change(folder)
    with pytest.raises(ConfigurationError, match=told.replace("(", r"\(")):
        load(folder)


def test_any_edit_changes_the_version(tmp_path: Path) -> None:
    folder = tmp_path / "triage"
    shutil.copytree(FOLDER, folder)
    assert load(folder).version == default_tables().version
    _replacing("is: now, when: chest_pain_tearing", "is: today, when: chest_pain_tearing")(folder)
    assert load(folder).version != default_tables().version

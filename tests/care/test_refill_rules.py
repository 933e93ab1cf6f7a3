"""The checks of a refill request. Invariant: same facts, same findings; what is unknown counts as the unsafe side."""

from datetime import date
from pathlib import Path

import pytest

from care.refills.models import Medication, Route
from care.refills.rules import FILE, Facts, Outcome, default_rules, load, named
from core.errors import ConfigurationError
from core.i18n import LANGUAGES, catalogue

TODAY = date(2026, 11, 23)
FINE = Facts(("Polpril 5 mg", "ramipryl"), 10, True, date(2026, 10, 1), 60, date(2026, 6, 1), TODAY)


def _facts(**changes: object) -> Facts:
    return Facts(**{**FINE.__dict__, **changes})


def test_an_ordinary_request_goes_to_a_clinician_with_nothing_flagged() -> None:
    checked = default_rules().check(FINE)
    assert checked.route is Route.clinician
    assert {one.outcome for one in checked.findings} == {Outcome.fine}
    assert checked == default_rules().check(FINE) and len(checked.version) == 12


@pytest.mark.parametrize(
    ("changes", "rule", "route"),
    [
        ({"days_left": 0}, "supply_out", Route.today),
        ({"days_left": 1}, "supply_out", Route.today),
        ({"days_left": None}, "supply_out", Route.today),
        ({"days_left": 3}, "supply_short", Route.clinician),
        ({"is_same_dose": False}, "dose_changed", Route.clinician),
        ({"is_same_dose": None}, "dose_unknown", Route.clinician),
        ({"last_issued_on": date(2026, 11, 1)}, "interval_early", Route.clinician),
        ({"last_issued_on": None}, "interval_unknown", Route.clinician),
        ({"last_visit_on": date(2025, 11, 1)}, "visit_long_ago", Route.clinician),
        ({"last_visit_on": None}, "visit_long_ago", Route.clinician),
        ({"names": ("Lantus", "insulina glargine")}, "class.insulin", Route.today),
        ({"names": ("Warfin 5 mg", "warfaryna")}, "class.anticoagulant", Route.today),
        ({"names": ("Encorton", "prednizon")}, "class.steroids", Route.today),
        ({"names": ("Lamitrin", "lamotrygina")}, "class.antiepileptic", Route.today),
        ({"names": ("Tramal", "tramadol")}, "class.opioid", Route.in_person),
        ({"names": ("susz konopi", "cannabis flos")}, "class.cannabis", Route.in_person),
        ({"names": ("Tramal", "tramadol"), "days_left": 0}, "class.opioid", Route.in_person),
    ],
)
def test_each_rule_is_heard_and_the_gravest_way_wins(changes: dict[str, object], rule: str, route: Route) -> None:
    checked = default_rules().check(_facts(**changes))
    assert checked.route is route
    assert {one.rule for one in checked.findings if one.outcome is not Outcome.fine} >= {rule}


def test_every_rule_has_its_words_and_its_source() -> None:
    rules = default_rules()
    everything = rules.check(_facts(names=("insulin warfar prednizon walproi tramadol konopi",), days_left=None))
    ids = {one.rule for one in everything.findings}
    assert {one for one in ids if one.startswith("class.")} == {
        f"class.{one}" for one in ("insulin", "anticoagulant", "steroids", "antiepileptic", "opioid", "cannabis")
    }
    for rule in ids:
        assert all(rules.source(rule, language) for language in LANGUAGES)
        assert all(
            catalogue(language).has(f"refill-rule-{rule.replace('.', '-').replace('_', '-')}") for language in LANGUAGES
        )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("metformine", ["Metformax 850 mg"]),
        ("chodzi o metfromax", ["Metformax 850 mg"]),
        ("tabletki na cukrzyce", ["Metformax 850 mg"]),
        ("kończą mi się leki na ciśnienie", ["Polpril 5 mg"]),
        ("ramipril i metformina", ["Metformax 850 mg", "Polpril 5 mg"]),
        ("poproszę receptę", []),
        ("ibuprofen", []),
        ("mam receptę na leki od lekarza, tak jak zawsze", []),
    ],
)
def test_a_medicine_is_known_by_name_substance_or_what_it_is_for(text: str, found: list[str]) -> None:
    taken = [
        Medication(name="Metformax 850 mg", substance="metformina", dose="", reason="cukrzyca"),
        Medication(name="Polpril 5 mg", substance="ramipryl", dose="", reason="nadciśnienie"),
    ]
    assert [one.name for one in named(taken, text)] == found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("at_most: 1, route: today", "at_most: soon, route: today", "supply_out: needs at_most"),
        ("{route: in_person, from: opioids}", "{route: by_post, from: opioids}", "opioid: unknown route 'by_post'"),
        (
            "visit_long_ago: {at_least: 365, from: prof}",
            "visit_long_ago: {at_least: 365, from: hearsay}",
            "no known source",
        ),
        ("  dose_unknown: {from: prof}\n", "", "dose_unknown"),
        ("sources:", "sources: [", "cannot be read"),
    ],
)
def test_a_table_with_a_mistake_is_refused_by_name(tmp_path: Path, old: str, new: str, told: str) -> None:
    content = FILE.read_text("utf-8")
    assert old in content
    file = tmp_path / "rules.yml"
    file.write_text(content.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError, match=told):
        load(file)

"""The decision: same case, same tables, same result and the same rule ids. Pure; nothing here asks a clock, a model or a database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from care.triage.conditions import Facts
from care.triage.models import Case, Finding, Protocol, Result, Rule, Urgency

ADULT_YEARS = 18
WAIT = {Urgency.days3: timedelta(days=3), Urgency.routine: timedelta(days=28)}


class Tables:
    """Findings and protocols, checked and indexed. `digest` is of their exact content; `version`, its beginning, names it."""

    def __init__(self, findings: Mapping[str, Finding], protocols: Sequence[Protocol], digest: str) -> None:
        self.findings = findings
        self.protocols = {protocol.id: protocol for protocol in protocols}
        self.digest = digest
        self.version = digest[:12]
        self._wider = {id_: frozenset(self._climb(id_)) for id_ in findings}
        self._narrower = {id_: frozenset(one for one in findings if id_ in self._wider[one]) for id_ in findings}
        self._rules = [rule for protocol in protocols for rule in protocol.rules]

    def _climb(self, id_: str) -> Iterable[str]:
        yield id_
        for one in self.findings[id_].wider:
            yield from self._climb(one)

    def opened(self, complaint: str) -> list[Protocol]:
        """The protocols of a complaint: a protocol's own id, or a finding that opens one; the general one where none does."""
        named = [protocol for protocol in self.protocols.values() if protocol.id == complaint]
        if named or complaint not in self.findings:
            return named
        for level in self._levels(complaint):
            found = [one for one in self.protocols.values() if level & set(one.complaints)]
            if found:
                return found
        return [next(iter(self.protocols.values()))]

    def _levels(self, complaint: str) -> Iterable[set[str]]:
        level = {complaint}
        while level:
            yield level
            level = {wider for one in level for wider in self.findings[one].wider}

    def knows(self, complaint: str) -> bool:
        """True for a protocol's or a finding's id."""
        return complaint in self.protocols or complaint in self.findings

    def with_wider(self, findings: Iterable[str]) -> frozenset[str]:
        """The findings and all that is so whenever they are."""
        return frozenset(chain.from_iterable(self._wider[one] for one in findings))

    def with_narrower(self, findings: Iterable[str]) -> frozenset[str]:
        """The findings and all that cannot be so where they are not."""
        return frozenset(chain.from_iterable(self._narrower[one] for one in findings))

    def fired(self, opened: Sequence[Protocol], facts: Facts) -> list[Rule]:
        """The rules that hold, the most urgent first, in the tables' order among equals."""
        own = [rule for protocol in opened for rule in protocol.here]
        held = [rule for rule in (*self._rules, *own) if rule.when.holds(facts)]
        return sorted(held, key=lambda rule: -rule.urgency)

    def reaches_above(self, urgency: Urgency, opened: Sequence[Protocol], facts: Facts, added: frozenset[str]) -> bool:
        """True if a rule about one of the findings `added` holds and says more than `urgency`."""
        return any(
            rule.urgency > urgency and rule.when.findings & added and rule.when.holds(facts)
            for rule in chain(self._rules, *(protocol.here for protocol in opened))
        )


def assess(tables: Tables, case: Case) -> Result:
    """The result of a case whose ids the tables know (`case_problems`)."""
    opened = tables.opened(case.complaint)
    facts = _facts(tables, case, opened)
    urgency, fired = _decided(tables, case, opened, facts)
    by_floor = () if fired and fired[0].urgency is urgency else (f"{opened[0].id}.{_floor_name(tables, case)}",)
    return Result(
        urgency=urgency,
        service=_service(tables, opened, fired, urgency, case),
        rules=(*by_floor, *(rule.id for rule in fired)),
        asked=tuple(_open(tables, case, opened, facts, urgency)),
        protocols=tuple(protocol.id for protocol in opened),
        contradictions=tuple(sorted(case.present & case.absent)),
    )


def next_question(tables: Tables, case: Case, result: Result) -> list[str]:
    """The first question of the protocols of which something could still change the result: its open findings. Empty: nothing could."""
    known = {*tables.with_wider([*case.present, *case.unsure]), *tables.with_narrower(case.absent)}
    for protocol in tables.opened(case.complaint):
        for group in protocol.ask:
            left = [one for one in group if one not in known]
            if left and set(left) & set(result.asked):
                return left
    return []


def latest_visit(urgency: Urgency, now: datetime) -> datetime | None:
    """Until when a visit must begin for that urgency, or None where no visit answers it."""
    if urgency is Urgency.today:
        return now.replace(hour=23, minute=59, second=59, microsecond=0)
    return now + WAIT[urgency] if urgency in WAIT else None


def _facts(tables: Tables, case: Case, opened: Sequence[Protocol]) -> Facts:
    said = case.present | case.unsure | ({case.complaint} & tables.findings.keys())
    numbers: dict[str, float] = {}
    if case.age_months is not None:
        numbers |= {"age_months": case.age_months, "age": case.age_months / 12}
    if case.duration_hours is not None:
        numbers |= {"hours": case.duration_hours, "days": case.duration_hours / 24}
    present = tables.with_wider(said)
    facts = Facts(present, tables.with_narrower(case.absent) - present, numbers, case.sex)
    derived = {
        finding for protocol in opened for finding, condition in protocol.derived.items() if condition.holds(facts)
    }
    if not derived - present:
        return facts
    return Facts(tables.with_wider(present | derived), facts.absent - derived, numbers, case.sex)


def _decided(tables: Tables, case: Case, opened: Sequence[Protocol], facts: Facts) -> tuple[Urgency, list[Rule]]:
    fired = tables.fired(opened, facts)
    floor = max(getattr(protocol, _floor_name(tables, case)) for protocol in opened)
    return max([floor, *(rule.urgency for rule in fired[:1])]), fired


def _floor_name(tables: Tables, case: Case) -> str:
    """Which of a protocol's two floors holds: `bare` while nothing but the complaint is known, else `base`."""
    return "bare" if _is_bare(tables, case) else "base"


def _is_bare(tables: Tables, case: Case) -> bool:
    of_complaint = tables.with_wider({case.complaint} & tables.findings.keys())
    return not case.absent and not case.unsure and tables.with_wider(case.present) <= of_complaint


def _open(tables: Tables, case: Case, opened: Sequence[Protocol], facts: Facts, urgency: Urgency) -> Iterable[str]:
    """Questions whose yes would make the case more urgent than it is; none once it could not be."""
    for finding in dict.fromkeys(chain.from_iterable(chain.from_iterable(one.ask for one in opened))):
        if finding in facts.present or finding in facts.absent or urgency is Urgency.now:
            continue
        added = tables.with_wider([finding])
        with_it = Facts(facts.present | added, facts.absent, facts.numbers, facts.sex)
        if finding in _decisive(opened) or tables.reaches_above(urgency, opened, with_it, added - facts.present):
            yield finding


def _decisive(opened: Sequence[Protocol]) -> frozenset[str]:
    """The first question of a protocol, signs of an emergency, is always put."""
    return frozenset(chain.from_iterable(protocol.ask[0] for protocol in opened if protocol.ask))


def _service(tables: Tables, opened: Sequence[Protocol], fired: Sequence[Rule], urgency: Urgency, case: Case) -> str:
    if urgency is Urgency.now:
        return "emergency"
    if urgency is Urgency.self:
        return "self_care"
    top = {rule.id for rule in fired if rule.urgency is urgency}
    by_rule = [one for one in tables.protocols.values() if any(rule.id in top for rule in (*one.rules, *one.here))]
    chosen = next((one for one in opened if one in by_rule), (by_rule or list(opened))[0])
    if chosen.service == "gp":
        return "pediatrics" if case.age_months is not None and case.age_months < ADULT_YEARS * 12 else "family_medicine"
    return chosen.service

"""The form in force and its versions. Before anybody wrote one, the shipped one holds (number 0)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from core.access import Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import Refused
from core.ids import new_id
from core.settings import ROOT
from core.yamls import read_yaml
from handoff.quality.models import QualityForm
from handoff.quality.rules import ALWAYS, WEIGHTS, Kind, Plan, Question

FILE = ROOT / "data" / "quality" / "form.yml"
MOST = 20
"""Questions of a form."""
SHORTEST, LONGEST = 3, 200
PER_AGENT, LEAST = range(21), range(3, 51)


@lru_cache
def shipped() -> Plan:
    """The form that comes with the house."""
    data = read_yaml(FILE.read_text("utf-8"))
    return Plan(0, data["per_agent"], data["least"], tuple(data["always"]), read_questions(data["questions"]))


def read_questions(kept: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Questions as they are kept."""
    return tuple(
        Question(one["key"], one["pl"], one["en"], Kind(one["kind"]), one["weight"], one.get("is_critical", False))
        for one in kept
    )


def as_kept(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Questions as they are kept."""
    return [
        {"key": one.key, "pl": one.pl, "en": one.en, "kind": one.kind.value, "weight": one.weight, "is_critical": one.is_critical}
        for one in questions
    ]  # fmt: skip


async def plan_in_force(uow: UnitOfWork) -> Plan:
    """What is sampled and asked now."""
    row = await uow.session.scalar(select(QualityForm).order_by(QualityForm.number.desc()).limit(1))
    if row is None:
        return shipped()
    return Plan(row.number, row.per_agent, row.least, tuple(row.always), read_questions(row.questions))


async def versions(uow: UnitOfWork) -> Sequence[tuple[QualityForm, str]]:
    """The newest versions with who wrote them."""
    rows = await uow.session.execute(
        select(QualityForm, Staff.name)
        .join(Staff, Staff.id == QualityForm.made_by)
        .order_by(QualityForm.number.desc())
        .limit(20)
    )
    return [(one, name) for one, name in rows]


async def save(uow: UnitOfWork, person: SignedIn, plan: Plan, now: datetime) -> Refused | None:
    """Put a form in force; `plan.number` is the version that was edited. Audited.

    Refused: `quality-form-changed` if somebody was faster, `quality-form-words` for the words of a question, `quality-form-none`
    without one that counts, `quality-form-most`, `quality-form-number`.
    """
    person.access.require(Permission.edit_quality_form)
    if (refused := _check(plan)) is not None:
        return refused
    await uow.lock("quality-form")
    in_force = await plan_in_force(uow)
    if in_force.number != plan.number:
        return Refused("quality-form-changed")
    if in_force == plan:
        return None
    made = QualityForm(
        number=plan.number + 1, questions=as_kept(plan.questions), per_agent=plan.per_agent, least=plan.least,
        always=list(plan.always), made_by=person.staff_id, made_at=now,
    )  # fmt: skip
    uow.session.add(made)
    record(uow, person.access, "quality.form-changed", "quality-form", str(made.number), now)
    return None


def new_key() -> str:
    """Of a question that was not there before."""
    return f"q-{new_id().hex[-12:]}"


def _check(plan: Plan) -> Refused | None:
    if len(plan.questions) > MOST:
        return Refused("quality-form-most", {"most": MOST})
    for number, one in enumerate(plan.questions, 1):
        if not all(SHORTEST <= len(words) <= LONGEST for words in (one.pl, one.en)):
            return Refused("quality-form-words", {"number": number, "least": SHORTEST, "most": LONGEST})
        if one.weight not in WEIGHTS:
            return Refused("quality-form-number")
    if not any(one.weight and one.kind is not Kind.comment for one in plan.questions):
        return Refused("quality-form-none")
    known = len({one.key for one in plan.questions}) == len(plan.questions) and set(plan.always) <= set(ALWAYS)
    if not known or plan.per_agent not in PER_AGENT or plan.least not in LEAST:
        return Refused("quality-form-number")
    return None

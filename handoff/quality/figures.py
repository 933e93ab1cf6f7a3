"""What evaluations come to, month by month: per agent, queue and question. By name, never by score.

Below the plan's `least` evaluations there is a count and no figure. Counted is what this person may open, by the month a conversation
ended in; by default only what chance drew, for what is chosen because it went wrong says nothing of the rest.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true

from core.access import Permission
from core.accounts import SignedIn, Staff
from core.db import UnitOfWork
from handoff.quality.evaluating import visible
from handoff.quality.forms import plan_in_force
from handoff.quality.models import EvaluationState, QualityAnswer, QualityEvaluation
from handoff.quality.rules import Kind, Question

MONTHS = 6
WHICH = ("sample", "always", "all")


@dataclass(frozen=True)
class Cell:
    """How many were evaluated, and their mean in per cent where they are enough."""

    count: int
    mean: int | None


@dataclass(frozen=True)
class FigureRow:
    """A person, a queue or a question: a cell a month and one for all of them."""

    name: str
    months: Sequence[Cell]
    whole: Cell


@dataclass(frozen=True)
class Figures:
    """`months` are first days, the oldest first; `queues` are named by their ids."""

    months: Sequence[date]
    least: int
    everybody: FigureRow
    agents: Sequence[FigureRow]
    queues: Sequence[FigureRow]
    questions: Sequence[tuple[Question, FigureRow]]


def months_until(day: date) -> list[date]:
    """The first days of the last six months, the oldest first."""
    count = day.year * 12 + day.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(count - MONTHS + 1, count + 1)]


async def read_figures(uow: UnitOfWork, person: SignedIn, which: str, now: datetime) -> Figures:
    """The last six months; `which` is one of `WHICH`."""
    person.access.require(Permission.review_quality)
    plan, months = await plan_in_force(uow), months_until(now.date())
    since = datetime(months[0].year, months[0].month, 1, tzinfo=now.tzinfo)
    evaluation = QualityEvaluation
    chosen: ColumnElement[bool] = {
        "sample": evaluation.draw_id.is_not(None), "always": evaluation.draw_id.is_(None), "all": true(),
    }[which]  # fmt: skip
    counted = and_(
        evaluation.state == EvaluationState.done, evaluation.score.is_not(None), evaluation.ended_at >= since, chosen,
        visible(person.access, now),
    )  # fmt: skip
    scores = (
        await uow.session.execute(
            select(evaluation.staff_id, Staff.name, evaluation.queue, evaluation.ended_at, evaluation.score)
            .join(Staff, Staff.id == evaluation.staff_id)
            .where(counted)
        )
    ).all()
    answers = await uow.session.execute(
        select(QualityAnswer.key, evaluation.ended_at, QualityAnswer.percent)
        .join(evaluation, evaluation.id == QualityAnswer.evaluation_id)
        .where(counted, QualityAnswer.percent.is_not(None))
    )
    agents: dict[tuple[str, UUID], list[tuple[date, int]]] = defaultdict(list)
    queues: dict[str, list[tuple[date, int]]] = defaultdict(list)
    questions: dict[str, list[tuple[date, int]]] = defaultdict(list)
    everybody: list[tuple[date, int]] = []
    for staff_id, name, queue, at, percent in scores:
        if percent is None:
            continue
        one = (_month(at, now), percent)
        agents[name, staff_id].append(one)
        queues[queue or ""].append(one)
        everybody.append(one)
    for key, at, part in answers:
        if part is not None:
            questions[key].append((_month(at, now), part))

    def row(name: str, values: Iterable[tuple[date, int]]) -> FigureRow:
        kept = list(values)
        cells = [_cell([value for month, value in kept if month == one], plan.least) for one in months]
        return FigureRow(name, cells, _cell([value for _, value in kept], plan.least))

    return Figures(
        months, plan.least, row("", everybody),
        [row(name, values) for (name, _), values in sorted(agents.items(), key=lambda one: (one[0][0], str(one[0][1])))],
        [row(name, values) for name, values in sorted(queues.items())],
        [(one, row(one.key, questions[one.key])) for one in plan.questions if one.kind is not Kind.comment],
    )  # fmt: skip


def _month(at: datetime, now: datetime) -> date:
    return at.astimezone(now.tzinfo).date().replace(day=1)


def _cell(values: Sequence[int], least: int) -> Cell:
    return Cell(len(values), round(sum(values) / len(values)) if len(values) >= least else None)

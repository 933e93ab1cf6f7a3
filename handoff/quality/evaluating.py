"""Evaluating a chosen conversation with the form, and answering the evaluation of one's own work.

Reading is opening the thread, audited with the purpose "quality". What a supervisor may not open is not listed, and their own work is not
there at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, select, true
from sqlalchemy.orm import aliased

from care.policy import within_relation
from conversations.models import Case
from conversations.policy import require_thread
from conversations.transcript import Line, Transcripts
from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from handoff.quality.forms import as_kept, plan_in_force, read_questions
from handoff.quality.models import EvaluationState, QualityAnswer, QualityDraw, QualityEvaluation
from handoff.quality.rules import SCALE, Kind, Plan, Question, digest, draw, score, share
from handoff.quality.sampling import by_agent, population

PURPOSE = "quality"
NOT_APPLICABLE = "na"
SHORTEST, LONGEST = 5, 2000
SHOWN = 200


@dataclass(frozen=True)
class EvaluationItem:
    """One evaluation in a list: whose work, by whom evaluated. No words."""

    evaluation: QualityEvaluation
    agent: str
    reviewer: str | None


@dataclass(frozen=True)
class Drawn:
    """Why chance chose it: of how many of that person's, at which place; `repeats` is the draw made again now.

    None: some of what could have been drawn then is erased, so the same draw cannot be made.
    """

    draw: QualityDraw
    of: int
    place: int
    repeats: bool | None


@dataclass(frozen=True)
class Opened:
    """An evaluation with its conversation, questions and answers."""

    item: EvaluationItem
    thread_id: UUID
    lines: Sequence[Line]
    questions: Sequence[Question]
    answers: Mapping[str, QualityAnswer]
    drawn: Drawn | None


def visible(access: Access, now: datetime) -> ColumnElement[bool]:
    """The evaluations of conversations this person may open: `conversations.policy.require_thread`, for queries."""
    mine, other = aliased(Case), aliased(Case)
    inside = within_relation(access, other.patient_id, now)
    if inside is None:
        return true()
    outside = (
        select(other.id)
        .join(mine, mine.thread_id == other.thread_id)
        .where(mine.id == QualityEvaluation.case_id, other.patient_id.is_not(None), not_(inside))
        .correlate(QualityEvaluation)
    )
    return not_(exists(outside))


async def listed(uow: UnitOfWork, person: SignedIn, state: EvaluationState, now: datetime) -> list[EvaluationItem]:
    """What waits, the longest ended first; or what was done, the latest first. Without one's own."""
    person.access.require(Permission.review_quality)
    evaluation = QualityEvaluation
    order = evaluation.ended_at if state is EvaluationState.waiting else evaluation.reviewed_at.desc()
    return await _items(
        uow, and_(evaluation.state == state, evaluation.staff_id != person.staff_id, visible(person.access, now)), order
    )


async def draws(uow: UnitOfWork, person: SignedIn) -> Sequence[QualityDraw]:
    """The latest weeks' samples."""
    person.access.require(Permission.review_quality)
    return (await uow.session.scalars(select(QualityDraw).order_by(QualityDraw.week.desc()).limit(6))).all()


async def opened(uow: UnitOfWork, person: SignedIn, evaluation_id: UUID, now: datetime) -> Opened:
    """An evaluation with the whole case. Audited like every reading. Raises `NotFound`, for one's own work too."""
    person.access.require(Permission.review_quality)
    item = await _item(uow, QualityEvaluation.id == evaluation_id)
    if item is None or item.evaluation.staff_id == person.staff_id:
        raise NotFound("evaluation")
    access = replace(person.access, purpose=PURPOSE)
    case = await uow.session.get_one(Case, item.evaluation.case_id)
    lines = await Transcripts(uow, access).of_thread(case.thread_id, now)
    record(uow, access, "read", "evaluation", evaluation_id, now)
    theirs = [one for one in lines if one.case_id == case.id]
    questions, answers = await _form(uow, item.evaluation)
    return Opened(item, case.thread_id, theirs, questions, answers, await _drawn(uow, item.evaluation, now))


async def evaluate(
    uow: UnitOfWork, person: SignedIn, evaluation_id: UUID, given: Mapping[str, str], basis: str, now: datetime
) -> Refused | None:
    """Answer the whole form, once. `given` holds by question "1" to "5", "yes", "no" or "na", or words; `basis` is the form's number.

    Refused: `quality-done` (somebody was faster), `quality-form-newer`, `quality-open` with the first question left open,
    `quality-words`.
    """
    found = await _locked(uow, person, evaluation_id, now)
    if isinstance(found, Refused):
        return found
    plan = await plan_in_force(uow)
    if basis != str(plan.number):
        return Refused("quality-form-newer")
    answers = []
    for number, question in enumerate(plan.questions, 1):
        answer = _answer(evaluation_id, question, given.get(question.key, "").strip())
        if answer is None:
            reason = "quality-words" if question.kind is Kind.comment else "quality-open"
            return Refused(reason, {"number": number, "most": LONGEST})
        answers.append(answer)
    result = score(plan.questions, {one.key: one.value for one in answers})
    found.state, found.reviewed_by, found.reviewed_at = EvaluationState.done, person.staff_id, now
    found.questions, found.form_number = as_kept(plan.questions), plan.number
    found.score, found.has_failed = result.percent, result.has_failed
    uow.session.add_all(answers)
    record(uow, replace(person.access, purpose=PURPOSE), "quality.evaluated", "evaluation", evaluation_id, now)
    await uow.publish("agent", id=str(found.staff_id))
    return None


async def set_aside(uow: UnitOfWork, person: SignedIn, evaluation_id: UUID, why: str, now: datetime) -> Refused | None:
    """There is nothing to evaluate. Refused: `quality-done`, `quality-why` (5 to 2000 characters)."""
    found = await _locked(uow, person, evaluation_id, now)
    if isinstance(found, Refused):
        return found
    if not SHORTEST <= len(why.strip()) <= LONGEST:
        return Refused("quality-why", {"least": SHORTEST, "most": LONGEST})
    found.state, found.reviewed_by, found.reviewed_at = EvaluationState.set_aside, person.staff_id, now
    found.why = why.strip()
    record(uow, replace(person.access, purpose=PURPOSE), "quality.set-aside", "evaluation", evaluation_id, now)
    return None


async def own(uow: UnitOfWork, person: SignedIn) -> list[EvaluationItem]:
    """The evaluations of one's own work, the latest first."""
    evaluation = QualityEvaluation
    mine = and_(evaluation.staff_id == person.staff_id, evaluation.state == EvaluationState.done)
    return await _items(uow, mine, evaluation.reviewed_at.desc())


async def unseen(uow: UnitOfWork, person: SignedIn) -> int:
    """How many of them were not opened yet."""
    evaluation = QualityEvaluation
    found = await uow.session.scalar(
        select(func.count())
        .select_from(evaluation)
        .where(
            evaluation.staff_id == person.staff_id, evaluation.state == EvaluationState.done, evaluation.seen_at.is_(None)
        )
    )  # fmt: skip
    return found or 0


async def read_own(uow: UnitOfWork, person: SignedIn, evaluation_id: UUID, now: datetime) -> Opened:
    """The evaluation of one's own work, audited; its conversation is opened in the console. Raises `NotFound`."""
    item = await _item(uow, QualityEvaluation.id == evaluation_id)
    found = item.evaluation if item else None
    if item is None or found is None or found.staff_id != person.staff_id or found.state is not EvaluationState.done:
        raise NotFound("evaluation")
    found.seen_at = found.seen_at or now
    case = await uow.session.get_one(Case, found.case_id)
    record(uow, replace(person.access, purpose=PURPOSE), "read", "evaluation", evaluation_id, now)
    questions, answers = await _form(uow, found)
    return Opened(item, case.thread_id, (), questions, answers, None)


async def answer(uow: UnitOfWork, person: SignedIn, evaluation_id: UUID, words: str, now: datetime) -> Refused | None:
    """What one says to the evaluation of one's own work, once. Refused: `quality-answered`, `quality-why` (5 to 2000)."""
    found = await uow.session.get(QualityEvaluation, evaluation_id, with_for_update=True, populate_existing=True)
    if found is None or found.staff_id != person.staff_id or found.state is not EvaluationState.done:
        raise NotFound("evaluation")
    if found.answer is not None:
        return Refused("quality-answered")
    if not SHORTEST <= len(words.strip()) <= LONGEST:
        return Refused("quality-why", {"least": SHORTEST, "most": LONGEST})
    found.answer, found.answered_at = words.strip(), now
    record(uow, replace(person.access, purpose=PURPOSE), "quality.answered", "evaluation", evaluation_id, now)
    return None


async def _items(uow: UnitOfWork, which: ColumnElement[bool], order: Any) -> list[EvaluationItem]:
    agent, reviewer = aliased(Staff), aliased(Staff)
    rows = await uow.session.execute(
        select(QualityEvaluation, agent.name, reviewer.name)
        .join(agent, agent.id == QualityEvaluation.staff_id)
        .outerjoin(reviewer, reviewer.id == QualityEvaluation.reviewed_by)
        .where(which)
        .order_by(order, QualityEvaluation.id)
        .limit(SHOWN)
    )
    return [EvaluationItem(one, name, by) for one, name, by in rows]


async def _item(uow: UnitOfWork, which: ColumnElement[bool]) -> EvaluationItem | None:
    return next(iter(await _items(uow, which, QualityEvaluation.id)), None)


async def _locked(uow: UnitOfWork, person: SignedIn, evaluation_id: UUID, now: datetime) -> QualityEvaluation | Refused:
    """The evaluation, locked for this person's act. Raises `NotFound` for one's own work and what may not be opened."""
    person.access.require(Permission.review_quality)
    found = await uow.session.get(QualityEvaluation, evaluation_id, with_for_update=True, populate_existing=True)
    if found is None or found.staff_id == person.staff_id:
        raise NotFound("evaluation")
    case = await uow.session.get_one(Case, found.case_id)
    await require_thread(uow, person.access, case.thread_id, now)
    return Refused("quality-done") if found.state is not EvaluationState.waiting else found


async def _form(
    uow: UnitOfWork, evaluation: QualityEvaluation
) -> tuple[Sequence[Question], Mapping[str, QualityAnswer]]:
    """The questions it was evaluated with and their answers; while it waits, those of the form in force."""
    if evaluation.questions is None:
        plan: Plan = await plan_in_force(uow)
        return plan.questions, {}
    rows = await uow.session.scalars(select(QualityAnswer).where(QualityAnswer.evaluation_id == evaluation.id))
    return read_questions(evaluation.questions), {one.key: one for one in rows}


async def _drawn(uow: UnitOfWork, evaluation: QualityEvaluation, now: datetime) -> Drawn | None:
    """Draw the week again from its seed."""
    if evaluation.draw_id is None:
        return None
    kept = await uow.session.get_one(QualityDraw, evaluation.draw_id)
    groups = by_agent(await population(uow, kept.week, now))
    theirs = groups.get(evaluation.staff_id, [])
    order = draw(kept.seed, {evaluation.staff_id: theirs}, len(theirs))[evaluation.staff_id]
    place = order.index(evaluation.case_id) + 1 if evaluation.case_id in order else 0
    is_same = digest(groups) == kept.digest
    return Drawn(kept, len(theirs), place, 0 < place <= kept.per_agent if is_same else None)


def _answer(evaluation_id: UUID, question: Question, given: str) -> QualityAnswer | None:
    """The answer to a question; None where it does not answer it."""
    words = value = None
    if question.kind is Kind.comment:
        if len(given) > LONGEST:
            return None
        words = given or None
    elif question.kind is Kind.scale and given in {str(one) for one in SCALE}:
        value = int(given)
    elif question.kind is Kind.yes_no and given in ("yes", "no"):
        value = int(given == "yes")
    elif given != NOT_APPLICABLE:
        return None
    return QualityAnswer(
        evaluation_id=evaluation_id, key=question.key, value=value, percent=share(question, value), words=words
    )

"""Draw and score. Invariant: the same seed and conversations give the same sample, and what is taken away changes no other's place."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.quality.forms import shipped
from handoff.quality.rules import Kind, Question, Score, draw, score, share

IDS = st.lists(st.uuids(), max_size=30, unique=True)


@given(IDS, st.integers(0, 10), st.text(max_size=8), st.randoms())
def test_the_same_seed_draws_the_same_in_whatever_order_they_come(
    ids: list[UUID], many: int, seed: str, any_: object
) -> None:
    agent = uuid4()
    mixed = sorted(ids, key=str)
    (first,) = draw(seed, {agent: ids}, many).values()
    assert draw(seed, {agent: mixed}, many)[agent] == first
    assert len(first) == min(many, len(ids)) and set(first) <= set(ids)


@given(IDS, st.integers(1, 5))
def test_an_erased_conversation_changes_nobody_elses_place(ids: list[UUID], many: int) -> None:
    agent = uuid4()
    whole = draw("seed", {agent: ids}, many)[agent]
    for gone in ids:
        left = draw("seed", {agent: [one for one in ids if one != gone]}, many)[agent]
        assert [one for one in whole if one != gone] == left[: len(whole) - (gone in whole)]


def test_another_seed_draws_others() -> None:
    agent, ids = uuid4(), [uuid4() for _ in range(40)]
    assert len({tuple(draw(str(seed), {agent: ids}, 2)[agent]) for seed in range(50)}) > 30


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"a": 5, "b": 1, "c": 1}, Score(100, has_failed=False)),
        ({"a": 1, "b": 1, "c": 1}, Score(50, has_failed=False)),
        ({"a": 3, "b": None, "c": None}, Score(50, has_failed=False)),
        ({"a": 5, "b": 0, "c": 1}, Score(75, has_failed=False)),
        ({"a": 5, "b": 1, "c": 0}, Score(0, has_failed=True)),
        ({"a": None, "b": None, "c": None}, Score(None, has_failed=False)),
        ({}, Score(None, has_failed=False)),
    ],
)
def test_a_score_weighs_what_was_applicable_and_a_critical_no_is_nothing(
    values: dict[str, int | None], told: Score
) -> None:
    questions = (
        Question("a", "A", "A", Kind.scale, 2),
        Question("b", "B", "B", Kind.yes_no, 1),
        Question("c", "C", "C", Kind.yes_no, 1, is_critical=True),
        Question("d", "D", "D", Kind.comment, 0),
    )
    assert score(questions, values) == told


def test_a_scale_runs_from_nothing_to_all() -> None:
    one = Question("a", "A", "A", Kind.scale)
    assert [share(one, value) for value in range(1, 6)] == [0, 25, 50, 75, 100]


def test_the_shipped_form_can_be_used_as_it_is() -> None:
    plan = shipped()
    assert {one.kind for one in plan.questions} == set(Kind) and any(one.is_critical for one in plan.questions)
    assert all(one.pl and one.en and one.pl != one.en for one in plan.questions)

"""Quality evaluation. Invariant: chosen by rule, repeatably; evaluated once by somebody else, answered once, gone with its conversation."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from care.patients.models import Patient
from care.patients.repository import Patients
from conversations.contact_limits import ContactLimit
from conversations.models import Case, SafetyAlert
from conversations.privacy.copies import erase_cases
from conversations.ratings import Rating
from core.access import Access, Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.errors import Forbidden, NotFound, Refused
from core.ids import new_id
from handoff.complaints import Complaint
from handoff.privacy import HandoffCopies
from handoff.quality import evaluating, forms
from handoff.quality.evaluating import Opened, opened
from handoff.quality.figures import Cell, Figures, months_until, read_figures
from handoff.quality.forms import plan_in_force, shipped
from handoff.quality.models import EvaluationState, QualityAnswer, QualityDraw, QualityEvaluation, QualityForm
from handoff.quality.rules import Question
from handoff.quality.sampling import Sampling
from tests.handoff.quality_parts import answers, drawn, ended_last_week, evaluated, evaluations, held
from tests.house import TestHouse
from tests.privacy.planting import visit
from tests.service.role_world import a_site
from tests.web.test_staff_pages import keyboard


async def waiting(house: TestHouse, agent: SignedIn, many: int = 1) -> list[UUID]:
    """So many of an agent's conversations of last week wait to be evaluated; their evaluations."""
    cases = [await held(house, agent) for _ in range(many)]
    await ended_last_week(house, *cases)
    assert await drawn(house) == many
    return [one.id for one in await evaluations(house) if one.case_id in cases]


async def looked(house: TestHouse, person: SignedIn, evaluation: UUID) -> Opened:
    """A supervisor opens it."""
    async with house.house.database.unit_of_work() as uow:
        return await opened(uow, person, evaluation, house.clock.now())


async def answered(house: TestHouse, person: SignedIn, evaluation: UUID, words: str) -> Refused | None:
    """Somebody answers an evaluation."""
    async with house.house.database.unit_of_work() as uow:
        return await evaluating.answer(uow, person, evaluation, words, house.clock.now())


async def listed(house: TestHouse, person: SignedIn) -> set[UUID]:
    """What waits for this person's evaluation."""
    async with house.house.database.unit_of_work() as uow:
        found = await evaluating.listed(uow, person, EvaluationState.waiting, house.clock.now())
    return {one.evaluation.id for one in found}


async def figures(house: TestHouse, person: SignedIn, which: str = "sample") -> Figures:
    """The figures as this person sees them."""
    async with house.house.database.unit_of_work() as uow:
        return await read_figures(uow, person, which, house.clock.now())


async def test_two_of_each_agents_answered_conversations_of_a_week_are_drawn_once_and_can_be_drawn_again(
    house: TestHouse,
) -> None:
    marta, pawel, anna = await house.staff(), await house.staff("Paweł"), await house.staff("Anna", Role.supervisor)
    cases = [await held(house, marta) for _ in range(5)] + [await held(house, pawel)]
    silent, fresh = await held(house, pawel, words=""), await held(house, marta)
    await ended_last_week(house, *cases, silent)
    sampling = Sampling(house.house.database, house.clock)
    both = await asyncio.gather(sampling.look(), sampling.look())
    assert sorted(both) == [0, 3] and await sampling.look() == 0, "once, though two looked at once"
    found = await evaluations(house)
    assert sorted(one.staff_id for one in found) == sorted([marta.staff_id] * 2 + [pawel.staff_id])
    assert not {one.case_id for one in found} & {silent, fresh}
    (kept,) = await house.rows(QualityDraw)
    assert (kept.population, kept.taken, kept.per_agent, kept.week) == (6, 3, 2, date(2026, 11, 16))
    for one in found:
        again = (await looked(house, anna, one.id)).drawn
        assert again is not None and again.repeats is True and 1 <= again.place <= 2
        assert again.of == (5 if one.staff_id == marta.staff_id else 1)
    not_taken = next(one for one in cases if one not in {row.case_id for row in found})
    async with house.house.database.unit_of_work() as uow:
        await erase_cases(uow, [not_taken], (HandoffCopies(),))
    again = (await looked(house, anna, found[0].id)).drawn
    assert again is not None and again.repeats is None, "honest that it is not the same any more"


async def test_what_went_wrong_is_always_chosen_with_its_reason_and_a_reason_is_added_not_doubled(
    house: TestHouse,
) -> None:
    marta, now = await house.staff(), house.clock.now()
    cases = [await held(house, marta) for _ in range(6)]
    low, complained, flagged, limited, threat, fine = cases
    async with house.house.database.unit_of_work() as uow:
        threads = {one: (await uow.session.get_one(Case, one)).thread_id for one in cases}
    messages = {one: (await house.messages(threads[one]))[0].id for one in cases}

    def alert(case: UUID, level: str) -> SafetyAlert:
        return SafetyAlert(
            id=new_id(), message_id=messages[case], thread_id=threads[case], case_id=case, level=level, rules=[],
            rules_version="1", raised_at=now,
        )  # fmt: skip

    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(Rating).where(Rating.case_id == low).values(score=2, rated_at=now))
        await uow.session.execute(update(Rating).where(Rating.case_id == fine).values(score=3, rated_at=now))
        uow.session.add_all(
            [
                Complaint(
                    id=new_id(), case_id=complained, thread_id=threads[complained], words="za długo", made_at=now,
                    due_on=now.date(),
                ),
                alert(flagged, "emergency"), alert(threat, "threat"),
                ContactLimit(
                    id=new_id(), thread_id=threads[limited], case_id=limited, is_ended=False, cause="insults", words="obelgi",
                    made_by=marta.staff_id, made_at=now, until=now,
                ),
            ]
        )  # fmt: skip
    assert await drawn(house) == 4 and await drawn(house) == 0
    chosen = {one.case_id: one.reasons for one in await evaluations(house)}
    assert chosen == {low: ["low-rating"], complained: ["complaint"], flagged: ["red-flag"], limited: ["limit"]}
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(Rating).where(Rating.case_id == complained).values(score=1, rated_at=now))
    assert await drawn(house) == 0
    assert next(one.reasons for one in await evaluations(house) if one.case_id == complained) == [
        "complaint",
        "low-rating",
    ]


async def test_a_drawn_conversation_belongs_to_the_sample_though_a_complaint_chose_it_first(house: TestHouse) -> None:
    marta, now = await house.staff(), house.clock.now()
    case = await held(house, marta)
    async with house.house.database.unit_of_work() as uow:
        thread = (await uow.session.get_one(Case, case)).thread_id
        uow.session.add(
            Complaint(id=new_id(), case_id=case, thread_id=thread, words="za długo", made_at=now, due_on=now.date())
        )
    assert await drawn(house) == 1
    await ended_last_week(house, case)
    house.clock.instant += timedelta(days=7)
    await ended_last_week(house, case)
    assert await drawn(house) == 0
    (one,) = await evaluations(house)
    assert one.reasons == ["complaint", "sample"] and one.draw_id is not None


async def test_an_evaluation_is_kept_with_its_questions_read_by_the_agent_and_answered_once(house: TestHouse) -> None:
    marta, anna = await house.staff(), await house.staff("Anna", Role.supervisor)
    (evaluation,) = await waiting(house, marta)
    found = await looked(house, anna, evaluation)
    assert [one.text for one in found.lines if one.author == "agent"] == ["Dzień dobry, już sprawdzam."]
    assert await evaluated(house, anna, evaluation, answers("3", words="Bez pośpiechu.", notes="no")) is None
    async with house.house.database.unit_of_work() as uow:
        assert await evaluating.unseen(uow, marta) == 1
        own = await evaluating.read_own(uow, marta, evaluation, house.clock.now())
        assert await evaluating.unseen(uow, marta) == 0
    kept = own.item.evaluation
    # Weights: critical 9 and next step 2 in full, notes 1 not at all, scales 7 at half; 14.5 of 19.
    assert (kept.score, kept.has_failed, own.item.reviewer) == (76, False, "Anna")
    assert own.answers["good"].words == "Bez pośpiechu." and own.answers["need"].value == 3
    for words in ("", " ok ", "x" * 2001):
        refused = await answered(house, marta, evaluation, words)
        assert refused is not None and refused.reason == "quality-why"
    assert await answered(house, marta, evaluation, "Dziękuję, poprawię notatki.") is None
    assert await answered(house, marta, evaluation, "I jeszcze jedno.") == Refused("quality-answered")
    assert (await looked(house, anna, evaluation)).item.evaluation.answer == "Dziękuję, poprawię notatki."
    done = {one.action for one in await house.rows(AuditEvent, AuditEvent.subject_id == str(evaluation))}
    assert done == {"read", "quality.evaluated", "quality.answered"}
    opening = await house.rows(AuditEvent, AuditEvent.action == "open", AuditEvent.subject_id == str(found.thread_id))
    assert {(one.actor, one.purpose) for one in opening} == {(anna.access.actor, "quality")}


async def test_nobody_evaluates_their_own_work_and_others_than_supervisors_find_nothing(house: TestHouse) -> None:
    anna, beata = await house.staff("Anna", Role.supervisor), await house.staff("Beata", Role.supervisor)
    (evaluation,) = await waiting(house, anna)
    assert await listed(house, anna) == set() and await listed(house, beata) == {evaluation}
    for own in (evaluated(house, anna, evaluation), looked(house, anna, evaluation)):
        with pytest.raises(NotFound):
            await own
    for role in (Role.agent, Role.clinician, Role.admin, Role.privacy_officer):
        other = await house.staff("Ktoś", role)
        for forbidden in (evaluated(house, other, evaluation), looked(house, other, evaluation), listed(house, other)):
            with pytest.raises(Forbidden):
                await forbidden
    with pytest.raises(NotFound):
        await answered(house, beata, evaluation, "to nie moja ocena")
    with pytest.raises(NotFound):
        await evaluated(house, beata, uuid4())
    assert (await evaluations(house))[0].state is EvaluationState.waiting
    async with house.house.database.unit_of_work() as uow:
        assert (await evaluating.own(uow, anna)) == []
        with pytest.raises(NotFound):
            await evaluating.read_own(uow, anna, evaluation, house.clock.now())


async def test_one_of_two_supervisors_at_once_wins_and_the_other_is_told(house: TestHouse) -> None:
    anna, beata = await house.staff("Anna", Role.supervisor), await house.staff("Beata", Role.supervisor)
    (evaluation,) = await waiting(house, await house.staff())

    async def aside() -> Refused | None:
        async with house.house.database.unit_of_work() as uow:
            return await evaluating.set_aside(uow, beata, evaluation, "pusta rozmowa", house.clock.now())

    both = await asyncio.gather(evaluated(house, anna, evaluation), aside())
    assert sorted(str(one) for one in both) == sorted(["None", str(Refused("quality-done"))])
    assert await evaluated(house, anna, evaluation) == Refused("quality-done")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"identity": ""}, "quality-open"),
        ({"identity": "maybe"}, "quality-open"),
        ({"need": "6"}, "quality-open"),
        ({"need": "yes"}, "quality-open"),
        ({"good": "x" * 2001}, "quality-words"),
    ],
)
async def test_a_form_half_answered_is_refused_and_nothing_is_kept(
    house: TestHouse, given: dict[str, str], reason: str
) -> None:
    anna = await house.staff("Anna", Role.supervisor)
    (evaluation,) = await waiting(house, await house.staff())
    refused = await evaluated(house, anna, evaluation, answers() | given)
    assert refused is not None and refused.reason == reason
    assert await evaluated(house, anna, evaluation, form="7") == Refused("quality-form-newer")
    assert await house.rows(QualityAnswer) == []
    assert (await evaluations(house))[0].state is EvaluationState.waiting


async def test_another_site_neither_lists_nor_opens_nor_counts_it(house: TestHouse) -> None:
    here, elsewhere = await a_site(house), await a_site(house)
    anna = await house.staff("Anna", Role.supervisor)
    (evaluation,) = await waiting(house, await house.staff())
    (one,) = await evaluations(house)
    async with house.house.database.unit_of_work() as uow:
        made = Patients(uow, Access.system("test")).add(
            Patient(given_name="Jan", family_name="Nowak", birth_date=date(1980, 1, 1), created_at=house.clock.now())
        )
        await uow.session.flush()
        await uow.session.execute(update(Case).where(Case.id == one.case_id).values(patient_id=made.id))
    await visit(house, made.id, "booked", site_id=elsewhere)
    there = replace(anna, scopes=((Role.supervisor, frozenset({elsewhere})),))
    outside = replace(anna, scopes=((Role.supervisor, frozenset({here})),))
    assert await listed(house, there) == {evaluation} and await listed(house, outside) == set()
    for act in (looked(house, outside, evaluation), evaluated(house, outside, evaluation)):
        with pytest.raises(NotFound):
            await act
    assert await evaluated(house, there, evaluation) is None
    assert (await figures(house, there)).everybody.whole.count == 1
    assert (await figures(house, outside)).everybody.whole.count == 0


async def test_figures_need_enough_evaluations_stand_by_name_and_keep_chance_and_cause_apart(house: TestHouse) -> None:
    anna = await house.staff("Anna", Role.supervisor)
    zofia, adam = await house.staff("Zofia"), await house.staff("Adam")
    async with house.house.database.unit_of_work() as uow:
        assert await forms.save(uow, anna, replace(shipped(), per_agent=6, least=3), house.clock.now()) is None
    for one in await waiting(house, zofia, 3):
        assert await evaluated(house, anna, one, answers("5"), "1") is None
    cases = [await held(house, adam) for _ in range(2)]
    house.clock.instant += timedelta(days=7)
    await ended_last_week(house, *cases)
    assert await drawn(house) == 2
    for row in await evaluations(house):
        if row.state is EvaluationState.waiting:
            assert await evaluated(house, anna, row.id, answers("1", "no"), "1") is None
    found = await figures(house, anna)
    assert [one.name for one in found.agents] == ["Adam", "Zofia"]
    assert [one.whole for one in found.agents] == [Cell(2, None), Cell(3, 100)]
    assert found.everybody.whole == Cell(5, 60) and len(found.months) == 6 and found.months[-1].month == 11
    assert found.everybody.months[-1] == Cell(5, 60) and found.everybody.months[0] == Cell(0, None)
    assert {one.key: row.whole for one, row in found.questions}["identity"] == Cell(5, 60)
    assert (await figures(house, anna, "always")).everybody.whole == Cell(0, None)
    assert (await figures(house, anna, "all")).everybody.whole.count == 5
    with pytest.raises(Forbidden):
        await figures(house, zofia)


def test_half_a_year_reaches_over_new_year() -> None:
    found = months_until(date(2026, 2, 28))
    assert [(one.year, one.month) for one in found] == [
        (2025, 9),
        (2025, 10),
        (2025, 11),
        (2025, 12),
        (2026, 1),
        (2026, 2),
    ]


async def test_the_form_has_versions_and_one_of_two_who_save_at_once_is_told(house: TestHouse) -> None:
    anna, ola = await house.staff("Anna", Role.supervisor), await house.staff("Ola", Role.admin)
    plan = replace(shipped(), per_agent=3)

    async def save(person: SignedIn, changed: object) -> Refused | None:
        async with house.house.database.unit_of_work() as uow:
            assert isinstance(changed, type(plan))
            return await forms.save(uow, person, changed, house.clock.now())

    both = await asyncio.gather(save(anna, plan), save(ola, replace(plan, least=9)))
    assert sorted(str(one) for one in both) == sorted(["None", str(Refused("quality-form-changed"))])
    (kept,) = await house.rows(QualityForm)
    assert kept.number == 1
    one = shipped().questions[0]
    wrong: list[tuple[object, str]] = [
        (replace(plan, number=1, questions=()), "none"), (replace(plan, number=1, questions=(one,) * 21), "most"),
        (replace(plan, number=1, questions=(one, one)), "number"), (replace(plan, number=1, least=2), "number"),
        (replace(plan, number=1, per_agent=-1), "number"), (replace(plan, number=1, always=("x",)), "number"),
        (replace(plan, number=1, questions=(replace(one, en=""),)), "words"),
        (replace(plan, number=1, questions=(replace(one, weight=11),)), "number"),
        (replace(plan, number=1, questions=(replace(one, weight=0),)), "none"),
    ]  # fmt: skip
    for bad, reason in wrong:
        refused = await save(anna, bad)
        assert refused is not None and refused.reason == f"quality-form-{reason}", bad
    with pytest.raises(Forbidden):
        await save(await house.staff(), replace(plan, number=1))
    async with house.house.database.unit_of_work() as uow:
        assert (await plan_in_force(uow)).number == 1


async def test_its_words_are_encrypted_and_go_with_their_conversation(house: TestHouse) -> None:
    marta, anna = await house.staff(), await house.staff("Anna", Role.supervisor)
    (evaluation,) = await waiting(house, marta)
    assert await evaluated(house, anna, evaluation, answers(words="pacjentka z gruszkami")) is None
    assert await answered(house, marta, evaluation, "to były jabłka") is None
    (one,) = await evaluations(house)
    async with house.house.database.unit_of_work() as uow:
        raw = (await uow.session.execute(text("SELECT words FROM quality_answers WHERE words IS NOT NULL"))).scalars()
        said = await uow.session.scalar(text("SELECT answer FROM quality_evaluations"))
        assert said and "jabłka".encode() not in said and all(b"gruszkami" not in line for line in raw)
        counts = await erase_cases(uow, [one.case_id], (HandoffCopies(),))
    assert counts["quality_evaluations"] == 1
    assert await house.rows(QualityEvaluation) == [] and await house.rows(QualityAnswer) == []


async def test_the_pages_evaluate_answer_and_edit_without_scripts_and_lose_nothing_typed(house: TestHouse) -> None:
    marta = await house.staff()
    (evaluation,) = await waiting(house, marta)
    page = f"/quality/evaluations/{evaluation}"
    fields = {f"answer-{key}": value for key, value in answers("4", words="Dobrze").items()}
    async with keyboard(house, Role.supervisor) as anna:
        assert "Marta" in (await anna.client.get("/quality?lang=pl")).text
        shown = (await anna.client.get(page)).text
        assert (
            "Losowanie za tydzień pon 16.11.2026 –" in shown
            and "1 z 1 rozmów tej osoby" in shown
            and "na miejscu 1" in shown
        )
        half = await anna.post(page, form="0", **(fields | {"answer-identity": ""}))
        assert half.status_code == 422 and "Pytanie 1 czeka" in half.text and ">Dobrze</textarea>" in half.text
        assert 'value="4" required checked' in half.text
        empty = await anna.post(f"{page}/aside", why="x")
        assert empty.status_code == 422 and ">x</textarea>" in empty.text
        assert (await anna.post(page, form="0", **fields)).status_code == 303
        assert "Evaluation form" in (await anna.client.get(f"{page}?lang=en")).text
        assert "too few (1)" in (await anna.client.get("/quality/figures?lang=en&which=nonsense")).text
        form = await anna.post(
            "/quality/form", number="0", per_agent="3", least="4", always=["complaint"], **{
                "key-0": "need", "pl-0": "Ustalenie potrzeby", "en-0": "Need", "kind-0": "scale", "weight-0": "2", "place-0": "2",
                "pl-1": "Nowe pytanie", "en-1": "New question", "kind-1": "yes_no", "weight-1": "1", "critical-1": "yes", "place-1": "1",
            },
        )  # fmt: skip
        assert form.status_code == 303
        async with house.house.database.unit_of_work() as uow:
            plan = await plan_in_force(uow)
        assert [(one.pl, one.key == "need", one.is_critical) for one in plan.questions] == [
            ("Nowe pytanie", False, True), ("Ustalenie potrzeby", True, False),
        ]  # fmt: skip
        assert (plan.number, plan.per_agent, plan.least, plan.always) == (1, 3, 4, ("complaint",))
        stale = await anna.post(
            "/quality/form", number="0", per_agent="9", least="4", **{"pl-0": "Moje", "en-0": "Mine"}
        )
        assert stale.status_code == 422 and 'value="Moje"' in stale.text and 'name="number" value="1"' in stale.text
        assert (await anna.client.get("/quality/own")).status_code == 200
        assert (await anna.client.get(f"/quality/own/{evaluation}")).status_code == 404
    async with keyboard(house, Role.admin) as ola:
        assert (await ola.client.get("/quality")).status_code == 404
        assert (await ola.client.get("/quality/form")).status_code == 200


def test_a_question_is_said_in_the_language_of_whoever_evaluates() -> None:
    one = Question("a", "Język", "Language", shipped().questions[0].kind)
    assert (one.words("pl"), one.words("en")) == ("Język", "Language")

"""People who share a number, and people with several numbers: nothing of one crosses to another."""

import random

import pytest

from care.appointments.models import Appointment
from care.patients.models import Patient
from conversations.models import Case, CaseState
from conversations.transcript import Transcripts
from core.access import Access
from core.errors import Refused
from core.ids import new_id
from tests.actions.bot import Bot, action_client, booking, free_offers, make
from tests.house import ANNA, BARTEK, TestHouse

PEOPLE = [("Anna Nowak", "1980-05-04"), ("Zofia Nowak", "2015-02-03"), ("Anna Nowak", "1950-01-01")]
CHILD = PEOPLE[1]


async def test_a_case_never_changes_its_patient(house: TestHouse) -> None:
    accepted = await house.sms("hej")
    case = await house.open_case(accepted.thread_id)
    one, other = new_id(), new_id()
    cases = house.house.cases
    async with house.house.database.unit_of_work() as uow:
        assert await cases.concern(uow, case.id, one) is None
        assert await cases.concern(uow, case.id, one) is None
        assert await cases.concern(uow, case.id, other) == Refused("case-of-another")
    assert (await house.open_case(accepted.thread_id)).patient_id == one


async def test_the_case_for_another_patient_starts_with_only_what_was_just_given(house: TestHouse) -> None:
    accepted = await house.sms("hej")
    old = await house.open_case(accepted.thread_id)
    async with house.house.database.unit_of_work() as uow:
        case = await uow.session.get_one(Case, old.id)
        case.understood, case.carried, case.patient_id = {"specialty": "cardiology"}, {"payer": "nfz"}, new_id()
    other = new_id()
    async with house.house.database.unit_of_work() as uow:
        await house.house.cases.open_next(uow, old.id, other, {"birth_date": "2015-02-03"}, house.clock.now())
    new = await house.open_case(accepted.thread_id)
    assert (new.patient_id, new.understood, new.carried) == (other, None, {"birth_date": "2015-02-03"})
    assert (await house.rows(Case, Case.id == old.id))[0].state is CaseState.closed


async def test_choices_offered_in_one_case_mean_nothing_in_the_next(house: TestHouse) -> None:
    from tests.channels.test_webchat_api import OFFER

    house.dialogue.answers["umów mnie"] = OFFER
    await house.text("umów mnie")
    case = await house.open_case(await house.only_thread())
    async with house.house.database.unit_of_work() as uow:
        await house.house.cases.open_next(uow, case.id, new_id(), {}, house.clock.now())
    await house.text("1")
    assert house.dialogue.asked[-1].payload is None and house.dialogue.asked[-1].case_id != case.id


async def _book(house: TestHouse, bot: Bot, number: str, person: tuple[str, str]) -> None:
    offers = await free_offers(house)
    for offer in offers:
        keys = await bot.says("tak", ("action_book", booking(offer, *person)), number=number)
        if keys == ["booked"]:
            return
        assert keys == ["refused-patient-has-visit-then"], keys
    raise AssertionError("nothing was booked")


async def _visits(bot: Bot, number: str, person: tuple[str, str]) -> int:
    slots = {"patient_name": person[0], "birth_date": person[1], "person": "other"}
    keys = await bot.says("moje wizyty", ("action_list_visits", slots), number=number)
    return 0 if keys == ["visits-none"] else keys.count("visit-line")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_visits_slots_patients_and_history_stay_with_their_person_and_number(house: TestHouse, seed: int) -> None:
    """Two phones, three people, one of them on both phones: a random family writes, and a plain model says what is whose."""
    dice = random.Random(seed)
    model: dict[tuple[str, tuple[str, str]], int] = {}
    words: dict[str, list[str]] = {ANNA: [], BARTEK: []}
    last: dict[str, tuple[str, str]] = {}
    switches = 0
    async with action_client(house) as client:
        bot = await make(house, client)
        for number_of_step in range(8):
            number, person = dice.choice([ANNA, BARTEK]), dice.choice(PEOPLE)
            await _book(house, bot, number, person)
            switches += last.get(number) != person
            last[number] = person
            model[number, person] = model.get((number, person), 0) + 1
            word = f"sekret {number_of_step} {number[-3:]}"
            words[number].append(word)
            bot.steps = []
            await house.text(word, number)
        for number in (ANNA, BARTEK):
            for person in PEOPLE:
                assert await _visits(bot, number, person) == min(model.get((number, person), 0), 5), (number, person)
    cases: list[Case] = await house.rows(Case)
    visits = await house.rows(Appointment, Appointment.status == "booked")
    assert len(visits) == 8
    assert all(not case.carried and case.understood is None for case in cases)
    assert len([case for case in cases if case.patient_id]) == switches, "a case for each person in turn, and no more"
    patients: list[Patient] = await house.rows(Patient)
    assert len(patients) == len(model), "the same name at another number is another record"
    await _transcripts_stay_apart(house, words)


async def _transcripts_stay_apart(house: TestHouse, words: dict[str, list[str]]) -> None:
    for number, own in words.items():
        point = await house.point(number)
        async with house.house.database.unit_of_work() as uow:
            lines = await Transcripts(uow, Access.system("test")).of_contact_point(point.id, house.clock.now())
        seen = "\n".join(line.text for line in lines)
        assert all(word in seen for word in own)
        assert not any(word in seen for other, theirs in words.items() if other != number for word in theirs)


async def test_a_visit_is_called_off_only_from_where_it_was_booked(house: TestHouse) -> None:
    async with action_client(house) as client:
        bot = await make(house, client)
        await _book(house, bot, ANNA, CHILD)
        (visit,) = await house.rows(Appointment, Appointment.status == "booked")
        slots = {"patient_name": CHILD[0], "birth_date": CHILD[1], "visit": str(visit.id), "cancel_confirmed": "yes"}
        assert await bot.says("tak", ("action_cancel_visit", slots), number=BARTEK) == ["visits-none"]
        assert [v.status for v in await house.rows(Appointment)] == ["booked"]
        assert await bot.says("tak", ("action_cancel_visit", slots), number=ANNA) == ["cancelled"]
        assert [v.status for v in await house.rows(Appointment)] == ["cancelled"]


async def test_whom_it_concerns_is_asked_without_naming_anyone(house: TestHouse) -> None:
    async with action_client(house) as client:
        bot = await make(house, client)
        await _book(house, bot, ANNA, CHILD)
        accepted = await house.sms("chcę odwołać")
        bot.steps = [("action_ask_patient_name", {})]
        await house.house.turns.take(accepted.thread_id)
        said = await house.said(accepted.thread_id, accepted.seq)
    assert (await house.said_keys(accepted.thread_id, accepted.seq)) == ["person-same-or-other"]
    assert "Zofia" not in str(said) and "Nowak" not in str(said)


async def test_a_number_alone_selects_nobody(house: TestHouse) -> None:
    async with action_client(house) as client:
        bot = await make(house, client)
        await _book(house, bot, ANNA, CHILD)
    thread_id = await house.only_thread()
    async with house.house.database.unit_of_work() as uow:
        case = await uow.session.get_one(Case, (await house.open_case(thread_id)).id)
        case.state, case.closed_at = CaseState.closed, house.clock.now()
    await house.sms("dzień dobry")
    new = await house.open_case(thread_id)
    assert new.patient_id is None and new.carried is None

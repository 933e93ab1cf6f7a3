"""A threat to staff: calm words, the case goes urgently to a supervisor, and it is never mixed up with harm to the person who writes."""

from datetime import timedelta

import pytest

from conversations.models import CaseState
from conversations.rules import THREAT, kind_of
from conversations.safety import Level, default_screen
from core.access import Permission, Role
from core.errors import Refused
from core.i18n import LANGUAGES, Language, catalogue
from core.segments import measure, thrifty
from handoff.models import Handoff
from tests.conversations.test_red_flag_pack import PACK, phrases
from tests.house import BARTEK, TestHouse
from tests.service.test_roles import at_keyboard


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("zabiję lekarza", "threat"),
        ("I will hurt the receptionist", "threat"),
        ("spalę tę przychodnię", "threat"),
        ("przyjdę do was z nożem", "threat"),
        ("zabiję lekarza i siebie, nie chcę żyć", "crisis"),
        ("chcę się zabić", "crisis"),
        ("mąż mnie bije", "violence"),
        ("mąż mnie bije, zabiję tego lekarza", "violence"),
        ("zabiję lekarza, boli mnie w klatce", "emergency"),
    ],
)
def test_who_is_in_danger_decides_what_is_answered(text: str, kind: str) -> None:
    assert kind_of(default_screen().screen(text)) == kind


@pytest.mark.parametrize("text", ["he said I will kill you", "mąż mówi mi zabije was wszystkich"])
def test_a_threat_that_somebody_else_made_to_them_is_not_theirs(text: str) -> None:
    assert THREAT not in default_screen().screen(text).rules


def test_nothing_that_people_ask_a_clinic_is_taken_for_a_threat() -> None:
    assert [text for _, text in phrases() if THREAT in default_screen().screen(text).rules] == []


def test_the_pack_has_many_sentences_in_each_language() -> None:
    from tests.conversations.test_red_flag_pack import ENGLISH

    for kind, least in (("see", 30), ("leave", 15)):
        english = [text for text in PACK[THREAT][kind] if ENGLISH.search(text)]
        assert len(english) >= least and len(PACK[THREAT][kind]) - len(english) >= least


def test_no_sentence_of_another_group_is_taken_for_a_threat() -> None:
    taken = [
        text
        for rule, kept in PACK.items()
        if rule != THREAT
        for text in (*kept["see"], *kept["leave"])
        if THREAT in default_screen().screen(str(text)).rules
    ]
    assert taken == []


@pytest.mark.parametrize("text", ["zabiję lekarza", "I will kill the doctor"])
async def test_the_answer_is_calm_and_the_case_goes_urgently_to_a_supervisor(house: TestHouse, text: str) -> None:
    assert await house.keys(text) == ["safety-threat"]
    case = await house.open_case(await house.only_thread())
    assert case.state is CaseState.waiting
    (handoff,) = await house.rows(Handoff)
    assert (handoff.reason, handoff.is_urgent) == ("threat", True)
    (alert,) = await house.alerts()
    assert alert.level == "threat" and default_screen().screen(text).level is Level.violence


async def test_everybody_sees_the_threat_and_a_supervisor_alone_takes_it(house: TestHouse) -> None:
    await house.text("zabiję lekarza")
    (alert,) = await house.alerts()
    agent, chief = await house.staff("Marta"), await house.staff("Iza", Role.supervisor)
    desk, database, now = house.house.desk, house.house.database, house.clock.now()
    async with database.unit_of_work() as uow:
        assert [one.can_take for one in await desk.alerts(uow, agent.access)] == [False]
        assert [one.can_take for one in await desk.alerts(uow, chief.access)] == [True]
        refused = await desk.claim_alert(uow, agent.access, alert.id, agent.staff_id, now)
    assert refused == Refused("alert-for-supervisor")
    assert await house.accept(agent, alert.case_id) is None
    assert (await house.alerts())[0].claimed_by is None, "who takes the case does not take the threat"
    async with database.unit_of_work() as uow:
        assert await desk.claim_alert(uow, chief.access, alert.id, chief.staff_id, now) is None
    assert (await house.alerts())[0].claimed_by == chief.staff_id


async def test_a_supervisor_who_takes_the_case_takes_the_threat_with_it(house: TestHouse) -> None:
    await house.text("zabiję lekarza")
    (alert,) = await house.alerts()
    chief = await house.staff("Iza", Role.supervisor)
    assert chief.access.allows(Permission.take_threat)
    await house.accept(chief, alert.case_id)
    assert (await house.alerts())[0].claimed_by == chief.staff_id


async def test_the_console_marks_it_for_a_supervisor(house: TestHouse) -> None:
    await house.text("zabiję lekarza")
    house.clock.instant += timedelta(seconds=1)
    await house.text("boli mnie w klatce i nie mogę oddychać", BARTEK)
    async with house.web() as client:
        await at_keyboard(house, client, Role.agent)
        page = (await client.get("/console?lang=pl")).text
        assert "Groźba wobec personelu" in page and "Dla kierownika" in page
        assert page.count("/claim") == 2, "one form, told twice: the emergency's"
        await at_keyboard(house, client, Role.supervisor)
        assert (await client.get("/console?lang=en")).text.count("/claim") == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_calm_and_short(language: Language) -> None:
    texts = catalogue(language)
    assert "112" in texts.text("safety-threat") and measure(thrifty(texts.text("safety-threat-sms"))).count == 1

"""The preview. Invariant: it answers as a turn would, says why, and leaves nothing behind but that somebody looked."""

import logging

import pytest

from care.seed import seed as seed_clinic
from conversations.models import Case, Correspondent, Message, Thread, Turn
from conversations.protocols import DialogueFailed, Understood
from core.access import Role
from core.audit import AuditEvent
from core.i18n import text as words
from knowledge.seed import seed as seed_knowledge
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard
from tests.web.test_studio import DOG

PARKING = "gdzie mogę zaparkować samochód"


@pytest.fixture
async def filled(house: TestHouse) -> TestHouse:
    """The synthetic clinic with its articles, and a bot that takes the question about parking for one."""
    async with house.house.database.unit_of_work() as uow:
        await seed_clinic(uow, house.clock.now())
        await seed_knowledge(uow, house.clock.now())
    house.dialogue.parses[PARKING] = Understood("clinic_info", (("clinic_info", 0.93), ("price", 0.04)))
    return house


async def kept(house: TestHouse) -> list[int]:
    """How many rows a conversation would leave."""
    return [len(await house.rows(one)) for one in (Case, Correspondent, Message, Thread, Turn)]


async def test_the_answer_and_why_and_nothing_left_behind(
    filled: TestHouse, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    before = await kept(filled)
    async with keyboard(filled, Role.admin) as ola:
        page = (await ola.post("/studio/preview", text=PARKING, channel="sms", language="pl")).text
        assert "SMS, segmenty:" in page and "Skąd ta odpowiedź" in page
        assert "clinic_info" in page and "93%" in page and "action_clinic_info" in page
        assert "Bez sygnału alarmowego" in page and "Teraz" not in page
        assert "dopasowanie" in page and "pierwszy" in page
        assert filled.dialogue.asked == [], "no turn was taken"
    assert await kept(filled) == before == [0] * 5
    acts = [one for one in await filled.rows(AuditEvent) if one.action == "studio.previewed"]
    assert [(one.subject_kind, one.subject_id) for one in acts] == [("studio", "preview")]
    printed = capsys.readouterr()
    assert not any("zaparkować" in one for one in (caplog.text, printed.out, printed.err))


async def test_a_red_flag_is_answered_by_the_rule_and_the_bot_is_not_asked(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        page = (await ola.post("/studio/preview", text="mam silny ból w klatce piersiowej", channel="voice")).text
    assert "Stan nagły" in page and "Bez pytania" in page and "alarm w konsoli" in page
    assert "sto dwanaście" in page, "an emergency number is said in words"


async def test_with_the_dialogue_core_away_the_screen_and_the_articles_still_answer(filled: TestHouse) -> None:
    filled.dialogue.parses[PARKING] = DialogueFailed("down")
    async with keyboard(filled, Role.admin) as ola:
        shown = await ola.post("/studio/preview", text=PARKING, channel="webchat")
    assert shown.status_code == 200 and "Nie odpowiada: czy działa?" in shown.text
    assert "Tak odpowiedziałyby same artykuły" in shown.text and "Skąd ta odpowiedź" in shown.text


async def test_a_draft_answers_only_where_drafts_are_asked_for(filled: TestHouse) -> None:
    asked = "czy wejdę z psem przewodnikiem"
    filled.dialogue.parses[asked] = Understood("clinic_info", (("clinic_info", 0.9),))
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        now = (await ola.post("/studio/preview", text=asked)).text
        later = (await ola.post("/studio/preview", text=asked, drafts="true")).text
    assert "pies asystujący" not in now and "Tak, pies asystujący może wejść wszędzie." in later


async def test_what_is_not_understood_is_asked_back_as_in_a_conversation(filled: TestHouse) -> None:
    unsure = (("price", 0.4), ("results", 0.35))
    filled.dialogue.parses["badanie"] = Understood("nlu_fallback", unsure)
    async with keyboard(filled, Role.admin) as ola:
        page = (await ola.post("/studio/preview", text="badanie", channel="webchat", language="pl")).text
    assert words("menu-price", "pl") in page and words("menu-results", "pl") in page and "nie rozumie" in page


async def test_a_greeting_is_the_fixed_answer_and_a_form_is_told_of(filled: TestHouse) -> None:
    filled.dialogue.parses["dzień dobry"] = Understood("greet", (("greet", 0.98),))
    filled.dialogue.parses["umów mnie jutro"] = Understood("book", (("book", 0.95),))
    async with keyboard(filled, Role.admin) as ola:
        assert "utter_greet" in (await ola.post("/studio/preview", text="dzień dobry")).text
        page = (await ola.post("/studio/preview", text="umów mnie jutro")).text
    assert "Tu zaczyna się formularz" in page and "booking_form" in page


async def test_what_is_odd_gets_a_page_and_not_an_error(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        for odd in ("", "   ", "???", "<script>alert(1)</script>", "a" * 2400, "Здравствуйте, мне нужен врач"):
            shown = await ola.post("/studio/preview", text=odd, channel="sms")
            assert shown.status_code == 200 and "<script>alert" not in shown.text
        assert (await ola.post("/studio/preview", text="hej", channel="fax")).status_code == 422


@pytest.mark.parametrize("role", [Role.agent, Role.supervisor, Role.clinician, Role.privacy_officer])
async def test_others_find_nothing_here(filled: TestHouse, role: Role) -> None:
    async with keyboard(filled, role) as other:
        assert (await other.client.get("/studio/preview")).status_code in (403, 404)
        assert (await other.post("/studio/preview", text=PARKING)).status_code in (403, 404)

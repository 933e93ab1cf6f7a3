"""Ukrainian and Russian reach a person with one sentence in their language; their red flags are seen; Polish is left alone."""

import pytest

from conversations.models import CaseState
from conversations.other_tongues import OtherTongue, other_tongue
from conversations.safety import Level, default_screen
from tests.house import TestHouse
from tests.house_data import eval_json


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("Доброго дня, хочу записатися до лікаря", "uk"),
        ("Скільки коштує прийом?", "uk"),
        ("Здравствуйте, мне нужен врач", "ru"),
        ("Можно записаться на прием к врачу?", "ru"),
        ("У ребёнка болит живот", "ru"),
        ("Dobryi den, potriben likar", "uk"),
        ("Zdravstvuyte, nuzhen vrach", "ru"),
        ("dzień dobry, chcę się umówić do lekarza", None),
        ("chce sie umowic do lekarza jutro", None),
        ("den Haag treba bud", None),
        ("I need a doctor tomorrow", None),
        ("Iwan Petrenko 12.03.1980", None),
        ("α", None),
        ("ok", None),
    ],
)
def test_the_language_is_known_by_letters_or_by_words_that_no_polish_message_has(
    text: str, tongue: OtherTongue | None
) -> None:
    assert other_tongue(text) == tongue


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Сильний біль у грудях", Level.emergency),
        ("болит сердце и давит в груди", Level.emergency),
        ("Мама не дихає", Level.emergency),
        ("он не дышит", Level.emergency),
        ("она потеряла сознание", Level.emergency),
        ("втратив свідомість", Level.emergency),
        ("вызовите скорую", Level.emergency),
        ("у нього судоми", Level.emergency),
        ("не хочу жити", Level.crisis),
        ("хочу умереть", Level.crisis),
        ("Хочу записатися до кардіолога", Level.none),
        ("Мне нужен кардиолог, сердце не болит", Level.none),
    ],
)
def test_the_red_flag_core_is_screened_in_both(text: str, level: Level) -> None:
    assert default_screen().screen(text).level == level


async def test_a_message_in_ukrainian_gets_one_sentence_in_it_and_a_person(house: TestHouse) -> None:
    accepted = await house.sms("Доброго дня, хочу записатися до лікаря")
    await house.house.turns.take(accepted.thread_id)
    assert await house.said_keys(accepted.thread_id) == ["speaks-uk"]
    assert house.dialogue.asked == []
    messages = await house.messages(accepted.thread_id)
    assert any("українська" in message.body for message in messages)
    case = await house.open_case(accepted.thread_id)
    assert case.state is CaseState.waiting


async def test_an_emergency_in_russian_is_answered_in_russian_first(house: TestHouse) -> None:
    assert (await house.keys("помогите, муж не дышит"))[:2] == ["safety-emergency-ru", "safety-emergency"]


def test_no_naughty_string_with_latin_letters_is_taken_for_either() -> None:
    rows = [str(row.get("text", row)) if isinstance(row, dict) else str(row) for row in eval_json("safety/blns.jsonl")]
    latin = [row for row in rows if not any("\u0400" <= letter <= "\u04ff" for letter in row)]
    assert [row for row in latin if other_tongue(row)] == []

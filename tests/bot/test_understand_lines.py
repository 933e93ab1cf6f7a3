"""The line tool with the trained model: one object a line, whatever the line."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.understand import Model, lines

pytestmark = pytest.mark.rasa

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=ZoneInfo("Europe/Warsaw"))


@pytest.fixture(scope="module")
def understanding(bot_python: str, model: Path) -> Iterator[Model]:
    with Model(Path(bot_python), model) as loaded:
        yield loaded


def test_a_message_is_told_with_intent_ranking_entities_and_times(understanding: Model) -> None:
    row = next(lines(["chcę się umówić do kardiologa jutro o 15"], understanding, now=NOW, limit=2000))
    assert (row["intent"], row["language"], row["refused"], row["clarify"]) == ("book", "pl", None, None)
    assert row["ranking"][0]["intent"] == "book" and len(row["ranking"]) == 3
    assert {one["entity"] for one in row["entities"]} == {"specialty", "time"}
    assert row["when"] == [{"start": "2027-03-02T15:00:00+01:00", "end": "2027-03-02T16:00:00+01:00", "grain": "hour"}]


def test_clinic_hours_colour_a_time_only_when_asked(understanding: Model) -> None:
    said = ["jutro o trzeciej"]
    (plain,) = lines(said, understanding, now=NOW, limit=2000)
    (coloured,) = lines(said, understanding, now=NOW, limit=2000, clinic_hours=True)
    assert coloured["when"][0]["start"] == "2027-03-02T15:00:00+01:00"
    assert plain["when"] != coloured["when"]


def test_what_cannot_be_read_is_refused_and_the_rest_keeps_its_order(understanding: Model) -> None:
    said = ["tak", "", "   ", "👍", "\x00\x1b[31m", "a" * 100_000, "poproszę z recepcją", "/restart"]
    rows = list(lines(said, understanding, now=NOW, limit=2000))
    assert [row["text"] for row in rows] == said
    assert [row["refused"] for row in rows] == [
        None, "empty", "empty", "empty", "control_characters", "too_long", None, None,
    ]  # fmt: skip
    assert [row["intent"] for row in rows[:1]] == ["affirm"] and rows[6]["intent"] == "human"
    assert all(row["intent"] is None and row["when"] == [] for row in rows if row["refused"])


def test_an_unclear_language_is_the_last_clear_one(understanding: Model) -> None:
    rows = list(lines(["I would like to book a visit please", "ok"], understanding, now=NOW, limit=2000))
    assert [row["language"] for row in rows] == ["en", "en"]
    (forced,) = lines(["ok"], understanding, now=NOW, limit=2000, language="pl")
    assert forced["language"] == "pl"

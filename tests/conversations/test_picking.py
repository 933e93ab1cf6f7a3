"""Which of the numbered choices a person means."""

import pytest

from conversations.acting import pick

CHOICES = [{"id": str(number), "payload": f"/{number}", "label": f"Termin {number}"} for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("2", "/2"), ("2)", "/2"), ("nr 3", "/3"), ("te druga", "/2"), ("yeah the 1st one", "/1"), ("the 2nd please", "/2"),
        ("ok, trzeci termin", "/3"), ("let's go with the third", "/3"), ("Termin 4", "/4"),
    ],
)  # fmt: skip
def test_a_number_an_ordinal_or_the_label_picks(text: str, payload: str) -> None:
    assert pick(CHOICES, text, None) == payload


@pytest.mark.parametrize(
    "text", ["5", "pierwszy grudnia", "1 grudnia", "drugi tydzień", "12", "the first of December", "tak"]
)
def test_a_date_or_anything_else_picks_nothing(text: str) -> None:
    assert pick(CHOICES, text, None) is None

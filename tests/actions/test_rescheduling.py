"""What the first words of somebody who wants another time say of the old hour and the new."""

import pytest

from actions.rescheduling import wanted_move


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("przełóż wizytę z piątku na poniedziałek po 15", "piątku", "poniedziałek po 15"),
        ("move my visit from Friday to Monday morning", "Friday", "Monday morning"),
        ("chcę przełożyć piątkową wizytę na wtorek", "chcę przełożyć piątkową wizytę ", "wtorek"),
        ("nie dam rady w piątek", "w piątek", ""),
        ("przełożyć wizytę w piątek", "przełożyć wizytę w piątek", "przełożyć wizytę w piątek"),
    ],
)
def test_the_two_ends_of_a_move_are_told_apart(text: str, old: str, new: str) -> None:
    wanted = wanted_move(text)
    assert (wanted.old, wanted.new) == (old, new)

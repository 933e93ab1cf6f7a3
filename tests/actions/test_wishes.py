"""When somebody can come, as it adds up over what they say."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from actions.corrections import heard
from actions.wishes import Wish
from core.when import Language, find_refused, find_times

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 11, 23, 13, 30, tzinfo=WARSAW)


def said(*texts: str, on_day: date | None = None) -> Wish:
    """The wish after these messages."""
    wish = Wish()
    for text in texts:
        wish = wish.wanting(find_times(text, now=NOW, language="pl", clinic_hours=True), on_day, text)
    return Wish.from_json(wish.to_json())


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of December 2026, or of late November for days over 20."""
    return datetime(2026, 11 if day > 20 else 12, day, hour, minute, tzinfo=WARSAW)


@pytest.mark.parametrize(
    ("texts", "fitting", "unfitting"),
    [
        (["jutro"], at(24, 8), at(25, 8)),
        (["jutro rano"], at(24, 8), at(24, 14)),
        (["w przyszłym tygodniu po 15"], at(3, 16), at(3, 10)),
        (["w przyszłym tygodniu", "po 11"], at(2, 11), at(2, 10)),
        (["w przyszłym tygodniu", "po 11"], at(2, 11), at(9, 12)),
        (["po 15"], at(25, 16), at(25, 14)),
        (["po 15", "w czwartek"], at(26, 16), at(26, 10)),
        (["jutro rano", "w czwartek po 12"], at(26, 13), at(26, 9)),
        (["we wtorek albo w czwartek"], at(26, 9), at(25, 9)),
        (["we wtorek albo w czwartek"], at(24, 9), at(25, 9)),
        (["w czwartek do kardiologa po 15"], at(26, 16), at(26, 14)),
        (["po 15, ale przed 18"], at(24, 17), at(24, 18)),
        (["w przyszłym tygodniu, może środę albo czwartek"], at(3, 9), at(26, 9)),
        (["we wtorek albo w piątek w przyszłym tygodniu"], at(1, 9), at(24, 9)),
        (["w przyszłym tygodniu w środę albo w czwartek po południu"], at(3, 14), at(3, 9)),
        (["jutro o 9:20"], at(24, 9, 20), at(24, 9, 40)),
    ],
)
def test_days_and_hours_add_up(texts: list[str], fitting: datetime, unfitting: datetime) -> None:
    wish = said(*texts)
    assert wish.fits(fitting) and not wish.fits(unfitting)


def test_a_bare_hour_about_a_chosen_visit_is_of_its_day() -> None:
    wish = said("w przyszłym tygodniu", "po 15", on_day=date(2026, 12, 2))
    assert wish.fits(at(2, 15)) and not wish.fits(at(3, 15)) and not wish.fits(at(2, 14))


@pytest.mark.parametrize(
    "text", ["nie mogę w poniedziałek", "w poniedziałek mi nie pasuje", "Monday doesn't work for me", "I can't make it on Monday"]
)  # fmt: skip
def test_what_does_not_suit_is_left_out(text: str) -> None:
    message = heard(text)
    assert message.is_unable
    language: Language = "en" if "Monday" in text else "pl"
    against = find_times(message.rejected, now=NOW, language=language, clinic_hours=True)
    wish = said("w przyszłym tygodniu").unless(against, text)
    assert not wish.fits(at(30, 10)) and wish.fits(at(1, 10))
    assert Wish.from_json(wish.to_json()) == wish


def refused(text: str, wish: Wish | None = None, language: Language = "pl") -> Wish:
    """The wish without the times that a message refuses."""
    return (wish or Wish()).unless(find_refused(text, now=NOW, language=language, clinic_hours=True), text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "byle nie rano"),
        ("pl", "tylko nie rano"),
        ("en", "no morning please"),
        ("en", "not in the morning"),
        ("en", "anything but mornings"),
    ],
)
def test_hours_that_do_not_suit_do_so_on_no_day(language: Language, text: str) -> None:
    message = heard(text)
    assert message.is_unable
    against = find_times(message.rejected, now=NOW, language=language, clinic_hours=True)
    wish = Wish.from_json(Wish().unless(against, text).to_json())
    assert not wish.fits(at(24, 9)) and not wish.fits(at(3, 9)) and wish.fits(at(3, 14))
    assert not wish.wanting(find_times("w czwartek", now=NOW, language="pl"), None, "").fits(at(26, 9))
    assert wish.wanting(find_times("jutro rano", now=NOW, language="pl"), None, "").fits(at(24, 9)), "unless said anew"


def test_a_day_may_be_wished_for_without_its_morning() -> None:
    message = heard("w czwartek, tylko nie rano")
    against = find_times(message.rejected, now=NOW, language="pl")
    wish = said(message.text).unless(against, "")
    assert wish.fits(at(26, 14)) and not wish.fits(at(26, 9)) and not wish.fits(at(27, 14))


def test_hours_of_one_day_that_do_not_suit_leave_the_day() -> None:
    wish = refused("nie w czwartek rano")
    assert not wish.fits(at(26, 9)) and wish.fits(at(26, 14)) and wish.fits(at(3, 9))


@pytest.mark.parametrize(
    ("text", "language", "unfitting", "fitting"),
    [
        ("nie w tym tygodniu", "pl", at(26, 9), at(1, 9)),
        ("not this week", "en", at(26, 9), at(1, 9)),
        ("nie w poniedzialek", "pl", at(7, 9), at(1, 9)),
        ("nie w poniedziałek ani we wtorek", "pl", at(1, 9), at(2, 9)),
        ("nie w poniedziałek, nie we wtorek", "pl", at(30, 9), at(2, 9)),
        ("any day but Monday", "en", at(30, 9), at(1, 9)),
    ],
)
def test_a_refusal_leaves_all_other_times(
    text: str, language: Language, unfitting: datetime, fitting: datetime
) -> None:
    wish = refused(text, language=language)
    assert wish.fits(fitting) and not wish.fits(unfitting)


@pytest.mark.parametrize(
    ("wished", "text", "fitting", "unfitting"),
    [
        ("w tym tygodniu", "nie w tym tygodniu", at(1, 9), at(26, 9)),
        ("jutro rano", "nie rano", at(24, 14), at(24, 9)),
        ("rano", "nie rano", at(24, 14), at(24, 9)),
        ("30 listopada", "nie w poniedziałek", at(1, 9), at(30, 9)),
    ],
)
def test_what_is_refused_is_wished_for_no_more(wished: str, text: str, fitting: datetime, unfitting: datetime) -> None:
    wish = refused(text, said(wished))
    assert wish.fits(fitting) and not wish.fits(unfitting)


def test_a_day_of_the_week_that_does_not_suit_never_does() -> None:
    wish = Wish().unless(find_times("w poniedziałek", now=NOW, language="pl"), "nie w poniedziałek, pracuję")
    assert not wish.fits(at(7, 10)) and wish.fits(at(8, 10))
    next_week = find_times("w przyszłym tygodniu", now=NOW, language="pl")
    assert not wish.wanting(next_week, None, "").fits(at(30, 10)), "and not in a week that is named later either"


def test_a_day_named_anew_is_wished_for_again() -> None:
    against = find_times("w poniedziałek", now=NOW, language="pl")
    wish = Wish().unless(against, "").wanting(against, None, "jednak w poniedziałek")
    assert wish.fits(at(30, 10))


def test_no_wish_is_any_time_and_has_no_bounds() -> None:
    assert Wish.from_json(None).fits(NOW) and (Wish().start, Wish().end) == (None, None)
    open_ended = said("jutro", "po 15")
    assert (open_ended.start, open_ended.end) == (at(24, 0), at(25, 0))

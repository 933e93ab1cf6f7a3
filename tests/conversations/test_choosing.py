"""When a message is taken at its word, and what is offered when it is not."""

from pathlib import Path

import yaml

from conversations.choosing import AHEAD, GOALS, MANNERS, MOST_CHOICES, SURE, Ranked, choices, is_clear, sure_of

ROOT = Path(__file__).parents[2]


def ranking(*pairs: tuple[str, float]) -> list[Ranked]:
    return [Ranked(intent, confidence) for intent, confidence in pairs]


def test_a_sure_intent_is_taken_without_a_question() -> None:
    assert is_clear(ranking(("book", 0.8), ("list_visits", 0.1)))
    assert choices(ranking(("book", 0.8), ("list_visits", 0.1))) == ()


def test_two_close_goals_are_both_offered_likeliest_first() -> None:
    assert choices(ranking(("refill", 0.46), ("prescription_code", 0.44), ("price", 0.01))) == (
        "refill",
        "prescription_code",
    )


def test_never_more_than_three_choices() -> None:
    many = ranking(("book", 0.2), ("price", 0.19), ("results", 0.18), ("referral", 0.17), ("refill", 0.16))
    assert choices(many) == ("book", "price", "results")
    assert len(choices(many)) == MOST_CHOICES


def test_a_yes_or_a_greeting_is_no_goal_to_offer() -> None:
    assert choices(ranking(("affirm", 0.4), ("greet", 0.35), ("book", 0.2))) == ("book",)


def test_nothing_likely_offers_nothing() -> None:
    assert choices(ranking(("out_of_scope", 0.4), ("book", 0.01))) == ()
    assert choices([]) == ()


def test_rasa_doubts_where_we_ask() -> None:
    pipeline = yaml.safe_load((ROOT / "bot" / "config.yml").read_text("utf-8"))["pipeline"]
    fallback = next(one for one in pipeline if one["name"].endswith("CarefulFallback"))
    assert (fallback["threshold"], fallback["ambiguity_threshold"]) == (SURE, AHEAD)
    assert {intent: float(sure) for sure, names in fallback["thresholds"].items() for intent in names.split()} == {
        intent: sure_of(intent) for intent in GOALS | MANNERS
    }


def test_the_more_follows_the_surer_one_must_be() -> None:
    assert not is_clear(ranking(("cancel_visit", 0.65), ("list_visits", 0.2)))
    assert is_clear(ranking(("affirm", 0.65), ("thanks", 0.2)))
    assert is_clear(ranking(("thanks", 0.5), ("affirm", 0.2)))


def test_every_goal_is_an_intent_with_a_name_to_offer_in_both_languages() -> None:
    domain = yaml.safe_load((ROOT / "bot" / "domain.yml").read_text("utf-8"))
    intents = {next(iter(one)) if isinstance(one, dict) else one for one in domain["intents"]}
    assert intents >= GOALS
    for language in ("pl", "en"):
        texts = (ROOT / "core" / "texts" / language / "bot.ftl").read_text("utf-8")
        assert not [goal for goal in GOALS if f"\nmenu-{goal.replace('_', '-')} = " not in texts]


def test_goals_that_are_all_unlikely_are_not_asked_about() -> None:
    assert choices(ranking(("out_of_scope", 0.24), ("inform", 0.15), ("confirm_visit", 0.13))) == ()
    assert choices(ranking(("out_of_scope", 0.24), ("confirm_visit", 0.16), ("price", 0.05))) == (
        "confirm_visit",
        "price",
    )

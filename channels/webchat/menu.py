"""What the widget says first: a greeting with the commonest goals as buttons."""

from conversations.protocols import Choice, Utterance

GOALS = ("book", "price", "prepare", "clinic_info", "list_visits", "human")


def greeting() -> Utterance:
    """The greeting with a button for each of the commonest goals."""
    return Utterance(
        "webchat-greeting", {}, tuple(Choice(goal, f"menu-{goal.replace('_', '-')}", f"/{goal}") for goal in GOALS)
    )

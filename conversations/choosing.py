"""What follows from a ranking of intents: take the first, ask which of a few was meant, or admit that nothing was understood. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

SURE = 0.6
"""From this calibrated confidence on the first intent is taken; below it counts as not understood. bot/config.yml has the same numbers."""
SURE_OF_A_GOAL = 0.7
"""A goal sets something going, and can be asked for with its likeliest alternatives."""
SURE_OF_MANNERS = 0.45
"""Small talk sets nothing going; a doubtful thank-you is better answered than asked about."""
AHEAD = 0.1
"""How far the first must lead the second; likewise."""
WORTH_OFFERING = 0.03
"""Less likely intents are not offered as a choice."""
WORTH_ASKING = 0.15
"""If no goal is at least so likely, a question would be a guess: then nothing was understood. It costs 2 in 1,000 right choices."""
MOST_CHOICES = 3

GOALS = frozenset(
    "book next_slots list_visits reschedule cancel_visit confirm_visit running_late clinic_info price service_info prepare referral "
    "refill prescription_code results documents insurance payment complaint data_rights stop_messages contact_data symptoms "
    "medical_advice emergency otp_resend change_language human".split()
)
"""What may be offered. The rest are acts within a conversation, not goals one could choose."""
MANNERS = frozenset("greet goodbye thanks praise chitchat help repeat slower louder".split())
"""What is answered with a word and changes nothing."""


@dataclass(frozen=True)
class Ranked:
    """An intent and its confidence, 0 to 1."""

    intent: str
    confidence: float


def choices(ranking: Sequence[Ranked]) -> tuple[str, ...]:
    """The goals to offer, at most three and likeliest first; empty where the first is taken, or where no goal is likely at all."""
    if not ranking or is_clear(ranking):
        return ()
    offered = [one for one in ranking if one.confidence >= WORTH_OFFERING and one.intent in GOALS]
    if max((one.confidence for one in offered), default=0.0) < WORTH_ASKING:
        return ()
    return tuple(one.intent for one in offered[:MOST_CHOICES])


def is_clear(ranking: Sequence[Ranked]) -> bool:
    """True if the first intent may be acted on without asking."""
    first, second = ranking[0].confidence, ranking[1].confidence if len(ranking) > 1 else 0.0
    return first >= sure_of(ranking[0].intent) and first - second >= AHEAD


def sure_of(intent: str) -> float:
    """How sure one must be to take that intent at its word."""
    return SURE_OF_A_GOAL if intent in GOALS else SURE_OF_MANNERS if intent in MANNERS else SURE

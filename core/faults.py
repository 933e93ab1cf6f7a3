"""Named points on a message's way at which a test ends the process, as `kill -9` would. Nothing in the product arms one."""

POINTS = (
    "inbox.stored",  # stored, not committed
    "inbox.committed",  # committed, not acknowledged
    "turn.claimed",  # the thread is ours, nothing decided
    "turn.recorded",  # the attempt is committed, the dialogue core not asked
    "turn.answered",  # the dialogue core has answered, nothing stored
    "turn.stored",  # replies stored, not committed
    "turn.finished",  # replies committed, the thread still ours
    "action.done",  # the action has acted, not committed
    "action.committed",  # committed, Rasa not told
    "delivery.claimed",  # the message is ours to send
    "delivery.sent",  # the provider has it, nothing noted
    "delivery.noted",  # noted, not committed
)

ROUTING_POINTS = (
    "routing.decided",  # offers made and taken back, not committed
    "routing.committed",  # they stand, nobody has taken one
)


class Killed(BaseException):
    """The process ends here. Nobody catches it; the database rolls back what was not committed."""


_armed: set[str] = set()


def arm(name: str) -> None:
    """End the process the next time it comes to this point."""
    assert name in POINTS + ROUTING_POINTS, name
    _armed.add(name)


def is_armed() -> bool:
    """True until the armed point was reached."""
    return bool(_armed)


def point(name: str) -> None:
    """Ends the process here if a test armed this point; each arming once."""
    if _armed and name in _armed:
        _armed.discard(name)
        raise Killed(name)

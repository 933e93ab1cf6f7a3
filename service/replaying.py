"""A suite of conversations, held with a candidate on the stage; who held otherwise than expected, and at which turn first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from knowledge.gate.service import first_difference
from knowledge.gate.suite import Script
from service.rehearsal import Stage


@dataclass
class Replayed:
    """`passed`: the clinic's own that went as expected. `failed` count against publishing, `unproved` are told of:
    `{"test", "test_id", "channel", "language", "turn" (from 1), "expected", "got", "said" (of the product's own)}`.
    """

    passed: list[UUID] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    unproved: list[dict[str, Any]] = field(default_factory=list)


async def replay(candidate: Stage, scripts: Sequence[Script], step: dict[str, Any], found: Replayed) -> None:
    """Hold all of them. `step` is told how far it is (`right` of `total`, `count` of them held), and `found` what came of each.

    One after the other: two that want the same free time would answer each other's question otherwise. Two at once were measured
    to take three quarters of the time, and every tenth had to be held again alone, which took the rest.
    """
    step |= {"right": 0, "total": len(scripts), "count": 0}
    for script in scripts:
        got = await candidate.hold(script.channel, script.steps)
        difference = first_difference(script.steps, got)
        step["count"] += 1
        if difference is None:
            step["right"] += 1
            if script.test_id is not None:
                found.passed.append(script.test_id)
            continue
        place, expected, came = difference
        told = {
            "test": script.name, "test_id": str(script.test_id) if script.test_id else None, "channel": script.channel,
            "language": script.language, "turn": place + 1, "expected": expected, "got": came,
        }  # fmt: skip
        if script.test_id is None:
            told["said"] = script.steps[place]["say"]
        (found.failed if script.counts else found.unproved).append(told)

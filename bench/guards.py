"""What the guards cost: turns a second with audit, encryption and leases, against the same house without them, in one run.

Two whole installations stand side by side; rounds of sixteen conversations alternate between them.
"""

import asyncio
import statistics

from bench.installation import installation, progress
from bench.turn import Ours, number, throughput

BOUNDS = {"cost": ("<=", 0.25)}


def run(quick: bool) -> dict[str, float]:
    """The share of throughput that the guards take, 0 to 1."""
    return asyncio.run(_run(rounds=2 if quick else 6))


async def _run(rounds: int) -> dict[str, float]:
    rates: dict[str, list[float]] = {"guarded": [], "bare": []}
    async with (
        installation(with_plain=False) as guarded,
        installation(with_plain=False, is_guarded=False) as bare,
    ):
        sides = {"guarded": Ours(guarded), "bare": Ours(bare)}
        for side in sides.values():
            await side.listen()
            await side.conversation(number())
        for turn in range(rounds):
            for name in sorted(sides, reverse=turn % 2 == 1):
                side = sides[name]
                progress(f"round {turn + 1}: {name}")
                rates[name].append(await throughput(lambda side=side: side.conversation(number()), 1))  # type: ignore[misc] # a default argument of a lambda
        for side in sides.values():
            await side.close()
    mean = {name: statistics.mean(values) for name, values in rates.items()}
    cost = max(0.0, 1 - mean["guarded"] / mean["bare"])
    return {
        "cost": round(cost, 3), "guarded_turns_per_s": round(mean["guarded"], 1), "bare_turns_per_s": round(mean["bare"], 1),
    }  # fmt: skip

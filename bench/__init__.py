"""Benchmarks: each prints progress on standard error and one JSON object on its last line.

`{"name", "figures": {…}, "bounds": {figure: [op, bound]}, "holds": true|false}`. A figure of -1 could not be measured (outside
data absent) and does not hold.
"""

import importlib
import json
import sys

NAMES = (
    "turn", "dates", "safety", "chaos", "guards", "moving", "nlu", "dialogues", "escalation", "handoff", "voice", "speech", "retrieval",
    "studio",
)  # fmt: skip


def run(name: str, *, quick: bool) -> int:
    """Run one benchmark; 0 if every bound holds, 1 if not, 2 for an unknown name."""
    if name not in NAMES:
        print(f"unknown benchmark {name}: one of {', '.join(NAMES)}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"bench.{name}")
    figures: dict[str, float] = module.run(quick)
    bounds: dict[str, tuple[str, float]] = module.BOUNDS
    holds = all(
        figures[figure] >= bound if op == ">=" else 0 <= figures[figure] <= bound
        for figure, (op, bound) in bounds.items()
    )
    print(
        json.dumps(
            {"name": name, "figures": figures, "bounds": {k: list(v) for k, v in bounds.items()}, "holds": holds}
        )
    )
    return 0 if holds else 1

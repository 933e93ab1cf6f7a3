"""Understands lines: one normalised text a line in, one JSON object `{intent, confidence, ranking, verdict}` a line out.

For measuring from outside (`./poradnia understand`, the benchmarks): the trained model and its whole pipeline as Rasa loads them,
without the server, the tracker store and the actions. An empty line is answered like any other.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from rasa.core.agent import Agent

FALLBACK = "nlu_fallback"


def understood(parsed: dict[str, Any]) -> dict[str, Any]:
    """The likeliest intents without the fallback, and the pipeline's own verdict, which may be the fallback."""
    ranking = [one for one in parsed.get("intent_ranking") or [] if one["name"] != FALLBACK]
    verdict = (parsed.get("intent") or {}).get("name")
    first = ranking[0] if ranking else {"name": None, "confidence": 0.0}
    return {
        "intent": first["name"],
        "confidence": first["confidence"],
        "ranking": [{"intent": one["name"], "confidence": one["confidence"]} for one in ranking],
        "verdict": verdict,
    }


async def main(model: str) -> None:
    """Load the model once, say so with an empty object, then answer line by line until the input ends."""
    out, sys.stdout = sys.stdout, sys.stderr  # what libraries print must not mix with the answers
    agent = Agent.load(model)
    print("{}", file=out, flush=True)
    for line in sys.stdin:
        parsed = await agent.parse_message(json.loads(line))
        print(json.dumps(understood(parsed)), file=out, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

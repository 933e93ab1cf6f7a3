"""The safety screen's cost: every rule on messages of every length, in both languages."""

import sys
import time

from conversations.safety import default_screen

BOUNDS = {"screen_p95_ms": ("<=", 3.0)}
MESSAGES = (
    "dzień dobry",
    "chciałbym się umówić do kardiologa w przyszły czwartek po 15",
    "od trzech dni boli mnie brzuch i mam gorączkę, biorę paracetamol, ale nie pomaga, co robić",
    "I'd like to book a visit with a dermatologist, ideally next Tuesday morning, but any day after the 3rd works for me too",
    "mama " * 100,
)


def run(quick: bool) -> dict[str, float]:
    """Milliseconds for one message, 95th percentile."""
    screen = default_screen()
    times = []
    for _ in range(50 if quick else 500):
        for message in MESSAGES:
            began = time.perf_counter()
            screen.screen(message)
            times.append(time.perf_counter() - began)
    print(f"{len(times)} messages screened", file=sys.stderr)
    return {"screen_p95_ms": round(sorted(times)[int(len(times) * 0.95)] * 1000, 3)}

"""Prometheus metrics of a process: counts, durations and ages. Never an id, never health data.

Every label takes its values from a small set (`LABELS`); a value outside it is counted as `other`, so that neither a
provider's odd answer nor an attacker's address can make series without end. A test reads every sample against that list.
"""

import asyncio
import re
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
OTHER = "other"
LABELS: dict[str, re.Pattern[str]] = {
    "channel": re.compile(r"sms|webchat|voice|email|whatsapp|push|console"),
    "direction": re.compile(r"in|out"),
    "outcome": re.compile(r"answered|acted|gave-up|failed"),
    "reason": re.compile(r"down|slow|refused|silent|garbled|incomplete|attempts"),
    "level": re.compile(r"[a-z]+(_[a-z]+)?"),
    "state": re.compile(r"queued|sent|delivered|read|dead|todo|doing|failed|bot|waiting|human|in_use|idle"),
    "result": re.compile(r"sent|retry|dead"),
    "method": re.compile(r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"),
    "route": re.compile(r"/[a-zA-Z0-9_./{}:-]*"),
    "status": re.compile(r"[1-5][0-9][0-9]"),
    "purpose": re.compile(r"rephrase|summary|suggestion"),
    "verdict": re.compile(r"used|ungrounded|slow|down|refused|garbled"),
    "part": re.compile(r"database|migrations|bus|dialogue|provider|worker|scanner|screen"),
    "le": re.compile(r"[0-9.]+(e[+-]?[0-9]+)?|\+Inf"),
}
"""What a label may be called, and what it may say."""

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

messages = Counter(
    "poradnia_messages", "Messages taken in and queued to go out", ["direction", "channel"], registry=REGISTRY
)
turn_seconds = Histogram(
    "poradnia_turn_seconds", "From a message's arrival to its answer written", ["channel"], buckets=SECONDS, registry=REGISTRY
)  # fmt: skip
turns = Counter("poradnia_turns", "Messages answered, by how it ended", ["outcome"], registry=REGISTRY)
dialogue_seconds = Histogram(
    "poradnia_dialogue_seconds", "Questions to the dialogue core", buckets=SECONDS, registry=REGISTRY
)
dialogue_failures = Counter(
    "poradnia_dialogue_failures", "Questions without a usable answer", ["reason"], registry=REGISTRY
)
safety_firings = Counter("poradnia_safety_firings", "Messages the safety screen fired on", ["level"], registry=REGISTRY)
delivery_attempts = Counter(
    "poradnia_delivery_attempts", "Messages handed to a provider", ["channel", "result"], registry=REGISTRY
)
http_requests = Counter(
    "poradnia_http_requests", "Answers of the public application", ["method", "route", "status"], registry=REGISTRY
)
http_seconds = Histogram(
    "poradnia_http_seconds", "Until an answer begins (streams end later)", ["route"], buckets=SECONDS, registry=REGISTRY
)
loop_lag_seconds = Histogram(
    "poradnia_event_loop_lag_seconds", "How late the event loop woke up", buckets=SECONDS, registry=REGISTRY
)
database_connections = Gauge(
    "poradnia_database_connections", "Connections of this process's pool", ["state"], registry=REGISTRY
)

model_calls = Counter(
    "poradnia_model_calls", "Questions to the language model, by what came of them", ["purpose", "verdict"], registry=REGISTRY
)  # fmt: skip
model_seconds = Histogram(
    "poradnia_model_seconds", "Until it answered or was given up", buckets=SECONDS, registry=REGISTRY
)
model_cost = Counter(
    "poradnia_model_cost", "What it cost, in the currency of the prices in the settings", registry=REGISTRY
)

# Read from the database by the worker; every worker says the same, so take the maximum.
turns_open = Gauge("poradnia_turns_open", "Messages not answered yet", registry=REGISTRY)
turns_oldest_seconds = Gauge("poradnia_turns_oldest_seconds", "Age of the oldest of them", registry=REGISTRY)
queue_waiting = Gauge("poradnia_queue_waiting", "Patients who wait for a person", registry=REGISTRY)
queue_oldest_seconds = Gauge("poradnia_queue_oldest_seconds", "How long the first of them waits", registry=REGISTRY)
deliveries = Gauge("poradnia_deliveries", "Outgoing messages of the last day by state", ["state"], registry=REGISTRY)
deliveries_oldest_seconds = Gauge(
    "poradnia_deliveries_oldest_seconds", "Age of the oldest message not sent yet", registry=REGISTRY
)
dead_letters = Gauge("poradnia_dead_letters", "Outgoing messages given up and not replayed", registry=REGISTRY)
alerts_unclaimed = Gauge("poradnia_alerts_unclaimed", "Red flags nobody has claimed", registry=REGISTRY)
alerts_oldest_seconds = Gauge("poradnia_alerts_oldest_seconds", "Age of the oldest of them", registry=REGISTRY)
jobs = Gauge("poradnia_jobs", "Jobs by state", ["state"], registry=REGISTRY)
audit_unsealed_seconds = Gauge(
    "poradnia_audit_unsealed_seconds", "Age of the oldest audit row not in a sealed batch", registry=REGISTRY
)
database_bytes = Gauge("poradnia_database_bytes", "Size of the database", registry=REGISTRY)
reindex_passages = Gauge(
    "poradnia_reindex_passages",
    "Passages to embed after the embedder was changed; 0 once it answers",
    registry=REGISTRY,
)
reindex_done = Gauge("poradnia_reindex_done", "How many of them are embedded", registry=REGISTRY)
part_up = Gauge("poradnia_part_up", "1 while a part works, 0 while it does not", ["part"], registry=REGISTRY)


def bounded(label: str, value: object) -> str:
    """The value if that label may say it, else `other`."""
    text = str(value)
    return text if LABELS[label].fullmatch(text) else OTHER


def exposition() -> bytes:
    """All samples in Prometheus' text format."""
    return generate_latest(REGISTRY)


async def watch_loop(every_seconds: float = 0.5) -> None:
    """Measure until cancelled how late this process's event loop wakes up."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(every_seconds)
        loop_lag_seconds.observe(max(0.0, time.perf_counter() - before - every_seconds))

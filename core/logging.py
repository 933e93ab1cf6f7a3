"""Structured logs as JSON lines. Only ids, counts, durations and names of things: a filter drops what could be health data."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "error", "exception_type", "where", "case", "thread", "message", "seq", "handoff",
        "staff", "job", "count", "attempt", "delay_s", "duration_ms", "status", "method", "route", "process", "pid", "exit_code", "port",
        "topic", "channel", "code", "step", "reason", "rule", "model",
    }
)  # fmt: skip


def _only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    dropped = [key for key in event if key not in ALLOWED]
    for key in dropped:
        del event[key]
    if dropped:
        event["reason"] = f"{event.get('reason', '')} (left out: {', '.join(sorted(dropped))})".strip()
    return event


def configure(level: str = "INFO") -> None:
    """Set up once per process. Library loggers at WARNING, since their messages may quote payloads."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        # Asked at every line, not once: what stands for standard error may be exchanged while the process runs.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def describe(error: BaseException) -> dict[str, str]:
    """What may be logged of an exception: its type and the place in our code, never its message."""
    place = ""
    trace = error.__traceback__
    while trace:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return {"exception_type": type(error).__name__, "where": place}

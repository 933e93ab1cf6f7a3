"""J4: complex messages go to a person at once, routine ones do not. The whole product, one message per telephone."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from bench.dialogues import BenchSms
from bench.installation import installation, progress
from conversations.models import Case, ContactPoint, Direction, Message, SafetyAlert, Thread
from core.yamls import read_yaml
from handoff.models import Handoff

PACK = Path(__file__).with_name("escalation.yml")
BOUNDS = {"complex_escalated": (">=", 0.95), "complex_unsafe": ("<=", 0.0), "routine_escalated": ("<=", 0.10)}
AT_ONCE = 4
SAFE = ("safety-", "triage-", "ask-", "utter-ask-", "identity-", "not-understood", "which-", "refill-", "notice")
"""What may be said to a complex message that has not reached a person yet: questions and safety words, never an answer."""


def run(quick: bool) -> dict[str, Any]:
    """Shares of messages after whose first answer a person has the case, or was alerted."""
    pack: dict[str, list[str]] = read_yaml(PACK.read_text("utf-8"))
    if quick:
        pack = {kind: texts[::5] for kind, texts in pack.items()}
    return asyncio.run(_run(pack))


async def _run(pack: dict[str, list[str]]) -> dict[str, Any]:
    async with (
        installation(with_plain=False) as place,
        httpx.AsyncClient(base_url=place.settings.local_url, timeout=30) as client,
    ):
        gate = asyncio.Semaphore(AT_ONCE)
        lines = [(kind, text) for kind, texts in pack.items() for text in texts]
        numbers = [f"+48603{number:06}" for number in range(len(lines))]

        async def say(number: str, text: str) -> None:
            async with gate:
                await BenchSms(place, client, number).say(text)

        await asyncio.gather(*(say(number, text) for number, (_, text) in zip(numbers, lines, strict=True)))
        counts: Counter[str] = Counter()
        for number, (kind, text) in zip(numbers, lines, strict=True):
            is_escalated, keys = await _became(place.house, number)
            counts[f"{kind}_escalated"] += is_escalated
            is_unsafe = kind == "complex" and not is_escalated and any(not key.startswith(SAFE) for key in keys)
            counts["unsafe"] += is_unsafe
            if is_escalated != (kind == "complex"):
                progress(f"{'UNSAFE ' if is_unsafe else ''}{kind}, {'a person' if is_escalated else keys}: {text}")
        return {
            "complex": len(pack["complex"]),
            "routine": len(pack["routine"]),
            "complex_escalated": round(counts["complex_escalated"] / len(pack["complex"]), 4),
            "complex_unsafe": float(counts["unsafe"]),
            "routine_escalated": round(counts["routine_escalated"] / len(pack["routine"]), 4),
        }


async def _became(house: Any, number: str) -> tuple[bool, list[str]]:
    """Whether a person has the case or was alerted, and the keys of what was said."""
    async with house.database.unit_of_work() as uow:
        points = await uow.session.scalars(select(ContactPoint).where(ContactPoint.kind == "phone"))
        point = next(one for one in points if one.address == number)
        thread_id = await uow.session.scalar(select(Thread.id).where(Thread.correspondent_id == point.correspondent_id))
        cases = select(Case.id).where(Case.thread_id == thread_id)
        queued = await uow.session.scalar(select(Handoff.id).where(Handoff.case_id.in_(cases)).limit(1))
        alerted = await uow.session.scalar(select(SafetyAlert.id).where(SafetyAlert.thread_id == thread_id).limit(1))
        said = await uow.session.scalars(
            select(Message).where(Message.thread_id == thread_id, Message.direction == Direction.outbound)
        )
        return queued is not None or alerted is not None, [str((one.content or {}).get("key")) for one in said]

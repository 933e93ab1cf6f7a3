"""A triage engine over HTTP for tests: it answers by our own tables, or fails as told. It keeps what it was asked."""

import asyncio
import json
from typing import Any

import httpx

from care.triage.engine import SYSTEM
from care.triage.models import Case, Urgency
from care.triage.rules import assess
from care.triage.tables import default_tables


class EngineSimulator:
    """An httpx transport. `manner` is `well`, `down`, `slow`, `endless`, `refused` or what it answers instead, as text."""

    def __init__(self, manner: str = "well", urgency: Urgency | None = None) -> None:
        self.manner = manner
        self.urgency = urgency
        self.asked: list[dict[str, Any]] = []
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer), timeout=0.2)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(json.loads(request.content))
        if self.manner == "down":
            raise httpx.ConnectError("refused", request=request)
        if self.manner == "slow":
            await asyncio.sleep(0)
            raise httpx.ReadTimeout("slow", request=request)
        if self.manner == "endless":
            await asyncio.sleep(60)
        if self.manner == "refused":
            return httpx.Response(503, json={"resourceType": "OperationOutcome"})
        if self.manner != "well":
            return httpx.Response(200, text=self.manner)
        urgency = self.urgency if self.urgency is not None else assess(default_tables(), read(self.asked[-1])).urgency
        return httpx.Response(200, json=answer(urgency.name))


def answer(urgency: str) -> dict[str, Any]:
    """As an engine answers."""
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "urgency", "valueCode": urgency},
            {"name": "engine", "valueString": "simulator-1.0"},
            {"name": "reference", "valueString": "abc-1"},
        ],
    }


def read(parameters: dict[str, Any]) -> Case:
    """The case out of the operation's parameters, as an engine reads it."""

    def codes(name: str) -> list[str]:
        found = [one["valueCoding"] for one in parameters["parameter"] if one["name"] == name]
        assert all(one["system"] == SYSTEM for one in found)
        return [one["code"] for one in found]

    def number(name: str, unit: str) -> float | None:
        found = [one["valueQuantity"] for one in parameters["parameter"] if one["name"] == name]
        assert all(one["code"] == unit for one in found)
        return found[0]["value"] if found else None

    sex = next((one["valueCode"][0] for one in parameters["parameter"] if one["name"] == "gender"), None)
    (complaint,) = codes("complaint")
    present, absent, unsure = (frozenset(codes(name)) for name in ("present", "absent", "unsure"))
    return Case(complaint, present, absent, unsure, number("age", "mo"), sex, number("duration", "h"))

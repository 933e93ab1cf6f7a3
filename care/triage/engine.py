"""The seam for a certified triage engine: it may make a result more urgent, never less. Off until a clinic sets its address.

The wire is one FHIR R4 operation: `Parameters` there, `Parameters` back (docs/guides/triage.md shows both). Nobody is named to the
engine: it gets age in months, sex, the complaint and findings. What it does not answer in time, or not as agreed, changes nothing:
the clinic's own tables always decide too.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import httpx

from care.triage.models import Case, Result, Urgency

SYSTEM = "https://poradnia.example/fhir/CodeSystem/triage-finding"
"""The code system of `./poradnia triage findings`."""
PROFILE = "https://poradnia.example/fhir/OperationDefinition/triage"
TIMEOUT_SECONDS = 2.0
"""The patient waits meanwhile; so long at most."""
LONGEST_NAME = 60
UNAVAILABLE = "engine.unavailable"
_MEDIA = "application/fhir+json"


@dataclass(frozen=True)
class Opinion:
    """What an engine says of a case. `reference` is its own id of this assessment, for its maker's audit."""

    urgency: Urgency
    engine: str
    reference: str


class EngineFailed(Exception):
    """No opinion. `reason` is `down`, `slow`, `refused` or `garbled`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Engine(Protocol):
    """Assesses a case. Same case, same opinion."""

    async def assess(self, case: Case) -> Opinion:
        """The opinion; raises `EngineFailed`."""
        ...


class FhirEngine:
    """An engine behind one address. `token` goes as a bearer's, if there is one."""

    def __init__(self, url: str, token: str = "", client: httpx.AsyncClient | None = None) -> None:
        headers = {"Accept": _MEDIA, "Content-Type": _MEDIA} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._url = url
        self._headers = headers
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_SECONDS)

    async def assess(self, case: Case) -> Opinion:
        """Ask; raises `EngineFailed` for whatever is not the agreed answer."""
        try:
            # In all: the client's own limits hold for each step alone, and a byte now and then would keep the patient waiting.
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await self._client.post(self._url, json=parameters(case), headers=self._headers)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise EngineFailed("slow") from error
        except httpx.HTTPError as error:
            raise EngineFailed("down") from error
        if answer.status_code != 200:
            raise EngineFailed("refused")
        try:
            return _opinion(answer.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineFailed("garbled") from error


def parameters(case: Case) -> dict[str, Any]:
    """The case as a FHIR `Parameters` resource. Ages in months, durations in hours (UCUM); what is unknown is left out."""
    told: list[dict[str, Any]] = [{"name": "complaint", "valueCoding": _coding(case.complaint)}]
    if case.age_months is not None:
        told.append({"name": "age", "valueQuantity": _quantity(case.age_months, "mo")})
    if case.sex is not None:
        told.append({"name": "gender", "valueCode": {"f": "female", "m": "male"}[case.sex]})
    if case.duration_hours is not None:
        told.append({"name": "duration", "valueQuantity": _quantity(case.duration_hours, "h")})
    for name, findings in (("present", case.present), ("absent", case.absent), ("unsure", case.unsure)):
        told += [{"name": name, "valueCoding": _coding(one)} for one in sorted(findings)]
    return {"resourceType": "Parameters", "meta": {"profile": [PROFILE]}, "parameter": told}


def joined(result: Result, opinion: Opinion) -> Result:
    """The graver of the two. Where the engine is graver, the first rule names it and its own id of the assessment."""
    if opinion.urgency <= result.urgency:
        return result
    service = "emergency" if opinion.urgency is Urgency.now else result.service
    if result.urgency is Urgency.self and service == "self_care":
        service = "family_medicine"
    rule = f"engine.{opinion.engine}#{opinion.reference}"
    return replace(result, urgency=opinion.urgency, service=service, rules=(rule, *result.rules))


def _opinion(answer: Any) -> Opinion:
    if answer["resourceType"] != "Parameters":
        raise ValueError("no Parameters")
    urgency = _value(answer["parameter"], "urgency", "valueCode")
    engine, reference = (_value(answer["parameter"], name, "valueString") for name in ("engine", "reference"))
    if not 0 < len(engine) <= LONGEST_NAME or not 0 < len(reference) <= LONGEST_NAME:
        raise ValueError("no name")
    return Opinion(Urgency[urgency], engine, reference)


def _value(parameters_: Iterable[Any], name: str, kind: str) -> str:
    found = [one[kind] for one in parameters_ if one["name"] == name]
    if len(found) != 1 or not isinstance(found[0], str):
        raise ValueError(f"{name} must be there once")
    return found[0]


def _coding(finding: str) -> dict[str, str]:
    return {"system": SYSTEM, "code": finding}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "system": "http://unitsofmeasure.org", "code": unit}

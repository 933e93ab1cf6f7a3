"""The application's own description, used against it: thousands of made-up calls, no server error, no answer it did not declare."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi.routing import APIRoute, iter_route_contexts
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.access import Role
from core.accounts import find_session
from service.app import create_app
from tests.house import TestHouse
from tests.service.doors import BROWSER, COOKIE, STREAMS, operations, signed_in
from tests.serving import serve

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
WITH_TOKEN = ("/console", "/account", "/staff", "/privacy", "/logout")
ENDING = ("/logout", "/account/lock")
"""Nothing can be asked after these, so they are asked last."""
EXAMPLES = 12
"""A route and a person: of some 300 routes and four persons, fourteen thousand calls."""


async def test_every_route_is_described_with_what_it_may_answer(house: TestHouse) -> None:
    app = create_app(house.house)
    described = {(method, path) for method, path, _ in operations(app)}
    routes = {
        (method, one.path)
        for one in iter_route_contexts(app.routes) if isinstance(one.original_route, APIRoute)
        for method in one.methods or ()
    }  # fmt: skip
    assert described == routes and len(described) > 35
    for _, path, operation in operations(app):
        answers = set(operation["responses"])
        assert {"400", "422", "503"} <= answers and any(code < "400" for code in answers), path


@dataclass(frozen=True)
class Caller:
    """Who asks: headers, the form's own token, and ids that exist, by the names of path parameters."""

    headers: dict[str, str]
    csrf: str = ""
    ids: dict[str, str] = field(default_factory=dict)


@pytest.mark.parametrize("who", ["nobody", "an agent", "an administrator", "a visitor"])
async def test_no_call_breaks_the_application_or_gets_an_answer_it_did_not_declare(served: TestHouse, who: str) -> None:
    served.house.settings.public_url = "http://clinic.example"
    app, caller = create_app(served.house), Caller({})
    await served.house.bus.start()
    try:
        async with serve(app) as address:
            if who == "an agent":
                caller = await _agent(served, Role.agent, Role.supervisor)
            elif who == "an administrator":
                caller = await _agent(served, Role.admin, Role.privacy_officer, Role.clinician)
            elif who == "a visitor":
                async with httpx.AsyncClient(base_url=address) as client:
                    known = (await client.post("/chat/session", json={"language": "pl"})).json()
                    caller = Caller({"Authorization": f"Bearer {known['token']}"})
            asked = await asyncio.to_thread(_ask_all, app.openapi(), address, caller)
    finally:
        await served.house.bus.stop()
    assert asked >= 200


async def _agent(house: TestHouse, *roles: Role) -> Caller:
    """Somebody at the keyboard; there is a case that waits, its message, a red flag, and a colleague."""
    cookies = await signed_in(house, *roles)
    colleague = await house.staff("Ewa", Role.agent)
    token = cookies[COOKIE]
    thread_id, case_id = await house.human("boli mnie w klatce i nie mogę oddychać")
    (message, *_), alerts = await house.messages(thread_id), await house.alerts()
    async with house.house.database.unit_of_work() as uow:
        person = await find_session(uow, token, BROWSER, house.clock.now())
    assert person is not None and alerts
    ids = {
        "case_id": case_id, "thread_id": thread_id, "message_id": message.id, "alert_id": alerts[0].id,
        "staff_id": colleague.staff_id,
    }  # fmt: skip
    return Caller(
        {"Cookie": f"poradnia={token}; poradnia-device={BROWSER.key}", "User-Agent": BROWSER.agent},
        person.csrf_token,
        {name: str(one) for name, one in ids.items()},
    )


def _ask_all(description: dict[str, Any], address: str, caller: Caller) -> int:
    schema, asked = schemathesis.openapi.from_dict(description), 0
    broken: list[str] = []
    statuses: set[int] = set()
    schema.config.update(base_url=address)
    found_all = []
    for found in schema.get_all_operations():
        assert not isinstance(found, Err), "the description can be read"
        found_all.append(found.ok())
    for operation in sorted(found_all, key=lambda one: one.path in ENDING):
        if operation.path in STREAMS:
            continue

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            if asked % 2 and caller.ids:  # Every other call is about something that exists, with the form's token.
                case.path_parameters = {
                    name: caller.ids.get(name, value) for name, value in (case.path_parameters or {}).items()
                }
                if case.method == "POST" and case.path.startswith(WITH_TOKEN):
                    case.media_type = "application/x-www-form-urlencoded"
                    case.body = {**(case.body if isinstance(case.body, dict) else {}), "csrf": caller.csrf}
            answer = case.call(base_url=address, headers=caller.headers, allow_redirects=False, timeout=20)
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except FailureGroup as failed:
            broken += [f"{operation.label}: {one}" for one in failed.exceptions]
    assert broken == []
    assert {200, 422} <= statuses
    return asked

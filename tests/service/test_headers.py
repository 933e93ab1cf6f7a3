"""What a scanner of web sites would find: headers of every route, cookies, and what production does not show."""

import os
import signal
import subprocess
import sys
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from core.access import Role
from core.postgres import libpq_url
from core.settings import ROOT, Secrets, Settings
from service.app import create_app
from service.bootstrap import build
from tests.house import PUBLIC, TestHouse
from tests.service.doors import STREAMS, filled, operations, signed_in
from tests.serving import free_port, until

DIRECTIVES = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'self'"}


def faults(answer: httpx.Response, path: str) -> list[str]:
    """What a scanner would write down about an answer."""
    headers, found = answer.headers, []
    policy = {part.strip() for part in headers.get("content-security-policy", "").split(";")}
    if not policy >= DIRECTIVES and "sandbox" not in policy:
        found.append("content-security-policy")
    if "unsafe" in headers.get("content-security-policy", "unsafe") or "*" in headers["content-security-policy"]:
        found.append("unsafe or any source")
    may_be_framed = path.startswith("/widget/frame")
    if not may_be_framed and ("frame-ancestors 'none'" not in policy or headers.get("x-frame-options") != "DENY"):
        found.append("frame-ancestors")
    wanted = {
        "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
    }  # fmt: skip
    found += [name for name, value in wanted.items() if headers.get(name) != value]
    # The call simulator alone may listen to the microphone, and exists in demo mode alone.
    microphone = "microphone=(self)" if path == "/simulator/call" and answer.status_code == 200 else "microphone=()"
    if not {"camera=()", microphone, "geolocation=()"} <= set(headers.get("permissions-policy", "").split(", ")):
        found.append("permissions-policy")
    is_public = path.startswith(("/assets", "/widget/loader.js", "/voice/waiting.wav"))
    if not is_public and headers.get("cache-control") != "no-store":
        found.append("cache-control")
    found += [name for name in ("server", "x-powered-by", "access-control-allow-origin") if name in headers]
    if answer.status_code >= 500:
        found.append(f"status {answer.status_code}")
    for line in headers.get_list("set-cookie"):
        (cookie,) = SimpleCookie(line).values()
        if not (cookie["httponly"] and cookie["secure"] and cookie["samesite"].lower() in ("lax", "strict")):
            found.append(f"cookie {cookie.key}")
        if cookie.key.startswith("__Host-") and (cookie["path"] != "/" or cookie["domain"]):
            found.append(f"cookie {cookie.key} is not bound to the host")
    return found


@pytest.mark.parametrize("who", ["nobody", "an agent"])
async def test_every_route_carries_the_headers_a_browser_needs(house: TestHouse, who: str) -> None:
    cookies = {} if who == "nobody" else await signed_in(house, Role.agent)
    app, seen = create_app(house.house), set()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC, cookies=cookies) as client:
        for method, template, _ in [*operations(app), ("GET", "/nowhere", {}), ("GET", "/assets/nothing.js", {})]:
            if template in STREAMS and who == "an agent":
                continue
            if template in STREAMS and template.startswith("/simulator"):
                continue
            for path in {filled(template), filled(template) + "?lang=pl&after=x&seq=%00"}:
                answer = await client.request(method, path)
                # Nobody listens on the bus in this test: not ready is the right answer.
                known = {"status 503"} if template == "/readyz" else set()
                assert set(faults(answer, template)) <= known, (method, path, answer.status_code)
                seen.add(answer.status_code)
    assert {200, 303, 404, 422} <= seen


async def test_errors_of_the_router_itself_carry_them_too(house: TestHouse) -> None:
    async with house.web() as client:
        for method, path in (
            ("DELETE", "/login"),
            ("TRACE", "/"),
            ("POST", "/healthz"),
            ("GET", "/%ff%fe"),
            ("OPTIONS", "/chat/session"),
        ):
            assert faults(await client.request(method, path, headers={"Origin": "https://evil.example"}), path) == [], (
                path
            )


async def test_only_the_widgets_frame_may_stand_on_listed_sites(house: TestHouse) -> None:
    house.house.settings.widget_origins = ["https://przychodnia.example"]
    async with house.web() as client:
        policy = (await client.get("/widget/frame")).headers["content-security-policy"]
    assert "frame-ancestors 'self' https://przychodnia.example" in policy


async def test_production_shows_neither_its_description_nor_a_simulator(
    house: TestHouse, tmp_path: Path, house_url: str
) -> None:
    async with house.web() as client:
        assert (await client.get("/openapi.json")).status_code == 200
    Secrets.make(tmp_path / "secrets.json")
    settings = Settings(
        mode="production", data_folder=tmp_path, public_url=PUBLIC, twilio_account_sid="AC1", twilio_auth_token="t"
    )
    production = build(settings, house_url, clock=house.clock, dialogue=house.dialogue)
    transport = httpx.ASGITransport(create_app(production))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        for path in ("/openapi.json", "/docs", "/redoc", "/simulator/phone", "/metrics"):
            assert (await client.get(path)).status_code == 404, path
    await production.close()


def test_the_running_process_does_not_say_which_software_it_is(database_url: str, tmp_path: Path) -> None:
    import asyncio

    Secrets.make(tmp_path / "secrets.json")
    port = free_port()
    environment = {
        **os.environ, "PORADNIA_DATABASE_URL": libpq_url(database_url), "PORADNIA_DATA_FOLDER": str(tmp_path),
        "PORADNIA_WEB_PORT": str(port), "PORADNIA_WEB_METRICS_PORT": str(free_port()),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "service", "web"], cwd=ROOT, env=environment)
    try:
        answer: list[httpx.Response] = []

        def answers() -> bool:
            try:
                answer.append(httpx.get(f"http://127.0.0.1:{port}/healthz"))
            except httpx.TransportError:
                return False
            return True

        asyncio.run(until(answers))
        assert "server" not in answer[0].headers and answer[0].json() == {"status": "ok"}
        metrics = httpx.get(f"http://127.0.0.1:{environment['PORADNIA_WEB_METRICS_PORT']}/readyz")
        assert metrics.json()["parts"]["database"] == "ok" and "server" not in metrics.headers
    finally:
        process.terminate()
        assert process.wait(20) in (0, -signal.SIGTERM)

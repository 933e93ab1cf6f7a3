"""The staff pages. Invariant: who may not manage staff finds nothing there, and no form works without its session's token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from core.access import Access, Role
from core.accounts import Browser, Staff, StaffSession
from core.accounts.break_glass import break_glass
from core.accounts.models import AccessDecision, BreakGlass, StaffRole
from core.accounts.sessions import Stage, open_session
from core.errors import Refused
from core.ids import new_id
from tests.house import TestHouse

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
UNKNOWN = "01900000-0000-7000-8000-000000000000"


@dataclass
class Keyboard:
    """A signed-in person's browser."""

    client: httpx.AsyncClient
    staff_id: UUID
    csrf: str

    async def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        """Send a form with the session's token."""
        return await self.client.post(path, data={"csrf": self.csrf, **fields})


@asynccontextmanager
async def keyboard(house: TestHouse, *roles: Role) -> AsyncIterator[Keyboard]:
    """Somebody with these roles, signed in."""
    staff = await house.staff("Ola", *roles)
    browser = Browser("a-key-of-its-own", AGENT)
    async with house.house.database.unit_of_work() as uow:
        person = await uow.session.get_one(Staff, staff.staff_id)
        token = await open_session(uow, person, browser, Stage.whole, house.clock.now())
        csrf = (
            await uow.session.scalars(select(StaffSession.csrf_token).where(StaffSession.staff_id == person.id))
        ).one()
    async with house.web() as client:
        client.cookies.set("__Host-poradnia", token)
        client.cookies.set("__Host-poradnia-device", browser.key)
        client.headers["user-agent"] = AGENT
        yield Keyboard(client, UUID(str(staff.staff_id)), csrf)


async def test_an_admin_takes_somebody_on_and_sees_the_link_once(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        made = await ola.post("/staff", email="nowa@example.org", name="Nowa", post=["agent@all"])
        assert made.status_code == 200 and "/login/link/" in made.text
        (person,) = await house.rows(Staff, Staff.email == "nowa@example.org")
        page = await ola.client.get(f"/staff/{person.id}?lang=en")
        assert page.status_code == 200 and "/login/link/" not in page.text
        listed = await ola.client.get("/staff")
        assert "nowa@example.org" in listed.text


async def test_a_refusal_is_said_in_words_and_nothing_is_made(house: TestHouse) -> None:
    refusals: list[tuple[dict[str, str | list[str]], str]] = [
        ({"email": "nowa@example.org", "name": "Nowa", "post": ["system@all"]}, "co najmniej jedną rolę"),
        ({"email": "nowa@example.org", "name": "Nowa", "post": [f"agent@{UNKNOWN}"]}, "co najmniej jedną rolę"),
        ({"email": "nonsense", "name": "<b>Nowa</b>", "post": ["agent@all"]}, "nie jest adres"),
    ]
    async with keyboard(house, Role.admin) as ola:
        for fields, words in refusals:
            refused = await ola.post("/staff", **fields)
            assert refused.status_code == 422 and words in refused.text and "<b>Nowa" not in refused.text
        assert len(await house.rows(Staff)) == 1
        own = await ola.post(f"/staff/{ola.staff_id}/roles", post=["supervisor@all"])
        assert own.status_code == 422 and "własnych uprawnień" in own.text
        assert [row.role for row in await house.rows(StaffRole)] == ["admin"]


@pytest.mark.parametrize("role", [Role.agent, Role.clinician, Role.supervisor, Role.privacy_officer])
async def test_for_others_the_pages_are_not_there(house: TestHouse, role: Role) -> None:
    async with keyboard(house, role) as who:
        other = await house.staff("Jan", Role.agent)
        (row,) = await house.rows(StaffRole, StaffRole.staff_id == other.staff_id)
        for path in ("/staff", f"/staff/{other.staff_id}", "/staff/review", "/staff/review.csv"):
            assert (await who.client.get(path)).status_code == 404, path
        for path in (
            "/staff",
            *(f"/staff/{other.staff_id}/{act}" for act in ("roles", "deactivate", "activate", "second-factor", "link")),
        ):
            assert (await who.post(path, email="x@example.org", name="X", post=["agent@all"])).status_code == 404, path
        assert (await who.post(f"/staff/review/{row.id}", decision="removed")).status_code == 404
        unknown = await who.client.get(f"/staff/{UNKNOWN}")
        assert unknown.json() == (await who.client.get(f"/staff/{other.staff_id}")).json()
    assert len(await house.rows(Staff)) == 2 and await house.rows(AccessDecision) == []


async def test_a_form_without_or_with_a_forged_token_changes_nothing(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        other = await house.staff("Jan", Role.agent)
        for fields in ({}, {"csrf": "guess"}, {"csrf": "żółć\x00"}):
            for act in ("roles", "deactivate", "second-factor", "link"):
                answer = await ola.client.post(f"/staff/{other.staff_id}/{act}", data=fields)
                assert answer.status_code == 403
        (person,) = await house.rows(Staff, Staff.id == other.staff_id)
        assert person.is_active and person.held == {Role.agent}


async def test_unknown_fields_are_ignored_and_a_malformed_one_is_refused(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        other = await house.staff("Jan", Role.agent)
        done = await ola.post(f"/staff/{other.staff_id}/roles", post=["clinician@all"], is_active="0", id=UNKNOWN)
        assert done.status_code == 200
        (person,) = await house.rows(Staff, Staff.id == other.staff_id)
        assert person.is_active and person.held == {Role.clinician}
        (row,) = await house.rows(StaffRole, StaffRole.staff_id == other.staff_id)
        assert (await ola.post(f"/staff/review/{row.id}", decision="maybe")).status_code == 422
        assert (await ola.client.get("/staff/not-an-id")).status_code == 422


async def test_the_review_is_confirmed_row_by_row_and_leaves_as_a_file(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        other = await house.staff("=HYPERLINK(1)", Role.agent, Role.supervisor)
        rows = {one.role: one for one in await house.rows(StaffRole, StaffRole.staff_id == other.staff_id)}
        assert (await ola.post(f"/staff/review/{rows['agent'].id}", decision="confirmed")).status_code == 200
        assert (await ola.post(f"/staff/review/{rows['supervisor'].id}", decision="removed")).status_code == 200
        kept = {(one.role, one.decision): one.reviewer_id for one in await house.rows(AccessDecision)}
        assert kept == {("agent", "confirmed"): ola.staff_id, ("supervisor", "removed"): ola.staff_id}
        file = await ola.client.get("/staff/review.csv?lang=en")
        assert (
            file.headers["content-type"].startswith("text/csv") and "attachment" in file.headers["content-disposition"]
        )
        assert "'=HYPERLINK(1)" in file.text and "2026-11-23" in file.text


async def test_the_privacy_officer_marks_a_broken_glass_as_seen_and_an_admin_cannot_look(house: TestHouse) -> None:
    ewa = await house.staff("Ewa", Role.clinician)
    async with house.house.database.unit_of_work() as uow:
        access = Access.staff(ewa.staff_id, frozenset({Role.clinician}))
        granted = await break_glass(uow, access, new_id(), "emergency", "nieprzytomny pacjent", house.clock.now())
    assert not isinstance(granted, Refused)
    async with keyboard(house, Role.admin) as ola:
        assert (await ola.client.get("/staff/break-glass")).status_code == 404
    async with keyboard(house, Role.privacy_officer) as igor:
        assert "nieprzytomny pacjent" in (await igor.client.get("/staff/break-glass")).text
        assert (await igor.post(f"/staff/break-glass/{granted.id}")).status_code == 200
        assert (await igor.post(f"/staff/break-glass/{UNKNOWN}")).status_code == 404
        (seen,) = await house.rows(BreakGlass)
        assert seen.reviewed_by == igor.staff_id

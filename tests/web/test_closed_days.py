"""Closed days. Invariant: said once, it holds for the bot, booking and promises from the next message on, and is undone as easily."""

import html
import re
from datetime import timedelta

import httpx
import pytest

from care.appointments import clinic
from care.appointments.models import Appointment, ClosedDay, Site
from care.appointments.service import search_offers, specialties
from core.access import Access, Role
from core.audit import AuditEvent
from handoff.hours import ClinicHours
from tests.house import TestHouse
from tests.web.test_facts import fields
from tests.web.test_staff_pages import Keyboard, keyboard

BOT = Access.system("test")


async def said(ola: Keyboard, **form: str) -> httpx.Response:
    """The form sent: what is told before anything is closed."""
    told = await ola.post("/studio/closed-days?lang=pl", **form)
    assert told.status_code == 200, told.text
    return told


async def confirmed(ola: Keyboard, told: httpx.Response) -> httpx.Response:
    """What was told is confirmed, as the page has it."""
    (site,) = re.findall(r'<option value="([^"]+)" selected', told.text)
    return await ola.post("/studio/closed-days", **(fields(told.text) | {"site": site}))


async def test_closed_today_reaches_booking_promises_and_the_hours_at_once_and_goes_again(
    filled: TestHouse,
) -> None:
    house = filled
    now, today = house.clock.now(), house.clock.now().date()

    async def seen() -> tuple[bool, bool, bool]:
        """Is somebody seen today: by the hours, by what can be booked, by what is promised."""
        async with house.house.database.unit_of_work() as uow:
            opened = [await clinic.is_open(uow, one.code, now) for one in await clinic.sites(uow)]
            offers = [
                offer
                for field in await specialties(uow)
                for offer in await search_offers(uow, BOT, specialty=field.code, limit=20, now=now)
            ]
            answers = await ClinicHours().is_open(uow, now)
        return any(opened), any(one.start.date() == today for one in offers), answers

    before = await seen()
    assert before == (True, True, True)
    async with keyboard(house, Role.admin) as ola:
        told = await said(ola, day=today.isoformat(), site="all", pl="Awaria wody", en="No water")
        page = html.unescape(told.text)
        booked = await house.rows(Appointment, Appointment.status == "booked")
        visits = sum(one.start_at.astimezone(now.tzinfo).date() == today for one in booked)
        counted = f"{visits} wizyt" if visits else "Nie ma wtedy umówionych wizyt."
        assert "Cała poradnia" in page and counted in page and "Tak, zamknij" in page
        assert await seen() == before, "telling changes nothing"
        assert (await confirmed(ola, told)).headers["location"].endswith("?saved")
        assert await seen() == (False, False, False)
        page = (await ola.client.get("/studio/closed-days")).text
        assert "Awaria wody" in page and "Cała poradnia" in page
        (closed,) = await house.rows(ClosedDay, ClosedDay.name_pl == "Awaria wody")
        unsure = await ola.post("/studio/closed-days/reopen", closed=str(closed.id))
        assert unsure.status_code == 422 and "Proszę zaznaczyć potwierdzenie" in unsure.text
        assert await seen() == (False, False, False)
        for _ in range(2):
            opened = await ola.post("/studio/closed-days/reopen", closed=str(closed.id), sure="yes")
            assert opened.status_code == 303
            assert await seen() == before
        assert "Zapisano." in (await ola.client.get(opened.headers["location"])).text
    acts = [one.action for one in await house.rows(AuditEvent, AuditEvent.subject_kind == "closed_day")]
    assert acts == ["day.closed", "day.reopened"]


async def test_one_site_closed_leaves_the_other_open(filled: TestHouse) -> None:
    house, now = filled, filled.clock.now()
    first, second = sorted(await house.rows(Site), key=lambda one: one.code)
    async with keyboard(house, Role.admin) as ola:
        form = {"day": now.date().isoformat(), "site": str(first.id), "pl": "Remont", "en": "Building work"}
        assert (await confirmed(ola, await said(ola, **form))).status_code == 303
    async with house.house.database.unit_of_work() as uow:
        assert not await clinic.is_open(uow, first.code, now)
        assert await clinic.site_hours(uow, second.code, now.date())


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"day": "jutro"}, "nieczytelny"),
        ({"day": "2020-01-01"}, "minął"),
        ({"day": "2031-01-01"}, "dalej niż za rok"),
        ({"pl": " "}, "w obu językach"),
        ({"en": "x" * 61}, "najwyżej 60"),
        ({"site": "gdzieś"}, "nieczytelny"),
        ({"site": ""}, "Proszę wybrać miejsce"),
    ],
)
async def test_what_cannot_be_closed_is_said_with_what_was_typed(
    filled: TestHouse, changed: dict[str, str], told: str
) -> None:
    before = len(await filled.rows(ClosedDay))
    day = (filled.clock.now().date() + timedelta(days=3)).isoformat()
    async with keyboard(filled, Role.admin) as ola:
        refused = await ola.post(
            "/studio/closed-days", **({"day": day, "site": "all", "pl": "Awaria", "en": "Failure"} | changed)
        )
        assert refused.status_code == 422 and told in refused.text
    assert len(await filled.rows(ClosedDay)) == before


async def test_a_form_changed_after_it_was_told_is_told_again(filled: TestHouse) -> None:
    day = filled.clock.now().date() + timedelta(days=3)
    (first, *_) = await filled.rows(Site)
    async with keyboard(filled, Role.admin) as ola:
        empty = (await ola.client.get("/studio/closed-days?lang=pl")).text
        assert re.search(r'name="day"[^>]*value=""', empty) and 'required><option value="">wybierz miejsce' in empty
        told = await said(ola, day=day.isoformat(), site=str(first.id), pl="Awaria", en="Failure")
        again = await ola.post("/studio/closed-days", **(fields(told.text) | {"site": "all"}))
        assert again.status_code == 200 and await filled.rows(ClosedDay, ClosedDay.day == day) == []


async def test_a_day_is_closed_once_and_by_editors_alone(filled: TestHouse) -> None:
    day = (filled.clock.now().date() + timedelta(days=3)).isoformat()
    form = {"day": day, "site": "all", "pl": "Awaria", "en": "Failure"}
    async with keyboard(filled, Role.agent) as marta:
        assert (await marta.post("/studio/closed-days", **form)).status_code == 404
        assert (await marta.client.get("/studio/closed-days")).status_code == 404
    async with keyboard(filled, Role.admin) as ola:
        assert (await confirmed(ola, await said(ola, **form))).status_code == 303
        again = await ola.post("/studio/closed-days", **form)
        assert again.status_code == 422 and "już nieczynne" in again.text

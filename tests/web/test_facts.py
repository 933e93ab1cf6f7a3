"""The clinic's facts in the studio. Invariant: nothing is half saved, nothing of somebody else's is replaced unseen."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from care.appointments import clinic
from care.appointments.models import Appointment, Site, SiteHours
from care.appointments.service import search_offers, specialties
from core.access import Access, Role
from core.audit import AuditEvent
from handoff.hours import ClinicHours
from knowledge.models import KnowledgeState
from knowledge.service import import_articles, publish
from tests.house import TestHouse
from tests.web.test_staff_pages import Keyboard, keyboard

BOT = Access.system("test")
ARTICLE: dict[str, Any] = {
    "id": "hours", "pl": {"question": "W jakich godzinach jest czynne?", "answer": "Godziny: {hours}"},
    "en": {"question": "What are the opening hours?", "answer": "Hours: {hours}"},
}  # fmt: skip


async def first(house: TestHouse) -> Site:
    """The first site."""
    return min(await house.rows(Site), key=lambda one: one.code)


async def form(ola: Keyboard, site: Site, **changed: str) -> dict[str, str]:
    """The form of a site as a browser would send it back, with changes."""
    page = (await ola.client.get(f"/studio/facts/sites/{site.id}?lang=pl")).text
    return fields(page) | changed


def fields(page: str) -> dict[str, str]:
    """What stands in the last form of a page."""
    body = page[page.index('<form class="panel stacked"') :]
    found = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]*? value="([^"]*)"', body))
    found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', body))
    return {name: html.unescape(value) for name, value in found.items() if name != "csrf"}


async def saved(ola: Keyboard, site: Site, **changed: str) -> Any:
    """Change the site, confirming what is told before."""
    path = f"/studio/facts/sites/{site.id}"
    done = await ola.post(path, **await form(ola, site, **changed))
    return done if done.status_code != 200 else await ola.post(path, **fields(done.text))


async def test_hours_reach_promises_and_booking_at_once_and_articles_are_told_before(filled: TestHouse) -> None:
    house, now = filled, filled.clock.now()
    async with house.house.database.unit_of_work() as uow:
        await import_articles(uow, BOT, [ARTICLE], now)
        await publish(uow, BOT, "hours", now)
    today = f"day-{now.weekday()}"

    async def seen() -> tuple[bool, bool]:
        """Is somebody promised to answer now; is a visit offered today after 10."""
        async with house.house.database.unit_of_work() as uow:
            answers = await ClinicHours().is_open(uow, now)
            offers = [
                offer
                for field in await specialties(uow)
                for offer in await search_offers(uow, BOT, specialty=field.code, limit=40, now=now)
            ]
        return answers, any(one.start.date() == now.date() and one.start.hour >= 10 for one in offers)

    assert await seen() == (True, True)
    (before,) = await house.rows(KnowledgeState)
    async with keyboard(house, Role.admin) as ola:
        for number, site in enumerate(await house.rows(Site)):
            typed = await form(ola, site, **{today: "6:00-6:30"})
            told = await ola.post(f"/studio/facts/sites/{site.id}", **typed)
            assert told.status_code == 200 and "Zmieni się treść 1 opublikowanego artykułu" in told.text
            assert "<del>Godziny:" in told.text and "6:00–6:30" in told.text
            assert (await house.rows(KnowledgeState))[0].revision == before.revision + number
            done = await ola.post(f"/studio/facts/sites/{site.id}", **fields(told.text))
            assert done.status_code == 303
    assert await seen() == (False, False)
    (after,) = await house.rows(KnowledgeState)
    assert after.revision == before.revision + 2
    acts = [one.action for one in await house.rows(AuditEvent, AuditEvent.subject_kind == "site")]
    assert acts == ["site.hours-changed", "site.hours-changed"]


async def test_a_day_in_two_stretches_is_said_and_offered_as_such(filled: TestHouse) -> None:
    site = await first(filled)
    async with keyboard(filled, Role.admin) as ola:
        assert (await saved(ola, site, **{"day-0": "8-12 i 14.00 - 18"})).status_code == 303
        assert (await form(ola, site))["day-0"] == "8:00–12:00, 14:00–18:00"
    monday = next(
        day for day in (filled.clock.now().date() + timedelta(days=ahead) for ahead in range(7)) if not day.weekday()
    )
    async with filled.house.database.unit_of_work() as uow:
        blocks = await clinic.site_hours(uow, site.code, monday)
    assert [(one.opens.hour, one.closes.hour) for one in blocks] == [(8, 12), (14, 18)]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"day-1": "rano"}, "Nie da się odczytać „rano”"),
        ({"day-1": "25:00-26:00"}, "Nie da się odczytać"),
        ({"day-1": "18:00-8:00"}, "zamknięcie musi być później"),
        ({"day-1": "8:00-12:00, 11:00-18:00"}, "zachodzą na siebie"),
        ({"day-1": "1-2, 3-4, 5-6, 7-8, 9-10"}, "Najwyżej 4"),
        ({f"day-{number}": "" for number in range(7)}, "choć jeden dzień"),
        ({"name": " "}, "To pole jest potrzebne"),
        ({"address": "x" * 161}, "Najwyżej 160"),
        ({"phone": "zadzwoń"}, "To nie jest numer"),
        ({"phone": "89 000 10 01 wew. 3"}, "Numer wewnętrzny"),
        ({"parking_en": ""}, "oba języki albo żaden"),
        ({"directions_pl": "{hours}"}, "Nawiasy klamrowe"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(
    filled: TestHouse, changed: dict[str, str], told: str
) -> None:
    site = await first(filled)
    before = (site.name, site.address, site.phone), len(await filled.rows(SiteHours))
    async with keyboard(filled, Role.admin) as ola:
        typed = await form(ola, site, **({"address": "ul. Nowa 1"} | changed))
        refused = await ola.post(f"/studio/facts/sites/{site.id}", **typed)
        assert refused.status_code == 422 and told in html.unescape(refused.text)
        field = next(iter(changed))
        assert f'id="{field}-fault"' in refused.text and 'aria-invalid="true"' in refused.text
        assert {name: fields(refused.text)[name] for name in changed} == {name: changed[name] for name in changed}
    site = await first(filled)
    assert ((site.name, site.address, site.phone), len(await filled.rows(SiteHours))) == before


async def test_the_second_of_two_sees_what_the_first_saved_and_confirms(filled: TestHouse) -> None:
    site = await first(filled)
    path = f"/studio/facts/sites/{site.id}"
    async with keyboard(filled, Role.admin) as ola:
        late = await form(ola, site, address="ul. Druga 2")
        assert (await saved(ola, site, address="ul. Pierwsza 1")).status_code == 303
        refused = await ola.post(path, **late)
        assert refused.status_code == 422 and "Ktoś zapisał te dane w międzyczasie" in refused.text
        assert "Zapisane: ul. Pierwsza 1" in refused.text and "W formularzu: ul. Druga 2" in refused.text
        assert (await first(filled)).address == "ul. Pierwsza 1"
        assert (await ola.post(path, **fields(refused.text))).status_code == 303
    assert (await first(filled)).address == "ul. Druga 2"


async def test_visits_outside_the_new_hours_are_named_and_stay(filled: TestHouse) -> None:
    now = filled.clock.now()
    visits = [one for one in await filled.rows(Appointment, Appointment.status == "booked") if one.start_at > now]
    visit = min(visits, key=lambda one: one.start_at)
    local: datetime = visit.start_at.astimezone(now.tzinfo)
    (site,) = await filled.rows(Site, Site.id == visit.site_id)
    async with keyboard(filled, Role.admin) as ola:
        assert 'id="outside"' not in (await ola.client.get(f"/studio/facts/sites/{site.id}?lang=pl")).text
        typed = await form(ola, site, **{f"day-{local.weekday()}": "5:00-5:30"})
        told = await ola.post(f"/studio/facts/sites/{site.id}", **typed)
        assert told.status_code == 200 and "Poza nowymi godzinami" in told.text
        assert (await ola.post(f"/studio/facts/sites/{site.id}", **fields(told.text))).status_code == 303
        page = (await ola.client.get(f"/studio/facts/sites/{site.id}?lang=pl")).text
        assert f"o {local.hour}:{local.minute:02}" in page[page.index('id="outside"') :]
        assert "Poza godzinami otwarcia" in (await ola.client.get("/studio/facts?lang=pl")).text
    (after,) = await filled.rows(Appointment, Appointment.id == visit.id)
    assert (after.status, after.start_at) == ("booked", visit.start_at)


async def test_two_sites_have_two_names_and_others_may_do_nothing(filled: TestHouse) -> None:
    one, other = sorted(await filled.rows(Site), key=lambda site: site.code)
    async with keyboard(filled, Role.admin) as ola:
        refused = await ola.post(f"/studio/facts/sites/{one.id}", **await form(ola, one, name=other.name))
        assert refused.status_code == 422 and "inna placówka" in refused.text
        typed = await form(ola, one, name="Inna")
        assert (await ola.client.get("/studio/facts/sites/00000000-0000-0000-0000-000000000000")).status_code == 404
    async with keyboard(filled, Role.supervisor) as marta:
        for path in ("/studio/facts", f"/studio/facts/sites/{one.id}", "/studio/facts/prices"):
            assert (await marta.client.get(path)).status_code == 404
        assert (await marta.post(f"/studio/facts/sites/{one.id}", **typed)).status_code == 404
    assert (await first(filled)).name == one.name

"""One person's data in the browser. Invariant: the officer can read out, correct, hold and erase; narrow or wide, axe finds nothing."""

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from care.patients.models import Patient, PatientContactPoint
from care.patients.repository import Patients
from conversations.models import ContactPoint
from conversations.privacy.erasure import confirmation_of
from core.access import Access
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.privacy.planting import BORN

pytestmark = pytest.mark.browser
NUMBER = "+48890002777"


async def patient_of(site: Site) -> Patient:
    """A patient with one open case of nobody, on their own number."""
    await site.text(NUMBER, "dzień dobry")
    async with site.house.database.unit_of_work() as uow:
        one = Patients(uow, Access.system("test")).add(
            Patient(
                given_name="Gryzelda",
                family_name="Zasadzkowska",
                birth_date=BORN,
                phone=NUMBER,
                created_at=site.house.clock.now(),
            )
        )
        await uow.session.flush()
        point = (await uow.session.scalars(select(ContactPoint))).first()
        assert point is not None
        uow.session.add(
            PatientContactPoint(
                patient_id=one.id, contact_point_id=point.id, role="self", created_at=site.house.clock.now()
            )
        )
    return one


async def test_the_officer_finds_corrects_holds_and_erases(site: Site) -> None:
    patient = await patient_of(site)
    page = await site.agent("igor")
    await page.goto(f"{site.base}/privacy/persons")
    await page.locator("#query").fill("zasadzkow")
    await page.locator("#query").press("Enter")
    assert "zasadz" not in page.url.lower(), "no name stands in an address"
    await page.get_by_role("link", name="Gryzelda Zasadzkowska").click()
    await page.locator("#family_name").fill("Nowacka")
    await page.locator("form[action$='/correct'] button").click()
    await expect(page.locator("h1")).to_have_text("Gryzelda Nowacka")
    await page.locator("#reason-hold").fill("spór sądowy")
    await page.locator("#reason-hold").press("Enter")
    await expect(page.locator("#typed")).to_have_count(0)
    await page.locator("form[action$='/unmark'] button").click()
    await page.locator("#typed").fill("cokolwiek")
    await page.locator("#typed").press("Enter")
    await expect(page.locator("[role=alert]")).to_be_visible()
    await page.locator("#typed").fill(confirmation_of(patient.id))
    await page.locator("#typed").press("Enter")
    await expect(page.locator("[role=status]")).to_be_visible()
    assert await site.house.privacy.erasures.run_open() == 1
    await page.reload()
    await expect(page.locator("#gone + ul")).to_contain_text("patients")
    answer = await page.request.get(f"{page.url}/report.json")
    assert site.house.privacy.erasures.signer.is_genuine(await answer.json())


async def test_axe_finds_nothing_on_the_pages_of_a_person_and_on_the_notice(site: Site) -> None:
    patient = await patient_of(site)
    person = f"/privacy/persons/{patient.id}"
    for lang, scheme in SCHEMES:
        page = await site.agent("igor", scheme=scheme, lang=lang)
        for width in (1440, 360):
            await page.set_viewport_size({"width": width, "height": 900})
            for path in ("/privacy/persons", person, f"{person}/export", "/privacy", "/prices"):
                await page.goto(f"{site.base}{path}?lang={lang}")
                assert await found(page) == [], (path, width, lang, scheme)
                assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        await page.context.close()

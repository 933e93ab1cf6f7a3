"""The privacy officer's page. Invariant: it shows who did what, never content; looking and taking are themselves in the log."""

import csv
import io
from datetime import timedelta

import psycopg
import pytest
from playwright.async_api import expect
from sqlalchemy import select, update

from conversations.models import Case
from core.access import Access
from core.accounts import Staff
from core.audit import AuditEvent, record
from core.ids import new_id
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.conftest import owner
from web.privacy.reading import harmless

pytestmark = pytest.mark.browser


async def write(site: Site, count: int, **said: str) -> None:
    """Events of a nurse's day."""
    now = site.house.clock.now()
    who = said.get("actor", str(await site.staff_id("marta")))
    async with site.house.database.unit_of_work() as uow:
        for number in range(count):
            access = Access(frozenset(), who, said.get("purpose", "care"))
            record(
                uow, access, said.get("action", "open"), "thread", said.get("subject", str(new_id())),
                now - timedelta(minutes=number),
            )  # fmt: skip


async def actions(site: Site) -> list[str]:
    async with site.house.database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


async def test_an_agent_may_not_see_the_log_and_nobody_unknown_either(site: Site) -> None:
    for path in ("/privacy/audit", "/privacy/audit.csv"):
        visitor = await site.visitor()
        await visitor.goto(f"{site.base}{path}")
        assert "/login" in visitor.url
        agent = await site.agent("marta")
        refused = await agent.request.get(f"{site.base}{path}")
        assert refused.status == 403
    assert "audit.read" not in await actions(site)


async def test_the_log_is_filtered_by_person_action_and_day_and_paged(site: Site) -> None:
    await write(site, 120)
    await write(site, 3, action="patient.read", actor=str(await site.staff_id("pawel")))
    page = await site.agent("sylwia")
    await page.goto(f"{site.base}/privacy/audit")
    await expect(page.locator("tbody tr")).to_have_count(50)
    await page.get_by_role("link", name="Starsze").click()
    await page.get_by_role("link", name="Starsze").click()
    await expect(page.get_by_role("link", name="Starsze")).to_have_count(0)
    await page.get_by_role("link", name="Najnowsze").click()
    await page.locator("#actor").select_option(label="Paweł Lis")
    await page.locator("#action").fill("patient.")
    await page.locator("#since").fill("2026-11-23")
    await page.locator("#until").fill("2026-11-23")
    await page.locator(".filters button").click()
    await expect(page.locator("tbody tr")).to_have_count(3)
    await expect(page.locator("tbody tr").first).to_contain_text("Paweł Lis")
    await page.goto(f"{site.base}/privacy/audit?since=2027-01-01")
    await expect(page.locator(".nothing")).to_be_visible()
    assert (await actions(site)).count("audit.read") == 6, "every look is in the log"


async def test_a_patient_stands_for_all_that_is_theirs(site: Site) -> None:
    thread_id = await site.waiting("+48890002001")
    patient_id = new_id()
    async with site.house.database.unit_of_work() as uow:
        await uow.session.execute(update(Case).where(Case.thread_id == thread_id).values(patient_id=patient_id))
    await write(site, 2, subject=str(thread_id))
    await write(site, 5)
    page = await site.agent("sylwia")
    await page.goto(f"{site.base}/privacy/audit?patient={patient_id}")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.goto(f"{site.base}/privacy/audit?patient=Kowalski")
    await expect(page.locator("#patient-wrong")).to_be_visible()
    await expect(page.locator("tbody tr")).to_have_count(0)


async def test_a_damaged_chain_is_said_on_the_page(site: Site) -> None:
    await write(site, 4)
    await site.house.sealer.seal()
    page = await site.agent("sylwia")
    await page.goto(f"{site.base}/privacy/audit")
    await expect(page.locator("#chain")).to_contain_text("nienaruszony")
    with psycopg.connect(owner(site.house.database.url)) as intruder:
        intruder.execute("UPDATE audit_events SET actor = 'somebody' WHERE batch = 1")
    await page.reload()
    await expect(page.locator("#chain[role=alert]")).to_contain_text("partia: 1")


async def test_the_file_holds_the_chosen_rows_no_formulas_and_is_in_the_log(site: Site) -> None:
    await write(site, 3, purpose='=HYPERLINK("http://evil.example","x")')
    async with site.house.database.unit_of_work() as uow:
        await uow.session.execute(
            update(Staff).where(Staff.name == "Marta Zielińska").values(name="+cmd|' /C calc'!A0")
        )
    page = await site.agent("sylwia")
    answer = await page.request.get(f"{site.base}/privacy/audit.csv?action=open")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO((await answer.text()).removeprefix("\ufeff"))))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row.values() if cell.lstrip()[:1] in set("=+-@\t\r")]
    assert rows[0]["purpose"].startswith("'=") and rows[0]["name"].startswith("'+")
    assert "audit.exported" in await actions(site)


@pytest.mark.parametrize("cell", ["=1+1", "+48600", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_what_a_spreadsheet_would_calculate_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_ordinary_cells_stay_as_they_are() -> None:
    assert [harmless(one) for one in ("patient.read", "", "a=b", "Zażółć")] == ["patient.read", "", "a=b", "Zażółć"]


async def test_axe_finds_nothing_on_the_log(site: Site) -> None:
    await write(site, 60)
    for lang, scheme in SCHEMES:
        page = await site.agent("sylwia", scheme=scheme, lang=lang)
        for query in ("", "&patient=x"):
            await page.goto(f"{site.base}/privacy/audit?lang={lang}{query}")
            assert await found(page) == [], (lang, scheme, query)
        await page.set_viewport_size({"width": 360, "height": 740})
        await page.goto(f"{site.base}/privacy/audit?lang={lang}")
        assert await found(page) == [], ("narrow", lang, scheme)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await page.context.close()


async def test_impossible_days_and_letters_are_turned_away_in_words(site: Site) -> None:
    page = await site.agent("igor")
    for question, status in (
        ("until=9999-12-31", 200),
        ("since=0001-01-01", 200),
        ("actor=%00", 422),
        ("before=9999-12-31T23:59:59%2B00:00~x", 200),
    ):
        answer = await page.request.get(f"{site.base}/privacy/audit?{question}")
        assert answer.status == status, question

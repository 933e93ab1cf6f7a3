"""A document in a browser. Invariant: a real PDF in Polish comes in as it reads, readable at any width by eye and machine."""

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.browser.test_clinical import WIDTHS, is_too_wide
from tests.browser.test_studio_plans import shot

pytestmark = pytest.mark.browser
LEAFLET = """<!doctype html><html lang="pl"><body style="font: 12pt serif"><h1>Przygotowanie do badań</h1>
<h2>Badanie krwi</h2><p>Proszę zgłosić się rano, na czczo, i zabrać ze sobą dowód osobisty albo inny dokument ze zdjęciem, a także
skierowanie, jeśli nie jest elektroniczne.</p><p>Wolno pić wodę niegazowaną.</p>
<h2>USG jamy brzusznej</h2><p>Przez sześć godzin przed badaniem proszę nie jeść.</p></body></html>"""


async def upload(page: Page, site: Site, lang: str, content: bytes, name: str) -> None:
    """Choose and read it."""
    await page.goto(f"{site.base}/studio/documents?lang={lang}")
    file: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": content}
    await page.locator("#file").set_input_files(file)
    await page.locator("main form button[type=submit]").press("Enter")


async def test_a_printed_leaflet_becomes_drafts(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.set_content(LEAFLET)
    printed = await visitor.pdf(format="A4")
    for width in WIDTHS:
        for lang, scheme in SCHEMES[:2]:
            page = await site.agent("ola", width=width, scheme=scheme, lang=lang)
            await page.goto(f"{site.base}/studio/documents?lang={lang}")
            assert not await is_too_wide(page) and await found(page) == [], (width, lang)
            await shot(page, f"document-choose-{lang}-{width}")
            await upload(page, site, lang, b"%PDF-1.7", "x.pdf")
            await expect(page.locator(".notice-bad")).to_be_visible()
            await upload(page, site, lang, printed, "Ulotka.pdf")
            await expect(page.locator("fieldset")).to_have_count(2)
            assert not await is_too_wide(page) and await found(page) == [], (width, lang)
            await shot(page, f"document-found-{lang}-{width}")
            await page.context.close()
    page = await site.agent("ola")
    await upload(page, site, "pl", printed, "Ulotka.pdf")
    await expect(page.locator("#q-1")).to_have_value("Badanie krwi")
    await expect(page.locator("#a-1")).to_have_value(
        "Proszę zgłosić się rano, na czczo, i zabrać ze sobą dowód osobisty albo inny dokument ze zdjęciem, a także skierowanie, "
        "jeśli nie jest elektroniczne.\n\nWolno pić wodę niegazowaną."
    )
    await page.locator("fieldset").nth(1).get_by_label("Zapisz jako szkic").uncheck()
    await page.get_by_role("button", name="Zapisz zaznaczone jako szkice").press("Enter")
    await expect(page.get_by_text("Zapisano jeden szkic.")).to_be_visible()
    await expect(page.get_by_role("link", name="Badanie krwi")).to_be_visible()
    await shot(page, "document-kept-pl")

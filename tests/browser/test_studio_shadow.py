"""Shadow mode in a browser. Invariant: switched on and off by keyboard, read at any width by eye and machine."""

from datetime import timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from conversations.models import Message
from core.access import Access
from knowledge.gate.shadow import ShadowDifference, ShadowRun
from knowledge.intents import editing, versions
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.browser.test_clinical import WIDTHS, is_too_wide
from tests.browser.test_studio_plans import shot
from tests.knowledge.test_intents import FEW

pytestmark = pytest.mark.browser


async def test_a_candidate_is_let_read_along_and_looked_at(site: Site) -> None:
    now = site.house.clock.now()
    thread_id = await site.text("+48890002051", "ile kosztuje usg brzucha")
    async with site.house.database.unit_of_work() as uow:
        await versions.seed(uow, FEW, "d1", now)
        await editing.add(uow, Access.system("test"), "pl", "book", "zapisz mnie", now, "Ola")
    page = await site.agent("ola")
    await page.goto(f"{site.base}/studio/shadow?lang=pl")
    await page.get_by_label("Jak długo").select_option("8")
    await page.get_by_role("button", name="Włącz").press("Enter")
    await expect(page.get_by_role("heading", name="Czeka")).to_be_visible()
    async with site.house.database.unit_of_work() as uow:
        run = (await uow.session.scalars(select(ShadowRun))).one()
        run.state, run.started_at, run.ends_at, run.read, run.differed = (
            "watching",
            now,
            now + timedelta(hours=8),
            41,
            1,
        )
        run.dropped = 3
        message = (
            await uow.session.scalars(select(Message).where(Message.thread_id == thread_id, Message.seq == 1))
        ).one()
        uow.session.add(
            ShadowDifference(
                run_id=run.id, message_id=message.id, language="pl", before="clinic_info", before_sure=0.71, after="price", after_sure=0.93
            )
        )  # fmt: skip
    for width in WIDTHS:
        for lang, scheme in SCHEMES[:2]:
            other = await site.agent("ola", width=width, scheme=scheme, lang=lang)
            for path in ("shadow", f"shadow/{run.id}"):
                await other.goto(f"{site.base}/studio/{path}?lang={lang}")
                assert not await is_too_wide(other) and await found(other) == [], (path, width, lang)
                await shot(other, f"{'shadow' if path == 'shadow' else 'shadow-run'}-{lang}-{width}")
            await other.context.close()
    await page.reload()
    await expect(page.get_by_text("ile kosztuje usg brzucha")).to_be_visible()
    await page.get_by_role("button", name="Wyłącz").press("Enter")
    await expect(page.get_by_text("Wyłączono przyciskiem.")).to_be_visible()

"""Second signatures. Invariant: safety content is published by two people, and only as it was signed."""

import re

import pytest

from care.seed import seed as seed_clinic
from core.access import Role
from core.audit import AuditEvent
from knowledge.gate.models import BotRun
from knowledge.intents import versions
from knowledge.models import Article
from knowledge.seed import seed as seed_knowledge
from knowledge.signatures import ContentSignature
from tests.house import TestHouse
from tests.knowledge.test_intents import FEW
from tests.web.test_staff_pages import keyboard
from tests.web.test_studio import DOG

SAFE = DOG | {"is_safety": "yes"}
MISSING = "Tego podpisu brakuje"


@pytest.fixture
async def filled(house: TestHouse) -> TestHouse:
    """The synthetic clinic with its articles, and a bot that learnt four phrases."""
    async with house.house.database.unit_of_work() as uow:
        await seed_clinic(uow, house.clock.now())
        await seed_knowledge(uow, house.clock.now())
        await versions.seed(uow, FEW, "d1", house.clock.now())
    return house


def content_of(page: str) -> str:
    """What the page's button signs."""
    found = re.search(r'name="content" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def status(house: TestHouse) -> str:
    """Of the article."""
    (article,) = await house.rows(Article, Article.id == "guide-dog")
    return article.status


async def test_a_safety_article_needs_another_persons_signature_for_just_these_words(filled: TestHouse) -> None:
    address = "/studio/articles/guide-dog"
    async with keyboard(filled, Role.admin) as ola, keyboard(filled, Role.admin) as jan:
        await ola.post("/studio/articles", **SAFE)
        refused = await ola.post(f"{address}/publish", version="1")
        assert refused.status_code == 422 and MISSING in refused.text
        content = content_of(refused.text)
        assert (await ola.post(f"{address}/sign", version="1", content=content)).status_code == 303
        alone = await ola.post(f"{address}/publish", version="1")
        assert alone.status_code == 422 and MISSING in alone.text and "Własny podpis już jest" in alone.text
        again = await ola.post(f"{address}/sign", version="1", content=content)
        assert again.status_code == 422 and "Drugi podpis składa inna osoba" in again.text
        await ola.post(address, **(SAFE | {"base": "1", "pl_answer": "Tak, także do gabinetu."}))
        unsigned = await jan.post(f"{address}/publish", version="2")
        assert unsigned.status_code == 422 and MISSING in unsigned.text, "the signature was for other words"
        stale = await jan.post(f"{address}/sign", version="2", content=content)
        assert stale.status_code == 422 and "tymczasem" in stale.text
        assert await status(filled) == "draft"
        fresh = content_of((await jan.client.get(f"{address}/publish?version=2")).text)
        assert (await jan.post(f"{address}/sign", version="2", content=fresh)).status_code == 303
        assert (await ola.post(f"{address}/publish", version="2")).status_code == 303
        await ola.post(address, **(DOG | {"base": "2", "pl_answer": "Nie."}))
        off = await ola.post(f"{address}/publish", version="3")
        assert off.status_code == 422 and MISSING in off.text, "what was published with the mark keeps it"
    assert await status(filled) == "published"
    assert "article.signed" in {one.action for one in await filled.rows(AuditEvent)}
    assert len(await filled.rows(ContentSignature)) == 2


async def test_an_article_without_the_mark_needs_none(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        page = (await ola.client.get("/studio/articles/guide-dog/publish")).text
        assert "Drugi podpis" not in page
        assert (await ola.post("/studio/articles/guide-dog/publish", version="1")).status_code == 303


async def test_a_draft_that_touches_safety_waits_for_another_person(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola, keyboard(filled, Role.admin) as jan:
        await ola.post("/studio/intents/emergency", text="ktoś tu zemdlał", language="pl")
        await ola.post("/studio/intents/book", text="proszę o termin u ortopedy", language="pl")
        refused = await ola.post("/studio/checks", note="Dwa zdania")
        assert refused.status_code == 422 and MISSING in refused.text and "(emergency)" in refused.text
        assert await filled.rows(BotRun) == []
        page = (await jan.client.get("/studio/intents")).text
        assert (await jan.post("/studio/draft/sign", content=content_of(page))).status_code == 303
        own = await jan.post("/studio/checks", note="Dwa zdania")
        assert own.status_code == 422, "who signed is not the second person"
        await ola.post("/studio/intents/emergency", text="dziecko się dusi", language="pl")
        assert MISSING in (await ola.post("/studio/checks", note="Trzy zdania")).text, "the draft is another one"
        page = (await jan.client.get("/studio/intents")).text
        assert (await jan.post("/studio/draft/sign", content=content_of(page))).status_code == 303
        assert (await ola.post("/studio/checks", note="Trzy zdania")).status_code == 303
    (run,) = await filled.rows(BotRun)
    assert run.state == "waiting"
    assert "draft.signed" in {one.action for one in await filled.rows(AuditEvent)}


async def test_others_sign_nothing(filled: TestHouse) -> None:
    async with keyboard(filled, Role.agent) as marta:
        sent = await marta.post("/studio/draft/sign", content="draft:x")
        assert sent.status_code in (403, 404)
        sent = await marta.post("/studio/articles/refill-how/sign", version="1", content="x")
        assert sent.status_code in (403, 404)
    assert await filled.rows(ContentSignature) == []

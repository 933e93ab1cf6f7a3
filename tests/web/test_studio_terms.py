"""Whom an article is for, until when it answers, and whose it is. Invariant: nobody is told what is over, or not told whom it is for."""

from datetime import timedelta
from typing import Any

import pytest

from core.access import Role
from core.audit import AuditEvent
from knowledge.models import Article, ArticleVersion
from knowledge.publishing import expire
from knowledge.scheduling import Punctual
from knowledge.service import article
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard
from tests.web.test_studio import DOG

ADDRESS = "/studio/articles/guide-dog"


async def said(house: TestHouse, language: Any, channel: str) -> str:
    """What is answered with now; empty if nothing is."""
    async with house.house.database.unit_of_work() as uow:
        return str(getattr(await article(uow, "guide-dog", language, channel), "text", ""))


@pytest.mark.parametrize(
    ("terms", "pl", "en"),
    [
        ({"min_age": "16"}, "Dotyczy osób od 16. roku życia. Tak,", "For people aged 16 and over. Yes,"),
        ({"max_age": "12"}, "Dotyczy osób do 12. roku życia. Tak,", "For people aged up to 12. Yes,"),
        (
            {"min_age": "3", "max_age": "12"},
            "Dotyczy osób w wieku od 3 do 12 lat. Tak,",
            "For people aged 3 to 12. Yes,",
        ),
        (
            {"pl_condition": "osób w okularach", "en_condition": "people with glasses", "min_age": "1"},
            "Dotyczy osób od 1. roku życia. Dotyczy: osób w okularach. Tak,",
            "For people aged 1 and over. For: people with glasses. Yes,",
        ),
        ({}, "Tak,", "Yes,"),
    ],
)
async def test_whom_it_is_for_is_said_on_every_channel(
    filled: TestHouse, terms: dict[str, str], pl: str, en: str
) -> None:
    async with keyboard(filled, Role.admin) as ola:
        assert (await ola.post("/studio/articles", **(DOG | terms))).status_code == 303
        page = (await ola.client.get(ADDRESS)).text
        assert pl in page and all(f'value="{one}"' in page for one in terms.values())
        shown = (await ola.client.get(f"{ADDRESS}/publish")).text
        assert ("Dla kogo" in shown) is bool(terms)
        assert (await ola.post(f"{ADDRESS}/publish", version="1")).status_code == 303
    for channel in ("webchat", "sms", "voice"):
        assert (await said(filled, "pl", channel)).startswith(pl)
        assert (await said(filled, "en", channel)).startswith(en)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"min_age": "12", "max_age": "3"}, "Wiek to pełne lata"),
        ({"min_age": "-1"}, "Wiek to pełne lata"),
        ({"max_age": "121"}, "Wiek to pełne lata"),
        ({"max_age": "½"}, "Wiek to pełne lata"),
        ({"max_age": "²"}, "Wiek to pełne lata"),
        ({"expires_at": "kiedyś"}, "jest nieczytelny"),
        ({"owner": "kto inny"}, "Opiekunem może być"),
        ({"owner": "01a2279b-5e80-7869-867a-424ed3701b20"}, "Opiekunem może być"),
        ({"pl_condition": "x" * 81}, "najwyżej 80"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_words_still_there(
    filled: TestHouse, changed: dict[str, str], told: str
) -> None:
    async with keyboard(filled, Role.admin) as ola:
        refused = await ola.post("/studio/articles", **(DOG | changed))
        assert refused.status_code == 422 and told in refused.text and "May I bring a guide dog?" in refused.text
    assert await filled.rows(Article) == []


async def test_for_whom_is_written_in_both_languages_and_an_sms_names_no_illness(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **(DOG | {"pl_condition": "kobiet w ciąży"}))
        refused = await ola.post(f"{ADDRESS}/publish", version="1")
        assert refused.status_code == 422 and "w obu językach" in refused.text
        ill = {"pl_condition": "osób z cukrzycą", "en_condition": "people with diabetes", "base": "1"}
        await ola.post(ADDRESS, **(DOG | ill))
        assert (await ola.post(f"{ADDRESS}/publish", version="2")).status_code == 303
    assert (await said(filled, "pl", "voice")).startswith("Dotyczy: osób z cukrzycą. Tak")
    assert (await said(filled, "pl", "sms")).startswith("Dotyczy tylko niektórych pacjentów. Tak")
    assert (await said(filled, "en", "sms")).startswith("For some patients only. Yes")


async def test_after_its_last_day_it_withdraws_itself_once_and_may_not_be_published(filled: TestHouse) -> None:
    last = filled.clock.now().date() + timedelta(days=3)
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **(DOG | {"expires_at": last.isoformat()}))
        await ola.post(f"{ADDRESS}/publish", version="1")
        assert f"wygasa {last:%d.%m.%Y}" in (await ola.client.get("/studio/articles?state=due")).text
    punctual = Punctual(filled.house.database, filled.house.library, filled.clock)
    filled.clock.instant += timedelta(days=3)
    await punctual.look()
    assert await said(filled, "pl", "sms"), "the last day is one on which it answers"
    filled.clock.instant += timedelta(days=1)
    await Punctual(filled.house.database, filled.house.library, filled.clock).look()
    assert not await said(filled, "pl", "sms")
    async with filled.house.database.unit_of_work() as uow:
        assert await expire(uow, filled.clock.now()) == []
    assert [one.action for one in await filled.rows(AuditEvent)].count("article.expired") == 1
    async with keyboard(filled, Role.admin) as ola:
        refused = await ola.post(f"{ADDRESS}/publish", version="1")
        assert refused.status_code == 422 and "już minął" in refused.text


async def test_who_writes_an_article_owns_it_until_another_editor_does(filled: TestHouse) -> None:
    ewa = await filled.staff("Ewa", Role.admin)
    marta = await filled.staff("Marta", Role.agent)
    async with keyboard(filled, Role.admin) as ola:
        new = (await ola.client.get("/studio/articles/new")).text
        assert new.count(" selected>") == 1 and "Ewa" in new and ">Marta<" not in new
        await ola.post("/studio/articles", **(DOG | {"owner": str(ewa.staff_id)}))
        assert "opiekun: Ewa" in (await ola.client.get("/studio/articles")).text
        assert "guide-dog" not in (await ola.client.get("/studio/articles?state=mine")).text
        refused = await ola.post(ADDRESS, **(DOG | {"owner": str(marta.staff_id), "base": "1"}))
        assert refused.status_code == 422 and "Opiekunem może być" in refused.text
    (kept,) = await filled.rows(Article)
    assert kept.owner_id == ewa.staff_id


async def test_an_earlier_version_comes_back_with_its_terms(filled: TestHouse) -> None:
    terms = {"min_age": "16", "expires_at": "2027-05-31", "pl_condition": "opiekunów", "en_condition": "carers"}
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **(DOG | terms))
        await ola.post(ADDRESS, **(DOG | {"base": "1"}))
        assert (await ola.post(f"{ADDRESS}/restore", version="1")).status_code == 303
    rows = {one.version: one for one in await filled.rows(ArticleVersion, ArticleVersion.language == "pl")}
    assert [rows[number].min_age for number in (1, 2, 3)] == [16, None, 16]
    assert (str(rows[3].expires_at), rows[3].condition) == ("2027-05-31", "opiekunów")

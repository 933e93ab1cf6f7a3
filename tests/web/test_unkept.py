"""Characters that no database keeps. Invariant: they are refused in words, on every route, and nothing is stored by half."""

import pytest

from care.appointments.models import ClosedDay
from core.access import Role
from knowledge.files import ArticleFile
from knowledge.models import ArticleVersion
from tests.house import TestHouse
from tests.web.test_facts import fields
from tests.web.test_staff_pages import keyboard
from tests.web.test_studio import DOG
from tests.web.test_studio_files import sends

NUL = "a\0b"


async def test_a_nul_in_an_address_or_a_form_is_refused_in_words_and_changes_nothing(filled: TestHouse) -> None:
    before = len(await filled.rows(ClosedDay))
    async with filled.web() as anybody, keyboard(filled, Role.admin) as ola:
        for path in ("/files/%00", "/login/link/%00"):
            assert (await anybody.get(path)).status_code in (404, 410, 422), path
        await ola.post("/studio/articles", **DOG)
        assert (await ola.client.get("/studio/articles/%00")).status_code in (404, 422)
        for answer in (
            await sends(ola, pl_title=NUL),
            await ola.post("/studio/closed-days", day="2026-12-20", site="all", pl=NUL, en=NUL),
            await ola.post(
                "/studio/articles/guide-dog", **(DOG | {"base": "1", "pl_condition": NUL, "en_condition": NUL})
            ),
        ):
            assert answer.status_code == 422 and "nie da się zapisać" in answer.text
        english = await ola.post("/studio/closed-days?lang=en", day="2026-12-20", site="all", pl=NUL, en=NUL)
        assert english.status_code == 422 and "cannot be kept" in english.text
    assert len(await filled.rows(ClosedDay)) == before and await filled.rows(ArticleFile) == []
    assert {one.version for one in await filled.rows(ArticleVersion)} == {1}


@pytest.mark.parametrize("words", ["😀", "/restart", "<b>x</b>", "x" * 200_000])
async def test_odd_words_are_words_or_too_long(filled: TestHouse, words: str) -> None:
    async with keyboard(filled, Role.admin) as ola:
        answer = await ola.post("/studio/closed-days", day="2026-12-20", site="all", pl=words, en=words)
        assert "<b>x</b>" not in answer.text
        if answer.status_code == 200:
            answer = await ola.post("/studio/closed-days", **(fields(answer.text) | {"site": "all"}))
        assert answer.status_code in (303, 422)
        page = await ola.client.get("/studio/closed-days")
        assert page.status_code == 200 and "<b>x</b>" not in page.text

"""Documents on their page. Invariant: drafts only, all that were chosen or none, and every file that will not do is answered in words."""

import asyncio

import pytest
from sqlalchemy.pool import AsyncAdaptedQueuePool

from core.access import Role
from core.audit import AuditEvent
from knowledge.documents import importing
from knowledge.models import Article, ArticleVersion
from tests.house import TestHouse
from tests.knowledge.papers import docx, pdf
from tests.web.test_staff_pages import Keyboard, keyboard

PAGE = "/studio/documents"
LEAFLET = docx(
    [("Nagwek1", "Ulotka"), ("Nagwek2", "Czy badanie krwi jest na czczo?"), ("", "Tak, proszę przyjść rano i niczego nie jeść."),
     ("Nagwek2", "Parking"), ("", "Parking dla pacjentów jest za budynkiem.")]
)  # fmt: skip


async def upload(ola: Keyboard, content: bytes, name: str = "Ulotka.docx", language: str = "auto") -> tuple[int, str]:
    """The page that answers."""
    sent = await ola.client.post(PAGE, data={"csrf": ola.csrf, "language": language}, files={"file": (name, content)})
    return sent.status_code, sent.text


def form(*rows: tuple[str, str, str], take: str = "0 1") -> dict[str, str | list[str]]:
    """What the page of sections sends."""
    return {
        "origin": "Ulotka.docx, 23.11.2026", "question": [row[0] for row in rows], "answer": [row[1] for row in rows],
        "language": [row[2] for row in rows], "take": take.split(),
    }  # fmt: skip


async def test_a_document_is_looked_at_and_the_chosen_sections_become_drafts(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        code, page = await upload(ola, LEAFLET)
        assert code == 200 and "Znaleziono 2 części" in page
        assert "Ulotka.docx, 23.11.2026" in page and "Czy badanie krwi jest na czczo?" in page
        assert await house.rows(Article) == [], "nothing is kept before somebody has looked"
        kept = await ola.post(
            f"{PAGE}/drafts",
            **form(("Czy badanie krwi jest na czczo?", "Tak.", "pl"), ("Parking", "Za budynkiem.", "pl"), take="0"),
        )
        assert kept.status_code == 303
        listed = (await ola.client.get(kept.headers["location"])).text
        assert "Zapisano jeden szkic" in listed and "brak EN" in listed
        (article,) = await house.rows(Article)
        (text,) = await house.rows(ArticleVersion)
        assert (article.id, article.status) == ("czy-badanie-krwi-jest-na-czczo", "draft")
        assert (text.language, text.source, text.author) == ("pl", "Ulotka.docx, 23.11.2026", "Ola")
        refused = await ola.post(f"/studio/articles/{article.id}/publish", version="1")
        assert refused.status_code == 422, "one language answers nobody"
        again = await ola.post(
            f"{PAGE}/drafts", **form(("Czy badanie krwi jest na czczo?", "Inaczej.", "pl"), take="0")
        )
        assert again.status_code == 303
    assert {one.id for one in await house.rows(Article)} == {article.id, f"{article.id}-2"}
    assert {"document.read", "article.drafted"} <= {one.action for one in await house.rows(AuditEvent)}


async def test_while_a_document_is_read_no_connection_of_the_database_waits(house: TestHouse) -> None:
    pool = house.house.database.engine.pool
    async with keyboard(house, Role.admin) as ola:
        async with importing._AT_ONCE:
            sending = asyncio.create_task(upload(ola, LEAFLET))
            for _ in range(3000):
                if importing._AT_ONCE._waiters:
                    break
                await asyncio.sleep(0.01)
            assert isinstance(pool, AsyncAdaptedQueuePool) and pool.checkedout() == 0
        assert (await sending)[0] == 200


async def test_what_is_there_already_is_marked_and_not_ticked(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        await ola.post(
            f"{PAGE}/drafts", **form(("Parking", "Parking dla pacjentów jest za budynkiem.", "pl"), take="0")
        )
        _, page = await upload(ola, LEAFLET)
        assert page.count("taki artykuł już jest") == 1 and page.count(" checked") == 1


async def test_one_section_that_will_not_do_keeps_all_of_them_out_and_loses_no_word(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        rows = (("Parking", "Za budynkiem.", "pl"), ("Krew", "", "pl"))
        refused = await ola.post(f"{PAGE}/drafts", **form(*rows))
        assert (
            refused.status_code == 422
            and "żadne z nich nie może stać samo" in refused.text
            and "Za budynkiem." in refused.text
        )
        nothing = await ola.post(f"{PAGE}/drafts", **(form(*rows) | {"take": []}))
        assert nothing.status_code == 422 and "Nic nie jest zaznaczone" in nothing.text
    assert await house.rows(Article) == []


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"%PDF-1.7 x", "a.pdf", "uszkodzony"),
        (pdf([[]], picture=True), "a.pdf", "tylko obrazy"),
        (b"zwykly tekst", "a.docx", "nie jest PDF, DOCX ani HTML"),
        (b"", "a.pdf", "nie ma tekstu"),
        (b"<html><script>alert(1)</script></html>", "a.html", "nie ma tekstu"),
        (b"<html><p>12 34 56</p></html>", "a.html", "wybrać język"),
        (b"<html>" + b" " * 10_000_001, "a.html", "najwyżej 10 MB"),
    ],
)  # fmt: skip
async def test_a_file_that_will_not_do_is_answered_in_words(
    house: TestHouse, content: bytes, name: str, told: str
) -> None:
    async with keyboard(house, Role.admin) as ola:
        code, page = await upload(ola, content, name)
        assert code == 422 and told in page
        nothing = await ola.post(PAGE)
        assert nothing.status_code == 422 and "Proszę wybrać plik" in nothing.text
    assert await house.rows(Article) == []


async def test_a_hundred_megabytes_lead_to_words_and_not_to_memory(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        sent = await ola.client.post(PAGE, data={"csrf": ola.csrf}, files={"file": ("a.pdf", b"x" * 100_000_000)})
        assert sent.status_code == 303
        page = (await ola.client.get(sent.headers["location"])).text
        assert "najwyżej 10 MB" in page


async def test_markup_and_names_are_text(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        name = "../../<img src=x>\x00\u202e.html"
        _, page = await upload(
            ola, "<html><p>Tak, &lt;script&gt;alert(1)&lt;/script&gt; proszę.</p></html>".encode(), name
        )
        assert "<script>alert" not in page and "<img src=x>" not in page and "../" not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("role", [Role.agent, Role.clinician, Role.supervisor])
async def test_others_bring_in_nothing(house: TestHouse, role: Role) -> None:
    async with keyboard(house, role) as other:
        assert (await other.client.get(PAGE)).status_code in (403, 404)
        assert (await upload(other, LEAFLET))[0] in (403, 404)
        assert (await other.post(f"{PAGE}/drafts", **form(("a", "b", "pl"), take="0"))).status_code in (403, 404)
    assert await house.rows(Article) == []

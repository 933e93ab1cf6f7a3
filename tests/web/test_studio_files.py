"""Files beside articles. Invariant: what is answered with has its files, and nobody reads one that was not published."""

from uuid import uuid4

import httpx
import pytest

from core.access import Access, Role
from core.audit import AuditEvent
from knowledge.files import LARGEST, MOST, ArticleFile
from knowledge.models import ArticleVersion
from knowledge.service import Reply, article, import_articles
from tests.house import PUBLIC, TestHouse
from tests.web.test_staff_pages import Keyboard, keyboard
from tests.web.test_studio import DOG

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ADDRESS = "/studio/articles/guide-dog"
FORM = {"article": "guide-dog", "base": "1", "language": "pl", "pl_title": "Ulotka o psach"}


async def sends(ola: Keyboard, content: bytes = PDF, **changes: str) -> httpx.Response:
    """A file through the editor's form; where that led."""
    data = {"csrf": ola.csrf, **FORM, **changes}
    return await ola.client.post("/studio/files", data=data, files={"pl_file": ("x.pdf", content, "application/pdf")})


async def answer(house: TestHouse, channel: str = "sms") -> Reply:
    """What is answered with."""
    async with house.house.database.unit_of_work() as uow:
        found = await article(uow, "guide-dog", "pl", channel)
    assert isinstance(found, Reply)
    return found


async def test_a_file_is_read_by_everybody_once_it_is_published_and_no_more_once_it_is_not(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola, filled.web() as anybody:
        await ola.post("/studio/articles", **DOG)
        await ola.post(f"{ADDRESS}/publish", version="1")
        done = await sends(ola)
        assert done.status_code == 303 and done.headers["location"].endswith("kept=2#files")
        (kept,) = await filled.rows(ArticleFile)
        page = (await ola.client.get(ADDRESS)).text
        assert "Ulotka o psach.pdf" in page
        assert (await ola.client.get(f"/studio/files/{kept.id}")).content == PDF
        assert (await anybody.get(f"/files/{kept.code}")).status_code == 404, "a draft"
        assert (await answer(filled)).files == ()
        # The words are kept again: the file stays with them.
        again = {**DOG, "base": "2", "pl_answer": "Tak, zapraszamy.", "pl_files": str(kept.id)}
        assert (await ola.post(ADDRESS, **again)).status_code == 303
        assert "<ins>" in (await ola.client.get(f"{ADDRESS}/publish?version=3")).text
        assert (await ola.post(f"{ADDRESS}/publish", version="3")).status_code == 303
        read = await anybody.get(f"/files/{kept.code}")
        assert (read.status_code, read.content, read.headers["content-type"]) == (200, PDF, "application/pdf")
        assert (
            "attachment" in read.headers["content-disposition"] and "sandbox" in read.headers["content-security-policy"]
        )
        assert [one.title for one in (await answer(filled)).files] == ["Ulotka o psach"]
        gone = await ola.post("/studio/files/remove", **(FORM | {"base": "3", "file": str(kept.id)}))
        assert gone.status_code == 303
        assert (await anybody.get(f"/files/{kept.code}")).status_code == 200, "what answers still has it"
        await ola.post(f"{ADDRESS}/publish", version="4")
        assert (await anybody.get(f"/files/{kept.code}")).status_code == 404
        assert (await anybody.get("/files/nothing")).status_code == 404
    assert [one.action for one in await filled.rows(AuditEvent)].count("article.file-added") == 1


@pytest.mark.parametrize(
    ("content", "changes", "told"),
    [
        (b"", {}, "Nie wybrano pliku"),
        (b"MZ" + b"\0" * 200, {}, "To nie jest PDF"),
        (b"<html>", {}, "To nie jest PDF"),
        (PDF, {"pl_title": " "}, "Nazwa ma od 1"),
        (PDF, {"pl_title": "../../etc/passwd"}, "Nazwa ma od 1"),
        (PDF + b"0" * LARGEST, {}, "za duży, najwyżej 5 MB"),
        (PDF, {"base": "7"}, "ktoś zapisał wersję"),
    ],
)
async def test_what_is_no_such_file_is_refused_in_words_and_nothing_is_kept(
    filled: TestHouse, content: bytes, changes: dict[str, str], told: str
) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        done = await sends(ola, content, **changes)
        assert done.status_code == 303 and told in (await ola.client.get(done.headers["location"])).text
        assert (await sends(ola, b"%PDF-" + b"0" * 9_000_000)).headers["location"] == "/studio/articles?large=true"
        assert "za duży" in (await ola.client.get("/studio/articles?large=true")).text
    assert await filled.rows(ArticleFile) == []
    assert {one.version for one in await filled.rows(ArticleVersion)} == {1}


async def test_files_are_those_of_the_article_and_not_too_many(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        for number in range(1, MOST + 1):
            assert (
                f"kept={number + 1}"
                in (await sends(ola, base=str(number), pl_title=f"Plik {number}")).headers["location"]
            )
        assert "article-files" in (await sends(ola, base=str(MOST + 1))).headers["location"]
        for wrong in (str(uuid4()), "kto wie"):
            refused = await ola.post(ADDRESS, **DOG, base=str(MOST + 1), pl_files=wrong)
            assert refused.status_code == 422 and "Pliki muszą należeć" in refused.text
    async with keyboard(filled, Role.agent) as marta:
        assert (await sends(marta)).status_code == 404
        (one, *_) = await filled.rows(ArticleFile)
        assert (await marta.client.get(f"/studio/files/{one.id}")).status_code == 404


async def test_what_is_typed_beside_a_file_is_kept_with_it_or_stays_in_the_editor(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        edited = DOG | {"pl_answer": "Tak, psy są mile widziane."}
        page = await ola.client.get((await sends(ola, PDF, **edited)).headers["location"])
        assert "psy są mile widziane" in page.text and "Ulotka o psach.pdf" in page.text
        late = await sends(ola, PDF, **(edited | {"pl_answer": "Tak, w kagańcu."}))
        assert late.status_code == 422 and "Tak, w kagańcu." in late.text and "psy są mile widziane" in late.text
        bad = await sends(ola, b"MZ", **(edited | {"base": "3", "pl_answer": "Tak, na smyczy."}))
        page = await ola.client.get(bad.headers["location"])
        assert "To nie jest PDF" in page.text and "Tak, na smyczy." in page.text
        (kept,) = await filled.rows(ArticleFile)
        words = edited | {"base": "4", "pl_answer": "Tak, zawsze.", "article": "guide-dog", "file": str(kept.id)}
        page = await ola.client.get((await ola.post("/studio/files/remove", **words)).headers["location"])
        assert "Tak, zawsze." in page.text and "Ulotka o psach.pdf" not in page.text


async def test_a_file_of_articles_that_is_imported_again_leaves_the_leaflets_where_they_are(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        await sends(ola)
    row = {
        "id": "guide-dog",
        "pl": {"question": "Pies?", "answer": "Tak."},
        "en": {"question": "Dog?", "answer": "Yes."},
    }
    async with filled.house.database.unit_of_work() as uow:
        assert await import_articles(uow, Access.system("test"), [row], filled.clock.now()) == ["guide-dog"]
    newest = max(await filled.rows(ArticleVersion, ArticleVersion.language == "pl"), key=lambda one: one.version)
    assert newest.answer == "Tak." and len(newest.files) == 1


async def test_the_address_of_a_file_counts_in_the_sms_as_it_is_sent(filled: TestHouse) -> None:
    words = (
        "Pies asystujacy moze wejsc. " * 16
    )  # 447 letters: three segments of 153, with none to spare for an address.
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **(DOG | {"pl_answer": words}))
        assert "SMS, segmenty: 3" in (await ola.client.get(f"{ADDRESS}?lang=pl")).text
        assert (await ola.post(f"{ADDRESS}/publish", version="1")).status_code == 303
        assert (await sends(ola)).status_code == 303
        page = (await ola.client.get(f"{ADDRESS}?lang=pl")).text
        (kept,) = await filled.rows(ArticleFile)
        assert "SMS, segmenty: 4" in page and f"Do pobrania: Ulotka o psach: {PUBLIC}/files/{kept.code}" in page
        refused = await ola.post(f"{ADDRESS}/publish?lang=pl", version="2")
        assert refused.status_code == 422 and "segmentów" in refused.text
        short = {**DOG, "base": "2", "pl_answer": words, "pl_sms": "Tak, zapraszamy.", "pl_files": str(kept.id)}
        await ola.post(ADDRESS, **short)
        assert (await ola.post(f"{ADDRESS}/publish", version="3")).status_code == 303

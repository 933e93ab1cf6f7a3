"""The studio. Invariant: what editors keep is never lost, what breaks another answer is not published, and others may do nothing here."""

from datetime import timedelta
from typing import Any

import pytest

from care.seed import seed as seed_clinic
from core.access import Access, Role
from core.audit import AuditEvent
from core.errors import Refused
from core.i18n import catalogue
from knowledge.editing import problems, save, whole
from knowledge.models import Article, ArticleVersion
from knowledge.seed import seed as seed_knowledge
from knowledge.service import article as article_words
from tests.house import PUBLIC, TestHouse
from tests.web.test_staff_pages import keyboard
from web.studio.forms import row_of, typed

BOT = Access.system("test")

DOG: dict[str, str] = {
    "id": "guide-dog", "topic": "general", "source": "regulamin", "services": "", "review_at": "2027-05-31",
    "pl_question": "Czy można wejść z psem przewodnikiem?", "pl_answer": "Tak, pies asystujący może wejść wszędzie.",
    "pl_sms": "", "pl_voice": "",
    "en_question": "May I bring a guide dog?", "en_answer": "Yes, assistance dogs may enter everywhere.", "en_sms": "", "en_voice": "",
}  # fmt: skip


@pytest.fixture
async def filled(house: TestHouse) -> TestHouse:
    """The synthetic clinic with its articles."""
    async with house.house.database.unit_of_work() as uow:
        await seed_clinic(uow, house.clock.now())
        await seed_knowledge(uow, house.clock.now())
    return house


async def versions(house: TestHouse, article_id: str) -> set[int]:
    """The versions kept."""
    return {one.version for one in await house.rows(ArticleVersion, ArticleVersion.article_id == article_id)}


async def answer_of(house: TestHouse, article_id: str) -> Any:
    """What is answered with now."""
    async with house.house.database.unit_of_work() as uow:
        return await article_words(uow, article_id, "pl", "web")


async def test_an_article_is_written_tried_published_and_answered_with(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        kept = await ola.post("/studio/articles", **DOG)
        assert kept.status_code == 303 and kept.headers["location"].startswith("/studio/articles/guide-dog")
        page = await ola.client.get("/studio/articles/guide-dog")
        assert "SMS, segmenty: 1" in page.text and "szkic 1" in page.text
        tried = await ola.post("/studio/try", question="czy wejdę z psem przewodnikiem", language="pl")
        assert "Ze szkicami: odpowiedź" in tried.text and "guide-dog" in tried.text
        review = await ola.client.get("/studio/articles/guide-dog/publish")
        assert "Nic nie stoi na przeszkodzie" in review.text and "<ins>" in review.text
        done = await ola.post("/studio/articles/guide-dog/publish", version="1")
        assert done.status_code == 303
        assert "pies asystujący" in (await answer_of(filled, "guide-dog")).text
        tried = await ola.post("/studio/try", question="czy wejdę z psem przewodnikiem", language="pl")
        assert "Teraz: odpowiedź" in tried.text
        await ola.post("/studio/articles/guide-dog/withdraw")
        assert not hasattr(await answer_of(filled, "guide-dog"), "text")
    actions = {one.action for one in await filled.rows(AuditEvent)}
    assert {"article.drafted", "article.published", "article.withdrawn"} <= actions


async def test_an_editor_sees_how_hard_an_answer_is_to_read_and_what_would_help(filled: TestHouse) -> None:
    hard = (
        "Przeprowadzenie zaplanowanego badania laboratoryjnego wymaga uprzedniego powstrzymania się od przyjmowania jakichkolwiek "
        "pokarmów przez co najmniej dwanaście godzin poprzedzających pobranie materiału diagnostycznego."
    )
    easy = "Przyjdź rano. Nie jedz nic od nocy. Możesz pić wodę. Weź dowód i skierowanie. Badanie trwa krótko."
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **(DOG | {"pl_answer": hard}))
        page = (await ola.client.get("/studio/articles/guide-dog?lang=pl")).text
        assert "Trudność tekstu: ponad 18 lat" in page and "krótsze zdania i krótsze słowa" in page
        assert "laboratoryjnego" in page.partition("na przykład zamiast: ")[2][:80]
        await ola.post("/studio/articles/guide-dog", **(DOG | {"pl_answer": easy, "base": "1"}))
        page = (await ola.client.get("/studio/articles/guide-dog?lang=pl")).text
        assert "Słów w zdaniu: średnio 3" in page and "Łatwiej będzie czytać" not in page


async def test_two_who_edit_at_once_both_keep_their_words(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        first = {**DOG, "pl_answer": "Tak, zapraszamy z psem.", "base": "1"}
        second = {**DOG, "pl_answer": "Tak, pies musi mieć uprząż.", "base": "1"}
        assert (await ola.post("/studio/articles/guide-dog", **first)).status_code == 303
        late = await ola.post("/studio/articles/guide-dog", **second)
        assert late.status_code == 422
        assert (
            "zapraszamy z psem" in late.text
            and "musi mieć uprząż" in late.text
            and 'name="base" value="2"' in late.text
        )
        assert (await ola.post("/studio/articles/guide-dog", **(second | {"base": "2"}))).status_code == 303
    assert await versions(filled, "guide-dog") == {1, 2, 3}


async def test_what_is_typed_is_kept_before_it_is_checked_for_publishing(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        kept = await ola.post("/studio/articles", **DOG, then="publish")
        assert kept.headers["location"] == "/studio/articles/guide-dog/publish?version=1"
        edited = DOG | {"base": "1", "pl_answer": "Tak.\r\nPies musi mieć uprząż.", "then": "publish"}
        kept = await ola.post("/studio/articles/guide-dog", **edited)
        assert kept.headers["location"].endswith("publish?version=2")
        assert "uprząż" in (await ola.client.get(kept.headers["location"])).text
        again = await ola.post("/studio/articles/guide-dog", **(edited | {"base": "2"}))
        assert again.headers["location"].endswith("publish?version=2"), "nothing has changed"
        late = await ola.post("/studio/articles/guide-dog", **(edited | {"pl_answer": "Tak, w kagańcu."}))
        assert late.status_code == 422 and "Tak, w kagańcu." in late.text and "uprząż" in late.text
        refused = await ola.post("/studio/articles/guide-dog", **(edited | {"base": "2", "pl_answer": ""}))
        assert refused.status_code == 422 and "Yes, assistance dogs" in refused.text
    assert await versions(filled, "guide-dog") == {1, 2}


async def test_a_shipped_article_that_nobody_edited_makes_no_new_version(filled: TestHouse) -> None:
    async with filled.house.database.unit_of_work() as uow:
        for one in await filled.rows(Article):
            subject = await whole(uow, BOT, one.id)
            row = row_of(one.id, typed(subject, subject.versions[subject.newest]))
            assert not isinstance(row, Refused)
            assert await save(uow, BOT, row, subject.newest, filled.clock.now(), "Ola") == subject.newest, one.id


async def test_what_was_kept_or_published_is_said(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        kept = await ola.post("/studio/articles", **DOG)
        assert "Zapisano szkic 1." in (await ola.client.get(kept.headers["location"])).text
        done = await ola.post("/studio/articles/guide-dog/publish", version="1")
        assert "Opublikowano: od teraz odpowiada wersja 1." in (await ola.client.get(done.headers["location"])).text
        same = await ola.post("/studio/articles/guide-dog", **(DOG | {"base": "1"}))
        assert "Treść się nie zmieniła" in (await ola.client.get(same.headers["location"])).text
        for untrue in ("kept=2", "published=2", "kept=x"):
            page = await ola.client.get(f"/studio/articles/guide-dog?{untrue}")
            assert 'class="notice"' not in page.text, untrue


async def test_a_draft_that_was_never_published_is_discarded_once_that_is_confirmed(filled: TestHouse) -> None:
    path = "/studio/articles/guide-dog"
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **(DOG | {"en_question": "", "en_answer": ""}))
        assert "Usuń szkic" in (await ola.client.get(path)).text
        for form, told in (({}, "Proszę zaznaczyć"), ({"sure": "yes", "base": "7"}, "zapisał wersję 1")):
            refused = await ola.post(path, **({"base": "1", "then": "discard"} | form))
            assert refused.status_code == 422 and told in refused.text and "pies asystujący" in refused.text
        await ola.post("/studio/try", question="czy wejdę z psem przewodnikiem", language="pl")
        done = await ola.post(path, base="1", then="discard", sure="yes")
        page = (await ola.client.get(done.headers["location"])).text
        assert "Szkic usunięto" in page and "psem" not in page
        assert (await ola.client.get(path)).status_code == 404
        # What has its name and number next is not taken for it.
        filled.clock.instant += timedelta(minutes=1)
        await ola.post("/studio/articles", **(DOG | {"pl_question": "Gdzie można zostawić rower?"}))
        tried = await ola.post("/studio/try", question="gdzie można zostawić rower", language="pl")
        assert "Ze szkicami: odpowiedź" in tried.text and "guide-dog" in tried.text
    assert "article.discarded" in {one.action for one in await filled.rows(AuditEvent)}


async def test_only_what_was_never_published_is_discarded_and_not_what_is_planned(filled: TestHouse) -> None:
    path = "/studio/articles/guide-dog"
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        await ola.post(f"{path}/publish", version="1")
        nothing = await ola.post(path, base="1", then="discard", sure="yes")
        assert nothing.status_code == 422 and "Nie ma szkicu do usunięcia" in nothing.text
        await ola.post(path, **(DOG | {"base": "1", "pl_answer": "Tak, zawsze."}))
        at = (filled.clock.now() + timedelta(minutes=5)).isoformat()
        assert (await ola.post(f"{path}/plan", version="2", at=at)).status_code == 303
        planned = await ola.post(path, base="2", then="discard", sure="yes")
        assert planned.status_code == 422 and "czeka wersja 2" in planned.text
        await ola.post(f"{path}/plan/off")
        done = await ola.post(path, base="2", then="discard", sure="yes")
        page = (await ola.client.get(done.headers["location"])).text
        assert "Szkic usunięto" in page and "pies asystujący" in page and "Usuń szkic" not in page
        await ola.post(f"{path}/withdraw")
        assert (await ola.post(path, base="1", then="discard", sure="yes")).status_code == 422
    assert await versions(filled, "guide-dog") == {1}
    async with keyboard(filled, Role.agent) as other:
        assert (await other.post(path, base="1", then="discard", sure="yes")).status_code in (403, 404)


async def test_an_earlier_version_comes_back_as_a_draft(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **DOG)
        await ola.post("/studio/articles/guide-dog", **(DOG | {"pl_answer": "Nie.", "base": "1"}))
        assert (await ola.post("/studio/articles/guide-dog/restore", version="1")).status_code == 303
        assert "pies asystujący" in (await ola.client.get("/studio/articles/guide-dog")).text
    assert await versions(filled, "guide-dog") == {1, 2, 3}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"en_question": "", "en_answer": ""}, "Brakuje wersji: en"),
        ({"pl_answer": "Wizyta kosztuje 12345 zł."}, "Kwoty 12345 zł nie ma w cenniku"),
        ({"pl_answer": "Adres: {addres}"}, "Nieznane pole: addres"),
        ({"pl_sms": "Leczenie nowotworu wymaga wizyty."}, "Wersja SMS nazywa chorobę"),
        ({"pl_answer": "Bardzo długa odpowiedź. " * 40}, "segmentów"),
    ],
)
async def test_what_must_not_be_answered_is_not_published(
    filled: TestHouse, changed: dict[str, str], told: str
) -> None:
    async with keyboard(filled, Role.admin) as ola:
        assert (await ola.post("/studio/articles", **(DOG | changed))).status_code == 303
        review = await ola.client.get("/studio/articles/guide-dog/publish")
        assert told in review.text
        refused = await ola.post("/studio/articles/guide-dog/publish", version="1")
        assert refused.status_code == 422 and "Najpierw proszę usunąć przeszkody" in refused.text
    (kept,) = await filled.rows(Article, Article.id == "guide-dog")
    assert kept.status == "draft"


ECHO = "Artykuł (pl) podaje 150 zł, a „echo serca” ma w cenniku cenę: 220 zł."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"pl_answer": "Echo serca kosztuje 150 zł. Mammografia też."}, ECHO),
        ({"pl_answer": "Za echo serca płaci się np. 150 zł."}, ECHO),
        ({"pl_sms": "Cena echa serca to 150 zl."}, ECHO),
        ({"pl_voice": "- mammografia: 150 zł\n- echo serca: 150 zł"}, ECHO),
        ({"en_answer": "An echocardiogram is PLN 150."}, "Artykuł (en) podaje 150 zł, a „echocardiogram” ma w cenniku"),
        ({"pl_answer": "Wizyta u kardiologa kosztuje 220 zł."}, "a „kardiologia” ma w cenniku cenę: 250 / 270 zł."),
        ({"pl_answer": "Echo serca kosztuje 220 zł, w dwóch ratach po 110,00 zł."}, "podaje 110 zł"),
        ({"pl_answer": "Echo serca kosztuje 220 zł; mammografia 150 zł. Wizyta u kardiologa to 250 lub 270 zł."}, None),
        ({"pl_answer": "Echo serca i mammografia kosztują 220 zł i 150 zł."}, None),
        ({"pl_answer": "Badanie kosztuje 150 zł."}, None),
        ({"pl_answer": "Echo serca\nkosztuje 220 zł."}, None),
    ],
)
async def test_an_amount_is_the_price_of_what_its_sentence_names(
    filled: TestHouse, words: dict[str, str], told: str | None
) -> None:
    texts = {one: ArticleVersion(language=one, answer=DOG[f"{one}_answer"]) for one in ("pl", "en")}
    for field, said in words.items():
        language, _, name = field.partition("_")
        setattr(texts[language], name if name == "answer" else f"variant_{name}", said)
    for one in texts.values():
        one.files, one.created_at = [], filled.clock.now()
    async with filled.house.database.unit_of_work() as uow:
        found = await problems(uow, texts, filled.clock.now(), PUBLIC)
    said_all = " ".join(catalogue("pl").text(one.key, **one.args) for one in found)
    assert told in said_all if told else found == [], said_all


async def test_an_article_that_takes_anothers_question_is_refused_naming_it(filled: TestHouse) -> None:
    twin = DOG | {"id": "a-twin"}
    for one in await filled.rows(ArticleVersion, ArticleVersion.article_id == "refill-how"):
        twin |= {f"{one.language}_question": one.question, f"{one.language}_answer": one.answer}
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **twin)
        refused = await ola.post("/studio/articles/a-twin/publish", version="1")
        assert refused.status_code == 422 and "nie odpowiadałby już artykuł refill-how" in refused.text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"id": "Pies Przewodnik"}, "Identyfikator to małe litery"),
        ({"id": "refill-how"}, "już istnieje"),
        ({"pl_answer": ""}, "żadne z nich nie może stać samo"),
        ({"review_at": "kiedyś"}, "Data przeglądu"),
        ({"pl_answer": "a" * 4001}, "najwyżej 4000"),
    ],
)
async def test_what_cannot_be_kept_is_said_with_the_words_still_there(
    filled: TestHouse, changed: dict[str, str], told: str
) -> None:
    async with keyboard(filled, Role.admin) as ola:
        refused = await ola.post("/studio/articles", **(DOG | changed))
        assert refused.status_code == 422 and told in refused.text and "May I bring a guide dog?" in refused.text
    assert await filled.rows(Article, Article.id == "guide-dog") == []


async def test_script_in_an_article_is_text(filled: TestHouse) -> None:
    script = "<script>alert(1)</script>"
    async with keyboard(filled, Role.admin) as ola:
        await ola.post("/studio/articles", **(DOG | {"pl_answer": script}))
        for path in ("/studio/articles/guide-dog", "/studio/articles/guide-dog/publish", "/studio/articles?q=psem"):
            assert script not in (await ola.client.get(path)).text


@pytest.mark.parametrize("role", [Role.agent, Role.supervisor, Role.clinician, Role.privacy_officer])
async def test_others_find_nothing_here_and_change_nothing(filled: TestHouse, role: Role) -> None:
    async with keyboard(filled, role) as other:
        for path in ("/studio/articles", "/studio/articles/refill-how", "/studio/try"):
            assert (await other.client.get(path)).status_code in (403, 404)
        assert (await other.post("/studio/articles", **DOG)).status_code in (403, 404)
        assert (await other.post("/studio/articles/refill-how/withdraw")).status_code in (403, 404)
    assert await filled.rows(Article, Article.id == "guide-dog") == []

"""Goals' names and merges in the studio. Invariant: a draft alone changes, refusals come in words, nothing typed is lost."""

import pytest

from conversations.intent_days import IntentDay
from core.access import Access, Role
from core.ids import new_id
from knowledge.intents import clinic_goals, editing, versions
from tests.house import TestHouse
from tests.knowledge.test_goals import FEW, OLA
from tests.web.test_staff_pages import keyboard

NAME = {"name_pl": "Wyniki i opisy", "name_en": "Results and reports", "about_pl": "Badania z pracowni", "about_en": ""}


@pytest.fixture
async def seeded(house: TestHouse) -> TestHouse:
    """A house whose bot learnt six phrases, and understood one of them today."""
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, FEW, "d1", house.clock.now())
        uow.session.add(IntentDay(day=house.clock.now().date(), intent="results", language="pl", seen=7))
    return house


async def test_a_goal_gets_the_clinics_name_everywhere_in_the_studio(seeded: TestHouse) -> None:
    async with keyboard(seeded, Role.admin) as ola:
        refused = await ola.post("/studio/intents/results/name", **{**NAME, "name_pl": "Cukrzyca <b>"})
        assert refused.status_code == 422 and "Nazwa wymienia chorobę: cukrzyca" in refused.text
        assert "Cukrzyca &lt;b&gt;" in refused.text and "Badania z pracowni" in refused.text, "nothing typed is lost"
        assert (await ola.post("/studio/intents/results/name", **NAME)).status_code == 303
        page = (await ola.client.get("/studio/intents?lang=pl")).text
        assert "Wyniki i opisy</a> <code>results</code>" in page and "zmiany w szkicu: 2" in page
        assert "nazwa results" in page and "Results and reports" in page
        assert "Results and reports</a>" in (await ola.client.get("/studio/intents?lang=en")).text
        one = (await ola.client.get("/studio/intents/results?lang=pl")).text
        assert "Rozpoznana w ciągu 30 dni: 7" in one and "Badania z pracowni" in one
        await ola.post("/studio/intents/documents", text="kopia karty", language="pl")
        assert "odrzuć zmiany: 3. Wprowadziła je 1 osoba" in (await ola.client.get("/studio/intents?lang=pl")).text
        unsure = await ola.post("/studio/draft/discard")
        assert unsure.status_code == 422 and "Proszę zaznaczyć potwierdzenie" in unsure.text
        assert "Wyniki i opisy" in unsure.text, "nothing is lost"
        gone = await ola.post("/studio/draft/discard", sure="yes")
        assert "Szkic został odrzucony" in (await ola.client.get(gone.headers["location"])).text
        assert "Wyniki i opisy" not in (await ola.client.get("/studio/intents?lang=pl")).text
    async with keyboard(seeded, Role.agent) as marta:
        assert (await marta.post("/studio/intents/results/name", **NAME)).status_code == 404
        assert (await marta.post("/studio/intents/results/merge", into="documents")).status_code == 404
        assert (await marta.post("/studio/intents/results/split")).status_code == 404


async def test_a_goal_is_merged_and_split_and_a_version_tells_of_it(seeded: TestHouse) -> None:
    async with keyboard(seeded, Role.admin) as ola:
        for intent, why in (
            ("human", "chroni bezpieczeństwo"),
            ("book", "zaczyna formularz"),
            ("complaint", "ma prawo zgłosić"),
        ):
            page = (await ola.client.get(f"/studio/intents/{intent}?lang=pl")).text
            assert why in page and f"/studio/intents/{intent}/merge" not in page
            refused = await ola.post(f"/studio/intents/{intent}/merge", into="documents")
            assert refused.status_code == 422 and why in refused.text and "Używają jej: " in refused.text
        assert (await ola.post("/studio/intents/results/merge", into="nonsense")).status_code == 422
        unchosen = await ola.post("/studio/intents/results/merge", into="")
        assert unchosen.status_code == 422 and "Proszę wybrać cel" in unchosen.text
        assert (await ola.post("/studio/intents/nonsense/merge", into="documents")).status_code == 404
        await ola.post("/studio/intents/documents/name", name_pl="Papiery", name_en="Papers")
        assert (await ola.post("/studio/intents/results/merge", into="documents")).status_code == 303
        page = (await ola.client.get("/studio/intents?lang=pl")).text
        assert "połączona z: Papiery" in page and "Połączenie: wyniki badań → Papiery" in page
        closed = await ola.post("/studio/intents/results", text="a wyniki?", language="pl")
        assert closed.status_code == 422 and "„wyniki badań” jest rozpoznawane jako „Papiery”" in closed.text
        assert (await ola.post("/studio/intents/results/split")).status_code == 303
        assert "zmiany w szkicu: 2" in (await ola.client.get("/studio/intents?lang=pl")).text, "the name is left"
        await ola.post("/studio/intents/results/merge", into="documents")
        async with seeded.house.database.unit_of_work() as uow:
            await versions.publish_draft(uow, "d2", "razem", "Ola", {}, seeded.clock.now())
        told = (await ola.client.get("/studio/versions/2?lang=pl")).text
        assert "Połączenie: wyniki badań → Papiery" in told and "Papers" in told
        back = (await ola.client.get("/studio/versions/1?lang=pl")).text
        assert "Papiery" not in back
    async with seeded.house.database.unit_of_work() as uow:
        assert clinic_goals.merged(await clinic_goals.published(uow)) == {"results": "documents"}
        assert {intent for _, intent in await editing.phrases(uow)} == {"documents", "human"}


async def test_phrases_move_only_to_a_goal_that_was_chosen_and_the_page_tells_how_many(seeded: TestHouse) -> None:
    async with seeded.house.database.unit_of_work() as uow:
        two = [str(one.id) for one in await editing.examples(uow, OLA, "results") if one.language == "pl"]
    async with keyboard(seeded, Role.admin) as ola:
        page = (await ola.client.get("/studio/intents/results?lang=pl")).text
        assert page.count('required><option value="">wybierz cel</option>') == 2, (
            "moving and merging begin with no goal"
        )
        address = "/studio/intents/results/examples"
        for into in ("", "nonsense", "results"):
            refused = await ola.post(address, act="move", id=two, into=into)
            assert refused.status_code == 422 and "Proszę wybrać cel" in refused.text
            assert all(f'value="{one}" checked' in refused.text for one in two), "what was ticked stays ticked"
        nothing = await ola.post(address, act="move", into="documents")
        assert nothing.status_code == 422 and "Nie zaznaczono żadnego przykładu" in nothing.text
        moved = await ola.post(address, act="move", id=two, into="documents")
        assert "Przeniesiono 2 przykłady do: zaświadczenia" in (await ola.client.get(moved.headers["location"])).text
        odd = (await ola.client.get("/studio/intents/results?moved=9&into=nonsense")).text
        assert "Przeniesiono" not in odd
    async with seeded.house.database.unit_of_work() as uow:
        assert len((await editing.phrases(uow))["pl", "documents"]) == 3


async def test_the_draft_tells_how_many_people_made_it_since_the_last_one(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    jan, ewa = (Access.staff(new_id(), frozenset({Role.admin})) for _ in range(2))
    async with seeded.house.database.unit_of_work() as uow:
        assert await editing.people(uow, OLA) == 0
        await editing.add(uow, jan, "pl", "results", "opis tomografii", now, "Jan")
        await editing.discard(uow, jan, now)
    async with seeded.house.database.unit_of_work() as uow:
        assert await editing.people(uow, OLA) == 0, "what was thrown away is over"
        one, *_ = await editing.examples(uow, OLA, "results")
        await editing.drop(uow, OLA, [one.id], now)
        await editing.add(uow, ewa, "pl", "results", "opis rezonansu", now, "Ewa")
        await editing.add(uow, ewa, "pl", "results", "opis zdjęcia", now, "Ewa")
    async with seeded.house.database.unit_of_work() as uow:
        assert await editing.people(uow, OLA) == 2


async def test_a_name_that_another_goal_shows_is_refused_naming_that_goal(seeded: TestHouse) -> None:
    async with keyboard(seeded, Role.admin) as ola:
        await ola.post("/studio/intents/documents/name", name_pl="Papiery", name_en="Papers")
        for name, en, whose in (
            ("papiery", "Results", "„papiery” ma już inna sprawa: Papiery (documents)"),
            ("Pytanie o cenę", "Results", "ma już inna sprawa: pytanie o cenę (price)"),
            ("Sprawdzić cenę", "Results", "ma już inna sprawa: pytanie o cenę (price)"),
            ("Wyniki", "PAPERS", "„PAPERS” ma już inna sprawa: Papiery (documents)"),
        ):
            refused = await ola.post(
                "/studio/intents/results/name?lang=pl", **(NAME | {"name_pl": name, "name_en": en})
            )
            assert refused.status_code == 422 and whose in refused.text, name
        own = await ola.post("/studio/intents/results/name", name_pl="Wyniki badań", name_en="Test results")
        assert own.status_code == 303, "its own name is no other goal's"
        page = (await ola.client.get("/studio/intents/results?lang=pl")).text
        assert "Jak nazywa to placówka" in page and "Nazwa placówki" not in page


async def test_words_known_in_the_other_language_belong_to_one_goal(seeded: TestHouse) -> None:
    async with keyboard(seeded, Role.admin) as ola:
        await ola.post("/studio/intents/documents/name", name_pl="Papiery", name_en="Papers")
        slip = await ola.post("/studio/intents/results?lang=pl", text="A copy of my records", language="pl")
        assert slip.status_code == 422 and "jest już przykładem w „Papiery”" in slip.text
        same = await ola.post("/studio/intents/documents", text="a copy of my records", language="pl")
        assert same.status_code == 303, "the same goal may have it in both"
        rows = (
            b"language,intent,text\npl,results,are my results in\nen,results,potrzebuj\xc4\x99 za\xc5\x9bwiadczenia\n"
        )
        files = {"file": ("a.csv", rows, "text/csv")}
        wrong = await ola.client.post("/studio/examples", data={"csrf": ola.csrf}, files=files)
        assert wrong.status_code == 422 and "Wiersz 3:" in wrong.text and "Wiersz 2:" not in wrong.text

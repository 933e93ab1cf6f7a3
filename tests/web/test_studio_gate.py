"""Intents and the gate in the studio. Invariant: an editor changes a draft alone and sees what stands in the way."""

import re
from datetime import timedelta

import pytest

from core.access import Role
from knowledge.gate.models import BotRun
from knowledge.intents import editing, versions
from service.training import file_phrases
from tests.house import TestHouse
from tests.knowledge.test_intents import FEW
from tests.web.test_staff_pages import keyboard

FIVE = ("book", "price", "results", "thanks", "symptoms")


@pytest.fixture
async def seeded(house: TestHouse) -> TestHouse:
    """A house whose bot learnt four phrases, in two versions."""
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, FEW, "d1", house.clock.now())
    return house


async def test_an_editor_adds_an_example_sees_the_change_and_asks_for_the_check(seeded: TestHouse) -> None:
    async with keyboard(seeded, Role.admin) as ola:
        kept = await ola.post("/studio/intents/book", text="proszę mnie <b>zapisać</b>", language="pl")
        assert kept.status_code == 303
        page = (await ola.client.get("/studio/intents")).text
        assert "zmiany w szkicu: 1" in page and "&lt;b&gt;zapisać" in page and "<b>zapisać" not in page
        twice = await ola.post("/studio/intents/price", text="Proszę mnie <b>zapisać</b>", language="pl")
        assert twice.status_code == 422 and "jest już przykładem w „chęć umówienia wizyty”" in twice.text
        asked = await ola.post("/studio/checks", note="Zapisywanie")
        assert asked.status_code == 303
        shown = (await ola.client.get(asked.headers["location"])).text
        assert "Publikacja szkicu" in shown and "czeka" in shown and "Zapisywanie" in shown
        locked = await ola.post("/studio/intents/book", text="jeszcze jedno", language="pl")
        assert locked.status_code == 422 and "Trwa sprawdzenie" in locked.text
        assert (await ola.post(f"{asked.headers['location']}/cancel")).status_code == 303
        stopped = (await ola.client.get(asked.headers["location"])).text
        assert "Przerwane na życzenie" in stopped and ">przerwane</span>" in stopped and "nie udało się" not in stopped
        assert ">przerwane</span>" in (await ola.client.get("/studio/checks")).text
        assert (await ola.post("/studio/draft/discard", sure="yes")).status_code == 303
    async with seeded.house.database.unit_of_work() as uow:
        assert await editing.phrases(uow) == FEW


async def test_an_example_close_to_another_intent_is_warned_of(house: TestHouse) -> None:
    known = {place: texts[:40] for place, texts in file_phrases().items() if place[0] == "pl" and place[1] in FIVE}
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, known, "d1", house.clock.now())
    async with keyboard(house, Role.admin) as ola:
        await ola.post("/studio/intents/price", text="chciałbym umówić wizytę proszę", language="pl")
        page = (await ola.client.get("/studio/intents/price?lang=pl")).text
        assert re.search(r"Podobieństwo (7[89]|[89]\d|100)% do „[^”]+” w: chęć umówienia wizyty", page)


async def test_a_file_with_errors_is_refused_by_rows_and_a_good_one_taken(seeded: TestHouse) -> None:
    async with keyboard(seeded, Role.admin) as ola:
        bad = b"language,intent,text\npl,book,zapisz mnie\npl,buk,nic\n"
        files = {"file": ("zdania.csv", bad, "text/csv")}
        refused = await ola.client.post("/studio/examples", data={"csrf": ola.csrf}, files=files)
        assert refused.status_code == 422
        assert (
            "Wiersz 3:" in refused.text
            and "Nie ma intencji buk" in refused.text
            and "szkic jest bez zmian" in refused.text
        )
        files = {"file": ("zdania.csv", bad.replace(b"buk", b"price"), "text/csv")}
        taken = await ola.client.post("/studio/examples", data={"csrf": ola.csrf}, files=files)
        assert "Dodane do szkicu: 2" in taken.text
        out = await ola.client.get("/studio/examples/examples.csv")
        assert "pl,book,zapisz mnie" in out.text and out.headers["content-disposition"].startswith("attachment")
        assert (await ola.client.get("/studio/examples/passwd")).status_code == 404


async def test_a_refused_run_names_the_turn_what_was_expected_and_what_came(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    failed = {
        "test": "rezerwacja", "test_id": None, "channel": "sms", "language": "pl", "turn": 1, "said": "chcę się umówić",
        "expected": ["ask-time-window"], "got": ["utter-chitchat"],
    }  # fmt: skip
    confused = [{"intent": "book", "taken_for": "chitchat", "before": 0, "after": 6}]
    lost = ["gate-intent-lost", {"intent": "book", "before": "6", "after": "0", "total": "6"}]
    run = BotRun(
        kind="publish", state="refused", author="Ola", note="Porządki", asked_at=now, ended_at=now + timedelta(minutes=4, seconds=7),
        steps=[{"name": "train", "state": "done", "took": 61.2, "count": 4},
               {"name": "judge", "state": "done", "right": 90, "total": 100, "before": 96},
               {"name": "conversations", "state": "done", "right": 80, "total": 100, "count": 100},
               {"name": "publish", "state": "waiting"}],
        report={"against": [lost], "failed": [failed], "confused": confused, "unproved": [{**failed, "test": "nowa"}]},
    )  # fmt: skip
    async with seeded.house.database.unit_of_work() as uow:
        uow.session.add(run)
    async with keyboard(seeded, Role.admin) as ola:
        page = (await ola.client.get(f"/studio/checks/{run.id}")).text
        for words in ("zatrzymane", "Wypowiedź 1:", "chcę się umówić", "ask-time-window", "utter-chitchat", "zrozumiane 6 z 6",
                      "poprzednik: 96", "czas całości: 4 min 7 s", "pominięte", "jeszcze nigdy nie przeszły"):  # fmt: skip
            assert words in page, words
        assert (await ola.post(f"/studio/checks/{run.id}/cancel")).status_code == 422


async def test_an_earlier_version_is_asked_for_with_a_reason(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await versions.publish_draft(uow, "d2", "druga", "Ola", {"right": 9, "total": 10}, now)
    async with keyboard(seeded, Role.admin) as ola:
        assert "odpowiada teraz" in (await ola.client.get("/studio/versions/2")).text
        assert (await ola.post("/studio/versions/2", note="wracamy")).status_code == 422
        assert (await ola.post("/studio/versions/1", note="")).status_code == 422
        asked = await ola.post("/studio/versions/1", note="źle rozumie ceny")
        assert asked.status_code == 303
        assert "Powrót do wersji 1" in (await ola.client.get(asked.headers["location"])).text
        assert "wersja 2" in (await ola.client.get("/studio/checks")).text


async def test_an_agent_makes_a_test_that_an_editor_finds_without_the_person(seeded: TestHouse) -> None:
    accepted = await seeded.sms("nazywam się Jan Brzechwa, ile kosztuje wizyta? tel. 605111222")
    await seeded.house.turns.take(accepted.thread_id)
    path = f"/console/cases/{(await seeded.open_case(accepted.thread_id)).id}/test"
    async with keyboard(seeded, Role.agent) as marta:
        page = (await marta.client.get(path)).text
        assert "Brzechwa" not in page and "605111222" not in page and "answer-article" in page
        told = await marta.post(path, name="cennik", said=["tel. 605111222"], nobody="yes")
        assert told.status_code == 422
        made = await marta.post(path, name="cennik", said=["nazywam się Anna, ile kosztuje wizyta?"], nobody="yes")
        assert made.status_code == 303 and "została dodana" in (await marta.client.get(made.headers["location"])).text
        assert (await marta.client.get("/studio/tests")).status_code in (403, 404)
    async with keyboard(seeded, Role.admin) as ola:
        suite = (await ola.client.get("/studio/tests")).text
        assert "cennik" in suite and "nazywam się Anna" in suite and "jeszcze nie przeszła" in suite
        assert (await ola.client.get(path)).status_code == 404

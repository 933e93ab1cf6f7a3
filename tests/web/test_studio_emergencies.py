"""Ways round the second signature, tried. Invariant: one person alone changes no safety content for good.

Not by withdrawing, going back, an old signature, a draft, a file or a colleague who has left; in an emergency a second person has the
last word.
"""

import ast
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from care.seed import seed as seed_clinic
from core.access import Access, Role
from core.accounts import Staff
from core.audit import AuditEvent
from core.errors import ConfigurationError
from core.settings import ROOT
from knowledge import emergencies
from knowledge.emergencies import Emergency
from knowledge.gate.models import BotRun
from knowledge.intents import versions
from knowledge.intents.models import BotVersion
from knowledge.models import Article
from knowledge.service import import_articles
from service.articles import checked
from tests.house import TestHouse
from tests.knowledge.test_intents import FEW
from tests.web.test_staff_pages import Keyboard, keyboard
from tests.web.test_studio import answer_of
from tests.web.test_studio_signatures import MISSING, SAFE, content_of, status

ADDRESS = "/studio/articles/guide-dog"
REASON = "Odpowiedź podaje złą dawkę, pacjenci dzwonią."


@pytest.fixture
async def safe(house: TestHouse) -> TestHouse:
    """The clinic, a bot that learnt four phrases, and a safety article that two people have published."""
    async with house.house.database.unit_of_work() as uow:
        await seed_clinic(uow, house.clock.now())
        await versions.seed(uow, FEW, "d1", house.clock.now())
    async with keyboard(house, Role.admin) as ola, keyboard(house, Role.admin) as jan:
        await ola.post("/studio/articles", **SAFE)
        await published(ola, jan, 1)
    assert await status(house) == "published"
    return house


async def published(ola: Keyboard, jan: Keyboard, version: int) -> None:
    """By two: one signs, the other publishes."""
    content = content_of((await jan.client.get(f"{ADDRESS}/publish?version={version}")).text)
    assert (await jan.post(f"{ADDRESS}/sign", version=str(version), content=content)).status_code == 303
    assert (await ola.post(f"{ADDRESS}/publish", version=str(version))).status_code == 303


async def refused(person: Keyboard, path: str, told: str = MISSING, **form: str) -> None:
    """The page says why not."""
    answer = await person.post(path, **form)
    assert answer.status_code == 422 and told in answer.text, answer.status_code


async def waits(house: TestHouse) -> list[Emergency]:
    """What a second person has to settle."""
    async with house.house.database.unit_of_work() as uow:
        return list(await emergencies.waiting(uow, Access.system("test")))


async def test_a_safety_article_is_withdrawn_by_two_and_each_signature_is_used_once(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola, keyboard(safe, Role.admin) as jan:
        await refused(ola, f"{ADDRESS}/withdraw")
        page = (await ola.client.get(ADDRESS)).text
        assert f'action="{ADDRESS}/withdraw"' not in page, "the editor leads to the page that asks for both"
        content = content_of((await ola.client.get(f"{ADDRESS}/withdraw")).text)
        assert (await ola.post(f"{ADDRESS}/withdraw/sign", content=content)).status_code == 303
        await refused(ola, f"{ADDRESS}/withdraw")
        await refused(ola, f"{ADDRESS}/withdraw/sign", "Drugi podpis składa inna osoba", content=content)
        assert await status(safe) == "published"
        assert (await jan.post(f"{ADDRESS}/withdraw")).status_code == 303
        assert await status(safe) == "withdrawn"
        # Version 1 was signed once; that signature led to a publication and is used up.
        await refused(ola, f"{ADDRESS}/publish", version="1")
        await published(ola, jan, 1)
        await refused(jan, f"{ADDRESS}/withdraw")
    assert await status(safe) == "published"
    assert "retiring.signed" in {one.action for one in await safe.rows(AuditEvent)}


async def test_words_that_were_signed_and_replaced_do_not_come_back_by_one_person(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola, keyboard(safe, Role.admin) as jan:
        await ola.post(ADDRESS, **(SAFE | {"base": "1", "pl_answer": "Nie, z psem czeka się na dworze."}))
        await published(ola, jan, 2)
        await refused(ola, f"{ADDRESS}/publish", version="1")
        assert (await ola.post(f"{ADDRESS}/restore", version="1")).status_code == 303
        await refused(ola, f"{ADDRESS}/publish", version="3")
    assert (await answer_of(safe, "guide-dog")).version == 2


async def test_a_colleague_who_has_left_or_lost_the_right_is_no_second_person(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola, keyboard(safe, Role.admin) as jan:
        content = content_of((await jan.client.get(f"{ADDRESS}/withdraw")).text)
        await jan.post(f"{ADDRESS}/withdraw/sign", content=content)
        async with safe.house.database.unit_of_work() as uow:
            person = await uow.session.get_one(Staff, jan.staff_id)
            person.roles = [Role.agent.value]
        await refused(ola, f"{ADDRESS}/withdraw")
        async with safe.house.database.unit_of_work() as uow:
            person = await uow.session.get_one(Staff, jan.staff_id)
            person.roles, person.is_active = [Role.admin.value], False
        await refused(ola, f"{ADDRESS}/withdraw")
    assert await status(safe) == "published"


async def test_a_draft_cannot_hide_what_answers(safe: TestHouse) -> None:
    for changed in ({"topic": "refill"}, {"services": "usg-brzucha"}):
        async with keyboard(safe, Role.admin) as ola:
            await refused(ola, ADDRESS, "Najpierw trzeba ją wycofać", **(SAFE | changed | {"base": "1"}))
    (kept,) = await safe.rows(Article, Article.id == "guide-dog")
    assert (kept.topic, kept.services) == ("general", [])


async def test_a_file_makes_drafts_and_nothing_else(safe: TestHouse) -> None:
    row = {
        "id": "guide-dog",
        "pl": {"question": "Pies?", "answer": "Nie."},
        "en": {"question": "Dog?", "answer": "No."},
    }
    _, wrong = checked([row | {"is_safety": False}])
    assert "unknown field" in wrong[0]["error"]
    async with safe.house.database.unit_of_work() as uow:
        assert await import_articles(uow, Access.system("articles import"), [row], safe.clock.now()) == ["guide-dog"]
    with pytest.raises(ConfigurationError):
        async with safe.house.database.unit_of_work() as uow:
            moved = [row | {"id": "other"}, row | {"topic": "refill"}]
            await import_articles(uow, Access.system("articles import"), moved, safe.clock.now())
    assert await safe.rows(Article, Article.id == "other") == [], "nothing half imported"
    (kept,) = await safe.rows(Article, Article.id == "guide-dog")
    assert kept.topic == "general" and kept.is_safety
    assert (await answer_of(safe, "guide-dog")).version == 1
    async with keyboard(safe, Role.admin) as ola:
        await refused(ola, f"{ADDRESS}/publish", version="2")


def test_nothing_publishes_or_withdraws_beside_the_checks() -> None:
    """The two functions without checks are called by the checks, and to fill an empty installation."""
    found = set()
    for folder in ("knowledge", "web", "service", "actions", "conversations", "handoff", "care", "channels", "interop"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "knowledge.service":
                    found |= {str(path.relative_to(ROOT)) for one in node.names if one.name in ("publish", "withdraw")}
    assert found == {"knowledge/publishing.py", "knowledge/seed.py"}


async def test_in_an_emergency_one_person_withdraws_and_another_one_confirms(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola, keyboard(safe, Role.admin) as jan:
        await refused(ola, f"{ADDRESS}/withdraw", "Proszę opisać powód", emergency="true", reason="źle")
        assert await status(safe) == "published" and await waits(safe) == []
        assert (await ola.post(f"{ADDRESS}/withdraw", emergency="true", reason=REASON)).status_code == 303
        assert await status(safe) == "withdrawn"
        assert "Jedna pilna zmiana czeka" in (await jan.client.get("/studio/articles")).text
        (one,) = await waits(safe)
        page = (await jan.client.get("/studio/emergencies")).text
        assert REASON in page and "Sprzeciw: niech znów odpowiada wersja 1" in page
        for act in ("confirm", "object"):
            await refused(ola, f"/studio/emergencies/{one.id}/{act}", "inna osoba")
        assert (await jan.post(f"/studio/emergencies/{one.id}/confirm")).status_code == 303
        await refused(jan, f"/studio/emergencies/{one.id}/object", "To już rozstrzygnięto")
        assert "potwierdzona" in (await ola.client.get("/studio/emergencies")).text
        # Back again only by two.
        await refused(ola, f"{ADDRESS}/publish", version="1")
    assert await waits(safe) == [] and await status(safe) == "withdrawn"
    actions = {one.action for one in await safe.rows(AuditEvent)}
    assert {"emergency.retire", "emergency.confirmed"} <= actions


async def test_an_objection_lets_what_two_had_signed_answer_again(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola, keyboard(safe, Role.admin) as jan:
        await ola.post(f"{ADDRESS}/withdraw", emergency="true", reason=REASON)
        (one,) = await waits(safe)
        assert (await jan.post(f"/studio/emergencies/{one.id}/object")).status_code == 303
    assert await waits(safe) == [] and (await answer_of(safe, "guide-dog")).version == 1


async def test_two_who_publish_something_better_settle_it(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola, keyboard(safe, Role.admin) as jan:
        await ola.post(f"{ADDRESS}/withdraw", emergency="true", reason=REASON)
        await ola.post(ADDRESS, **(SAFE | {"base": "1", "pl_answer": "Tak, także do gabinetu."}))
        await published(ola, jan, 2)
    assert await waits(safe) == []
    (one,) = await safe.rows(Emergency)
    assert one.state == "settled"


async def test_what_nobody_confirms_in_time_is_said_once_and_stays(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola:
        await ola.post(f"{ADDRESS}/withdraw", emergency="true", reason=REASON)
    assert await emergencies.look(safe.house.database, safe.clock) == 0
    safe.clock.instant += timedelta(hours=24, minutes=1)
    assert await emergencies.look(safe.house.database, safe.clock) == 1
    assert await emergencies.look(safe.house.database, safe.clock) == 0
    async with keyboard(safe, Role.admin) as jan:
        assert "Termin potwierdzenia minął" in (await jan.client.get("/studio/emergencies")).text
    assert await status(safe) == "withdrawn", "a machine puts nothing back that somebody found harmful"
    assert "emergency.overdue" in {one.action for one in await safe.rows(AuditEvent)}


@pytest.mark.parametrize("role", [Role.agent, Role.clinician, Role.supervisor])
async def test_others_settle_nothing(safe: TestHouse, role: Role) -> None:
    async with keyboard(safe, Role.admin) as ola:
        await ola.post(f"{ADDRESS}/withdraw", emergency="true", reason=REASON)
    (one,) = await waits(safe)
    async with keyboard(safe, role) as other:
        for act in ("confirm", "object"):
            assert (await other.post(f"/studio/emergencies/{one.id}/{act}")).status_code in (403, 404)
        assert (await other.client.get("/studio/emergencies")).status_code in (403, 404)
    assert len(await waits(safe)) == 1


async def next_version(house: TestHouse, ola: Keyboard, intent: str, text: str, digest: str) -> None:
    """One more example, published; as the gate does it, once it has found nothing against it."""
    assert (await ola.post(f"/studio/intents/{intent}", text=text, language="pl")).status_code == 303
    async with house.house.database.unit_of_work() as uow:
        await versions.publish_draft(uow, digest, "nowe", "Ola", {}, house.clock.now())


async def ended(house: TestHouse, state: str, goes_back: int | None = None) -> BotRun:
    """The run that waits is over; as the gate leaves it."""
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(BotRun).where(BotRun.state == "waiting").values(state=state))
        if goes_back is not None:
            to = await uow.session.get_one(BotVersion, goes_back)
            await versions.go_back(uow, to, "powrót", "Ola", house.clock.now())
    return (await house.rows(BotRun))[-1]


async def test_the_bot_goes_back_over_safety_words_by_two(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola, keyboard(safe, Role.admin) as jan:
        await next_version(safe, ola, "emergency", "ktoś tu zemdlał", "d2")
        await refused(ola, "/studio/versions/1", note="wracamy do tego")
        assert await safe.rows(BotRun) == []
        page = (await jan.client.get("/studio/versions/1")).text
        assert '<del lang="pl">ktoś tu zemdlał</del>' in page, "who signs sees what goes"
        content = content_of(page)
        assert (await jan.post("/studio/versions/1/sign", content=content)).status_code == 303
        await refused(jan, "/studio/versions/1", note="wracamy do tego")
        assert (await ola.post("/studio/versions/1", note="wracamy do tego")).status_code == 303
        await ended(safe, "live", 1)
        # The signature was for the way from 2 to 1, not for a later one.
        await next_version(safe, ola, "emergency", "dziecko się dusi", "d4")
        await refused(ola, "/studio/versions/1", note="jeszcze raz wracamy")
    assert await waits(safe) == []


async def test_going_back_over_other_words_needs_nobody_else(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola:
        await next_version(safe, ola, "book", "proszę o termin u ortopedy", "d2")
        assert "Drugi podpis" not in (await ola.client.get("/studio/versions/1")).text
        assert (await ola.post("/studio/versions/1", note="wracamy do tego")).status_code == 303


async def test_an_emergency_return_holds_up_publishing_until_it_is_settled(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola, keyboard(safe, Role.admin) as jan:
        await next_version(safe, ola, "emergency", "ktoś tu zemdlał", "d2")
        await refused(ola, "/studio/versions/1", "Proszę opisać powód", note="szybko", emergency="true")
        assert await safe.rows(BotRun) == []
        assert (await ola.post("/studio/versions/1", note=REASON, emergency="true")).status_code == 303
        await ended(safe, "live", 1)
        (one,) = await waits(safe)
        await ola.post("/studio/intents/book", text="proszę o termin u ortopedy", language="pl")
        await refused(ola, "/studio/checks", "czeka na drugą osobę", note="Jedno zdanie")
        await refused(ola, f"/studio/emergencies/{one.id}/object", "inna osoba", note="wracamy do tego")
        assert (await jan.post(f"/studio/emergencies/{one.id}/object", note="było dobrze")).status_code == 303
        run = (await safe.rows(BotRun, BotRun.state == "waiting"))[0]
        assert run.kind == "rollback" and run.goes_back_to == 2
        assert await waits(safe) == []
        # An objection that comes to nothing is none.
        await ended(safe, "failed")
        assert [one.state for one in await waits(safe)] == ["objected"]
        assert "nie udało się wykonać" in (await jan.client.get("/studio/emergencies")).text
        assert (await jan.post(f"/studio/emergencies/{one.id}/confirm")).status_code == 303
        assert (await ola.post("/studio/checks", note="Jedno zdanie")).status_code == 303


async def test_an_emergency_that_comes_to_nothing_waits_for_nobody(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola:
        await next_version(safe, ola, "emergency", "ktoś tu zemdlał", "d2")
        await ola.post("/studio/versions/1", note=REASON, emergency="true")
        assert len(await waits(safe)) == 1
        (run,) = await safe.rows(BotRun)
        assert (await ola.post(f"/studio/checks/{UUID(str(run.id))}/cancel")).status_code == 303
    assert await waits(safe) == []


async def test_a_second_emergency_keeps_what_two_had_signed_last(safe: TestHouse) -> None:
    async with keyboard(safe, Role.admin) as ola:
        await next_version(safe, ola, "emergency", "ktoś tu zemdlał", "d2")
        await next_version(safe, ola, "emergency", "dziecko się dusi", "d3")
        await ola.post("/studio/versions/2", note=REASON, emergency="true")
        await ended(safe, "live", 2)
        first = (await waits(safe))[0]
        safe.clock.instant += timedelta(minutes=5)
        assert (await ola.post("/studio/versions/1", note=REASON, emergency="true")).status_code == 303
    (one,) = await waits(safe)
    assert (one.before, one.confirm_by) == (3, first.confirm_by)

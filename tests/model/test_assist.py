"""Help for agents over captured traffic. Invariant: no name, number or address of a patient leaves, and nothing is sent by itself."""

import json
from uuid import uuid4

import pytest

from conversations.models import Direction, Message
from core.access import Access, Role
from core.audit import AuditEvent
from knowledge.model.models import ModelCall
from knowledge.model.redacting import redacted
from knowledge.service import import_articles, publish
from tests.model.conftest import ModelHouse
from tests.web.test_staff_pages import Keyboard, keyboard

SAID = (
    "nazywam się Grażyna Brzęczyszczykiewicz, pesel 44051401458, tel 600 700 800, ul. Lipowa 7, grazyna@poczta.pl",
    "Gdzie mogę zaparkować samochód?",
)
SECRETS = ("Grażyn", "Brzęczyszcz", "44051401458", "600 700 800", "600100200", "Lipowa", "poczta.pl")
EDITOR = Access.staff(uuid4(), frozenset({Role.admin}))
PARKING = {
    "id": "parking", "topic": "general",
    "pl": {"question": "Gdzie mogę zaparkować samochód?", "answer": "Parking jest za budynkiem poradni."},
    "en": {"question": "Where can I park my car?", "answer": "The car park is behind the clinic."},
}  # fmt: skip
GOOD = {"asked": "Parking.", "done": "Nic.", "still_open": "Odpowiedź."}


async def a_case(one: ModelHouse, ola: Keyboard) -> str:
    house = one.house
    async with house.house.database.unit_of_work() as uow:
        await import_articles(uow, EDITOR, [PARKING], house.clock.now())
        await publish(uow, EDITOR, "parking", house.clock.now())
    accepted = await house.sms("konsultant")
    await house.house.turns.take(accepted.thread_id)
    case = await house.open_case(accepted.thread_id)
    for one_said in SAID:
        await house.sms(one_said)
        await house.house.turns.take(accepted.thread_id)
    await ola.post(f"/console/cases/{case.id}/accept")
    return str(case.id)


async def test_the_summary_is_made_of_redacted_words_and_audited(modelled: ModelHouse) -> None:
    await modelled.record()
    modelled.provider.answer = lambda _: json.dumps(GOOD)
    async with keyboard(modelled.house, Role.agent) as ola:
        case_id = await a_case(modelled, ola)
        shown = await ola.post(f"/console/assist/{case_id}/summary")
        assert shown.status_code == 200 and "Parking." in shown.text and "bez imion" in shown.text
        modelled.provider.answer = lambda _: json.dumps(GOOD | {"done": "Dawka 500 mg."})
        refused = await ola.post(f"/console/assist/{case_id}/summary")
        assert "500" not in refused.text and "zaufać" in refused.text
    assert "zaparkowa" in modelled.provider.traffic
    assert [secret for secret in SECRETS if secret.lower() in modelled.provider.traffic.lower()] == []
    assert [one.outcome for one in await modelled.house.rows(ModelCall)] == ["used", "ungrounded"]
    assert len(await modelled.house.rows(AuditEvent, AuditEvent.action == "assist.summary")) == 2


async def test_a_draft_shows_its_source_asks_with_the_article_alone_and_sends_nothing(modelled: ModelHouse) -> None:
    await modelled.record()
    async with keyboard(modelled.house, Role.agent) as ola:
        case_id = await a_case(modelled, ola)
        before = len(await modelled.house.rows(Message, Message.direction == Direction.outbound))
        shown = await ola.post(f"/console/assist/{case_id}/draft")
        assert "parking" in shown.text and "data-draft" in shown.text and "nic nie zostało wysłane" in shown.text
        assert len(await modelled.house.rows(Message, Message.direction == Direction.outbound)) == before
    assert "zaparkowa" not in modelled.provider.traffic
    assert len(await modelled.house.rows(AuditEvent, AuditEvent.action == "assist.draft")) == 1


async def test_without_a_record_the_agent_is_told_and_nothing_leaves(modelled: ModelHouse) -> None:
    async with keyboard(modelled.house, Role.agent) as ola:
        case_id = await a_case(modelled, ola)
        for kind in ("summary", "draft"):
            assert "wyłączony" in (await ola.post(f"/console/assist/{case_id}/{kind}")).text
    assert modelled.provider.asked == []


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("jestem anna kowalska i boli mnie ząb", "kowalska"), ("Kowalska prosi o termin", "Kowalska"),
        ("my name is john smith", "smith"), ("z tej strony Wójcik", "Wójcik"), ("mieszkam przy ul. Długiej 5/3", "Długiej"),
        ("ur. 12.03.1961", "1961"), ("tel. +48 600-100-200", "600"), ("PESEL: 44 05 14 01 458", "458"), ("Nowakowi mówiłam", "Nowak"),
    ],
)  # fmt: skip
def test_what_points_to_somebody_does_not_leave(text: str, secret: str) -> None:
    assert secret.lower() not in (redacted(text, ["Nowak"], {"jestem", "i", "boli", "mnie", "zab"}) or "").lower()


def test_everyday_words_stay() -> None:
    everyday = {"kiedy", "mam", "wizyte", "na", "usg"}
    assert redacted("Kiedy mam wizytę na USG?", [], everyday) == "Kiedy mam wizytę na USG?"

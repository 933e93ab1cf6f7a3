"""The board and the routing table. Invariant: rules that leave somebody waiting for ever cannot be saved, and trying changes nothing."""

from datetime import timedelta

from sqlalchemy import select

from core.access import Role
from core.audit import AuditEvent
from handoff.models import AgentState, RoutingTable
from handoff.routing.tables import read_table, shipped_text
from tests.handoff.desk_parts import at_work, handoff_of
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard

SHIPPED = shipped_text()
BASIS = read_table(SHIPPED).version
CARDIOLOGY = SHIPPED.replace(
    "rules:\n",
    "rules:\n  - id: by-phone\n    when: {channels: [voice]}\n    queue: clinical\n    prefer: [least_busy]\n",
)


async def test_a_new_table_is_in_force_at_once_and_keeps_who_wrote_it_and_why(house: TestHouse) -> None:
    async with keyboard(house, Role.admin) as ola:
        assert "by-phone" not in (await ola.client.get("/routing")).text
        done = await ola.post("/routing", text=CARDIOLOGY, why="telefony do pielęgniarek", basis=BASIS)
        assert done.status_code == 303
        page = (await ola.client.get("/routing")).text
        assert "by-phone" in page and "telefony do pielęgniarek" in page
    (kept,) = await house.rows(RoutingTable)
    async with house.house.database.unit_of_work() as uow:
        actions = list(await uow.session.scalars(select(AuditEvent.action)))
    assert kept.text == CARDIOLOGY and "routing.changed" in actions


async def test_what_is_wrong_with_a_table_is_said_with_its_place_and_what_was_typed_stays(house: TestHouse) -> None:
    wrong = (
        ("rules: [", "YAML"), ("[" * 19_000, "YAML"), ("rules: 2020-13-45", "YAML"), ("a: &a [x]\nrules: [*a, *a]", "anchors"),
        (SHIPPED.replace("queue: clinical", "queue: nowhere", 1), "nowhere"),
        (SHIPPED.replace("    when: {}\n", "    when: {languages: [pl]}\n"), "last rule"), ("x" * 20_001, ""),
        (SHIPPED.replace("offer_seconds: 30", "offer_seconds: 3"), "offer_seconds"),
        (SHIPPED.replace("reasons: [language]", "reasons: [zzz]"), "zzz"),
    )  # fmt: skip
    async with keyboard(house, Role.supervisor) as sylwia:
        for text, told in wrong:
            answer = await sylwia.post("/routing", text=text, why="próba zmiany", basis=BASIS)
            assert answer.status_code == 422 and told in answer.text
        answer = await sylwia.post("/routing", text=CARDIOLOGY, why="x", basis=BASIS)
        assert answer.status_code == 422 and "by-phone" in answer.text
        await sylwia.post("/routing", text=CARDIOLOGY, why="pierwsza zmiana", basis=BASIS)
        late = await sylwia.post("/routing", text=SHIPPED + "# inna\n", why="druga zmiana", basis=BASIS)
        assert late.status_code == 422 and "Ktoś zapisał w tym czasie inną wersję" in late.text
    assert len(await house.rows(RoutingTable)) == 1


async def test_what_if_names_who_would_get_it_and_why_the_others_not(house: TestHouse) -> None:
    await at_work(house, "Marta")
    pawel = await at_work(house, "Paweł")
    async with house.house.database.unit_of_work() as uow:
        row = await uow.session.get_one(AgentState, pawel.staff_id)
        row.languages = ["en"]
    async with keyboard(house, Role.supervisor) as sylwia:
        form = {"text": CARDIOLOGY, "reason": "asked", "channel": "sms", "spoken": "pl", "waited": "0"}
        page = (await sylwia.post("/routing/try", **form)).text
        assert "Dostaje: Marta." in page and "Paweł (nie ma tego języka)" in page and "everyone-else" in page
        page = (await sylwia.post("/routing/try", **form | {"channel": "voice", "waited": "99"})).text
        assert "by-phone" in page and "przestały być wymagane" in page
        page = (await sylwia.post("/routing/try", **form | {"waited": "²²", "topic": "results"})).text
        assert "medical-topic" in page
    assert await house.rows(RoutingTable) == []


async def test_the_board_counts_who_waits_names_broken_promises_and_sets_what_somebody_can_take(
    house: TestHouse,
) -> None:
    marta = await at_work(house, "Marta")
    _, old = await house.human(number="+48600100201")
    house.clock.instant += timedelta(minutes=16)
    await house.human(number="+48600100202")
    await house.house.keeping.look()
    async with keyboard(house, Role.supervisor) as sylwia:
        page = (await sylwia.client.get("/board")).text
        assert "+48 600 100 201" in page and "po czasie 6 min" in page
        table = page[page.index('id="board-queues"') :]
        reception = table[table.index("Rejestracja") :]
        assert [part.split("<")[0] for part in reception.split("<td>")[1:5]] == ["1", "0", "1", "2"]
        assert (await sylwia.post(f"/board/agents/{marta.staff_id}", capacity="21")).status_code == 422
        assert (await sylwia.post(f"/board/agents/{marta.staff_id}", languages="polski")).status_code == 422
        done = await sylwia.post(
            f"/board/agents/{marta.staff_id}", capacity="2", skills="clinical, USG", languages="pl"
        )
        assert done.status_code == 303
    (row,) = await house.rows(AgentState, AgentState.staff_id == marta.staff_id)
    assert (row.capacity, row.skills, row.languages) == (2, ["clinical", "usg"], ["pl"])
    assert (await handoff_of(house, old)).broken == ["first"]

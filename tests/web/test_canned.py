"""Ready replies. Invariant: what an agent puts in is filled in the patient's language, and nothing half filled can be kept."""

import pytest

from core.access import Role
from handoff.canned import CannedReply, Draft, filled, seed
from handoff.models import HandoffState
from tests.handoff.desk_parts import handoff_of
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (Draft("Ab", "x", "y", ""), "canned-key"), (Draft("", "x", "y", ""), "canned-key"), (Draft("a", " ", "y", ""), "canned-text"),
        (Draft("a", "x", "y" * 1001, ""), "canned-text"), (Draft("a", "{pacjent}", "y", ""), "canned-name"),
        (Draft("a", "x}", "y", ""), "canned-name"), (Draft("a", "x", "y", "dance"), "canned-then"),
    ],
)  # fmt: skip
def test_what_cannot_be_filled_or_found_is_refused(draft: Draft, reason: str) -> None:
    refused = draft.refusal()
    assert refused is not None and refused.reason == reason


def test_names_are_filled_and_a_patients_braces_stay() -> None:
    assert filled("Tu {agent}, {x}", {"agent": "Marta"}) == "Tu Marta, {x}"


async def test_replies_are_seeded_once_edited_by_admins_and_offered_in_the_patients_language(house: TestHouse) -> None:
    for _ in range(2):
        async with house.house.database.unit_of_work() as uow:
            await seed(uow, house.clock.now())
    shipped = len(await house.rows(CannedReply))
    async with keyboard(house, Role.admin) as ola:
        assert (await ola.post("/replies", key="Buty", pl="Buty: {agent}", en="Shoes: {agent}")).status_code == 303
        refused = await ola.post("/replies", key="zle", pl="{imie}", en="x")
        assert refused.status_code == 422 and "{imie}" in refused.text and "imie" in refused.text
        await ola.post("/replies/remove", key="koniec")
        await ola.post("/replies/remove", key="koniec")
    assert len(await house.rows(CannedReply)) == shipped
    _, polish = await house.human()
    _, english = await house.human("can I talk to a human please", "+48600100202")
    async with keyboard(house, Role.agent) as marta:
        for case_id, text in ((polish, "Buty: "), (english, "Shoes: ")):
            told = (await marta.client.get(f"/console/cases/{case_id}/replies")).json()
            (buty,) = [one for one in told if one["key"] == "buty"]
            assert buty["text"].startswith(text) and "{" not in buty["text"] and buty["then"] == ""
        assert (await marta.post("/replies", key="x", pl="x", en="x")).status_code in (403, 404)


async def test_after_a_reply_the_conversation_ends_or_waits_as_wanted(house: TestHouse) -> None:
    _, first = await house.human(number="+48600100201")
    _, second = await house.human(number="+48600100202")
    async with keyboard(house, Role.agent) as marta:
        for case_id, then in ((first, "close"), (second, "queue")):
            await marta.post(f"/console/cases/{case_id}/accept")
            await marta.post(f"/console/cases/{case_id}/reply", body="Dziękujemy", then=then)
    assert (await handoff_of(house, first)).state is HandoffState.wrap_up
    assert (await handoff_of(house, second)).state is HandoffState.queued

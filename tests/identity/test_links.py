"""A link moves a conversation from SMS to the browser. Invariant: it works once, in time, and shows the moved case alone."""

import re
from datetime import timedelta
from uuid import UUID

from conversations.identity.models import MagicLink
from conversations.messages import LINK_KEY
from conversations.models import Case, Message
from tests.channels.test_webchat_api import OFFER
from tests.house import PUBLIC, TestHouse


async def link_of(house: TestHouse) -> str:
    """The token of the link that was sent last."""
    sent = [one for one in await house.rows(Message) if (one.content or {}).get("key") == LINK_KEY]
    found = re.search(rf"{re.escape(PUBLIC)}/widget/frame\?lang=pl#(\S+)", max(sent, key=lambda one: one.seq).body)
    assert found is not None
    return found[1]


async def begun(house: TestHouse) -> UUID:
    """A booking begun by SMS, with a question open; then the wish to go on in the browser."""
    house.dialogue.answers["umów mnie"] = OFFER
    await house.text("umów mnie")
    assert await house.keys("wolę na stronie") == [LINK_KEY]
    return await house.only_thread()


async def test_the_same_case_goes_on_in_the_browser_with_its_history_and_its_question(house: TestHouse) -> None:
    thread_id = await begun(house)
    case = await house.open_case(thread_id)
    async with house.web() as client:
        answer = await client.post("/chat/continue", json={"link": await link_of(house)})
        told = answer.json()
        assert answer.status_code == 200
        assert "umów mnie" in [one["text"] for one in told["messages"]]
        assert told["messages"][-1]["choices"], "the open question is asked here once more"
        headers = {"Authorization": f"Bearer {told['token']}"}
        tapped = {"id": "from-the-page-1", "text": "", "choice": told["messages"][-1]["choices"][0]["id"]}
        assert (await client.post("/chat/messages", json=tapped, headers=headers)).status_code == 202
    await house.house.turns.take(thread_id)
    assert house.dialogue.asked[-1].case_id == case.id and house.dialogue.asked[-1].payload is not None
    assert len(await house.rows(Case)) == 1


async def test_a_link_works_once_and_only_in_its_time(house: TestHouse) -> None:
    await begun(house)
    token = await link_of(house)
    async with house.web() as client:
        assert (await client.post("/chat/continue", json={"link": "x" * 22})).status_code == 404
        assert (await client.post("/chat/continue", json={"link": token})).status_code == 200
        assert (await client.post("/chat/continue", json={"link": token})).status_code == 404
        await house.keys("wolę na stronie")
        late = await link_of(house)
        house.clock.instant += timedelta(minutes=31)
        assert late != token and (await client.post("/chat/continue", json={"link": late})).status_code == 404


async def test_a_preview_that_opens_the_page_uses_nothing_and_the_token_is_kept_as_a_digest(house: TestHouse) -> None:
    await begun(house)
    token = await link_of(house)
    async with house.web() as client:
        await client.get("/widget/frame?lang=pl")
    (row,) = await house.rows(MagicLink)
    assert row.used_at is None and token not in row.token_hash and len(row.token_hash) == 64


async def test_the_history_of_the_number_is_shown_no_longer_than_the_link_speaks_for_it(house: TestHouse) -> None:
    await begun(house)
    async with house.web() as client:
        told = (await client.post("/chat/continue", json={"link": await link_of(house)})).json()
        house.clock.instant += timedelta(minutes=31)
        headers = {"Authorization": f"Bearer {told['token']}"}
        later = (await client.get("/chat/messages", headers=headers)).json()
    texts = [one["text"] for one in later["messages"]]
    assert texts and "umów mnie" not in texts

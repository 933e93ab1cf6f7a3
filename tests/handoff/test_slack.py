"""Slack. Invariant: nothing leaves that was not allowed, nothing is told or done twice, and only a linked agent speaks to a patient."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import jsonschema
import pytest
from fastapi.responses import JSONResponse, Response

from conversations.models import CaseState, Delivery
from core.access import Role
from core.accounts import SignedIn, Staff
from core.clock import FixedClock
from core.processors import end
from handoff.slack.links import CODE_LASTS
from handoff.slack.models import Kind, PostState, SlackLink, SlackThread
from tests.conftest import emptied
from tests.handoff.slack_workspace import (
    CHANNEL,
    MARTA_IN_SLACK,
    SECRET,
    SlackHouse,
    message,
    slack_house,
)
from tests.house import ANNA, BARTEK
from tests.house_data import eval_json


@pytest.fixture
async def slack(house_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[SlackHouse]:
    """A house with a workspace, Slack recorded and looked at once."""
    async with slack_house(emptied(house_url), tmp_path, clock) as opened:
        await opened.record()
        await opened.look()
        yield opened


async def _at_work(slack: SlackHouse, client: httpx.AsyncClient) -> tuple[SignedIn, str]:
    """A patient waits, Marta has linked her account: she, and the patient's thread in Slack."""
    marta = await slack.house.staff()
    await slack.house.human()
    await slack.look()
    await slack.link(client, marta)
    await slack.look()
    return marta, slack.thread()


async def _answers(slack: SlackHouse) -> list[str]:
    """What was answered to whoever wrote in Slack, newest last."""
    await slack.look()
    return [str((one.words or {})["key"]) for one in await slack.posts() if one.kind is Kind.answer]


async def test_each_conversation_has_one_thread_with_what_happens_in_it_told_once(slack: SlackHouse) -> None:
    thread_id, case_id = await slack.house.human()
    await slack.house.text("boli mnie w klatce piersiowej i nie mogę oddychać", BARTEK)
    assert await slack.look() > 0
    slack.house.clock.instant += timedelta(seconds=1)
    await slack.house.text("czy ktoś tam jest", ANNA)
    await slack.look()
    asked = slack.workspace.asked
    tops = [one for one in asked if not one.get("thread_ts")]
    assert len(tops) == 2 == len(await slack.house.rows(SlackThread))
    assert {one["channel"] for one in asked} == {CHANNEL}
    annas = next(one for one in tops if str(thread_id) in one["text"])
    number = case_id.hex[-6:].upper()
    assert annas["text"] == (
        f"Sprawa {number}: czeka na osobę. Prośba o człowieka. Kanał: SMS, język: PL.\n"
        f"<https://clinic.example/console/threads/{thread_id}>"
    )
    assert [one["text"].split("\n")[0] for one in asked if one.get("thread_ts") == annas["ts"]] == [
        f"Sprawa {number}: nowa wiadomość od pacjenta."
    ]
    urgent = [one["text"] for one in asked if str(thread_id) not in one["text"]]
    assert sum("czerwona flaga" in one and "Możliwy nagły przypadek" in one for one in urgent) == 1
    told = len(asked)
    for _ in range(3):
        slack.house.clock.instant += timedelta(minutes=1)
        await slack.look()
    assert len(asked) == told


async def test_two_workers_that_look_at_once_tell_a_thing_once(slack: SlackHouse) -> None:
    for number in range(6):
        await slack.house.human(number=f"+4860010021{number}")
    await asyncio.gather(*(slack.look() for _ in range(4)))
    await slack.look()
    waits = [text for text in slack.workspace.texts() if "czeka na osobę" in text]
    assert len(waits) == len(set(waits)) == 6


async def test_a_broken_promise_is_told(slack: SlackHouse) -> None:
    await slack.house.human()
    await slack.look()
    slack.house.clock.instant += timedelta(hours=2)
    await slack.house.house.keeping.look()
    await slack.look()
    assert any("termin minął. Pierwsza odpowiedź." in text for text in slack.workspace.texts())


async def test_nothing_leaves_before_slack_is_recorded_nor_after_its_end_nor_what_happened_between(
    house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    async with slack_house(emptied(house_url), tmp_path, clock) as slack, slack.house.web() as client:
        await slack.house.human()
        assert await slack.look() == 0
        await slack.link(client, await slack.house.staff())
        assert await slack.look() == 0 and slack.workspace.raw == [] and await slack.house.rows(SlackLink) == []
        officer = await slack.record()
        clock.instant += timedelta(minutes=1)
        assert await slack.look() == 0, "what happened before it was switched on is not told"
        clock.instant += timedelta(minutes=1)
        await slack.house.human(number=BARTEK)
        assert await slack.look() == 1
        await slack.house.text("halo", BARTEK)
        async with slack.house.house.database.unit_of_work() as uow:
            await end(uow, officer, "slack", clock.now())
        clock.instant += timedelta(minutes=1)
        await slack.house.text("halo?", BARTEK)
        assert await slack.look() == 0
        await slack.record()
        clock.instant += timedelta(minutes=1)
        assert await slack.look() == 0 and len(slack.workspace.raw) == 1


async def test_a_house_without_settings_tells_nothing_and_its_door_is_closed(
    house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    async with slack_house(emptied(house_url), tmp_path, clock) as slack:
        await slack.record()
        for name in ("token", "channel", "signing_secret"):
            object.__setattr__(slack.house.house.slack.settings, name, "")
            await slack.house.human(number=f"+4860010022{len(name)}")
            assert await slack.look() == 0
        async with slack.house.web() as client:
            assert (await slack.event(client, message("halo"))).status_code == 403
        assert slack.workspace.raw == []


SECRETS = "Nazywam się Anna Nowak, PESEL 44051401458, tel. 600 100 200 albo anna@poczta.example, mam gorączkę"


@pytest.mark.parametrize("has_texts", [False, True])
async def test_captured_traffic_tells_no_name_number_or_address_and_words_only_by_the_switch(
    house_url: str, tmp_path: Path, clock: FixedClock, *, has_texts: bool
) -> None:
    async with slack_house(emptied(house_url), tmp_path, clock, slack_texts=has_texts) as slack:
        await slack.record()
        await slack.look()
        await slack.house.human()
        await slack.look()
        clock.instant += timedelta(seconds=1)
        await slack.house.text(SECRETS)
        await slack.house.text("<!channel> & <https://zly.example|kliknij>")
        await slack.look()
        wire = "\n".join(slack.workspace.raw)
        texts = "\n".join(slack.workspace.texts())
        digits = re.sub(r"\D", "", texts)
        for hidden in ("44051401458", "600100200"):
            assert hidden not in digits and hidden not in wire
        assert "poczta" not in wire and "<!channel>" not in texts and "<https://zly" not in texts
        assert ("gorączkę" in texts) is has_texts
        assert ("Nowak" in texts) is has_texts, "a name typed in a text is not recognised: the guide says so"


async def test_a_line_in_the_thread_reaches_the_patients_phone_as_the_agents_own_reply(slack: SlackHouse) -> None:
    async with slack.house.web() as client:
        marta, thread = await _at_work(slack, client)
        await slack.event(client, message("przyjmij", thread=thread))
        case = await slack.house.open_case(await slack.house.only_thread())
        assert case.state is CaseState.human and case.agent_id == marta.staff_id
        await slack.event(client, message("Dzień dobry, w czym mogę pomóc? &lt;3", thread=thread))
        last = (await slack.house.messages(case.thread_id))[-1]
        assert last.author_id == marta.staff_id and last.content == {
            "text": "Dzień dobry, w czym mogę pomóc? <3",
            "name": "Marta",
        }
        (delivery,) = await slack.house.rows(Delivery, Delivery.message_id == last.id)
        assert delivery.channel == "sms" and (await slack.house.point()).id == delivery.contact_point_id
        await slack.event(client, message("zakończ", thread=thread))
        assert await slack.house.case(case.thread_id) is None
        assert await _answers(slack) == ["slack-linked"]
        said = [one["text"].split("\n")[0] for one in slack.workspace.asked if one.get("thread_ts") == thread]
        assert [text.split(": ")[1] for text in said] == [
            "ktoś już prowadzi tę rozmowę.",
            "rozmowa z osobą się skończyła.",
        ]


async def test_a_reply_from_slack_is_shown_on_the_simulated_phone(
    house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    from channels.sms.simulator.models import SimulatedSms
    from service.app import create_app
    from tests.serving import free_port, serve

    port = free_port()
    async with slack_house(emptied(house_url), tmp_path, clock, web_port=port) as slack:
        await slack.record()
        await slack.look()
        async with serve(create_app(slack.house.house), port), slack.house.web() as client:
            _, thread = await _at_work(slack, client)
            for text in ("accept", "Dzień dobry z wątku"):
                await slack.event(client, message(text, thread=thread))
            await slack.house.house.deliverer.drain(await slack.house.only_thread())
            bodies = [one.body for one in await slack.house.rows(SimulatedSms) if not one.is_from_phone]
            assert any("z watku" in one or "z wątku" in one for one in bodies), bodies


@pytest.mark.parametrize(
    ("secret", "age"),
    [("another secret", 0), (SECRET, 301), (SECRET, -301)],
    ids=["forged", "stale", "from the future"],
)
async def test_a_forged_or_stale_event_does_nothing(slack: SlackHouse, secret: str, age: float) -> None:
    async with slack.house.web() as client:
        _, thread = await _at_work(slack, client)
        assert (
            await slack.event(client, message("przyjmij", thread=thread), secret=secret, age=age)
        ).status_code == 403
        assert (await slack.house.open_case(await slack.house.only_thread())).state is CaseState.waiting


async def test_what_is_no_signature_no_json_or_too_long_is_refused(slack: SlackHouse) -> None:
    async with slack.house.web() as client:
        now = str(int(slack.house.clock.now().timestamp()))
        for headers in (
            {}, {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=1"}, {"X-Slack-Request-Timestamp": now},
            {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": "v0=\xff".encode("latin-1")},
        ):  # fmt: skip
            for body in (b"{}", b"\xff\xfe"):
                answer = await client.post("/webhooks/slack/events", content=body, headers=headers)  # type: ignore[arg-type]
                assert answer.status_code == 403
        assert (await client.post("/webhooks/slack/events", content=b"x" * 300_000)).status_code == 413
        answer = await slack.event(client, {"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
        assert answer.json() == {"challenge": "3eZbrw1a"}
        for odd in (
            {"type": "event_callback"},
            message("x") | {"event_id": 7},
            message("x", user="U" * 101),
            message("x") | {"event": []},
        ):
            assert (await slack.event(client, odd)).status_code == 204
        assert (await slack.event(client, [1])).status_code == 400  # type: ignore[arg-type]


async def test_a_replayed_event_writes_to_the_patient_once_also_when_two_come_at_once(slack: SlackHouse) -> None:
    async with slack.house.web() as client:
        _, thread = await _at_work(slack, client)
        await slack.event(client, message("przyjmij", thread=thread))
        line = message("Dzień dobry", thread=thread)
        await asyncio.gather(*(slack.event(client, line) for _ in range(4)))
        await slack.event(client, line)
        assert (await slack.house.said(await slack.house.only_thread())).count("Dzień dobry") == 1


async def test_refusals_and_what_is_not_meant_for_patients_are_answered_in_the_thread(slack: SlackHouse) -> None:
    async with slack.house.web() as client:
        _, thread = await _at_work(slack, client)
        thread_id = await slack.house.only_thread()
        before = await slack.house.said(thread_id)
        await slack.event(client, message("Dzień dobry", thread=thread))
        await slack.event(client, message("Dzień dobry", "U0STRANGER", thread=thread))
        await slack.event(client, message("przyjmij", thread=thread))
        joined = await slack.house.said(thread_id)
        for text, more in (
            ("<@U0COLLEAGUE> zobacz to", {}), ("zdjęcie", {"subtype": "file_share"}), ("PESEL 44051401458", {}), ("x" * 10_001, {})
        ):  # fmt: skip
            await slack.event(client, message(text, thread=thread, **more))
        assert await slack.house.said(thread_id) == joined and len(joined) == len(before) + 1
        assert await _answers(slack) == [
            "slack-linked", "refused-case-not-yours", "slack-who", "slack-mention", "slack-no-files", "slack-warned", "slack-long",
        ]  # fmt: skip
        answered = [one for one in slack.workspace.asked if "nie jest przypisana" in one["text"]]
        assert [one["thread_ts"] for one in answered] == [thread]


async def test_what_bots_write_edits_and_talk_elsewhere_are_ignored(slack: SlackHouse) -> None:
    async with slack.house.web() as client:
        _, thread = await _at_work(slack, client)
        await slack.event(client, message("przyjmij", thread=thread))
        before = await slack.house.said(await slack.house.only_thread())
        for more in (
            {"bot_id": "B1"},
            {"subtype": "message_changed"},
            {"subtype": "message_deleted"},
            {"subtype": "bot_message"},
        ):
            await slack.event(client, message("Dzień dobry", thread=thread, **more))
        await slack.event(client, message("co na obiad"))
        await slack.event(client, message("Dzień dobry", thread="1.000001"))
        await slack.event(client, message("Dzień dobry", channel="C0OTHER", thread=thread))
        assert await slack.house.said(await slack.house.only_thread()) == before
        assert await _answers(slack) == ["slack-linked"]


async def test_a_code_links_once_within_ten_minutes_and_a_strangers_tries_are_counted(slack: SlackHouse) -> None:
    marta, links, database = await slack.house.staff(), slack.house.house.slack.links, slack.house.house.database
    async with slack.house.web() as client:
        async with database.unit_of_work() as uow:
            void = await links.new_code(uow, marta, slack.house.clock.now())
            code = await links.new_code(uow, marta, slack.house.clock.now())
        for one, user in ((void, "U1"), (code, MARTA_IN_SLACK), (code, "U2")):
            await slack.event(client, message(f" {one.lower()} ", user, "D1", channel_type="im"))
        assert [(one.staff_id, one.slack_user_id) for one in await slack.house.rows(SlackLink)] == [
            (marta.staff_id, MARTA_IN_SLACK)
        ]
        async with database.unit_of_work() as uow:
            late = await links.new_code(uow, marta, slack.house.clock.now())
        slack.house.clock.instant += CODE_LASTS
        await slack.event(client, message(late, "U2", "D1", channel_type="im"))
        await slack.event(client, message("cześć", "U2", "D1", channel_type="im"))
        await slack.event(client, message("cześć", channel="D2", channel_type="im"))
        for _ in range(6):
            await slack.event(client, message("AAAAA-BBBBB", "U9", "D9", channel_type="im"))
        assert await _answers(slack) == [
            "slack-code", "slack-linked", "slack-code", "slack-code", "slack-who", "slack-where", *["slack-code"] * 5, "slack-slow-down"
        ]  # fmt: skip


async def test_rights_are_those_of_the_moment(slack: SlackHouse) -> None:
    async with slack.house.web() as client:
        marta, thread = await _at_work(slack, client)
        async with slack.house.house.database.unit_of_work() as uow:
            (await uow.session.get_one(Staff, marta.staff_id)).roles = [Role.admin.value]
        await slack.event(client, message("przyjmij", thread=thread))
        async with slack.house.house.database.unit_of_work() as uow:
            (await uow.session.get_one(Staff, marta.staff_id)).is_active = False
        await slack.event(client, message("przyjmij", thread=thread))
        assert await _answers(slack) == ["slack-linked", "slack-not-here", "slack-who"]
        assert (await slack.house.open_case(await slack.house.only_thread())).state is CaseState.waiting


async def test_when_slack_asks_for_patience_everything_waits_as_long_as_it_says(slack: SlackHouse) -> None:
    await slack.house.human()
    await slack.house.human(number=BARTEK)
    slack.workspace.next_answers = [
        JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": "40"})
    ]
    assert await slack.look() == 0 and len(slack.workspace.raw) == 1
    slack.house.clock.instant += timedelta(seconds=39)
    assert await slack.look() == 0 and len(slack.workspace.raw) == 1
    slack.house.clock.instant += timedelta(seconds=2)
    assert await slack.look() == 2
    assert [one.attempts for one in await slack.posts()] == [1, 1]


async def test_a_failure_is_tried_again_later_in_order_and_given_up_in_the_end(slack: SlackHouse) -> None:
    await slack.house.human()
    slack.house.clock.instant += timedelta(seconds=1)
    await slack.house.text("halo")
    slack.workspace.next_answers = [Response("<html>", 502), JSONResponse({"ok": False, "error": "internal_error"})]
    for wait in (0, 1, 5, 1, 30):
        slack.house.clock.instant += timedelta(seconds=wait)
        await slack.look()
    assert ["czeka na osobę" in text for text in slack.workspace.texts()] == [True, False]
    slack.workspace.next_answers = [JSONResponse({"ok": False, "error": "is_archived"})] * 6
    await slack.house.text("halo?")
    for _ in range(8):
        await slack.look()
        slack.house.clock.instant += timedelta(hours=2)
    last = (await slack.posts())[-1]
    assert (last.state, last.error, last.attempts) == (PostState.dead, "is_archived", 6)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("message.channels", message("x")), ("message.channels", message("x", thread="1.2")),
        ("message.im", message("x", channel_type="im", channel="D1")),
    ],
)  # fmt: skip
def test_the_events_of_these_tests_are_as_slack_describes_them(topic: str, payload: dict[str, object]) -> None:
    jsonschema.validate(payload, eval_json("slack/slack_common_event_wrapper_schema.json"))
    described = eval_json("slack/slack_events_api_async_v1.json")
    schema = described["topics"][topic]["subscribe"]["payload"]
    jsonschema.validate(payload, {**schema, "components": described["components"]})

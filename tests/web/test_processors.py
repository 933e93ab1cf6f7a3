"""The list of processors and one's own link to Slack. Invariant: only the privacy officer says who gets data, and every record stays."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.access import Role
from core.audit import AuditEvent
from core.clock import FixedClock
from core.processors import Processor, is_recorded
from core.redaction import mask_numbers
from handoff.slack.models import SlackCode, SlackLink
from tests.conftest import emptied
from tests.handoff.slack_workspace import SlackHouse, message, slack_house
from tests.house import TestHouse
from tests.web.test_staff_pages import keyboard

ENTRY = {
    "name": "slack", "company": "Slack <b>", "country": "Irlandia", "agreement": "12/2026", "retention": "30 dni", "since": "2026-11-23"
}  # fmt: skip


async def _is_on(house: TestHouse) -> bool:
    async with house.house.database.unit_of_work() as uow:
        return await is_recorded(uow, "slack", house.clock.now().date())


async def test_the_officer_reads_what_a_language_model_may_do_with_articles(house: TestHouse) -> None:
    settings = house.house.settings
    async with keyboard(house, Role.privacy_officer) as iga:

        async def told() -> str:
            return (await iga.client.get("/privacy/processors")).text

        assert "Model językowy nie jest skonfigurowany" in await told() and "PORADNIA_LLM_REPHRASE" in await told()
        settings.llm = "openai:small"
        assert "bez wpisu nic do niego nie trafia" in await told()
        assert (await iga.post("/privacy/processors", **(ENTRY | {"name": "model"}))).status_code == 303
        assert "Artykułów nie upraszcza" in await told()
        settings.llm_rephrase = True
        assert "dostaje tylko opublikowane artykuły" in await told()


async def test_the_officer_records_replaces_and_ends_and_each_is_audited(house: TestHouse) -> None:
    async with keyboard(house, Role.privacy_officer) as iga:
        assert "Nikogo nie wpisano" in (await iga.client.get("/privacy/processors")).text
        assert (await iga.post("/privacy/processors", **ENTRY)).status_code == 303
        assert await _is_on(house)
        await iga.post("/privacy/processors", **(ENTRY | {"country": "Niemcy"}))
        page = (await iga.client.get("/privacy/processors")).text
        assert (
            "Slack &lt;b&gt;" in page
            and "Niemcy" in page
            and page.count("/privacy/processors/end") == 1
            and "Ola" in page
        )
        for _ in range(2):
            assert (await iga.post("/privacy/processors/end", name="slack")).status_code == 303
    assert not await _is_on(house) and len(await house.rows(Processor)) == 2
    acts = sorted(one.action for one in await house.rows(AuditEvent, AuditEvent.subject_kind == "processor"))
    assert acts == ["processor.ended"] * 2 + ["processor.recorded"] * 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "facebook"),
        ("company", " "),
        ("country", ""),
        ("agreement", "x" * 301),
        ("retention", "\x00"),
        ("since", "jutro"),
    ],
)
async def test_what_is_not_whole_is_refused_and_what_was_typed_stays(house: TestHouse, field: str, value: str) -> None:
    async with keyboard(house, Role.privacy_officer) as iga:
        refused = await iga.post("/privacy/processors", **(ENTRY | {field: value}))
        assert refused.status_code == 422 and 'role="alert"' in refused.text
        assert "12/2026" in refused.text or field == "agreement"
    assert await house.rows(Processor) == []


async def test_a_record_that_begins_tomorrow_does_not_hold_today(house: TestHouse) -> None:
    async with keyboard(house, Role.privacy_officer) as iga:
        tomorrow = house.clock.now().date() + timedelta(days=1)
        await iga.post("/privacy/processors", **(ENTRY | {"since": tomorrow.isoformat()}))
    assert (await house.rows(Processor))[0].since == tomorrow and isinstance(tomorrow, date)
    assert not await _is_on(house)


async def test_an_admin_or_supervisor_cannot_let_data_out(house: TestHouse) -> None:
    for role in (Role.admin, Role.supervisor, Role.agent):
        async with keyboard(house, role) as somebody:
            assert (await somebody.post("/privacy/processors", **ENTRY)).status_code == 403
    assert await house.rows(Processor) == []


@pytest.fixture
async def slack(house_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[SlackHouse]:
    """A house set up for Slack, and Slack recorded."""
    async with slack_house(emptied(house_url), tmp_path, clock) as opened:
        await opened.record()
        yield opened


async def test_an_agent_gets_a_code_links_and_unlinks_on_their_own_page(slack: SlackHouse) -> None:
    house = slack.house
    async with keyboard(house, Role.agent) as ola:
        assert "Połącz: pobierz kod" in (await ola.client.get("/account")).text
        shown = (await ola.post("/account/slack")).text
        code = shown.partition("<code>")[2].partition("</code>")[0]
        (kept,) = await house.rows(SlackCode)
        assert len(code) == 11 and code not in kept.code_token
        await slack.event(ola.client, message(code, "U7", "D7", channel_type="im"))
        assert (await house.rows(SlackLink))[0].staff_id == ola.staff_id
        assert "połączone od 2026-11-23" in (await ola.client.get("/account")).text
        assert (await ola.post("/account/slack/unlink")).status_code == 303
        assert await house.rows(SlackLink) == []
    acts = [one.action for one in await house.rows(AuditEvent) if one.action.startswith("slack.")]
    assert sorted(acts) == ["slack.code", "slack.linked", "slack.unlinked"]


async def test_who_answers_no_patients_is_offered_no_link(slack: SlackHouse) -> None:
    async with keyboard(slack.house, Role.admin) as adam:
        assert "Slack" not in (await adam.client.get("/account")).text
        assert (await adam.post("/account/slack")).status_code == 404


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("PESEL 44051401458.", "PESEL •••••••••••."), ("tel. +48 600 100 200", "tel. +•• ••• ••• •••"),
        ("(89) 123-45-67", "(••) •••-••-••"), ("a.b@c.pl i x@y", "••• i •••"), ("o 15:30 w sali 204", "o 15:30 w sali 204"),
    ],
)  # fmt: skip
def test_numbers_and_addresses_are_masked_for_eyes_outside(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked

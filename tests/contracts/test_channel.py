"""Contract of `Channel`: SMS over the simulated provider and the real SDK; the web chat; calls."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from channels.sms.channel import SmsChannel
from channels.webchat.channel import WebChatChannel
from conversations.protocols import Channel, NotSent, Outgoing, Sent
from tests.house import TestHouse


@pytest.fixture(params=["sms", "webchat", "voice"])
async def channel(request: pytest.FixtureRequest, house: TestHouse) -> AsyncIterator[Channel]:
    """Each implementation, as the house built it."""
    yield house.house.channels[request.param]


def outgoing(body: str = "dzień dobry", address: str = "+48600100200") -> Outgoing:
    """A message on its way."""
    return Outgoing(uuid4(), address, body, 1)


def test_a_channel_is_registered_under_its_own_name(house: TestHouse) -> None:
    assert {name: one.name for name, one in house.house.channels.items()} == {
        "sms": "sms", "webchat": "webchat", "voice": "voice",
    }  # fmt: skip
    assert isinstance(house.house.channels["sms"], SmsChannel)
    assert isinstance(house.house.channels["webchat"], WebChatChannel)


async def test_a_composed_body_keeps_the_words_and_is_never_empty(channel: Channel) -> None:
    assert channel.compose("Na kiedy?", ("jutro", "dziś")).startswith("Na kiedy?")
    assert channel.compose("Na kiedy?", ()) == "Na kiedy?"


@pytest.mark.parametrize("name", ["sms", "webchat"])
async def test_a_message_is_taken(served: TestHouse, name: str) -> None:
    assert isinstance(await served.house.channels[name].send(outgoing()), Sent)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "https://evil.example/x", "", "x", "http://[", "file:///etc/passwd"]
)
async def test_an_address_of_another_is_not_fetched(channel: Channel, url: str) -> None:
    assert await channel.fetch(url, 1000) is None


async def test_sms_writes_choices_as_numbered_lines(house: TestHouse) -> None:
    body = house.house.channels["sms"].compose("Na kiedy?", ("jutro", "pojutrze"))
    assert body == "Na kiedy?\n1) jutro\n2) pojutrze"


async def test_sms_is_cut_at_what_the_provider_takes(served: TestHouse) -> None:
    sms = served.house.channels["sms"]
    assert len(sms.compose("a" * 5000, ())) == 1600
    assert isinstance(await sms.send(outgoing(sms.compose("ż" * 5000, ()))), Sent)


@pytest.mark.parametrize(
    ("fault", "address", "result"),
    [("down", "+48600100200", NotSent("20503", may_retry=True)), ("refuse", "+48600100200", NotSent("21211", may_retry=False)),
     ("none", "KLINIKA", NotSent("21211", may_retry=False))],
)  # fmt: skip
async def test_refusals_are_told_from_failures(
    served: TestHouse,
    fault: str,
    address: str,
    result: NotSent,
) -> None:
    assert served.house.simulator is not None
    served.house.simulator.fault = fault
    assert await served.house.channels["sms"].send(outgoing(address=address)) == result


async def test_a_provider_nobody_can_reach_may_be_tried_again() -> None:
    sms = SmsChannel("AC1", "t", "+48732100200", "http://127.0.0.1:9", "https://x.example/status")
    result = await sms.send(outgoing())
    assert isinstance(result, NotSent) and result.may_retry


async def test_wrong_credentials_are_a_refusal(served: TestHouse) -> None:
    assert served.house.simulator is not None
    async with served.web() as client:
        path = "/simulator/twilio/2010-04-01/Accounts/x/Messages.json"
        assert (await client.post(path, auth=("ż", "ż"))).status_code == 401
    for account, token in [(served.house.simulator.account_sid, "wrong"), ("ACx", "é")]:
        sms = SmsChannel(
            account, token, "+48732100200", f"{served.house.settings.local_url}/simulator/twilio", "https://x.example"
        )
        result = await sms.send(outgoing())
        assert isinstance(result, NotSent) and not result.may_retry


@pytest.mark.parametrize(
    ("fault", "address", "result"),
    [
        ("none", "+48600100200", Sent),
        ("none", "600", NotSent("21211", may_retry=False)),
        ("refuse", "+48600100200", NotSent("21211", may_retry=False)),
        ("down", "+48600100200", NotSent("20503", may_retry=True)),
    ],
)
async def test_a_telephone_is_rung_and_hears_the_words(
    served: TestHouse, fault: str, address: str, result: object
) -> None:
    assert served.house.simulator is not None
    served.house.simulator.fault = fault
    sms = served.house.channels["sms"]
    assert isinstance(sms, SmsChannel)
    rung = await sms.ring(address, {"pl": "Proszę <wstać> & iść", "en": "Please get up"})
    if result is not Sent:
        assert rung == result
        return
    assert isinstance(rung, Sent)
    (call,) = await served.house.simulator.phone_messages(address)
    assert (call.status, call.body) == ("call", "Proszę <wstać> & iść Please get up")

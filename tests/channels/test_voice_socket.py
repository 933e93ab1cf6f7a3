"""The socket of a call. Invariant: a signed handshake alone opens it, and whatever comes over it has a defined end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import websockets
from twilio.request_validator import RequestValidator

from channels.voice import frames
from channels.voice.listening import MOST_FRAMES
from channels.voice.routes import socket_url
from conversations.calls import VoiceCall
from service.app import create_app
from tests.channels.test_voice import SETUP, SID, Line
from tests.house import PUBLIC, TestHouse
from tests.scripted import words
from tests.serving import serve


@asynccontextmanager
async def served(house: TestHouse) -> AsyncIterator[str]:
    """The application on a port of its own, with its bus; the socket's address."""
    await house.house.bus.start()
    async with serve(create_app(house.house)) as address:
        yield f"{address.replace('http', 'ws', 1)}/voice/relay?call={SID}"
    await house.house.bus.stop()


async def test_the_socket_takes_signed_handshakes_alone_and_speaks(house: TestHouse) -> None:
    signature = RequestValidator(house.house.twilio_token).compute_signature(f"{socket_url(PUBLIC)}?call={SID}", {})
    async with served(house) as address:
        for headers in ({}, {"X-Twilio-Signature": "forged"}):
            with pytest.raises(websockets.InvalidStatus):
                async with websockets.connect(address, additional_headers=headers):
                    pass
        async with websockets.connect(address, additional_headers={"X-Twilio-Signature": signature}) as socket:
            await socket.send("no frame")
            await socket.send(json.dumps(SETUP))
            heard = ""
            while "Zero" not in heard:
                heard += json.loads(await asyncio.wait_for(socket.recv(), 20))["token"]
            assert "automatyczny asystent" in heard
            await socket.send("x" * (frames.MAX_FRAME + 1))
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await asyncio.wait_for(socket.recv(), 20)
    (call,) = await house.rows(VoiceCall)
    assert call.outcome == "bad-frames"


@asynccontextmanager
async def opened(house: TestHouse) -> AsyncIterator[websockets.ClientConnection]:
    """A call that has begun and said its first words."""
    signature = RequestValidator(house.house.twilio_token).compute_signature(f"{socket_url(PUBLIC)}?call={SID}", {})
    async with (
        served(house) as address,
        websockets.connect(address, additional_headers={"X-Twilio-Signature": signature}) as socket,
    ):
        await socket.send(json.dumps(SETUP))
        await until(socket, "nine.")
        yield socket


async def until(socket: websockets.ClientConnection, end: str) -> str:
    """What is said up to those words."""
    heard = ""
    while not heard.endswith(end):
        heard += json.loads(await asyncio.wait_for(socket.recv(), 20)).get("token", "")
    return heard


async def closed(socket: websockets.ClientConnection) -> int:
    """The code the socket is closed with."""
    with pytest.raises(websockets.ConnectionClosed) as caught:
        while True:
            await asyncio.wait_for(socket.recv(), 20)
    assert caught.value.rcvd is not None
    return int(caught.value.rcvd.code)


async def test_a_frame_of_a_megabyte_ends_the_call(house: TestHouse) -> None:
    async with opened(house) as socket:
        await socket.send(json.dumps({"type": "prompt", "voicePrompt": "x" * 1_000_000, "last": True}))
        assert await closed(socket) == 1008
    (call,) = await house.rows(VoiceCall)
    assert call.outcome == "bad-frames"


async def test_frames_that_are_none_are_passed_over_until_there_are_too_many(house: TestHouse) -> None:
    async with opened(house) as socket:
        for number in range(MOST_FRAMES - 1):
            await socket.send(('{"type": "prompt"', '{"type": "dtmf", "digit": "99"}', "[]", "null")[number % 4])
        await socket.send(json.dumps({"type": "error", "description": "Invalid message received"}))
        await socket.send(json.dumps({"type": "from-a-later-version", "x": 1}))
        await socket.send(json.dumps({"type": "dtmf", "digit": "*"}))
        assert "automatyczny asystent" in await until(socket, "nine."), "the call goes on"
        await socket.send("{")
        assert await closed(socket) == 1008


async def test_a_frame_of_bytes_ends_the_call_and_the_house_goes_on(house: TestHouse) -> None:
    async with opened(house) as socket:
        await socket.send(b"\x00\xff")
        assert await closed(socket) == 1003
    (call,) = await house.rows(VoiceCall)
    assert call.outcome == "bad-frames"


async def test_frames_after_the_end_change_nothing(house: TestHouse) -> None:
    async with Line(house, desk="+48221002030") as line:
        await line.plays(**SETUP)
        await line.says("konsultant")
        assert line.sent[-1]["type"] == "end"
        await line.plays(type="prompt", voicePrompt="halo", lang="pl-PL", last=True)
        await line.plays(type="dtmf", digit="5")
    (call,) = await house.rows(VoiceCall)
    assert call.outcome == "hung-up" and call.ended_at is not None


async def test_the_first_words_of_many_calls_are_spoken_though_deliveries_run_beside_them(house: TestHouse) -> None:
    await house.house.bus.start()
    deliveries = asyncio.create_task(house.house.runners()[1].run())
    for number in range(12):
        async with Line(house) as line:
            await line.plays(**(SETUP | {"callSid": f"CA{number}", "from": f"+486002002{number:02}"}))
            async with asyncio.timeout(10):
                while "press nine" not in line.spoken():  # noqa: ASYNC110 - the call speaks by itself
                    await asyncio.sleep(0.02)
    deliveries.cancel()
    await asyncio.gather(deliveries, return_exceptions=True)
    await house.house.bus.stop()


async def test_an_interruption_stops_the_sentence_that_would_come_next(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        house.dialogue.always = words("Raz. Dwa. Trzy. Cztery.")
        await line.plays(type="prompt", voicePrompt="proszę policzyć", lang="pl-PL", last=True)
        thread = await house.only_thread()
        before = len(line.sent)
        add = line.sent.append

        async def interrupting(frame: str) -> None:
            add(json.loads(frame))
            if json.loads(frame).get("token") == "Dwa. ":
                await line.plays(type="interrupt", utteranceUntilInterrupt="Raz.", durationUntilInterruptMs=100)

        line.call._mouth.lips._send = interrupting  # type: ignore[attr-defined]
        await house.house.turns.take(thread)
        await line.call.speak_new()
        assert line.spoken(before) == "Raz. Dwa. "

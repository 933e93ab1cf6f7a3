"""Contract of `Dialogue`: Rasa over its REST channel, and the scripted one that other tests use."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi.responses import JSONResponse, Response

from conversations.dialogue import RasaDialogue
from conversations.protocols import Dialogue, DialogueFailed, DialogueTurn, Understood
from tests.contracts.fake_rasa import FakeRasa
from tests.scripted import ScriptedDialogue
from tests.serving import serve

TIMEOUT = 3.0


def turn(text: str = "hej", payload: str | None = None) -> DialogueTurn:
    """A question."""
    return DialogueTurn(uuid4(), uuid4(), "lease", "sms", "pl", text, payload)


@pytest.fixture(scope="module")
async def loopback() -> AsyncIterator[tuple[FakeRasa, str]]:
    """One Rasa for this page, and its address."""
    fake = FakeRasa()
    async with serve(fake.app) as url:
        yield fake, url


@pytest.fixture
def rasa(loopback: tuple[FakeRasa, str]) -> FakeRasa:
    """Its script, unwritten."""
    loopback[0].forget()
    return loopback[0]


@pytest.fixture
async def over_http(rasa: FakeRasa, loopback: tuple[FakeRasa, str]) -> AsyncIterator[RasaDialogue]:
    """Our client, talking to it."""
    dialogue = RasaDialogue(loopback[1], "token", TIMEOUT)
    yield dialogue
    await dialogue.close()


@pytest.fixture(params=["rasa", "scripted"])
def dialogue(request: pytest.FixtureRequest) -> Dialogue:
    """Each implementation."""
    found: Dialogue = request.getfixturevalue("over_http") if request.param == "rasa" else ScriptedDialogue()
    return found


async def test_an_answer_comes_in_keys(dialogue: Dialogue) -> None:
    reply = await dialogue.respond(turn("hej"))
    assert [(u.key, u.args["text"]) for u in reply.utterances] == [("answer-article", "echo hej")]


async def test_what_never_arrived_is_not_recalled(dialogue: Dialogue) -> None:
    assert await dialogue.recall(turn()) is None


async def test_an_answer_given_is_recalled_as_it_was(dialogue: Dialogue) -> None:
    first = turn("hej")
    second = replace(turn("druga"), case_id=first.case_id)
    answers = [await dialogue.respond(first), await dialogue.respond(second)]
    recalled = [await dialogue.recall(first), await dialogue.recall(second)]
    assert [r.utterances for r in recalled if r] == [a.utterances for a in answers]


async def test_rasa_gets_the_case_as_sender_and_the_lease_in_the_metadata(
    rasa: FakeRasa, over_http: RasaDialogue
) -> None:
    question = turn("1", '/inform{"option": "nfz"}')
    await over_http.respond(question)
    assert rasa.calls == [
        {
            "sender": str(question.case_id), "message": '/inform{"option": "nfz"}',
            "metadata": {"message_id": str(question.message_id), "lease": "lease", "channel": "sms", "language": "pl"},
        }
    ]  # fmt: skip


GARBLED = {
    "no JSON": Response("<html>", media_type="text/html"),
    "null": JSONResponse(None),
    "a number": JSONResponse(7),
    "a text": JSONResponse("hej"),
    "plain text replies": JSONResponse([{"recipient_id": "x", "text": "hej"}]),
    "no key": JSONResponse([{"custom": {"args": {}}}]),
    "custom is a list": JSONResponse([{"custom": ["x"]}]),
    "custom is a text": JSONResponse([{"custom": "x"}]),
    "args are a text": JSONResponse([{"custom": {"key": "x", "args": "y"}}]),
    "choices are a number": JSONResponse([{"custom": {"key": "x", "choices": 7}}]),
    "a choice lacks its payload": JSONResponse([{"custom": {"key": "x", "choices": [{"id": "a", "key": "b"}]}}]),
    "an object without messages": JSONResponse({"intent": "x"}),
    "messages are null": JSONResponse({"messages": None}),
}


@pytest.mark.parametrize("response", GARBLED.values(), ids=GARBLED.keys())
async def test_an_answer_that_cannot_be_read_is_a_failure(
    rasa: FakeRasa, over_http: RasaDialogue, response: Response
) -> None:
    rasa.raw["x"] = response
    with pytest.raises(DialogueFailed) as failure:
        await over_http.respond(turn("x"))
    assert failure.value.reason == "garbled"


@pytest.mark.parametrize("response", [JSONResponse([]), JSONResponse({"messages": []})], ids=["rest", "ours"])
async def test_an_empty_list_with_200_is_silence(rasa: FakeRasa, over_http: RasaDialogue, response: Response) -> None:
    rasa.raw["x"] = response
    with pytest.raises(DialogueFailed, match="silent"):
        await over_http.respond(turn("x"))


@pytest.mark.parametrize("status", [500, 404, 204, 302])
async def test_any_other_status_is_a_refusal(rasa: FakeRasa, over_http: RasaDialogue, status: int) -> None:
    rasa.raw["x"] = Response(status_code=status)
    with pytest.raises(DialogueFailed, match="refused"):
        await over_http.respond(turn("x"))


async def test_slowness_is_cut_off(rasa: FakeRasa, over_http: RasaDialogue) -> None:
    rasa.habit["x"] = "slow"
    with pytest.raises(DialogueFailed, match="slow"):
        await over_http.respond(turn("x"))


async def test_nobody_there_is_down() -> None:
    dialogue = RasaDialogue("http://127.0.0.1:9", "token", TIMEOUT)
    for ask in (dialogue.respond, dialogue.recall):
        with pytest.raises(DialogueFailed, match="down"):
            await ask(turn())
    await dialogue.close()


async def test_what_our_own_channel_tells_of_the_understanding_is_kept(rasa: FakeRasa, over_http: RasaDialogue) -> None:
    rasa.raw["x"] = JSONResponse(
        {"messages": [{"custom": {"key": "k"}}], "intent": "book", "confidence": 0.83, "model": "m1"}
    )
    reply = await over_http.respond(turn("x"))
    assert (reply.intent, reply.confidence, reply.model) == ("book", 0.83, "m1")


async def test_a_turn_that_was_cut_off_is_incomplete(rasa: FakeRasa, over_http: RasaDialogue) -> None:
    rasa.habit["x"] = "cut off"
    question = turn("x")
    await over_http.respond(question)
    with pytest.raises(DialogueFailed, match="incomplete"):
        await over_http.recall(question)


async def test_a_turn_that_ended_without_a_word_is_silent_when_recalled(
    rasa: FakeRasa, over_http: RasaDialogue
) -> None:
    rasa.habit["x"] = "silent"
    question = turn("x")
    with pytest.raises(DialogueFailed):
        await over_http.respond(question)
    with pytest.raises(DialogueFailed, match="silent"):
        await over_http.recall(question)


@pytest.mark.parametrize(
    "response", [Response("<html>"), JSONResponse(7), JSONResponse({"events": [7]}), JSONResponse(None)]
)
async def test_a_tracker_that_cannot_be_read_is_a_failure(
    rasa: FakeRasa, over_http: RasaDialogue, response: Response
) -> None:
    question = turn()
    rasa.raw[str(question.case_id)] = response
    with pytest.raises(DialogueFailed, match="garbled"):
        await over_http.recall(question)


async def test_a_text_is_understood_without_a_conversation(dialogue: Dialogue) -> None:
    assert await dialogue.understand("hej") == Understood("inform", (("inform", 0.9),))
    assert await dialogue.recall(turn()) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Response("<html>", 500), "refused"),
        (Response("<html>"), "garbled"),
        (JSONResponse({"intent": None}), "garbled"),
    ],
)
async def test_what_cannot_be_understood_is_a_failure_with_its_reason(
    rasa: FakeRasa, over_http: RasaDialogue, answer: Response, reason: str
) -> None:
    rasa.raw["hej"] = answer
    with pytest.raises(DialogueFailed) as failed:
        await over_http.understand("hej")
    assert failed.value.reason == reason
    assert rasa.trackers == {}

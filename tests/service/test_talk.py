"""Of `./poradnia talk`: scripts, expectations, and what it says when there is nobody to talk to."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from conversations.models import Thread
from service import cli
from service.talk import Expect, Say, play, read_script
from service.talk_lines import NoAnswer, WebchatLine
from tests.house import TestHouse
from tests.scripted import words


def test_a_script_holds_messages_comments_and_expectations() -> None:
    steps = list(read_script("# a comment\n\nDzień dobry\n> pomóc\n\\# kod\n\\> dalej\n"))
    assert steps == [Say("Dzień dobry"), Expect("pomóc", 4), Say("# kod"), Say("> dalej")]


def test_an_expectation_is_words_without_regard_to_polish_marks_or_a_regular_expression() -> None:
    assert Expect("wizyta UMÓWIONA", 1).fits(["Wizyta umowiona: wt 24.11 08:00"])
    assert Expect(r"wt \d+\.11", 1).fits(["Wizyta umowiona: wt 24.11 08:00"])
    assert not Expect("odwołana", 1).fits(["Wizyta umowiona"])
    assert not Expect("(", 1).fits(["Wizyta umowiona"])


@pytest.mark.parametrize("channel", ["sms", "voice", "webchat"])
def test_without_a_running_product_it_says_how_to_start_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, channel: str
) -> None:
    script = tmp_path / "script"
    script.write_text("Dzień dobry\n", "utf-8")
    monkeypatch.setenv("PORADNIA_WEB_PORT", "9")
    assert cli.main(["talk", "--channel", channel, "--from", "+48600100200", "--script", str(script)]) == 2
    assert "./poradnia up" in capsys.readouterr().err


@pytest.fixture
async def client(house: TestHouse) -> AsyncIterator[httpx.AsyncClient]:
    """The web side of a house, with nobody at work on turns."""
    async with house.web() as one:
        yield one


async def test_a_script_is_held_over_the_web_chat_and_a_wrong_answer_counts(
    house: TestHouse, client: httpx.AsyncClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.dialogue.always = words("W czym można pomóc?")
    line = _Answered(client, "Jan", "pl", 5, tmp_path / "tokens.json", house)
    steps = list(read_script("Dzień dobry\n> pomóc\n> wtorek\n"))
    assert await play(line, steps, echo=True) == 1
    said = capsys.readouterr().out
    assert "patient: Dzień dobry" in said
    assert "!! line 3: expected 'wtorek'" in said
    again = _Answered(client, "Jan", "pl", 5, tmp_path / "tokens.json", house)
    assert await again.open() == []  # the same browser comes back


async def test_an_answer_that_does_not_come_ends_the_script(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    line = WebchatLine(client, "Jan", "pl", 0.2, None)
    assert await play(line, [Say("halo"), Say("jest tam kto?")], echo=True) == 1
    assert "no answer within" in capsys.readouterr().out


async def test_a_web_process_that_is_gone_is_no_answer() -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9") as nobody:
        with pytest.raises(NoAnswer, match="does not answer"):
            await WebchatLine(nobody, "Jan", "pl", 1, None).open()


class _Answered(WebchatLine):
    """The web chat with the turns taken at once, as the worker would."""

    def __init__(
        self, client: httpx.AsyncClient, name: str, language: str, timeout: float, tokens: Path, house: TestHouse
    ) -> None:
        super().__init__(client, name, language, timeout, tokens)
        self._house = house

    async def _call(self, method: str, path: str, body: dict[str, object] | None = None) -> httpx.Response:
        response = await super()._call(method, path, body)
        if path == "/chat/messages" and method == "POST":
            async with self._house.house.database.unit_of_work() as uow:
                threads = list(await uow.session.scalars(select(Thread.id)))
            for thread_id in threads:
                await self._house.house.turns.take(thread_id)
        return response

"""Calls to the running product over its real socket: sixty scripted callers, the time to the first word, and how soon it stops.

The callers are data (tests/calls). A state is lost where a caller who was cut off is not asked again what was open, where a call stays
open after its hang-up, or where words that were spoken are neither said nor written.
"""

import asyncio
import random
import re
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.calls import Call
from bench.dialogues import GOALS as WRITTEN_GOALS
from bench.dialogues import Patient, Told, asked, hold
from bench.installation import TOKEN, Installation, installation, progress
from conversations.calls import VoiceCall
from conversations.models import Delivery, DeliveryState, Message
from conversations.understanding import fold
from core.settings import ROOT
from core.yamls import read_yaml
from service.talk_lines import NoAnswer

BOUNDS = {
    "first_token_p95_ms": ("<=", 400.0),
    "first_token_p95_ms_20": ("<=", 900.0),
    "barge_in_ms": ("<=", 150.0),
    "goals_reached": (">=", 0.95),
    "states_lost": ("<=", 0),
    "unanswered": ("<=", 0),
    "scripts": (">=", 60),
}
FOLDER = ROOT / "tests" / "calls"
AT_ONCE = 6
WAIT_SECONDS = 60.0
GOALS = WRITTEN_GOALS | {
    "hours": r"osiemnast|dziewietnast|dwudziest|czternast|nieczynn|(six|seven|eight|five) p m|closed",
    "emergency": r"sto dwanascie|one one two|1 1 2|one hundred and twelve",
    "person": r"\(end .*human|czlowiekowi|konsultan\w+ (pracuja|odezwie)|people (work|answer)",
    "silent": r"zero laczy z czlowiekiem.*(gwiazdk|klawisz).*(konsultan|czlowiekowi)|keys.*(people|person)",
    "refill": r"prosba jest u lekarza|prosba jest zapisana|request is (with|kept)",
    "price": r"zlot|zloty",
}  # fmt: skip
NOT_HEARD = (
    "nie dalo sie rozroznic", "could not be made out", "nadal sie slyszymy", "still connected", "odpowiadac klawiszami",
    "answer with keys",
)  # fmt: skip
CALLER_QUESTIONS = {
    "offer": ("wolne terminy.", "najblizsze.", "inne mozliwosci.", "free times.", "the nearest times.", "other possibilities."),
    "payer": ("na en ef zet, czy prywatnie", "public (n f z) or private"),
    "meant": ("czy chodzi o jedno z tych", "is it one of these", "which of these is it about", "o co chodzi"),
    "whose": ("czyjej sprawy to dotyczy", "whose matter is it"),
    "identity": ("podac imie, nazwisko i date urodzenia albo wpisac pesel", "first name, last name and date of birth, or key in"),
    "code": ("6-cyfrowy kod", "szesciocyfrowy kod", "6-digit code", "six-digit code"),
    "medicine": ("o ktory lek chodzi", "which medicine"),
    "supply": ("na ile dni jeszcze wystarczy", "how many more days"),
    "dose": ("czy dawka jest taka", "is the dose"),
    "send": ("prosba do lekarza o recepte", "request to a doctor"),
}  # fmt: skip
SCRIPT_PL = (
    "do której jesteście otwarci",
    "ile kosztuje usg brzucha",
    "umów mnie do kardiologa",
    "w przyszłym tygodniu",
    "nieważne",
)
SCRIPT_EN = (
    "what time do you close",
    "how much is an abdominal ultrasound",
    "book a cardiologist",
    "next week",
    "never mind",
)


@dataclass(frozen=True)
class Caller(Patient):
    """One script of a call."""

    is_hesitant: bool
    number: str

    def is_reached(self, heard: list[str]) -> bool:
        """True if the goal came up."""
        return re.search(GOALS[self.goal], fold("\n".join(heard)), re.DOTALL) is not None


def callers(folder: Path = FOLDER) -> list[Caller]:
    """All scripts; each has a telephone of its own unless it says whose."""
    found = []
    for file in sorted(folder.glob("*.yml")):
        data = read_yaml(file.read_text("utf-8"))
        own = {"same": "1", "cancel_which": "1", "reschedule_which": "1", "confirm_which": "1"}
        own |= dict.fromkeys(("cancel_confirm", "move_confirm"), data["defaults"]["confirm"])
        for number, entry in enumerate(data["calls"]):
            found.append(
                Caller(
                    f"{file.stem}-{entry['id']}", file.stem, "voice", entry["opens"],
                    {**own, **data["defaults"], **entry.get("knows", {})}, entry.get("interrupts", {}), entry.get("then", []),
                    entry["goal"], "", entry.get("hesitant", False),
                    "anonymous" if entry.get("unknown") else entry.get("number", f"+48603{file.stem == 'en':d}{number:05}"),
                )
            )  # fmt: skip
    return found


def run(quick: bool) -> dict[str, Any]:
    """Every call, or with `quick` every eighth (then `scripts` cannot hold and is not bound)."""
    if quick:
        BOUNDS.pop("scripts", None)
    return asyncio.run(_run(quick))


async def _run(quick: bool) -> dict[str, Any]:
    chosen = [one for one in callers() if not quick or one.goal != "silent"][:: 8 if quick else 1]
    async with installation(with_plain=False) as place:
        lines = Lines(place)
        progress("warming up")
        await lines.converse(900, SCRIPT_PL)
        alone, at_once = list[float](), list[float]()
        for number in range(2 if quick else 8):
            alone += await lines.converse(910 + number, SCRIPT_EN if number % 2 else SCRIPT_PL)
        progress(f"alone: {len(alone)} turns")
        with place.cores("twenty calls at once"):
            for times in await asyncio.gather(
                *(lines.converse(1000 + number, SCRIPT_EN if number % 2 else SCRIPT_PL, thinks=True) for number in range(20))
            ):  # fmt: skip
                at_once += times
        stops = [await lines.barge_in(2000 + number) for number in range(3 if quick else 20)]
        held, states_lost = await lines.hold_all(chosen)
        states_lost += await lines.unfinished()
    found: dict[str, Any] = {
        "first_token_p95_ms": _p95(alone), "first_token_p50_ms": round(statistics.median(alone) * 1000, 1),
        "first_token_p95_ms_20": _p95(at_once), "barge_in_ms": _p95(stops), "scripts": len(held),
        "goals_reached": _share(held), "states_lost": states_lost, "unanswered": lines.unanswered,
    }  # fmt: skip
    for language in ("pl", "en"):
        found[f"goals_reached_{language}"] = _share([one for one in held if one.patient.language == language])
    found["goals_reached_hesitant"] = _share(
        [one for one in held if isinstance(one.patient, Caller) and one.patient.is_hesitant]
    )
    return found


class Lines:
    """The telephones of the benchmark."""

    def __init__(self, place: Installation) -> None:
        self._place = place
        self.unanswered = 0
        """Conversations of the measurement that broke off."""

    def call(self, number: str, language: str) -> Call:
        """One call that is not yet made."""
        return Call(
            self._place.settings.public_url, TOKEN, number, language, WAIT_SECONDS, lambda to: self._place.texts[to],
            asked_of_caller,
        )  # fmt: skip

    async def converse(self, number: int, script: tuple[str, ...], *, thinks: bool = False) -> list[float]:
        """A caller who says these lines; seconds to the first token of each answer. `thinks`: 1 to 3 s between two lines."""
        call = self.call(f"+48604{number:06}", "en" if script is SCRIPT_EN else "pl")
        chance = random.Random(number)
        try:
            if thinks:
                await asyncio.sleep(chance.uniform(0, 3))
            await call.open()
            for words in script:
                if thinks:
                    await asyncio.sleep(chance.uniform(1, 3))
                await call.say(words)
        except NoAnswer as failure:
            progress(f"no answer: {failure}")
            self.unanswered += 1
        finally:
            await call.close()
        return call.first_tokens

    async def barge_in(self, number: int) -> float:
        """Seconds from the caller's interruption, at the first token of an answer, to the last token that still came."""
        call = self.call(f"+48604{number:06}", "pl")
        try:
            await call.open()
            await call.say("umów mnie do kardiologa")
            await call.prompt("w przyszłym tygodniu")
            first = await call.receive(WAIT_SECONDS)
            if first is None:
                raise NoAnswer("nothing to interrupt")
            began = last = time.perf_counter()
            heard = str(first.get("token", ""))
            await call.send({"type": "interrupt", "utteranceUntilInterrupt": heard, "durationUntilInterruptMs": 300})
            while (frame := await call.receive(0.6)) is not None:
                if frame["type"] == "text":
                    last = time.perf_counter()
        finally:
            await call.close()
        return last - began

    async def hold_all(self, chosen: list[Caller]) -> tuple[list[Told], int]:
        """All calls, a few at a time; and the states that were lost in them."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(caller: Caller) -> tuple[Told, int]:
            call = self.call(caller.number, caller.language)
            async with gate:
                try:
                    told = await hold(caller, call, Listener())
                finally:
                    await call.close()
            if not told.is_reached or call.states_lost:
                progress("\n".join([f"NOT REACHED {caller.id} ({caller.goal}), lost {call.states_lost}", *told.lines]))
            return told, call.states_lost

        done = await asyncio.gather(*(one(caller) for caller in chosen))
        return [told for told, _ in done], sum(lost for _, lost in done)

    async def unfinished(self) -> int:
        """Calls still open though everybody hung up, and words of the clinic that reached neither ear nor SMS."""
        waiting = (DeliveryState.queued, DeliveryState.sent)
        for _ in range(50):
            async with self._place.house.database.unit_of_work() as uow:
                calls = await uow.session.scalar(
                    select(func.count()).select_from(VoiceCall).where(VoiceCall.ended_at.is_(None))
                )
                words = await uow.session.scalar(
                    select(func.count())
                    .select_from(Delivery)
                    .join(Message, Message.id == Delivery.message_id)
                    .where(Message.channel == "voice", Delivery.state.in_(waiting))
                )
            if not calls and not words:
                break
            await asyncio.sleep(0.2)
        return (calls or 0) + (words or 0)


class Listener:
    """Knows what was asked, also when all that is heard is that something was not understood."""

    def __init__(self) -> None:
        self._last: str | None = None

    def __call__(self, heard: list[str]) -> str | None:
        """The question that an answer ends with."""
        name = asked_of_caller(heard)
        if name is None and any(words in fold(" ".join(heard)) for words in NOT_HEARD):
            return self._last
        self._last = name
        return name


def asked_of_caller(heard: list[str]) -> str | None:
    """The question that an answer ends with, those of a prescription too."""
    said = fold("\n".join(heard))
    last = {name: max(said.rfind(one) for one in words) for name, words in CALLER_QUESTIONS.items()}
    name = max(last, key=lambda one: last[one])
    return name if last[name] >= 0 else asked(heard)


def _share(some: list[Told]) -> float:
    return round(sum(one.is_reached for one in some) / len(some), 4) if some else -1.0


def _p95(seconds: list[float]) -> float:
    return round(statistics.quantiles(seconds, n=20)[-1] * 1000, 1) if len(seconds) > 1 else -1.0

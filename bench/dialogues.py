"""Scripted patients against the real product: how many reach their goal, over SMS and web chat, in Polish and English.

The patients are data (tests/dialogues): they answer what they are asked, change their mind, digress and mistype.
"""

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bench.installation import TOKEN, Installation, installation, progress
from conversations.models import Direction, Message
from conversations.understanding import fold
from core.settings import ROOT
from core.yamls import read_yaml
from service.talk_lines import Line, NoAnswer, WebchatLine, until_quiet

BOUNDS = {"goals_reached": (">=", 0.95), "scripts": (">=", 120)}
FOLDER = ROOT / "tests" / "dialogues"
MAX_MESSAGES = 30
AT_ONCE = 4
WAIT_SECONDS = 60.0

QUESTIONS = {
    "specialty": (
        "do jakiego lekarza lub",
        "do kogo ma byc wizyta",
        "which doctor or which test",
        "who is the visit with",
    ),
    "time": ("na kiedy ma byc wizyta", "na kiedy przelozyc", "when should the visit be"),
    "offer": (
        "wolne terminy:",
        "najblizsze:",
        "inne mozliwosci:",
        "free times:",
        "the nearest times:",
        "other possibilities:",
    ),
    "payer": ("na nfz, czy prywatnie", "public (nfz) or private"),
    "kind": ("pierwsza wizyta u tego", "first visit with this"),
    "person": ("podac imie, nazwisko", "give the first name"),
    "same": ("kogo to dotyczy", "who is it about"),
    "birth": ("date urodzenia tej osoby", "date of birth of that person"),
    "referral": ("4-cyfrowy kod", "4-digit e-referral"),
    "confirm": ("sprawdzmy:", "let us check:"),
    "reschedule_which": ("ktora wizyte przelozyc", "which visit should be moved"),
    "move_confirm": ("bedzie zamiast tego", "shall we move it"),
    "confirm_which": ("ktora wizyte potwierdzic", "which visit are you confirming"),
    "cancel_which": ("ktora wizyte odwolac", "which visit should be cancelled"),
    "cancel_confirm": ("czy odwolac wizyte", "cancel the visit:"),
}
"""How each question is known: words of the catalogue, folded."""
GOALS = {
    "booked": r"zostala umowiona|wizyta umowiona|visit is booked|visit booked",
    "cancelled": r"zostala odwolana|wizyta odwolana|was cancelled|visit cancelled",
    "moved": r"zostala przelozona|wizyta przelozona|visit was moved|visit moved",
    "confirmed": r"wizyta jest potwierdzona|the visit is confirmed",
    "listed": r"\d:\d\d(?: [ap]m)?: \w",
    "stopped": r"przerywamy|all right, stopped",
    "person": r"laczymy z czlowiekiem|konsultanci odpowiadaja|connecting you with a person|people answer during",
}


@dataclass(frozen=True)
class Patient:
    """One script on one channel."""

    id: str
    language: str
    channel: str
    opens: str
    knows: dict[str, str]
    interrupts: dict[str, list[str]]
    then: list[str]
    goal: str
    reads: str

    def is_reached(self, heard: list[str]) -> bool:
        """True if the goal, and what the read-back must hold, came up."""
        said = fold("\n".join(heard))
        return re.search(GOALS[self.goal], said) is not None and re.search(fold(self.reads), said) is not None


def patients(folder: Path = FOLDER) -> list[Patient]:
    """All scripts, each for SMS and for web chat."""
    found = []
    for file in sorted(folder.glob("*.yml")):
        data = read_yaml(file.read_text("utf-8"))
        for entry, channel in itertools.product(data["dialogues"], ("sms", "webchat")):
            found.append(
                Patient(
                    f"{file.stem}-{channel}-{entry['id']}", file.stem, channel, entry["opens"],
                    {"same": "1", "cancel_which": "1", "cancel_confirm": data["defaults"]["confirm"],
                     "reschedule_which": "1", "confirm_which": "1", "move_confirm": data["defaults"]["confirm"], **data["defaults"],
                     **entry.get("knows", {})},
                    entry.get("interrupts", {}), entry.get("then", []), entry["goal"], entry.get("reads", ""),
                )
            )  # fmt: skip
    return found


def asked(heard: list[str]) -> str | None:
    """The question that an answer ends with."""
    said = fold("\n".join(heard))
    last = {name: max(said.rfind(words) for words in QUESTIONS[name]) for name in QUESTIONS}
    name = max(last, key=lambda one: last[one])
    return name if last[name] >= 0 else None


@dataclass
class Told:
    """How a dialogue went."""

    patient: Patient
    lines: list[str] = field(default_factory=list)
    is_reached: bool = False
    messages: int = 0


async def hold(patient: Patient, line: Line, question_of: Callable[[list[str]], str | None] = asked) -> Told:
    """Hold the dialogue until the goal is reached, nothing more is to be said, or it takes too long."""
    told, heard_all = Told(patient), list[str]()
    pending = {name: list(said) for name, said in patient.interrupts.items()}
    then, says = list(patient.then), patient.opens
    try:
        await line.open()
        while told.messages < MAX_MESSAGES:
            told.messages += 1
            heard = await line.say(says)
            heard_all += heard
            told.lines += [f"  > {says}", *(f"  < {one}" for one in heard)]
            told.is_reached = patient.is_reached(heard_all)
            if told.is_reached:
                break
            question = question_of(heard)
            if pending.get(question or ""):
                says = pending[question or ""].pop(0)
            elif question is not None:
                says = patient.knows[question]
            elif then:
                says = then.pop(0)
            else:
                break
    except NoAnswer as failure:
        told.lines.append(f"  !! {failure}")
    return told


class BenchSms:
    """A phone whose provider is the benchmark: a signed webhook in, the stored answers out."""

    def __init__(self, place: Installation, client: httpx.AsyncClient, number: str) -> None:
        self._place = place
        self._client = client
        self._number = number

    async def open(self) -> list[str]:
        """Nothing yet."""
        return []

    async def say(self, text: str) -> list[str]:
        """Send; wait until the turn is done; the bodies as they left."""
        sid, settings = f"SM{token_hex(16)}", self._place.settings
        url = f"{settings.public_url}/webhooks/twilio/sms"
        form = {"MessageSid": sid, "From": self._number, "To": settings.twilio_number, "Body": text, "NumMedia": "0"}
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        answer = await self._client.post(url, data=form, headers={"X-Twilio-Signature": signature})
        if answer.status_code != 200:
            raise NoAnswer(f"the webhook answers {answer.status_code}")
        asked_message = await until_quiet(self._place.house, sid, WAIT_SECONDS)
        async with self._place.house.database.unit_of_work() as uow:
            rows = await uow.session.scalars(
                select(Message)
                .where(
                    Message.thread_id == asked_message.thread_id, Message.seq > asked_message.seq,
                    Message.direction == Direction.outbound,
                )
                .order_by(Message.seq)
            )  # fmt: skip
            return [row.body for row in rows]


async def hold_all(chosen: list[Patient], line_of: Callable[[Patient, int], Line]) -> list[Told]:
    """All of them, a few at a time; says which did not reach their goal, and what was said in them."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, patient: Patient) -> Told:
        async with gate:
            told = await hold(patient, line_of(patient, number))
        if not told.is_reached:
            progress("\n".join([f"NOT REACHED {patient.id} ({patient.goal})", *told.lines]))
        return told

    return list(await asyncio.gather(*(one(number, patient) for number, patient in enumerate(chosen))))


def figures(held: list[Told]) -> dict[str, float]:
    """Shares of goals reached, in all, by language and by channel; messages needed in the mean."""

    def share(some: list[Told]) -> float:
        return round(sum(one.is_reached for one in some) / len(some), 4) if some else -1.0

    found: dict[str, float] = {"scripts": len(held), "goals_reached": share(held)}
    for language in ("pl", "en"):
        found[f"goals_reached_{language}"] = share([one for one in held if one.patient.language == language])
    for channel in ("sms", "webchat"):
        found[f"goals_reached_{channel}"] = share([one for one in held if one.patient.channel == channel])
    found["messages_mean"] = round(sum(one.messages for one in held) / max(len(held), 1), 2)
    return found


def run(quick: bool) -> dict[str, Any]:
    """Every script, or with `quick` every sixth (then `scripts` cannot hold and is not bound)."""
    chosen = patients()[::6] if quick else patients()
    held = asyncio.run(_run(chosen))
    found = figures(held)
    if quick:
        BOUNDS.pop("scripts", None)
    return found


async def _run(chosen: list[Patient]) -> list[Told]:
    async with (
        installation(with_plain=False) as place,
        httpx.AsyncClient(base_url=place.settings.local_url, timeout=30) as client,
    ):

        def line_of(patient: Patient, number: int) -> Line:
            if patient.channel == "sms":
                return BenchSms(place, client, f"+48602{number:06}")
            return WebchatLine(client, patient.id, patient.language, WAIT_SECONDS, None)

        held = await hold_all(chosen, line_of)
        async with place.house.database.unit_of_work() as uow:
            told = (await uow.session.scalars(select(Message).where(Message.provenance.is_not(None)))).all()
        rules = Counter(str((one.provenance or {}).get("rule")) for one in told)
        progress(
            f"failures of the dialogue core: { {rule: n for rule, n in rules.items() if rule.startswith('failed:')} }"
        )
        return held

"""What an action knows and may do: read from the turn's lease in the database, never from what Rasa sent."""

from abc import abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict
from sqlalchemy import select

from care.appointments.lexicon import Lexicon
from care.appointments.lexicon import load as load_lexicon
from care.appointments.offers import Visit
from care.governance.gate import Gate
from care.triage.engine import Engine
from care.triage.rules import Tables
from conversations.alerts import Alerts
from conversations.cases import Cases
from conversations.identity.challenges import Identity
from conversations.identity.links import speaks_for
from conversations.models import ActionResult, Case, Direction, Message, Turn, TurnState
from conversations.protocols import Choice
from core import faults
from core.access import Access
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.errors import Forbidden
from core.i18n import Language
from knowledge.complexity import Complexity
from knowledge.model.rephrasing import Rephrasing
from knowledge.service import Library

UNDERSTOOD = (
    "specialty", "clinician", "time_window", "payer", "visit_kind", "patient_name", "birth_date", "offer", "visit",
    "triage",
)  # fmt: skip
Events = list[dict[str, Any]]


@dataclass
class Parts:
    """What actions are built from."""

    database: Database
    clock: Clock
    cases: Cases
    library: Library
    identity: Identity
    gate: Gate
    alerts: Alerts
    engine: Engine | None = None
    """A certified triage engine, asked beside the tables; None where none is configured."""
    rephrasing: Rephrasing | None = None
    """Puts approved answers in simpler words; None: they are said as written."""
    complexity: Complexity | None = None
    """Tells what is too much for the bot; None: nothing is."""
    lexicon: Lexicon | None = None
    public_url: str = ""
    """Where people reach what we publish."""

    @property
    def triage(self) -> Tables | None:
        """None: complaints are not triaged."""
        return self.gate.tables

    async def words(self, uow: UnitOfWork) -> Lexicon:
        """The clinic's names, read once per process."""
        if self.lexicon is None:
            self.lexicon = await load_lexicon(uow)
        return self.lexicon

    async def open(self, uow: UnitOfWork, tracker: Tracker, *, is_lasting: bool = False) -> "Call":
        """The call behind a leased turn. Raises `Forbidden` when there is none.

        A call with lasting effects locks the turn, so that the same step called twice at once is done once.
        """
        metadata = tracker.latest_message.get("metadata") or tracker.get_slot("session_started_metadata") or {}
        try:
            message_id = UUID(str(metadata.get("message_id")))
        except ValueError as error:
            raise Forbidden("no turn") from error
        behind = (
            select(Turn, Message, Case)
            .join(Message, Message.id == Turn.message_id)
            .join(Case, Case.id == Turn.case_id)
            .where(
                Turn.message_id == message_id,
                Turn.state == TurnState.asking,
                Turn.lease == str(metadata.get("lease")),
            )
        )
        row = (await uow.session.execute(behind.with_for_update(of=Turn) if is_lasting else behind)).first()
        if row is None or str(row.Case.id) != tracker.sender_id:
            raise Forbidden("no leased turn")
        access = Access.system("dialogue action", row.Case.id)
        language: Language = "en" if metadata.get("language") == "en" else "pl"
        lexicon = await self.words(uow)
        await self.gate.look(uow, self.clock.now())
        about = await _meant(uow, row.Case, tracker)
        now = self.clock.now()
        call = Call(uow, access, now, row.Case, row.Message, language, tracker, lexicon, about)
        call.rephrasing, call.public_url = self.rephrasing, self.public_url
        call.speaks_for = await speaks_for(uow, call.session_point_id, now)
        return call


@dataclass
class Call:
    """One call of an action within a leased turn."""

    uow: UnitOfWork
    access: Access
    now: datetime
    case: Case
    message: Message
    language: Language
    tracker: Tracker
    lexicon: Lexicon
    about: Message | None = None
    """The earlier message whose goal was picked, where one had to be asked for: what it said is not asked again."""
    speaks_for: UUID | None = None
    """The contact point a browser stands for that followed a link sent to it."""
    rephrasing: Rephrasing | None = None
    public_url: str = ""
    said: list[dict[str, Any]] = field(default_factory=list)
    changed: dict[str, Any] = field(default_factory=dict)
    visits_read: dict[tuple[str, ...], list[Visit]] = field(default_factory=dict)
    """The visits within reach by whom they were asked for, so that one step reads, and is audited, once."""

    @property
    def text(self) -> str:
        """What the person wrote, as they wrote it; for a picked goal the words it was picked for."""
        return (self.about or self.message).body

    @property
    def intent(self) -> str:
        """What Rasa took it for; the fallback classifier's verdict included."""
        return str((self.tracker.latest_message.get("intent") or {}).get("name") or "")

    @property
    def confidence(self) -> float:
        """How sure Rasa was, 0 to 1."""
        return float((self.tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)

    @property
    def option(self) -> str | None:
        """The value of the choice that was picked, if one was."""
        return _picked(self.tracker, "option")

    @property
    def contact_point_id(self) -> UUID:
        """Whose patients and visits are meant: where the person writes from, or the number whose link they followed."""
        return self.speaks_for or self.session_point_id

    @property
    def session_point_id(self) -> UUID:
        """Where the person writes from: what is proven is proven there alone."""
        assert self.message.contact_point_id is not None, "inbound messages have a contact point"
        return self.message.contact_point_id

    def slot(self, name: str) -> Any:
        """A slot's value, with this call's own changes."""
        return self.changed[name] if name in self.changed else self.tracker.get_slot(name)

    def set(self, name: str, value: Any) -> None:
        """Change a slot; None forgets it."""
        self.changed[name] = value

    def say(self, key: str, choices: tuple[Choice, ...] = (), **args: Any) -> None:
        """Say a catalogue text."""
        self.said.append(
            {
                "key": key,
                "args": args,
                "choices": [{"id": c.id, "key": c.key, "args": c.args, "payload": c.payload} for c in choices],
            }
        )

    def said_last_turn(self, key: str) -> bool:
        """True if the answer to the message before this one said that."""
        turns = 0
        for event in reversed(self.tracker.events):
            if event["event"] == "user":
                turns += 1
            elif turns == 1 and ((event.get("data") or {}).get("custom") or {}).get("key") == key:
                return True
            if turns == 2:
                break
        return False

    def note_goal(self) -> None:
        """What was asked for, for whoever takes the case."""
        self.case.understood = {**(self.case.understood or {}), "goal": self.intent}

    def idempotency_key(self, what: str) -> str:
        """One key for one act on this message, however often it is tried."""
        return f"{self.message.id}:{what}"


class HouseAction(Action):
    """An action of ours: a unit of work around `act`. With `is_lasting`, its result is kept and never done twice."""

    action_name = ""
    is_lasting = False

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def name(self) -> str:
        """The name in Rasa's domain."""
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        """Open the turn, act, say. Raises `Forbidden` when no leased turn stands behind the call."""
        async with self.parts.database.unit_of_work() as uow:
            call = await self.parts.open(uow, tracker, is_lasting=self.is_lasting)
            kept = await self._kept(call)
            if kept is None:
                events = await self.act(call)
                events += [slot_set(name, value) for name, value in call.changed.items()]
                if self.is_lasting:
                    self._keep(call, events)
                if call.changed:
                    self._note_understood(call)
            else:
                call.said, events = kept["said"], kept["events"]
            faults.point("action.done")
        faults.point("action.committed")
        for one in call.said:
            dispatcher.utter_message(json_message=one)
        return events

    @abstractmethod
    async def act(self, call: Call) -> Events:
        """Do it; `call.say` and `call.set` speak and remember. Returns further Rasa events."""

    async def _kept(self, call: Call) -> dict[str, Any] | None:
        if not self.is_lasting:
            return None
        row = await call.uow.session.get(ActionResult, (call.message.id, self.action_name, self._step(call)))
        return row.result if row else None

    def _keep(self, call: Call, events: Events) -> None:
        result = {"said": call.said, "events": events}
        call.uow.session.add(
            ActionResult(message_id=call.message.id, action=self.action_name, step=self._step(call), result=result)
        )

    def _step(self, call: Call) -> int:
        """How often this action has run since the message came in."""
        count = 0
        for event in reversed(call.tracker.events):
            if event["event"] == "user":
                break
            count += event["event"] == "action" and event.get("name") == self.action_name
        return count

    def _note_understood(self, call: Call) -> None:
        """Keep what is understood so far in the case, for the person who may take over."""
        known = {name: call.slot(name) for name in UNDERSTOOD}
        call.case.understood = {name: value for name, value in known.items() if value} or None


def _picked(tracker: Tracker, entity: str) -> str | None:
    """What the picked choice carries under that name."""
    found = tracker.latest_message.get("entities") or ()
    return next((str(one["value"]) for one in found if one.get("entity") == entity), None)


async def _meant(uow: UnitOfWork, case: Case, tracker: Tracker) -> Message | None:
    """The message of this very case that the picked choice was offered for."""
    try:
        message_id = UUID(str(_picked(tracker, "about")))
    except ValueError:
        return None
    found: Message | None = await uow.session.scalar(
        select(Message).where(
            Message.id == message_id, Message.case_id == case.id, Message.direction == Direction.inbound
        )
    )
    return found


def slot_set(name: str, value: Any) -> dict[str, Any]:
    """Rasa's event for a slot."""
    return {"event": "slot", "timestamp": None, "name": name, "value": value}

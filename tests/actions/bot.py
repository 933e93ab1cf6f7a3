"""Rasa's side of the action route: calls as Rasa makes them, from within the turn that a scripted dialogue core answers."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from actions.registry import build_actions
from actions.server import SECRET_HEADER, create_app
from care.appointments import service as appointments
from care.seed import seed
from care.triage.engine import Engine
from conversations.protocols import DialogueReply, DialogueTurn
from conversations.rendering import from_json
from core.access import Access
from knowledge.model.rephrasing import Rephrasing
from tests.house import ANNA, TestHouse
from tests.scripted import words


@dataclass
class Bot:
    """Answers every turn by running the actions a test lines up."""

    house: TestHouse
    client: httpx.AsyncClient
    steps: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    responses: list[httpx.Response] = field(default_factory=list)
    turns: list[DialogueTurn] = field(default_factory=list)
    heard: list[tuple[str, float]] = field(default_factory=lambda: [("inform", 0.9)])
    """What Rasa took the message for, likeliest first."""
    before: list[dict[str, Any]] = field(default_factory=list)
    """Rasa's events before this message."""
    form: str | None = None
    """The form that is open, if one is."""

    async def respond(self, turn: DialogueTurn) -> DialogueReply:
        """Run the steps for this turn."""
        self.turns.append(turn)
        utterances = []
        for action, slots in self.steps:
            response = await self.call(turn, action, slots)
            self.responses.append(response)
            if response.status_code == 200:
                utterances += [from_json(one["custom"]) for one in response.json()["responses"]]
        return DialogueReply(tuple(utterances)) if utterances else words("nic")

    async def call(
        self, turn: DialogueTurn, action: str, slots: dict[str, Any] | None = None, **changes: Any
    ) -> httpx.Response:
        """One call of an action, as Rasa would make it for the turn; `changes` forge parts of it."""
        body = body_of(turn, action, slots or {})
        tracker = body["tracker"]
        metadata = tracker["latest_message"]["metadata"]
        ranking = [{"name": name, "confidence": confidence} for name, confidence in self.heard]
        tracker["latest_message"] |= {"intent": ranking[0], "intent_ranking": ranking}
        tracker["events"] = [*self.before, *tracker["events"]]
        tracker["active_loop"] = {"name": self.form} if self.form else {}
        for name in ("lease", "message_id", "language"):
            if name in changes:
                metadata[name] = changes[name]
        if "sender" in changes:
            tracker["sender_id"] = body["sender_id"] = changes["sender"]
        if "metadata" in changes:
            tracker["latest_message"]["metadata"] = changes["metadata"]
        headers = {SECRET_HEADER: self.house.house.settings.secrets["actions"]}
        return await self.client.post("/webhook", json=body, headers=headers)

    async def says(self, body: str, *steps: tuple[str, dict[str, Any]], number: str = ANNA) -> list[str]:
        """A patient writes, the bot runs the steps; the keys of what was said."""
        self.steps = list(steps)
        return await self.house.keys(body, number)


def body_of(turn: DialogueTurn, action: str, slots: dict[str, Any]) -> dict[str, Any]:
    """The body Rasa sends for an action."""
    metadata = {
        "message_id": str(turn.message_id), "lease": turn.lease, "channel": turn.channel, "language": turn.language,
    }  # fmt: skip
    latest = {
        "text": turn.text,
        "intent": {"name": "inform", "confidence": 0.9},
        "entities": _picked(turn),
        "metadata": metadata,
    }
    return {
        "next_action": action,
        "sender_id": str(turn.case_id),
        "tracker": {
            "sender_id": str(turn.case_id), "slots": slots, "latest_message": latest, "events": [{"event": "user"}],
            "paused": False, "followup_action": None, "active_loop": {}, "latest_action_name": None,
        },
        "domain": {},
        "version": "3.6.21",
    }  # fmt: skip


def _picked(turn: DialogueTurn) -> list[dict[str, Any]]:
    """What Rasa reads out of a picked choice's payload, `/intent{"entity": "value"}`."""
    _, brace, inside = (turn.payload or "").partition("{")
    carried = json.loads(brace + inside) if brace else {}
    return [{"entity": name, "value": value} for name, value in carried.items()]


async def free_offers(house: TestHouse, limit: int = 3) -> list[appointments.Offer]:
    """Private offers of the cardiologists."""
    async with house.house.database.unit_of_work() as uow:
        return await appointments.search_offers(
            uow, Access.system("test"), specialty="cardiology", payer="private", limit=limit, now=house.clock.now()
        )


def booking(offer: appointments.Offer, name: str, born: str) -> dict[str, Any]:
    """The slots of a booking that was confirmed."""
    kept = {
        "key": offer.key, "start": offer.start.isoformat(), "clinician_name": offer.clinician_name,
        "site_name": offer.site_name, "payers": sorted(offer.payers), "specialty": offer.specialty, "price": None,
    }  # fmt: skip
    return {
        "specialty": "cardiology", "offer": json.dumps(kept), "payer": "private", "visit_kind": "first",
        "patient_name": name, "birth_date": born, "booking_confirmed": "yes",
    }  # fmt: skip


async def make(house: TestHouse, client: httpx.AsyncClient) -> Bot:
    """A bot for the house, with the synthetic clinic open."""
    async with house.house.database.unit_of_work() as uow:
        await seed(uow, house.clock.now())
        for table in ("appointments", "patient_contact_points", "patients"):  # nobody but the people of the test
            await uow.session.execute(text(f"DELETE FROM {table}"))
    bot = Bot(house, client)
    house.dialogue.always = bot.respond
    return bot


def action_client(house: TestHouse, engine: Engine | None = None) -> httpx.AsyncClient:
    """A client of the action route."""
    one = house.house
    app = create_app(
        build_actions(
            one.database,
            one.clock,
            one.cases,
            one.library,
            one.identity,
            one.triage,
            one.alerts,
            engine,
            None,
            Rephrasing(one.model),
            one.settings.public_url,
        ),
        one.settings.secrets["actions"],
        one.database,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")

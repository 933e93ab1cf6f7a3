"""The beginning of a case in Rasa: what is known already is loaded as slots."""

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from actions.context import Call, Events, HouseAction


class SessionStart(HouseAction):
    """Loads the slots that a case was opened with."""

    action_name = "action_session_start"

    async def act(self, call: Call) -> Events:
        """The session begins; then Rasa listens."""
        for name, value in (call.case.carried or {}).items():
            call.set(name, value)
        return [{"event": "session_started", "timestamp": None}]

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        """As every action, with the listening that ends a session's start."""
        events = await super().run(dispatcher, tracker, domain)
        return [
            *events,
            {"event": "action", "timestamp": None, "name": "action_listen", "policy": None, "confidence": None},
        ]

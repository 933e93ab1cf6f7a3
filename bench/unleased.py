"""The same actions for a plain Rasa: without a leased turn there is no message row, so one is made up in memory."""

from uuid import UUID

from rasa_sdk.interfaces import Tracker

from actions.context import Call, Parts
from conversations.models import Author, Case, CaseState, Direction, Message
from core.access import Access
from core.db import UnitOfWork
from core.ids import new_id


class UnleasedParts(Parts):
    """Opens a call from Rasa's own words. For benchmarks only: it trusts the caller."""

    async def open(self, uow: UnitOfWork, tracker: Tracker, *, is_lasting: bool = False) -> Call:
        """A call on rows that are not stored: cheaper than ours, which favours the plain side."""
        now = self.clock.now()
        case = Case(id=UUID(tracker.sender_id), thread_id=new_id(), state=CaseState.bot, opened_at=now, active_at=now)
        message = Message(
            id=new_id(), thread_id=case.thread_id, case_id=case.id, seq=1, direction=Direction.inbound, author=Author.patient,
            channel="sms", contact_point_id=new_id(), body=str(tracker.latest_message.get("text") or ""), created_at=now,
        )  # fmt: skip
        access = Access.system("benchmark", case.id)
        return Call(uow, access, now, case, message, "pl", tracker, await self.words(uow))

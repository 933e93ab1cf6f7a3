"""The clinicians' decisions on refill requests, and telling the patient of each."""

from datetime import datetime
from uuid import UUID

from care.refills import service as refills
from care.refills.models import RefillRequest, RefillState
from conversations.inbox import open_case, open_case_for
from conversations.messages import Messages, route_of
from conversations.models import Case
from conversations.protocols import Choice, Utterance
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import Refused

_BOOK = (Choice("book", "choice-book-again", "/book"),)


class RefillDesk:
    """Decides, and tells the patient where they asked: the code of a prescription never leaves from here."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def decide(
        self, uow: UnitOfWork, person: SignedIn, request_id: UUID, outcome: RefillState, reason: str, now: datetime,
        *, is_exception: bool = False,
    ) -> RefillRequest | Refused:  # fmt: skip
        """As `care.refills.service.decide`; then the patient hears of it in the same transaction."""
        done = await refills.decide(
            uow, person.access, person.staff_id, request_id, outcome, reason, now, is_exception=is_exception
        )
        if not isinstance(done, Refused):
            await self._tell(uow, done, now)
        return done

    async def _tell(self, uow: UnitOfWork, request: RefillRequest, now: datetime) -> None:
        asked_in = await uow.session.get(Case, request.case_id)
        if asked_in is None:  # Erased since: nobody is left to be told.
            return
        route = await route_of(uow, asked_in)
        if route is None:
            return
        case = await open_case(uow, asked_in.thread_id) or await open_case_for(uow, asked_in.thread_id, now)
        key = f"refill-told-{request.state.value}"
        said = Utterance(key, {"reason": request.reason or ""}, _BOOK if request.state is RefillState.visit else ())
        await self._messages.say(uow, case, route, said, {"by": "rule", "rule": key}, now)

"""Who speaks in a case, and about whom it is. The only place that changes a case's state."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from care.governance.service import is_automated
from conversations.contact_limits import OWN_REASONS, limited_until
from conversations.inbox import open_case
from conversations.messages import Messages, lock_thread, route_of
from conversations.models import Case, CaseState
from conversations.protocols import Escalation, Promise, Utterance
from conversations.ratings import closing_words
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id


async def lock_case(uow: UnitOfWork, case_id: UUID) -> Case:
    """The case, locked until the transaction ends; `NotFound` if there is none.

    Its thread is locked first, as everywhere: who locks a case and then writes into its thread would meet a turn that
    holds the thread and wants the case.
    """
    thread_id = await uow.session.scalar(select(Case.thread_id).where(Case.id == case_id))
    while thread_id is not None:
        await lock_thread(uow, thread_id)
        case = await uow.session.scalar(
            select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)
        )
        if case is None or case.thread_id == thread_id:
            break
        thread_id = case.thread_id  # The threads were joined, or taken apart, while we waited.
    if thread_id is None or case is None:
        raise NotFound("case")
    return case


class Cases:
    """Moves of a case between bot, queue and people."""

    def __init__(self, messages: Messages, escalation: Escalation) -> None:
        self._messages = messages
        self._escalation = escalation

    async def escalate(
        self,
        uow: UnitOfWork,
        access: Access,
        case_id: UUID,
        reason: str,
        now: datetime,
        *,
        is_urgent: bool = False,
        topic: str | None = None,
    ) -> Promise:
        """Queue the case for a person; harmless if it waits or is with a person already.

        Where a contact is limited only what is urgent, or the clinic's own wish, reaches people: then the promise says until when.
        A case that has ended (an action may have opened the next one in the same turn) is queued as its thread's open case.
        """
        case = await lock_case(uow, case_id)
        is_held = not is_urgent and reason not in OWN_REASONS and case.state in (CaseState.bot, CaseState.closed)
        if is_held and (until := await limited_until(uow, case.thread_id, now)) is not None:
            return Promise(False, 0, None, limited_until=until)
        if case.state is CaseState.closed:
            case = await open_case(uow, case.thread_id) or await self._open(uow, case.thread_id, now)
        if case.state is CaseState.bot:
            case.state, case.waiting_told_at = CaseState.waiting, now
            await uow.publish("case", id=str(case.id))
        if case.state is CaseState.human and not is_urgent:
            return await self._escalation.promise(uow, case.id, now)
        return await self._escalation.request(
            uow,
            access,
            case_id=case.id,
            thread_id=case.thread_id,
            reason=reason,
            is_urgent=is_urgent,
            now=now,
            topic=topic,
        )

    async def promise(self, uow: UnitOfWork, case_id: UUID, now: datetime) -> Promise:
        """Where a waiting case stands."""
        return await self._escalation.promise(uow, case_id, now)

    async def take_over(
        self, uow: UnitOfWork, access: Access, case_id: UUID, staff_id: UUID, staff_name: str, now: datetime
    ) -> None:
        """A person of the clinic speaks from now on, and the patient is told who."""
        access.require(Permission.reply_thread)
        case = await lock_case(uow, case_id)
        case.state, case.agent_id = CaseState.human, staff_id
        await self._tell(uow, case, Utterance("human-joined", {"name": staff_name}), now)
        await uow.publish("case", id=str(case.id))

    async def hand_back(self, uow: UnitOfWork, access: Access, case_id: UUID, now: datetime) -> Refused | None:
        """The bot speaks again and says so, with what it still knows. Refused: `automation-is-off`, and as for `close`."""
        if not await is_automated(uow):
            return Refused("automation-is-off")
        return await self._end_human(uow, access, case_id, CaseState.bot, "handed-back", now)

    async def close(self, uow: UnitOfWork, access: Access, case_id: UUID, now: datetime) -> Refused | None:
        """The matter is settled. The next message opens a new case with the bot."""
        return await self._end_human(uow, access, case_id, CaseState.closed, "closed", now)

    async def leave_to_bot(
        self, uow: UnitOfWork, access: Access, case_id: UUID, outcome: str, said: Utterance, now: datetime
    ) -> None:
        """People stop answering, whoever had it or waited for them; `ended` closes the case. The patient is told why."""
        access.require(Permission.reply_thread)
        case = await lock_case(uow, case_id)
        had_people = case.state in (CaseState.human, CaseState.waiting)
        if case.state is not CaseState.closed and (had_people or outcome == "ended"):
            is_ended = outcome == "ended"
            case.state, case.closed_at = (CaseState.closed, now) if is_ended else (CaseState.bot, None)
            case.agent_id, case.active_at = None, now
        await self._tell(uow, case, said, now)
        if had_people:
            await self._escalation.close(uow, access, case.id, now, outcome)
        await uow.publish("case", id=str(case.id))

    async def end_for_another(
        self, uow: UnitOfWork, access: Access, case_id: UUID, said: Utterance | None, now: datetime
    ) -> None:
        """The matter goes on in another case of the same person, whose thread this one is joined with."""
        access.require(Permission.join_thread)
        case = await lock_case(uow, case_id)
        had_people = case.state in (CaseState.human, CaseState.waiting)
        case.state, case.closed_at, case.agent_id = CaseState.closed, now, None
        if said is not None:
            await self._tell(uow, case, said, now)
        if had_people:
            await self._escalation.close(uow, access, case.id, now, "joined")
        await uow.publish("case", id=str(case.id))

    async def open_again(self, uow: UnitOfWork, access: Access, case_id: UUID, was: CaseState, now: datetime) -> None:
        """A case that `end_for_another` ended goes on after all: with the bot, or waiting for a person, who gets it anew."""
        access.require(Permission.join_thread)
        case = await lock_case(uow, case_id)
        case.state, case.closed_at, case.active_at = CaseState.bot, None, now
        await uow.session.flush()
        if was is not CaseState.bot:
            await self.escalate(uow, access, case.id, "separated", now)
        await uow.publish("case", id=str(case.id))

    async def tell(self, uow: UnitOfWork, case_id: UUID, said: Utterance, now: datetime) -> None:
        """Say one thing where the patient last wrote from."""
        case = await lock_case(uow, case_id)
        await self._tell(uow, case, said, now)
        await uow.publish("case", id=str(case.id))

    async def release(self, uow: UnitOfWork, access: Access, case_id: UUID, now: datetime) -> None:
        """Nobody speaks any more, but somebody else will: the case waits again, and the patient is told so."""
        access.require(Permission.reply_thread)
        case = await lock_case(uow, case_id)
        case.state, case.agent_id, case.waiting_told_at = CaseState.waiting, None, now
        await self._tell(uow, case, Utterance("human-passes-on"), now)
        await uow.publish("case", id=str(case.id))

    async def concern(self, uow: UnitOfWork, case_id: UUID, patient_id: UUID) -> Refused | None:
        """Tie the case to a patient. A case never changes its patient: that is another case."""
        case = await lock_case(uow, case_id)
        if case.patient_id not in (None, patient_id):
            return Refused("case-of-another")
        case.patient_id = patient_id
        return None

    async def open_next(
        self, uow: UnitOfWork, case_id: UUID, patient_id: UUID, carried: dict[str, Any], now: datetime
    ) -> Case:
        """End this case and open one for another patient, with only the answers just given for that patient."""
        old = await lock_case(uow, case_id)
        old.state, old.closed_at = CaseState.closed, now
        await uow.session.flush()
        return await self._open(uow, old.thread_id, now, patient_id, carried)

    async def _open(
        self,
        uow: UnitOfWork,
        thread_id: UUID,
        now: datetime,
        patient_id: UUID | None = None,
        carried: dict[str, Any] | None = None,
    ) -> Case:
        case = Case(
            id=new_id(),
            thread_id=thread_id,
            state=CaseState.bot,
            patient_id=patient_id,
            carried=carried,
            opened_at=now,
            active_at=now,
        )
        uow.session.add(case)
        await uow.session.flush()
        return case

    async def _end_human(
        self, uow: UnitOfWork, access: Access, case_id: UUID, state: CaseState, outcome: str, now: datetime
    ) -> Refused | None:
        access.require(Permission.reply_thread)
        case = await lock_case(uow, case_id)
        if case.state not in (CaseState.human, CaseState.waiting):
            return Refused("not-with-people")
        said = Utterance("bot-again")
        if state is CaseState.closed:
            case.closed_at = now
            route = await route_of(uow, case)
            said = await closing_words(uow, case, route.channel if route else "", now)
        case.state, case.agent_id, case.active_at = state, None, now
        await self._tell(uow, case, said, now)
        await self._escalation.close(uow, access, case.id, now, outcome)
        await uow.publish("case", id=str(case.id))
        return None

    async def _tell(self, uow: UnitOfWork, case: Case, utterance: Utterance, now: datetime) -> None:
        route = await route_of(uow, case)
        if route is not None:
            await self._messages.say(uow, case, route, utterance, {"by": "rule", "rule": utterance.key}, now)

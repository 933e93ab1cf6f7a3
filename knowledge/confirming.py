"""The second person's answer to what one person did in an emergency."""

from datetime import datetime
from uuid import UUID

from core import audit
from core.access import Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from knowledge.emergencies import Emergency, held
from knowledge.gate import service as gate
from knowledge.publishing import restore
from knowledge.service import Library


async def confirm(uow: UnitOfWork, person: SignedIn, emergency_id: UUID, now: datetime) -> Refused | None:
    """Stand for it too. Refused: `emergency-over`, `emergency-own`. Raises `NotFound`."""
    found = await _to_answer(uow, person, emergency_id)
    if isinstance(found, Refused):
        return found
    _end(uow, person, found, "confirmed", now)
    return None


async def object_to(
    uow: UnitOfWork, person: SignedIn, library: Library, emergency_id: UUID, note: str, now: datetime
) -> Refused | None:
    """Let what two people had signed answer again: an article at once, the bot by a run with `note`.

    Refused: `emergency-over`, `emergency-own`, `draft-locked` (a run is under way), `release-note`, or for what stands against the
    article's words by now. Raises `NotFound`.
    """
    found = await _to_answer(uow, person, emergency_id)
    if isinstance(found, Refused):
        return found
    if found.article_id is not None:
        refused = await restore(uow, person, library, found.article_id, found.before, now)
        if refused is not None:
            return refused
    else:
        made = await gate.ask_to_undo(uow, person, found.before, note, now)
        if isinstance(made, Refused):
            return made
        found.answer_run_id = made.id
    _end(uow, person, found, "objected", now)
    return None


async def _to_answer(uow: UnitOfWork, person: SignedIn, emergency_id: UUID) -> Emergency | Refused:
    person.access.require(Permission.edit_content)
    if await uow.session.get(Emergency, emergency_id) is None:
        raise NotFound("emergency")
    found = await held(uow, emergency_id)
    if found is None:
        return Refused("emergency-over")
    return Refused("emergency-own") if found.staff_id == person.staff_id else found


def _end(uow: UnitOfWork, person: SignedIn, found: Emergency, state: str, now: datetime) -> None:
    found.state, found.ended_by, found.ended_name, found.ended_at = state, person.staff_id, person.name, now
    audit.record(uow, person.access, f"emergency.{state}", "emergency", found.id, now)

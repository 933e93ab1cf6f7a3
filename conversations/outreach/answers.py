"""What is answered to stop words, to answers to a reminder, and to the question which consents there are."""

from datetime import datetime

from conversations import rules
from conversations.models import Case, ContactPoint
from conversations.outreach import consents, replies
from conversations.outreach.consents import STOPPABLE
from conversations.outreach.models import ConsentSource, Purpose
from conversations.outreach.replies import Outcome
from conversations.protocols import Utterance
from core.db import UnitOfWork


async def respond(
    uow: UnitOfWork,
    act: rules.StopMessages | rules.AnswerReminder | rules.TellConsents,
    case: Case,
    point: ContactPoint,
    text: str,
    now: datetime,
) -> Outcome:
    """Do it, and say what was done."""
    match act:
        case rules.AnswerReminder(bound):
            return await replies.carry_out(uow, bound, case, point, text, now)
        case rules.TellConsents():
            return Outcome((await _told(uow, point),))
        case rules.StopMessages(named):
            last = None if named else await replies.last_purpose(uow, point)
            purposes = named or (frozenset({last}) if last else frozenset(STOPPABLE))
            await consents.stop(uow, point, sorted(purposes), ConsentSource.words, text, now)
            key = f"sms-stopped-{next(iter(purposes)).value}" if len(purposes) == 1 else "sms-stopped"
            return Outcome((Utterance(key),))


async def _told(uow: UnitOfWork, point: ContactPoint) -> Utterance:
    states = {one.purpose: one for one in await consents.standings(uow, point.id)}
    words = {}
    for purpose in (Purpose.reminder, Purpose.marketing):
        held = states[purpose]
        if held.statement is None:
            words[purpose.value] = "none"
        else:
            words[purpose.value] = "yes" if held.is_permitted else "no"
    return Utterance("consents-told", words)

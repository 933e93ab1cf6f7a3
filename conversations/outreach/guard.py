"""The last look before a message leaves: gathers what the linter must know, inside the transaction that claims the message."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from care.appointments.models import Appointment
from conversations.adherence.answers import KEY as DOSE_DUE
from conversations.linter import Draft, Verdict, host_of, judge
from conversations.models import Author, ContactPoint, Delivery, Message
from conversations.outreach.consents import standing
from conversations.outreach.models import Purpose, VisitNotice
from conversations.outreach.rules import QuietHours
from core.db import UnitOfWork
from core.i18n import as_language, catalogue


@dataclass(frozen=True)
class Guard:
    """Asks consent, quiet hours, truth of what is said, and the linter, at send time. `public_url` tells our own domain."""

    quiet: QuietHours
    public_url: str

    async def judge(
        self, uow: UnitOfWork, delivery: Delivery, message: Message, point: ContactPoint, now: datetime
    ) -> Verdict:
        """What happens with the message now."""
        purpose = Purpose(delivery.purpose)
        is_first = purpose is not Purpose.care
        # The hour of a medicine is the patient's own wish: it is said then or not at all.
        may_wait = is_first and (message.content or {}).get("key") != DOSE_DUE
        draft = Draft(
            text=message.body,
            channel=delivery.channel,
            purpose=purpose,
            by_person=message.author is Author.agent,
            is_safety=message.goes_first,
            has_carrier_stop=delivery.channel == "sms" and point.opted_out_by == "carrier",
            is_permitted=not is_first or (await standing(uow, point.id, purpose)).is_permitted,
            is_still_true=purpose is not Purpose.reminder or await _names_a_visit_as_it_is(uow, message),
            quiet_until=self.quiet.next_permitted(now) if may_wait and self.quiet.is_quiet(now) else None,
        )
        return judge(draft, host_of(self.public_url))

    def neutral(self, message: Message, channel: str) -> str:
        """What is sent in place of a text that may not leave on this channel."""
        texts, key = catalogue(as_language(message.language)), f"message-waits-{channel}"
        return texts.text(key if texts.has(key) else "message-waits")


async def _names_a_visit_as_it_is(uow: UnitOfWork, message: Message) -> bool:
    row = (
        await uow.session.execute(
            select(Appointment.status, Appointment.start_at, VisitNotice.visit_start_at)
            .join(VisitNotice, VisitNotice.appointment_id == Appointment.id)
            .where(VisitNotice.message_id == message.id)
        )
    ).first()
    return row is None or (row.status == "booked" and row.start_at == row.visit_start_at)

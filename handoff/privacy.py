"""What the queue keeps of cases, for erasure."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete

from conversations.privacy.copies import deleted
from core.db import UnitOfWork
from handoff.complaints import Complaint
from handoff.models import Handoff


class HandoffCopies:
    """Implements `conversations.privacy.copies.Copies`."""

    async def erase(self, uow: UnitOfWork, case_ids: Sequence[UUID]) -> Counter[str]:
        """The handoffs and complaints of the cases."""
        return Counter(
            {
                "handoffs": await deleted(uow, delete(Handoff).where(Handoff.case_id.in_(case_ids))),
                "complaints": await deleted(uow, delete(Complaint).where(Complaint.case_id.in_(case_ids))),
            }
        )

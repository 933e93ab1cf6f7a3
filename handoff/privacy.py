"""What the queue keeps of cases, for erasure."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete

from conversations.privacy.copies import deleted
from core.db import UnitOfWork
from handoff.complaints import Complaint
from handoff.models import Handoff
from handoff.quality.models import QualityEvaluation


class HandoffCopies:
    """Implements `conversations.privacy.copies.Copies`."""

    async def erase(self, uow: UnitOfWork, case_ids: Sequence[UUID]) -> Counter[str]:
        """The handoffs, complaints and quality evaluations of the cases; the answers on a form go with their evaluation."""
        evaluations = delete(QualityEvaluation).where(QualityEvaluation.case_id.in_(case_ids))
        return Counter(
            {
                "quality_evaluations": await deleted(uow, evaluations),
                "handoffs": await deleted(uow, delete(Handoff).where(Handoff.case_id.in_(case_ids))),
                "complaints": await deleted(uow, delete(Complaint).where(Complaint.case_id.in_(case_ids))),
            }
        )

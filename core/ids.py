"""Typed identifiers. All are UUIDs of version 7: they sort by time of making."""

import os
import time
from typing import NewType
from uuid import UUID

CorrespondentId = NewType("CorrespondentId", UUID)
ContactPointId = NewType("ContactPointId", UUID)
ThreadId = NewType("ThreadId", UUID)
CaseId = NewType("CaseId", UUID)
MessageId = NewType("MessageId", UUID)
PatientId = NewType("PatientId", UUID)
AppointmentId = NewType("AppointmentId", UUID)
HandoffId = NewType("HandoffId", UUID)
StaffId = NewType("StaffId", UUID)


def new_id() -> UUID:
    """A fresh UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random."""
    value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | (0x7 << 76) | (0x2 << 62))

"""What the tests of unclaimed red flags share: the on-call telephone, somebody at the keyboard, a red flag."""

import asyncio
from collections.abc import Mapping

from conversations.alerts import AlertWatch
from conversations.models import SafetyAlert
from conversations.protocols import NotSent, Outgoing, Sent
from core.accounts import SignedIn, StaffSession
from core.i18n import Language
from core.ids import new_id
from handoff.watch import OnCall, Watch
from tests.house import ANNA, TestHouse

ONCALL = "+48600999888"
CHEST, DIE = "boli mnie w klatce i nie mogę oddychać", "chcę się zabić"


class Telephone:
    """The SMS channel towards the on-call telephone; answers as it is told."""

    name = "sms"

    def __init__(self) -> None:
        self.got: list[Outgoing] = []
        self.is_mute = False
        self.rung: list[str] = []
        self.answers: list[Sent | NotSent | Exception] = []

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """Take it, unless told otherwise."""
        self.got.append(message)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else Sent("SM1")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def ring(self, address: str, words: Mapping[Language, str]) -> Sent | NotSent:
        """Note what is said; a call fails as its SMS did."""
        self.rung.append(" ".join(words.values()))
        if self.is_mute:
            return NotSent("21210", may_retry=False)
        return Sent("CA1")


def watch_of(house: TestHouse, telephone: Telephone, phone: str = ONCALL) -> Watch:
    """The watch of a house with that telephone."""
    one = house.house
    return Watch(
        one.database, one.clock, one.jobs, one.messages, telephone, OnCall(phone, "https://clinic.example/console")
    )


async def sits_down(house: TestHouse, person: SignedIn) -> None:
    """Somebody signs in and is at the keyboard now."""
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(
            StaffSession(token_hash=new_id().hex, staff_id=person.staff_id, csrf_token="x", created_at=now, seen_at=now)
        )


async def flag(house: TestHouse, body: str = CHEST, number: str = ANNA) -> SafetyAlert:
    """A red flag is written and answered; its alert."""
    await house.text(body, number)
    return max(await house.alerts(), key=lambda one: (one.raised_at, str(one.id)))


async def state_of(house: TestHouse, alert: SafetyAlert) -> AlertWatch:
    """The watch's row."""
    return (await house.rows(AlertWatch, AlertWatch.alert_id == alert.id))[0]

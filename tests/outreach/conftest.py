"""A clinic in which people have visits, and the hands that move them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from care.appointments import service
from care.appointments.models import Appointment
from care.patients.service import register
from care.seed import seed
from conversations.delivery import Deliverer
from conversations.models import ContactPoint, Delivery, Message
from conversations.outreach.models import VisitNotice
from core.access import Access
from core.errors import Refused
from tests.conversations.test_delivery import FakeProvider
from tests.house import ANNA, TestHouse

BOT = Access.system("test")


@dataclass
class Clinic:
    """The house, seeded."""

    house: TestHouse
    provider: FakeProvider

    @property
    def deliverer(self) -> Deliverer:
        """Sends to a provider that does as told, with the house's own guard."""
        one = self.house.house
        return Deliverer(one.database, self.house.clock, {**one.channels, "sms": self.provider}, one.deliverer.guard)

    async def visit(self, days: int = 2, number: str = ANNA, name: str = "Anna", skip: int = 0) -> Appointment:
        """A visit booked by SMS from that number, at the first free hour so many days ahead; the number has written before."""
        now = self.house.clock.now()
        point = await self._point(number)
        async with self.house.house.database.unit_of_work() as uow:
            patient = await register(uow, BOT, name, "Testowa", date(1990, 5, 1), point.id, "self", now)
            day = (now + timedelta(days=days)).replace(hour=0) if days else now
            found = await service.search_offers(
                uow, BOT, specialty="cardiology", now=now, start=day, end=day + timedelta(days=5), limit=9
            )
            offers = [one for one in found if "private" in one.payers]
            made = await service.book(
                uow, BOT, now=now, patient_id=patient.id, payer="private", visit_kind="first", referral_code=None,
                case_id=None, contact_point_id=point.id, channel="sms", idempotency_key=uuid4().hex,
                offer_key=offers[skip].key,
            )  # fmt: skip
            assert not isinstance(made, Refused), made
        return made

    async def _point(self, number: str) -> ContactPoint:
        points = [one for one in await self.house.rows(ContactPoint) if one.address == number]
        if not points:
            await self.house.text("dzień dobry", number)
            return await self.house.point(number)
        return points[0]

    async def at(self, moment: datetime) -> None:
        """The clock stands there, and the worker looks."""
        self.house.clock.instant = moment
        await self.house.house.reminders.look()

    async def reminded(self, visit: Appointment) -> VisitNotice:
        """The worker looks on the day before; the reminder is sent."""
        await self.at(visit.start_at - timedelta(hours=23, minutes=50))
        (notice,) = await self.house.rows(
            VisitNotice, VisitNotice.appointment_id == visit.id, VisitNotice.visit_start_at == visit.start_at
        )
        return notice

    async def reminders(self) -> list[Message]:
        """Every reminder that was said."""
        ids = [one.message_id for one in await self.house.rows(Delivery, Delivery.purpose == "reminder")]
        return await self.house.rows(Message, Message.id.in_(ids))

    async def now(self, visit: Appointment) -> Appointment:
        """The visit as it is in the database."""
        return (await self.house.rows(Appointment, Appointment.id == visit.id))[0]

    async def cancel(self, visit: Appointment) -> None:
        """Somebody calls the visit off."""
        await self._change(visit.id, status="cancelled")

    async def move(self, visit: Appointment, by: timedelta) -> None:
        """Staff move the visit."""
        await self._change(visit.id, start_at=visit.start_at + by, end_at=visit.end_at + by)

    async def _change(self, visit_id: UUID, **values: object) -> None:
        async with self.house.house.database.unit_of_work() as uow:
            row = await uow.session.get_one(Appointment, visit_id)
            for name, value in values.items():
                setattr(row, name, value)


@pytest.fixture
async def clinic(house: TestHouse) -> Clinic:
    """The house with the synthetic clinic; no reminders of its own visits."""
    async with house.house.database.unit_of_work() as uow:
        assert await seed(uow, house.clock.now())
    async with house.house.database.unit_of_work() as uow:
        for visit in await house.rows(Appointment):
            await uow.session.delete(await uow.session.get_one(Appointment, visit.id))
    return Clinic(house, FakeProvider())

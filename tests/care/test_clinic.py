"""The clinic's facts and the seed."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from care.appointments import service
from care.appointments.models import Appointment, WeeklySchedule
from care.seed import seed
from core.clock import FixedClock
from core.db import Database
from core.errors import NotFound
from tests.conftest import WARSAW


async def test_the_seed_fills_only_an_empty_database(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        assert not await seed(uow, clock.now())
        assert [site.code for site in await service.sites(uow)] == ["jeziorna", "lipowa"]
        assert len(await service.clinicians(uow)) >= 12
        assert len(await service.services(uow)) >= 15
        assert await uow.session.scalar(select(func.count()).where(Appointment.status == "booked")) == 6


async def test_every_specialty_has_a_clinician_hours_and_a_price(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        for field in await service.specialties(uow):
            assert await service.clinicians(uow, field.code), field.code
            assert await service.prices(uow, None, clock.now(), specialty=field.code), field.code
            scheduled = await uow.session.scalar(select(func.count()).where(WeeklySchedule.specialty == field.code))
            assert scheduled, field.code
        for examination in await service.services(uow):
            assert await service.prices(uow, examination.code, clock.now()), examination.code


async def test_schedules_lie_within_the_sites_hours(clinic: Database) -> None:
    async with clinic.unit_of_work() as uow:
        codes = {site.id: site.code for site in await service.sites(uow)}
        for row in await uow.session.scalars(select(WeeklySchedule)):
            blocks = await service.site_hours(uow, codes[row.site_id], date(2026, 11, 23 + row.weekday))
            assert any(b.opens.time() <= row.starts and row.ends <= b.closes.time() for b in blocks), row.clinician_id


async def test_hours_know_breaks_holidays_and_the_next_opening(clinic: Database) -> None:
    async with clinic.unit_of_work() as uow:
        assert len(await service.site_hours(uow, "jeziorna", date(2026, 11, 25))) == 2
        assert await service.site_hours(uow, "lipowa", date(2026, 12, 25)) == []
        holiday = await service.closed_day(uow, "lipowa", date(2026, 12, 25))
        assert holiday is not None and holiday.name_en == "Christmas Day"
        assert await service.is_open(uow, "lipowa", datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW))
        assert not await service.is_open(uow, "jeziorna", datetime(2026, 11, 25, 12, 15, tzinfo=WARSAW))
        assert not await service.is_open(uow, "lipowa", datetime(2026, 11, 23, 19, 0, tzinfo=WARSAW))
        opening = await service.next_opening(uow, "lipowa", datetime(2026, 12, 23, 20, 0, tzinfo=WARSAW))
        assert opening == datetime(2026, 12, 28, 7, 30, tzinfo=WARSAW)
        with pytest.raises(NotFound):
            await service.site_hours(uow, "nowhere", date(2026, 11, 25))


async def test_a_site_may_ask_a_price_of_its_own(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        found = await service.prices(uow, "blood_tests", clock.now())
        assert [(fact.site_code, fact.money.text("pl")) for fact in found] == [("jeziorna", "50 zł"), (None, "45 zł")]
        assert await service.prices(uow, None, clock.now()) == []

"""Contracts of `RateLimiter` and `Clock`."""

from datetime import datetime, timedelta

import pytest

from core.clock import Clock, FixedClock, ShiftedClock, SystemClock
from core.ratelimit import MemoryRateLimiter, RateLimiter
from tests.conftest import WARSAW

AT = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)


@pytest.fixture(params=[MemoryRateLimiter])
def limiter(request: pytest.FixtureRequest) -> RateLimiter:
    """Each implementation."""
    made: RateLimiter = request.param()
    return made


async def test_a_minutes_allowance_may_come_at_once_and_no_more(limiter: RateLimiter) -> None:
    assert [await limiter.allows("a", 5) for _ in range(7)] == [True] * 5 + [False] * 2


async def test_one_key_does_not_pay_for_another(limiter: RateLimiter) -> None:
    while await limiter.allows("a", 3):
        pass
    assert await limiter.allows("b", 3)


async def test_a_refusal_is_not_counted(limiter: RateLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    for _ in range(100):
        await limiter.allows("a", 6)
    monkeypatch.setattr(time, "monotonic", lambda: now + 10)
    assert [await limiter.allows("a", 6) for _ in range(2)] == [True, False]


async def test_the_memory_forgets_the_least_used_keys() -> None:
    limiter = MemoryRateLimiter(size=2)
    for key in ("a", "b", "c"):
        await limiter.allows(key, 1)
    assert await limiter.allows("a", 1) and not await limiter.allows("c", 1)


@pytest.mark.parametrize(
    "clock", [SystemClock(WARSAW), FixedClock(AT), ShiftedClock(AT)], ids=lambda c: type(c).__name__
)
def test_a_clock_tells_aware_instants_of_the_clinics_zone_that_never_run_back(clock: Clock) -> None:
    first, second = clock.now(), clock.now()
    assert first.tzinfo is not None and first <= second
    assert first.utcoffset() == first.astimezone(WARSAW).utcoffset()


def test_a_shifted_clock_runs_on_and_can_be_moved() -> None:
    clock = ShiftedClock(AT)
    assert timedelta() <= clock.now() - AT < timedelta(seconds=5)
    clock.move(timedelta(days=2))
    assert timedelta(days=2) <= clock.now() - AT < timedelta(days=2, seconds=5)

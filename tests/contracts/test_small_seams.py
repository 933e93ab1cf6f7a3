"""Contracts of `RateLimiter` and `Clock`."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from core.clock import Clock, FixedClock, ShiftedClock, SystemClock
from core.ratelimit import MemoryRateLimiter, RateLimiter
from core.redis import RedisRateLimiter, connect
from tests.conftest import WARSAW, free_port

AT = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)


@pytest.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[RateLimiter]:
    """Each implementation."""
    if request.param == "memory":
        yield MemoryRateLimiter()
        return
    redis = connect(request.getfixturevalue("redis_url"))
    await redis.flushall()
    yield RedisRateLimiter(redis)
    await redis.aclose()


async def test_a_minutes_allowance_may_come_at_once_and_no_more(limiter: RateLimiter) -> None:
    assert [await limiter.allows("a", 5) for _ in range(7)] == [True] * 5 + [False] * 2


async def test_one_key_does_not_pay_for_another(limiter: RateLimiter) -> None:
    while await limiter.allows("a", 3):
        pass
    assert await limiter.allows("b", 3)


async def test_a_refusal_is_not_counted(limiter: RateLimiter) -> None:
    allowed = [await limiter.allows("a", 120) for _ in range(140)]
    assert 120 <= sum(allowed) <= 123, "two more for each second that this takes"
    for _ in range(50):
        await limiter.allows("a", 120)
    await asyncio.sleep(1.2)
    assert await limiter.allows("a", 120) and await limiter.allows("a", 120)


async def test_two_processes_share_one_allowance_on_redis(redis_url: str) -> None:
    one, other = connect(redis_url), connect(redis_url)
    await one.flushall()
    limiters = [RedisRateLimiter(one), RedisRateLimiter(other)]
    allowed = [await limiters[number % 2].allows("a", 5) for number in range(10)]
    assert sum(allowed) == 5
    for redis in (one, other):
        await redis.aclose()


async def test_without_redis_nobody_is_turned_away() -> None:
    redis = connect(f"redis://127.0.0.1:{free_port()}")
    assert await RedisRateLimiter(redis).allows("a", 1)
    await redis.aclose()


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

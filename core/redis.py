"""Redis in production: the bus, rate limits and presence of many processes, behind the Protocols that PostgreSQL or this process serve too.

Redis holds nothing that cannot be lost: the database is the truth. When it is away, messages are answered all the same (whoever
looks for missed work finds them within a second or two), and rate limits let people through.
"""

import asyncio
import math
from datetime import timedelta
from typing import cast
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.bus import Mailboxes
from core.presence import Doing, Present

log = structlog.get_logger()
CHANNEL = "poradnia"


def connect(url: str) -> Redis:
    """A pool of connections that gives up after two seconds rather than hold a message up."""
    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 1))


class RedisBus(Mailboxes):
    """PUBLISH and SUBSCRIBE on one channel; also the publisher of the units of work."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.redis = connect(url)

    async def publish(self, payloads: list[str]) -> None:
        """Send notices in order; if Redis is away they are lost, and found again by those who look for missed work."""
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                for payload in payloads:
                    pipe.publish(CHANNEL, payload)
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("notices not sent", count=len(payloads), error=type(error).__name__)

    async def close(self) -> None:
        """Let the connections go; rate limits and presence share them."""
        await self.redis.aclose()

    async def _listen(self) -> None:
        is_first = True
        while True:
            try:
                async with self.redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    while True:
                        # A read that times out sends a ping: a connection that died without a word is noticed.
                        message = await pubsub.get_message(timeout=1.0)
                        if message is None:
                            await pubsub.ping()
                        elif message["type"] == "subscribe":
                            self._heard(is_first=is_first)
                            is_first = False
                        elif message["type"] == "message":
                            self._dispatch(message["data"])
            except (RedisError, OSError) as error:
                log.warning("bus lost its connection", error=type(error).__name__)
                await asyncio.sleep(0.5)


_BUCKET = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1e6
local allowance = tonumber(ARGV[1])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or allowance
local at = tonumber(bucket[2]) or now
tokens = math.min(allowance, tokens + math.max(0, now - at) * allowance / 60)
local allowed = tokens >= 1 and 1 or 0
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - allowed), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], 120)
return allowed
"""


class RedisRateLimiter:
    """The token bucket of `MemoryRateLimiter`, shared by all processes; by the clock of the Redis server."""

    def __init__(self, redis: Redis) -> None:
        self._take = redis.register_script(_BUCKET)

    async def allows(self, key: str, per_minute: int) -> bool:
        """True if one more is allowed now; counts it. While Redis is away everyone is let through."""
        try:
            return bool(await self._take(keys=[f"limit:{key}"], args=[per_minute]))
        except (RedisError, OSError) as error:
            log.warning("rate limits are off", error=type(error).__name__)
            return True


class RedisPresence:
    """A sorted set per thread: who, by when it ends. Times are the Redis server's."""

    def __init__(self, redis: Redis, lasts: timedelta) -> None:
        self._redis = redis
        self._lasts = lasts

    async def note(self, thread_id: UUID, staff_id: UUID, doing: Doing) -> None:
        """Someone is there, until the time runs out or they are noted again."""
        key, ends = f"present:{thread_id}", await self._now() + self._lasts.total_seconds()
        async with self._redis.pipeline() as pipe:
            pipe.zrem(key, *(f"{staff_id} {one.value}" for one in Doing if one is not doing))
            pipe.zadd(key, {f"{staff_id} {doing.value}": ends})
            pipe.expire(key, math.ceil(self._lasts.total_seconds()) + 1)
            await pipe.execute()

    async def leave(self, thread_id: UUID, staff_id: UUID) -> None:
        """Someone went."""
        await self._redis.zrem(f"present:{thread_id}", *(f"{staff_id} {one.value}" for one in Doing))

    async def who(self, thread_id: UUID) -> list[Present]:
        """Those who are there, first come first."""
        rows = await self._redis.zrangebyscore(f"present:{thread_id}", await self._now(), "+inf")
        found = [row.decode().split() for row in cast(list[bytes], rows)]
        return sorted((Present(UUID(staff), Doing(doing)) for staff, doing in found), key=lambda one: str(one.staff_id))

    async def _now(self) -> float:
        seconds, micros = await self._redis.time()
        return float(seconds) + float(micros) / 1e6

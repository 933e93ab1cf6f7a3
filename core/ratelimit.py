"""Rate limits at the doors."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol


class RateLimiter(Protocol):
    """Counts per key; the implementation decides where."""

    async def allows(self, key: str, per_minute: int) -> bool:
        """True if one more is allowed now; counts it."""
        ...


class MemoryRateLimiter:
    """A token bucket per key in this process; the burst is the minute's allowance. The least used keys are forgotten."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self.seconds: Callable[[], float] = time.monotonic
        """A clock that never runs back."""
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def allows(self, key: str, per_minute: int) -> bool:
        """True if one more is allowed now; counts it."""
        now = self.seconds()
        tokens, then = self._buckets.pop(key, (float(per_minute), now))
        tokens = min(float(per_minute), tokens + (now - then) * per_minute / 60)
        is_allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if is_allowed else tokens, now)
        if len(self._buckets) > self._size:
            self._buckets.popitem(last=False)
        return is_allowed

"""How many requests a second one user may send: a token bucket for each, in the memory of the process."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """Let through `rate` requests a second on average and up to `burst` at once, for every key apart.

    Only the `remembered` most recent keys are kept; a key forgotten starts with a full bucket.
    """

    def __init__(self, *, rate: float, burst: float, remembered: int = 10_000) -> None:
        self.rate, self.burst, self.remembered = rate, burst, remembered
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def wait(self, key: int, *, now: float) -> float:
        """Take one request from the bucket; return 0, or the seconds to wait when it is empty."""
        bucket = self._buckets.pop(key, None) or _Bucket(tokens=self.burst, at=now)
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.at) * self.rate)
        bucket.at = now
        self._buckets[key] = bucket
        if len(self._buckets) > self.remembered:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self.rate
        bucket.tokens -= 1
        return 0

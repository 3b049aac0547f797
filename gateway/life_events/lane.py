"""One subscription's part of a worker: what waits here to be sent, how much is under way, how it goes."""

from collections import deque

from gateway.life_events.delivery import Attempt, Parcel

FAILURES_THAT_NARROW = 3
QUICK_MS = 250


class Lane:
    """Holds parcels until there is room. A receiver that fails is tried with one at a time, until one arrives."""

    def __init__(self) -> None:
        self.waiting: deque[Parcel] = deque()
        self.in_flight = 0
        self.held_until = 0.0
        self._failures = 0
        self._is_quick = False

    @property
    def is_narrowed(self) -> bool:
        """Whether the last attempts all failed."""
        return self._failures >= FAILURES_THAT_NARROW

    @property
    def is_quick(self) -> bool:
        """Whether the last one arrived at once."""
        return self._is_quick and not self._failures

    @property
    def is_forgettable(self) -> bool:
        """Whether nothing here is worth keeping."""
        return not (self.waiting or self.in_flight or self._failures or self.held_until)

    def next(self) -> Parcel | None:
        """The next parcel to send, if one waits and there is room for it."""
        if not self.waiting:
            return None
        most = 1 if self.is_narrowed else self.waiting[0].claimed.subscription.max_in_flight
        if self.in_flight >= most:
            return None
        self.in_flight += 1
        return self.waiting.popleft()

    def ended(self, attempt: Attempt | None, *, now: float) -> None:
        """One is under way no more; without an attempt it was broken off."""
        self.in_flight -= 1
        if attempt is None:
            return
        if attempt.reason is None:
            self._failures, self.held_until = 0, 0.0
            self._is_quick = attempt.duration_ms <= QUICK_MS
            return
        self._failures += 1
        if attempt.retry_after_s is not None:
            self.held_until = now + attempt.retry_after_s

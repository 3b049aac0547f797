"""How many bytes may be spent: so many a second on average, more at once after a rest."""

from gateway.clock import Clock


class ByteBudget:
    """A bucket that fills by `per_s` up to `at_once`, where it begins."""

    def __init__(self, *, per_s: int, at_once: int, clock: Clock) -> None:
        self._per_s = per_s
        self._left = self._at_once = float(at_once)
        self._clock = clock
        self._filled_at = clock.seconds()

    def spend(self, size: int) -> bool:
        """Takes `size` bytes, if there are as many; a clock that is set back gives none."""
        now = self._clock.seconds()
        self._left = min(self._at_once, self._left + max(0.0, now - self._filled_at) * self._per_s)
        self._filled_at = now
        if size > self._left:
            return False
        self._left -= size
        return True

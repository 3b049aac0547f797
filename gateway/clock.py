"""The one source of the time of day, so that tests can hold it still."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...

    def seconds(self) -> float:
        """The same instant in seconds since 1970, for comparing with token times."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Seconds since 1970."""
        return time.time()

"""What this room counts; the metrics of the process implement it."""

from typing import Protocol


class Meter(Protocol):
    """Counts events by name."""

    def count(self, name: str, /, **labels: str) -> None:
        """Adds one to the counter `name` with these labels. Never raises."""
        ...


class NoMeter:
    """Counts nothing."""

    def count(self, name: str, /, **labels: str) -> None:
        """Forgets it."""

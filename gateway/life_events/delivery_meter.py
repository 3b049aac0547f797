"""What is counted of deliveries."""

from typing import Protocol


class DeliveryMeter(Protocol):
    """Counts. No label holds anything of an event or a receiver."""

    def delivered(self, delay_s: float) -> None:
        """One arrived, so long after it was due."""
        ...

    def delivery_failed(self, reason: str) -> None:
        """An attempt failed."""
        ...

    def delivery_died(self) -> None:
        """One will not be tried again."""
        ...

    def delivery_withheld(self, reason: str) -> None:
        """One may not be sent."""
        ...

    def deliveries_waiting(self, count: int) -> None:
        """So many wait at present."""
        ...

    def subscription_disabled(self, reason: str) -> None:
        """The gateway stopped a subscription."""
        ...

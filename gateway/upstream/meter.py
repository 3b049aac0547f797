"""What is counted about asking partners. The names and units of metrics are whoever counts'."""

from typing import Protocol

from gateway.errors import UnavailableCode
from gateway.ids import DatasetId


class UpstreamMeter(Protocol):
    """Counts. Must not block and must not raise."""

    def asked(self, dataset: DatasetId, *, seconds: float) -> None:
        """A platform was asked and answered, retries included."""
        ...

    def failed(self, dataset: DatasetId, *, code: UnavailableCode, seconds: float) -> None:
        """A platform was to be asked, and that came to nothing."""
        ...

    def retried(self, dataset: DatasetId) -> None:
        """A question was put once more."""
        ...

    def served_cached(self, dataset: DatasetId) -> None:
        """A fresh document answered without asking."""
        ...

    def served_stale(self, dataset: DatasetId) -> None:
        """An old document answered for a platform that failed."""
        ...

    def circuit_opened(self, platform: str) -> None:
        """A platform, as `jakarta/crm`, is left alone for a while."""
        ...


class NoMeter:
    """Counts nothing."""

    def asked(self, dataset: DatasetId, *, seconds: float) -> None:
        """Nothing."""

    def failed(self, dataset: DatasetId, *, code: UnavailableCode, seconds: float) -> None:
        """Nothing."""

    def retried(self, dataset: DatasetId) -> None:
        """Nothing."""

    def served_cached(self, dataset: DatasetId) -> None:
        """Nothing."""

    def served_stale(self, dataset: DatasetId) -> None:
        """Nothing."""

    def circuit_opened(self, platform: str) -> None:
        """Nothing."""

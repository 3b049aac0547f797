"""Documents lately mapped, for the next question that wants other fields or another filter of them.

A whole list that is filtered by the gateway is one document and many questions; a platform that is
asked again often answers the same. Keyed by the document's digest and the mapping's version. What
holds a Personal value is not kept.
"""

from collections.abc import Iterable

from gateway.mapping.mapped import Mapped
from gateway.remembered import Remembered
from schemas.record import Record

Key = tuple[str, str, str]
"""Dataset, digest of the document, version of the mapping."""


class MappedDocuments:
    """Keeps the latest, as long as their documents are no longer than `bytes_kept` together."""

    def __init__(self, *, bytes_kept: int) -> None:
        self._bytes_kept = bytes_kept
        self._kept: Remembered[Key, Mapped] = Remembered(at_most=bytes_kept)

    def get(self, key: Key) -> Mapped | None:
        """What the document became, if it is kept."""
        return self._kept.get(key)

    def put(self, key: Key, mapped: Mapped, *, size: int, personal: Iterable[str]) -> None:
        """Keeps what a document of `size` bytes became, unless it is too long or holds one of the `personal` fields."""
        if size <= self._bytes_kept and not _holds(mapped.records, personal):
            self._kept.put(key, mapped, weight=size)


def _holds(records: list[Record], fields: Iterable[str]) -> bool:
    """Whether one of the fields has a value in one of the records."""
    return any(getattr(record, field) for field in fields for record in records)

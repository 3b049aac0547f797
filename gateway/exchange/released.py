"""Documents as they may leave: mapped, filtered, narrowed to the granted fields, and encoded, once.

What is kept here is keyed by everything that it depends on, the fields among them, so one caller's
answer can never reach another who was granted less. Personal fields are never kept.
"""

import asyncio
import hashlib
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from gateway.agreements.field_classes import FieldClasses
from gateway.exchange.answer import Gap
from gateway.exchange.gaps import gaps_of_document
from gateway.exchange.mapped_documents import MappedDocuments
from gateway.exchange.offers import OfferedDataset
from gateway.exchange.pushdown import Filtering
from gateway.ids import RecordId
from gateway.mapping.mapped import Mapped
from gateway.minimisation import Minimisation
from schemas.record import Record

_BYTES_KEPT = 3 * 1024 * 1024
_MAPPED_BYTES_KEPT = 1024 * 1024
"""Of the documents; what they became takes a few times as much."""
_THREAD_FROM_BYTES = 256 * 1024
"""Below this, mapping takes 4 ms at most. Beyond, it goes to a thread: 29 MB then hold the others up for 0.15 s at
worst, where the decoder does not let go, instead of 0.8 s."""
_DIGESTS_KEPT = 64


class Source(msgspec.Struct, frozen=True):
    """A platform's document, and a digest that stands for its content."""

    body: bytes
    digest: str


class ReleasedDocument:
    """The records of one document as JSON, in order, and the sums of what became of the rest.

    `records_in == len(self) + filtered + refused`. `may_be_kept` is False where it may hold a Personal value.
    """

    def __init__(
        self, rows: list[bytes], *, gaps: tuple[Gap, ...], records_in: int, refused: int, may_be_kept: bool = True
    ) -> None:
        self.may_be_kept = may_be_kept
        self.gaps = gaps
        self.records_in = records_in
        self.refused = refused
        self.filtered = records_in - refused - len(rows)
        self._starts = array("Q", [0])
        for row in rows:
            self._starts.append(self._starts[-1] + len(row) + 1)
        self._joined = b",".join(rows)
        self._digests: dict[tuple[int, int], bytes] = {}

    def __len__(self) -> int:
        return len(self._starts) - 1

    @property
    def weight(self) -> int:
        """The bytes that keeping it takes, about."""
        return len(self._joined) + 8 * len(self._starts) + 500 * len(self.gaps) + 1000

    def rows(self, offset: int, count: int) -> bytes:
        """`count` records from `offset` on, or as many as there are, joined by commas."""
        end = min(offset + count, len(self))
        return self._joined[self._starts[offset] : self._starts[end] - 1] if offset < end else b""

    def digest(self, offset: int, count: int) -> bytes:
        """A digest of these rows; what is asked again is not computed again."""
        digest = self._digests.get((offset, count))
        if digest is None:
            digest = hashlib.sha256(self.rows(offset, count)).digest()
            if len(self._digests) < _DIGESTS_KEPT:
                self._digests[offset, count] = digest
        return digest

    def find(self, record_id: RecordId) -> int | None:
        """The offset of the record with that id. Its id stands first in a row, and needs no escapes."""
        needle = b'{"id":"' + record_id.encode() + b'",'
        at = self._joined.find(needle)
        while at >= 0:
            offset = bisect_left(self._starts, at)
            if self._starts[offset] == at:
                return offset
            at = self._joined.find(needle, at + 1)
        return None


class Releases:
    """Makes released documents, and keeps those lately used, up to a number of bytes."""

    def __init__(
        self,
        *,
        minimisation: Minimisation,
        classes: Mapping[str, FieldClasses],
        bytes_kept: int = _BYTES_KEPT,
        thread_from_bytes: int = _THREAD_FROM_BYTES,
    ) -> None:
        self._minimisation = minimisation
        self._classes = classes
        self._bytes_kept = bytes_kept
        self._thread_from_bytes = thread_from_bytes
        self._kept: OrderedDict[Any, ReleasedDocument] = OrderedDict()
        self._weight = 0
        self._mapped = MappedDocuments(bytes_kept=_MAPPED_BYTES_KEPT)
        self._making: dict[Any, asyncio.Task[ReleasedDocument]] = {}

    async def release(
        self, source: Source, *, dataset: OfferedDataset, fields: frozenset[str], filtering: Filtering
    ) -> ReleasedDocument:
        """The document as it may leave. Raises `ContractBroken`.

        A big document is mapped in a thread, once for all who wait for it, so that nobody else waits.
        """
        key = (dataset.id, source.digest, dataset.mapping.version, fields, filtering.key)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        mapped = self._mapped.get(key[:3])
        if mapped is None and len(source.body) >= self._thread_from_bytes:
            made = await self._made_in_thread(key, source, dataset=dataset, fields=fields, filtering=filtering)
            self._keep(key, made)
            return made
        if mapped is None:
            mapped = dataset.mapping.to_common(source.body)
            personal = self._classes[dataset.mapping.resource.name].personal
            self._mapped.put(key[:3], mapped, size=len(source.body), personal=personal)
        records = filtering.chosen(mapped.records)
        if len(records) == len(mapped.records):  # what no filter takes anything from is one document for them all
            key = (*key[:4], ())
            if (whole := self._kept.get(key)) is not None:
                return whole
        made = self._make(mapped, records, dataset=dataset, fields=fields)
        self._keep(key, made)
        return made

    async def _made_in_thread(
        self, key: Any, source: Source, *, dataset: OfferedDataset, fields: frozenset[str], filtering: Filtering
    ) -> ReleasedDocument:
        def make() -> ReleasedDocument:
            mapped = dataset.mapping.to_common(source.body)
            return self._make(mapped, filtering.chosen(mapped.records), dataset=dataset, fields=fields)

        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(asyncio.to_thread(make))
            making.add_done_callback(partial(self._made, key))
        return await asyncio.shield(making)

    def _made(self, key: Any, making: asyncio.Task[ReleasedDocument]) -> None:
        del self._making[key]
        if not making.cancelled():
            making.exception()  # seen, even if all who waited for it have gone

    def _make(
        self, mapped: Mapped, records: list[Record], *, dataset: OfferedDataset, fields: frozenset[str]
    ) -> ReleasedDocument:
        rows = self._minimisation.projection(dataset.mapping.resource.name, fields)(records)
        gaps = gaps_of_document(dataset.id, mapped, fields=fields)
        return ReleasedDocument(
            rows,
            gaps=gaps,
            records_in=mapped.records_in,
            refused=len(mapped.refused),
            may_be_kept=not fields & self._classes[dataset.mapping.resource.name].personal,
        )

    def _keep(self, key: Any, made: ReleasedDocument) -> None:
        if not made.may_be_kept or made.weight > self._bytes_kept or key in self._kept:
            return
        self._kept[key] = made
        self._weight += made.weight
        while self._weight > self._bytes_kept:
            self._weight -= self._kept.popitem(last=False)[1].weight

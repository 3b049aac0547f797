"""A compiled mapping at work: bytes of a platform in, common records and their ledger out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from gateway.errors import ContractBroken
from gateway.ids import DatasetId
from gateway.mapping.compiling.inverse import Inverse, NotInvertible
from gateway.mapping.compiling.used_part import UsedPart
from gateway.mapping.decoding_faults import decoding_fault
from gateway.mapping.json_body import without_half_pairs, without_nul
from gateway.mapping.language.declaration import Records
from gateway.mapping.ledger import Ledger, Position
from gateway.mapping.mapped import Mapped
from gateway.mapping.operations.json_text import UNDECODABLE
from schemas.record import Record
from schemas.resources import Resource

Rows = Iterable[tuple[Position, Any]]


class Functions(msgspec.Struct, frozen=True):
    """What the generated Python defines."""

    decode_document: Callable[[bytes], Any]
    decode_envelope: Callable[[bytes], Any]
    decode_record: Callable[[Any], Any]
    find: Callable[[Any], tuple[Any, str]]
    map_records: Callable[[Rows, Ledger, Any], dict[str, Record]]
    header_of: Callable[[Any], Mapping[str, Any]] | None


class CompiledMapping:
    """One dataset's mapping. `source` is the generated Python; `version` changes with the mapping's two files."""

    def __init__(
        self,
        *,
        dataset: DatasetId,
        resource: Resource,
        version: str,
        source: str,
        records: Records,
        used: UsedPart,
        functions: Functions,
        inverse: Inverse | NotInvertible,
    ) -> None:
        self.dataset = dataset
        self.resource = resource
        self.version = version
        self.source = source
        self._records = records
        self._used = used
        self._functions = functions
        self._inverse = inverse
        self._columns = len(records.unpivot) or 1

    @property
    def is_single(self) -> bool:
        """Whether the document holds one record."""
        return self._records.form == "single"

    @property
    def is_whole(self) -> bool:
        """Whether the document is one record, with nothing around it."""
        return self.is_single and not any(path.steps for path in self._records.at)

    def to_common(self, body: bytes) -> Mapped:
        """The records of a document, and what became of the others; raises `ContractBroken` if it is another document.

        The whole document is decoded at once; only where that fails, its records are decoded one by one, so
        that a bad one is refused alone.
        """
        body = without_nul(body)
        try:
            document = self._functions.decode_document(body)
        except UNDECODABLE:
            document = None
        else:
            return self._map(document, raw=False)
        return self._map(self._envelope(without_half_pairs(body)), raw=True)

    @property
    def inverse(self) -> Inverse:
        """What writes common records as the partner's platform does, or raises `NotInvertible`."""
        if isinstance(self._inverse, NotInvertible):
            raise NotInvertible(self._inverse.reasons)
        return self._inverse

    def to_source(self, record: Record) -> dict[str, Any]:
        """The record as the partner's platform writes it, or raises `NotInvertible`: the mapping loses something."""
        return self.inverse.to_source(record)

    def _envelope(self, body: bytes) -> Any:
        """The document with its records raw, or raises `ContractBroken`. The decoder's error may quote a value."""
        try:
            return self._functions.decode_envelope(body)
        except UNDECODABLE as error:
            fault = decoding_fault(error, self._used.document)
        raise self._broken(fault.pointer, reason=fault.reason)

    def _map(self, document: Any, *, raw: bool) -> Mapped:
        found, pointer = self._functions.find(document)
        if found is None:  # the document was decoded, so its schema lets them be absent
            return Ledger(pointer).close({}, selected=0)
        rows, selected = self._selected(found, pointer, raw=raw)
        ledger = Ledger(pointer)
        chosen = self._decoded(rows, ledger) if raw else rows
        records = self._functions.map_records(chosen, ledger, document)
        return ledger.close(records, selected=selected * self._columns)

    def _selected(self, found: Any, pointer: str, *, raw: bool) -> tuple[Rows, int]:
        """The rows that are records, each with its position, and how many they are."""
        if self._records.form == "single":
            return [(None, found)], 1
        if isinstance(found, dict):
            return found.items(), len(found)
        start, stop = self._records.skip_first, len(found) - self._records.skip_last
        if self._records.header_row and found:
            self._check_header(found[0], pointer, raw=raw)
            start += 1
        if start == 0 and stop == len(found):
            return enumerate(found), len(found)
        positions = range(start, max(start, stop))
        return zip(positions, found[start : max(start, stop)], strict=True), len(positions)

    def _check_header(self, row: Any, pointer: str, *, raw: bool) -> None:
        """The first row says what the mapping says the columns are called, or the contract is broken."""
        assert self._functions.header_of is not None
        if not raw:
            said = self._functions.header_of(row)
        else:
            try:
                said = msgspec.json.decode(row, type=dict[str, Any])
            except UNDECODABLE:
                said = {}
        for name, expected in self._records.headers.items():
            if _told(said.get(name)) != _told(expected):
                raise self._broken(f"{pointer}/0/{name}", reason="header-differs")

    def _decoded(self, rows: Rows, ledger: Ledger) -> Iterator[tuple[Position, Any]]:
        """The rows that can be decoded; the others are refused, each column of theirs."""
        for position, row in rows:
            try:
                decoded = self._functions.decode_record(row)
            except UNDECODABLE as error:
                fault = decoding_fault(error, self._used.record)
                for _ in range(self._columns):
                    ledger.refuse(position, fault.reason, fault.field, fault.pointer)
            else:
                yield position, decoded

    def _broken(self, pointer: str, *, reason: str) -> ContractBroken:
        return ContractBroken(
            f"{self.dataset}: the document is not what the source schema says at `{pointer}` ({reason})",
            dataset=self.dataset,
            pointer=pointer,
            reason=reason,
        )


def _told(text: object) -> str:
    """A column's name as it is compared: without case, white space squashed."""
    return " ".join(str(text).split()).casefold()

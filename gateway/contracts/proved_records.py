"""Whether what a mapping yields keeps the promises: records valid for any reader, and a ledger that adds up."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec

from gateway.contracts.known_names import names_in
from gateway.contracts.report import Finding, Severity
from gateway.contracts.schema_faults import schema_faults
from gateway.mapping.mapped import Mapped
from schemas.publish import json_schema
from schemas.record import Record
from schemas.resources import Resource

_ADVICE = "this is a fault of the gateway, not of the contract; report it with the two files"


class ProvedRecords:
    """Proves what the mapping of one resource yields. Independent of the compiled mapping and of msgspec's types."""

    def __init__(self, resource: Resource) -> None:
        schema = json_schema(resource)
        self._validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        self._known = names_in(schema)

    def faults(self, mapped: Mapped) -> Iterator[Finding]:
        """What does not hold for the outcome of one document."""
        records = mapped.records
        if mapped.records_in != len(records) + len(mapped.refused):
            yield self._fault(
                "ledger", "records in are not records out and records refused", expected="a sum that holds"
            )
        if len({record.id for record in records}) != len(records):
            yield self._fault("id-twice", "two records have one id", expected="an id of its own for each record")
        for record in records:
            yield from self._record(record)

    def _record(self, record: Record) -> Iterator[Finding]:
        value: Any = msgspec.json.decode(msgspec.json.encode(record))
        if self._validator.is_valid(value):
            return
        for fault in schema_faults(self._validator, value, known=self._known):
            yield Finding(
                code="record-invalid",
                severity=Severity.BROKEN,
                message="a common record is not valid against the published schema",
                field=fault.place.removeprefix("/"),
                expected=fault.expected,
                found=fault.found,
                advice=_ADVICE,
            )

    def _fault(self, code: str, message: str, *, expected: str) -> Finding:
        return Finding(code=code, severity=Severity.BROKEN, message=message, expected=expected, advice=_ADVICE)

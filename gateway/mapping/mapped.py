"""What mapping a document yields: records and refusals that add up."""

from typing import Any

import msgspec

from schemas.record import Record


class Refused(msgspec.Struct, frozen=True):
    """One source record that did not become a common record, or one field that became null.

    `pointer` is a JSON Pointer (RFC 6901) into the source document. `reason` is a stable code, as
    `absent`, `wrong-type`, `unreadable-date`, `unreadable-number`, `unknown-code`, `out-of-range`,
    `coordinate-out-of-range`, `swapped-coordinates`, `too-long`, `too-short`, `malformed`, `not-whole`, `duplicate-id`,
    `rule-failed`.
    `field` is the common field. Never a value.
    """

    pointer: str
    reason: str
    field: str | None = None


class Mapped(msgspec.Struct, frozen=True):
    """The ledger of one document: `records_in == len(records) + len(refused)`.

    `records_in` counts what the declaration's `records` selects (after `keep_if`, skipped rows and
    `unpivot`). `emptied` lists fields that were left null by an `unreadable = "null"`; their records
    came through, so they don't enter the sum.
    """

    records: list[Record]
    refused: list[Refused]
    records_in: int
    emptied: list[Refused] = []


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault that the checker found in a mapping: where, what it expected, what it found, what to do."""

    file: str
    line: int
    field: str | None
    code: str
    message: str
    expected: str | None = None
    found: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        """`file:line: field: message` and the rest, each on its own line."""
        head = f"{self.file}:{self.line}: {self.field + ': ' if self.field else ''}{self.message} [{self.code}]"
        rest: list[tuple[str, Any]] = [
            ("expected", self.expected),
            ("found", self.found),
            ("did you mean", self.nearest),
        ]
        return "\n".join([head, *(f"    {name}: {value}" for name, value in rest if value)])

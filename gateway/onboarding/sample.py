"""A sample of a platform's answers, read as the adapter of its protocol would hand it to the mapping."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import msgspec

from gateway.onboarding.csv_sample import read_csv
from gateway.onboarding.file_bytes import MOST_BYTES, FileText, read_file
from gateway.onboarding.json_sample import read_json
from gateway.onboarding.protocols import SampleKind, protocol_of
from gateway.onboarding.rejected import SampleRejected as SampleRejected  # noqa: PLC0414  part of what this module offers
from gateway.onboarding.replayed import read_by_adapter
from gateway.onboarding.xml_sample import is_web_page, read_xml

_Wire: TypeAlias = Literal["json", "csv", "xml"]
_TABLES = (".csv", ".tsv", ".tab", ".txt")


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The documents of one dataset.

    `adapter` and `options` are what the partner's file has to say, so that the gateway reads the platform's answer
    just so. `documents` are decoded JSON, one for each file. `notes` say what was passed over, without values.
    """

    kind: SampleKind
    adapter: str
    options: dict[str, str] = {}
    documents: list[Any] = []
    notes: tuple[str, ...] = ()


def read_sample(paths: Sequence[Path], *, kind: str | None = None, most_bytes: int = MOST_BYTES) -> Sample:
    """The documents of some files, all of one dataset. `kind` is told by the content unless it is given.

    Raises `SampleRejected`.
    """
    if not paths:
        raise SampleRejected("there is no file; name at least one answer of the platform")
    if kind is not None and kind not in get_args(SampleKind):
        raise SampleRejected(f"`{kind}` is no kind of sample; they are {', '.join(get_args(SampleKind))}")
    read = [_read_one(path, kind=kind, most=most_bytes) for path in paths]
    first = read[0]
    for other in read[1:]:
        if (other.kind, other.options) != (first.kind, first.options):
            raise SampleRejected(
                f"the files are not alike: one is {_described(first)}, another {_described(other)}; "
                "name only files of one dataset, or add the datasets one by one"
            )
    return msgspec.structs.replace(
        first,
        documents=[document for one in read for document in one.documents],
        notes=tuple(dict.fromkeys(note for one in read for note in one.notes)),
    )


def _described(sample: Sample) -> str:
    said = ", ".join(f"{key} {value!r}" for key, value in sorted(sample.options.items()))
    return f"{sample.kind} ({said})" if said else sample.kind


def _read_one(path: Path, *, kind: str | None, most: int) -> Sample:
    file = read_file(path, most=most)
    wire = _wire(file, kind)
    notes: list[str] = []
    options: dict[str, str] = {}
    row: str | None = None
    in_lines = False
    document: Any
    if wire == "csv":
        table = read_csv(file)
        document, options, notes = table.rows, table.options, table.notes
    elif wire == "xml":
        document, row = read_xml(file)
    else:
        read = read_json(file)
        document, notes, in_lines = read.document, read.notes, read.in_lines
    protocol = protocol_of(document, wire=wire, row=row, kind=kind, in_lines=in_lines)
    if protocol.content_type:
        document = read_by_adapter(
            file, adapter=protocol.adapter, options=protocol.options, content_type=protocol.content_type
        )
        notes = [] if "form" in protocol.options else notes
    return Sample(
        kind=protocol.kind,
        adapter=protocol.adapter,
        options={**options, **protocol.options},
        documents=[document],
        notes=tuple(notes),
    )


def _wire(file: FileText, kind: str | None) -> _Wire:
    """How the file is written. Raises `SampleRejected` for a web page."""
    head = file.text.lstrip("\ufeff \t\r\n")
    if is_web_page(head):
        raise SampleRejected(
            "the file is a web page, not data: platforms send one where an address is wrong or a login is needed; "
            "look at the address, and save what the API itself answers",
            file=file.name,
        )
    if kind == "csv":
        return "csv"
    if head.startswith("<"):
        return "xml"
    if kind is None and file.name.lower().endswith(_TABLES) and not head.startswith("{"):
        return "csv"
    if head.startswith(("{", "[")) or kind is not None or file.name.lower().endswith((".json", ".geojson")):
        return "json"
    return "csv" if _has_columns(head) else "json"


def _has_columns(head: str) -> bool:
    line = head.partition("\n")[0]
    return any(mark in line for mark in ",;\t|")

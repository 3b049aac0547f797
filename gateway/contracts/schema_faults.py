"""What a document has against a JSON Schema, told without the document's values."""

from collections.abc import Collection, Iterator
from typing import Any

import jsonschema_rs
import msgspec

from gateway.contracts.told import Steps, described, pointer

MOST = 2_000
"""So many faults of one document are told; a document that is wholly wrong has more."""


class SchemaFault(msgspec.Struct, frozen=True, kw_only=True):
    """One place: `place` is where, with `*` for items; `pointer` is the first one."""

    place: str
    pointer: str
    keyword: str
    expected: str
    found: str


def schema_faults(
    validator: "jsonschema_rs.Draft202012Validator", document: Any, *, known: Collection[str]
) -> Iterator[SchemaFault]:
    """The faults of a document, `MOST` at most; `known` are the names of members that may be told."""
    for count, error in enumerate(validator.iter_errors(document)):
        if count == MOST:
            return
        steps: Steps = tuple(error.instance_path)
        keyword = error.kind.name
        if keyword == "required":
            steps = (*steps, error.kind.as_dict()["property"])
        yield SchemaFault(
            place=pointer(steps, known, each=True),
            pointer=pointer(steps, known),
            keyword=keyword,
            expected=_expected(keyword, error.kind.as_dict()),
            found="nothing" if keyword == "required" else described(_at(document, steps)),
        )


def _expected(keyword: str, said: dict[str, Any]) -> str:
    """The schema's side."""
    match keyword:
        case "type":
            return " or ".join(said["types"])
        case "enum":
            return "one of " + ", ".join(map(str, said["options"][:20]))
        case "const":
            return str(said["expected_value"])
        case "pattern":
            return f"pattern {said['pattern']}"
        case "format":
            return f"format {said['format']}"
        case "required":
            return "a member that is always there"
        case "anyOf" | "oneOf":
            return f"one of the shapes of {keyword}"
        case _:
            return f"{keyword} {said['limit']}" if "limit" in said else keyword


def _at(document: Any, steps: Steps) -> Any:
    for step in steps:
        document = document[step]
    return document

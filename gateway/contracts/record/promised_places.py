"""What a source schema says of each place that matters for a recording: codes, promises, sensitivity."""

from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.contracts.told import EACH, Steps
from gateway.mapping.json_pointer import definition_of

_PROMISES = ("x-date", "x-number", "x-scheme")
_DEEPEST = 40


class Said(msgspec.Struct, frozen=True):
    """`is_code`: the values are listed. `is_promised`: they are days, numbers or region codes, and nothing else."""

    steps: Steps
    is_code: bool
    is_promised: bool
    sensitivity: str | None


def promised_places(schema: Any) -> list[Said]:
    """Every place of which the schema says one of these."""
    return list(_places(schema, schema, (), 0))


def _places(schema: Any, top: Any, steps: Steps, depth: int) -> Iterator[Said]:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    if "$ref" in schema:
        name = definition_of(schema["$ref"])
        yield from _places(top.get("$defs", {}).get(name), top, steps, depth + 1)
    is_code = "enum" in schema or "const" in schema
    is_promised = any(word in schema for word in _PROMISES) or str(schema.get("format", "")).startswith("date")
    sensitivity = schema.get("x-sensitivity")
    if is_code or is_promised or sensitivity:
        yield Said(steps, is_code, is_promised, sensitivity)
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("contentSchema")):
        yield from _places(branch, top, steps, depth + 1)
    for name, member in schema.get("properties", {}).items():
        yield from _places(member, top, (*steps, name), depth + 1)
    for member in (
        *schema.get("prefixItems", ()),
        *schema.get("patternProperties", {}).values(),
        schema.get("items"),
        schema.get("additionalProperties"),
    ):
        yield from _places(member, top, (*steps, EACH), depth + 1)

"""What a source schema declares of each place, told by its own structure: kinds, codes, sensitivity."""

from typing import Any

import msgspec

from gateway.contracts.told import EACH, Steps
from gateway.mapping.json_pointer import definition_of

_DEEPEST = 40
_SCALARS = {"string": str, "boolean": bool}


class Declared(msgspec.Struct, kw_only=True):
    """`kinds` is empty where any may stand; `codes` are the values of an enumeration, or None."""

    kinds: set[str] = msgspec.field(default_factory=set)
    codes: set[str | int | bool] | None = None
    is_personal: bool = False
    is_open: bool = False


def declared_places(schema: Any) -> dict[Steps, Declared]:
    """Every place that the schema speaks of, by its steps, with `*` for items and keys that it does not name."""
    places: dict[Steps, Declared] = {}
    _declare(schema, schema, (), places=places, depth=0)
    return places


def _declare(schema: Any, top: Any, steps: Steps, *, places: dict[Steps, Declared], depth: int) -> None:
    place = places.setdefault(steps, Declared())
    if not isinstance(schema, dict) or depth > _DEEPEST:
        place.is_open = True
        return
    if "$ref" in schema:
        name = definition_of(schema["$ref"])
        _declare(top.get("$defs", {}).get(name), top, steps, places=places, depth=depth + 1)
        return
    place.is_personal |= schema.get("x-sensitivity") == "personal"
    branches = (*schema.get("anyOf", ()), *schema.get("oneOf", ()))
    for branch in branches:
        _declare(branch, top, steps, places=places, depth=depth + 1)
    if not branches:
        _note_kinds(schema, place)
    for name, member in schema.get("properties", {}).items():
        _declare(member, top, (*steps, name), places=places, depth=depth + 1)
    inner = (*steps, EACH)
    for member in (*schema.get("prefixItems", ()), *schema.get("patternProperties", {}).values()):
        _declare(member, top, inner, places=places, depth=depth + 1)
    for member in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(member, dict):
            _declare(member, top, inner, places=places, depth=depth + 1)


def _note_kinds(schema: dict[str, Any], place: Declared) -> None:
    listed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if listed is not None:
        place.codes = (place.codes or set()) | {one for one in listed if isinstance(one, str | int)}
        place.kinds |= {_kind(one) for one in listed}
        return
    said = schema.get("type")
    if said is None:
        place.is_open = True
        return
    place.kinds |= {said} if isinstance(said, str) else set(said)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return next((name for name, kind in _SCALARS.items() if isinstance(value, kind)), "number")

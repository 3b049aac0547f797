"""What a source schema says about one value, as a type: a superset of the values that the schema admits."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec

Kind: TypeAlias = Literal["null", "boolean", "integer", "number", "string", "array", "object"]
Sensitivity: TypeAlias = Literal["public", "restricted", "personal"]
T = TypeVar("T")
N = TypeVar("N", int, float)
SCALARS: frozenset[Kind] = frozenset({"boolean", "integer", "number", "string"})
KINDS: frozenset[Kind] = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
"""`number` is any number that need not be whole; a type that admits it needs no `integer` beside it."""


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """What the source promises about a text or number beyond plain JSON Schema, by the words of our own."""

    date: tuple[str, ...] = ()
    number: Literal["id", "en", "plain", "rupiah"] | None = None
    scheme: Literal["bps", "kemendagri"] | None = None
    unit: str | None = None
    axis: Literal["latitude", "longitude"] | None = None
    zone: str | None = None
    list: str | None = None
    sensitivity: Sensitivity | None = None
    dimensions: dict[str, str] = {}


class Property(msgspec.Struct, frozen=True):
    """One member of an object, and whether it is always there."""

    type: "SourceType"
    required: bool


class SourceType(msgspec.Struct, frozen=True, kw_only=True):
    """The values that may stand at one place.

    `values` are the only scalars that may (from `enum` and `const`, never null), or None where they are
    open. Limits are inclusive. `items` is None where a list's items are unknown.
    `content` is the type of the JSON inside a text. `pointer` is where the schema says so (RFC 6901).
    `title` and `examples` are evidence, no limit: what a column is called, and values that the platform does send.
    `key` are the members that tell an object from its neighbours; `header_rows` and `total_rows` how many rows of a
    list are none of its data, None where the schema does not say.
    """

    pointer: str = ""
    kinds: frozenset[Kind] = KINDS
    values: tuple[str | int | float | bool, ...] | None = None
    pattern: str | None = None
    format: str | None = None
    min_length: int = 0
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_items: int = 0
    max_items: int | None = None
    items: "SourceType | None" = None
    prefix: tuple["SourceType", ...] = ()
    properties: dict[str, Property] = {}
    patterns: dict[str, "SourceType"] = {}
    additional: "SourceType | None" = None
    closed: bool = False
    content: "SourceType | None" = None
    promises: Promises = Promises()
    title: str | None = None
    examples: tuple[str | int | float | bool, ...] = ()
    key: tuple[str, ...] = ()
    header_rows: int | None = None
    total_rows: int | None = None

    @property
    def nullable(self) -> bool:
        """Whether null may stand here."""
        return "null" in self.kinds

    @property
    def scalar_kinds(self) -> frozenset[Kind]:
        """The kinds without null."""
        return self.kinds - {"null"}


def union(left: SourceType, right: SourceType) -> SourceType:
    """A type that admits whatever either admits. What the two do not share is dropped, so it may admit more."""
    if left == right:
        return left
    texts = [side for side in (left, right) if "string" in side.kinds]
    numbers = [side for side in (left, right) if side.kinds & {"integer", "number"}]
    lists = [side for side in (left, right) if "array" in side.kinds]
    objects = [side for side in (left, right) if "object" in side.kinds]
    merged = _objects(objects)
    return SourceType(
        pointer=left.pointer,
        kinds=left.kinds | right.kinds,
        values=_values(left, right),
        pattern=_same([side.pattern for side in texts]),
        format=_same([side.format for side in texts]),
        min_length=min((side.min_length for side in texts), default=0),
        max_length=_limit([side.max_length for side in texts], max),
        minimum=_limit([side.minimum for side in numbers], min),
        maximum=_limit([side.maximum for side in numbers], max),
        content=_joined([side.content for side in texts]),
        promises=_promises([side for side in (left, right) if side.kinds & {"string", "integer", "number"}]),
        min_items=min((side.min_items for side in lists), default=0),
        max_items=_limit([side.max_items for side in lists], max),
        items=_joined([_item_type(side) for side in lists]),
        properties=merged,
        patterns=objects[0].patterns if len(objects) == 1 else {},
        additional=_joined([side.additional for side in objects]),
        closed=bool(objects) and all(side.closed for side in objects),
        title=_same([left.title, right.title]),
        examples=(*left.examples, *(one for one in right.examples if one not in left.examples)),
        key=_same([side.key for side in objects]) or (),
        header_rows=_same([side.header_rows for side in lists]),
        total_rows=_same([side.total_rows for side in lists]),
    )


def _same(found: Sequence[T | None]) -> T | None:
    """What all sides say, if they say the same."""
    return found[0] if found and all(one == found[0] for one in found) else None


def _limit(found: list[N | None], outermost: Callable[[list[N]], N]) -> N | None:
    """The widest of the limits; none if a side has none."""
    known = [one for one in found if one is not None]
    return outermost(known) if known and len(known) == len(found) else None


def _joined(found: list[SourceType | None]) -> SourceType | None:
    """The union of all; unknown if one is unknown."""
    known = [one for one in found if one is not None]
    if not known or len(known) != len(found):
        return None
    return known[0] if len(known) == 1 else union(known[0], known[1])


def _item_type(side: SourceType) -> SourceType | None:
    """One type for all items of a list, whatever their position."""
    result = side.items
    for item in side.prefix:
        result = item if result is None and side.max_items is not None else _joined([result, item])
    return result


def _values(left: SourceType, right: SourceType) -> tuple[Any, ...] | None:
    """The scalars of both, if each side's are listed; `1` and `true` are two values."""
    merged: dict[tuple[type, Any], Any] = {}
    for side in (left, right):
        if side.values is None and side.kinds & SCALARS:
            return None
        merged.update({(type(value), value): value for value in side.values or ()})
    return tuple(merged.values()) if merged else None


def _promises(sides: list[SourceType]) -> Promises:
    """What all sides promise; a side without texts and numbers takes nothing away."""
    return Promises(
        date=_same([side.promises.date for side in sides]) or (),
        number=_same([side.promises.number for side in sides if "string" in side.kinds]),
        scheme=_same([side.promises.scheme for side in sides]),
        unit=_same([side.promises.unit for side in sides]),
        axis=_same([side.promises.axis for side in sides]),
        zone=_same([side.promises.zone for side in sides]),
        list=_same([side.promises.list for side in sides if "string" in side.kinds]),
        sensitivity=_most_sensitive([side.promises.sensitivity for side in sides]),
        dimensions=_same([side.promises.dimensions for side in sides]) or {},
    )


def _most_sensitive(found: Sequence[Sensitivity | None]) -> Sensitivity | None:
    """The most sensitive level that a side declares."""
    levels: tuple[Sensitivity, ...] = ("personal", "restricted")
    return next((level for level in levels if level in found), _same(found))


def _objects(sides: list[SourceType]) -> dict[str, Property]:
    """The members of both; required only where every side requires them."""
    merged: dict[str, Property] = {}
    for name in dict.fromkeys(name for side in sides for name in side.properties):
        found = [side.properties.get(name) for side in sides]
        known = [one for one in found if one is not None]
        merged[name] = Property(
            type=reduce(union, (one.type for one in known)),
            required=len(known) == len(found) and all(one.required for one in known),
        )
    return merged

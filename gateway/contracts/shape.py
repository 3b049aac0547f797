"""The shape of documents: what stands where, how often, of which kind. Values are counted, and never told."""

import re
from collections import Counter
from collections.abc import Collection
from typing import Any

import msgspec

from gateway.contracts.told import EACH, Steps

MOST_ITEMS = 2_000
"""Of longer lists, items at even distances are looked at."""
MOST_VALUES = 60
"""A place with more values is no code list."""
_KEYED_FROM = 24
"""An object with more unknown members than this is keyed by data."""
_FORMS = (
    ("empty", re.compile(r"\s*")),
    ("digits", re.compile(r"\s*\d+\s*")),
    ("number", re.compile(r"\s*[-+]?[\d.,]+%?\s*")),
    ("date", re.compile(r"\s*(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}).*", re.DOTALL)),
)


class Place(msgspec.Struct, kw_only=True):
    """What was seen at one place. `holders` counts the objects that could have had it, `present` those that did."""

    holders: int = 0
    present: int = 0
    kinds: Counter[str] = msgspec.field(default_factory=Counter)
    forms: Counter[str] = msgspec.field(default_factory=Counter)
    values: Counter[str | int | bool] | None = msgspec.field(default_factory=Counter)

    @property
    def nulls(self) -> int:
        """How often null stood here."""
        return self.kinds["null"]

    @property
    def share(self) -> float:
        """How many of the holders have it."""
        return self.present / self.holders if self.holders else 0.0


class Shape(msgspec.Struct, kw_only=True):
    """The places of some documents of one dataset, by their steps, with `*` for items and unknown keys."""

    places: dict[Steps, Place] = {}

    def at(self, steps: Steps) -> Place:
        """The place, made if it is new."""
        return self.places.setdefault(steps, Place())


class Shaping:
    """Takes documents in; `known` are the members' names that the source schema declares."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self.shape = Shape()

    def take(self, document: Any) -> None:
        """Adds one document."""
        root = self.shape.at(())
        root.holders += 1
        self._see(document, ())

    def _see(self, value: Any, steps: Steps) -> None:
        place = self.shape.at(steps)
        place.present += 1
        place.kinds[kind_of(value)] += 1
        if isinstance(value, dict):
            self._members(value, steps)
        elif isinstance(value, list):
            self._items(value, steps)
        elif value is not None:
            _note(place, value)

    def _members(self, value: dict[str, Any], steps: Steps) -> None:
        unknown = [key for key in value if key not in self._known]
        keyed = len(unknown) > _KEYED_FROM
        for key, member in value.items():
            self._see(member, (*steps, EACH if keyed and key not in self._known else key))

    def _items(self, value: list[Any], steps: Steps) -> None:
        step = -(-len(value) // MOST_ITEMS) or 1
        inner = (*steps, EACH)
        for item in value[::step]:
            self._see(item, inner)


def closed(shape: Shape) -> Shape:
    """The shape with its holders counted: how many objects could have had each member."""
    objects = {steps: place.kinds["object"] for steps, place in shape.places.items()}
    for steps, place in shape.places.items():
        if steps:
            place.holders = place.present if steps[-1] == EACH else objects.get(steps[:-1], place.present)
    return shape


def kind_of(value: Any) -> str:
    """The JSON Schema type of a value; a whole number is `integer`."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def form_of(text: str) -> str:
    """What a text looks like: `digits`, `number`, `date`, `empty` or `words`."""
    return next((name for name, pattern in _FORMS if pattern.fullmatch(text)), "words")


def _note(place: Place, value: str | float) -> None:
    """Keeps a scalar among the values of its place, while they may be codes."""
    if isinstance(value, str):
        place.forms[form_of(value)] += 1
    if place.values is None or isinstance(value, float):
        return
    place.values[value] += 1
    if len(place.values) > MOST_VALUES:
        place.values = None

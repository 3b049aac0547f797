"""What stands at each place of the records, gathered: a tree of members, items and values."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.fictional.fiction import json_in
from gateway.mapping.language.paths import Each, Index, Key, Step
from gateway.onboarding.profile import Scalar

Steps = tuple[Step, ...]
_JSON_SHARE = 0.8
_POSITIONS = 4


class Observed:
    """One place. `records` of them had something here, null or not; `values` are the scalars, in order."""

    def __init__(self) -> None:
        self.records = 0
        self.nulls = 0
        self.kinds: Counter[str] = Counter()
        self.values: list[Scalar] = []
        self.members: dict[str, Observed] = {}
        self.items: Observed | None = None
        self.lengths: Counter[int] = Counter()
        self.lists: list[list[Any]] = []

    def add(self, value: Any) -> None:
        """One more value seen at this place."""
        self.records += 1
        kind = kind_of(value)
        self.kinds[kind] += 1
        if kind == "null":
            self.nulls += 1
        elif kind == "object":
            for name, member in value.items():
                self.members.setdefault(name, Observed()).add(member)
        elif kind == "array":
            self.lengths[len(value)] += 1
            self.lists.append(value)
            self.items = self.items or Observed()
            for item in value:
                self.items.add(item)
        else:
            self.values.append(value)

    @property
    def is_positional(self) -> bool:
        """Whether lists here always have the same few items, so that each has a meaning of its own."""
        length = next(iter(self.lengths), 0)
        if len(self.lengths) != 1 or not 2 <= length <= _POSITIONS or self.items is None:
            return False
        return set(self.items.kinds) <= {"integer", "number"}

    def item(self, index: int) -> "Observed":
        """What stands at one position of the lists."""
        found = Observed()
        for one in self.lists:
            if index < len(one):
                found.add(one[index])
        return found

    def content(self) -> "Observed | None":
        """What the JSON inside the texts here holds, where nearly all of them hold an object or a list."""
        texts = [value for value in self.values if isinstance(value, str) and value.strip()]
        if not texts or len(texts) < len(self.values) * _JSON_SHARE or texts[0].strip()[0] not in "{[":
            return None
        found = Observed()
        for text in texts:
            inner = json_in(text)
            if inner is not None:
                found.add(inner)
        return found if found.records >= len(texts) * _JSON_SHARE else None


def kind_of(value: Any) -> str:
    """The JSON type of a decoded value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def observe(records: Iterable[Any]) -> Observed:
    """Everything that the records hold."""
    found = Observed()
    for record in records:
        found.add(record)
    return found


class Leaf:
    """A place where values stand: its steps, and whether a mapping gets a list from it."""

    def __init__(self, steps: Steps, place: Observed, *, many: bool, parent: Observed) -> None:
        self.steps = steps
        self.place = place
        self.many = many
        self.parent = parent


def leaves(top: Observed, steps: Steps = ()) -> Iterator[Leaf]:
    """Every place below `top` where scalars stand, or nothing but null."""
    for name, member in top.members.items():
        if readable(name):
            yield from _below(member, (*steps, Key(name)), parent=top)
    if top.items is not None and not top.members and not steps:
        for index in range(max(top.lengths, default=0)):
            yield from _below(top.item(index), (Index(index),), parent=top)


def readable(name: str) -> bool:
    """Whether a decoder can be made for a member of that name."""
    return bool(name) and not any(sign in '"\\' or ord(sign) < 32 for sign in name)


def _below(place: Observed, steps: Steps, *, parent: Observed) -> Iterator[Leaf]:
    many = any(isinstance(step, Each) for step in steps)
    inner = place.content()
    if inner is not None:
        yield from _inside(inner, steps, parent=parent)
    if place.values or set(place.kinds) <= {"null"}:
        yield Leaf(steps, place, many=many, parent=parent)
    yield from leaves(place, steps) if place.members else ()
    if place.items is None:
        return
    if place.is_positional:
        for index in range(next(iter(place.lengths))):
            yield Leaf((*steps, Index(index)), place.item(index), many=many, parent=place)
    elif place.items.values or not place.items.records:
        if not many:
            yield Leaf(steps, _with_records(place.items, place.records), many=True, parent=parent)
    elif place.items.members and not many:
        yield from leaves(place.items, (*steps, Each()))


def _inside(inner: Observed, steps: Steps, *, parent: Observed) -> Iterator[Leaf]:
    """The places inside the JSON of a text; a path goes on through it."""
    many = any(isinstance(step, Each) for step in steps)
    if inner.members:
        yield from leaves(inner, steps)
    elif inner.items is not None and not many:
        if inner.items.members:
            yield from leaves(inner.items, (*steps, Each()))
        elif inner.items.values:
            yield Leaf((*steps, Each()), inner.items, many=True, parent=parent)


def _with_records(items: Observed, records: int) -> Observed:
    """The items of lists of scalars, counted by the records that hold a list."""
    items.records = records
    return items

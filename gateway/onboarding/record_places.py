"""Where the records of a document are: in a list, as members of an object, as features, or the document itself."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeAlias

import msgspec

from gateway.mapping.language.paths import Index, Key
from gateway.onboarding.observed import Steps, readable
from gateway.onboarding.path_text import words_of

RecordForm: TypeAlias = Literal["list", "keyed", "features", "single"]
ENVELOPE_WORDS = frozenset(
    {
        "code", "count", "current", "display", "error", "errors", "first", "from", "has", "kode", "last", "limit",
        "links", "message", "meta", "more", "next", "number", "of", "offset", "page", "pages", "pagination", "path",
        "per", "pesan", "prev", "previous", "self", "size", "skip", "start", "status", "success", "time", "timestamp",
        "to", "total", "type", "url", "version", "halaman", "jumlah", "name", "title", "description", "api", "help",
    }
)  # fmt: skip
"""What the members around a list are called; the members of a record are called otherwise, for the most part."""
_DEEPEST = 6
_ID_LIKE = re.compile(r"[0-9][0-9.\-_]*|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Za-z]{1,6}[-_]?\d+")
_FEW_OWN = 3
_FEW_PARTS = 3
_FEW_KEYED = 2
_MANY_KEYED = 5


class RecordPlace(msgspec.Struct, frozen=True):
    """One place where records may be. `weight` is how many values the records hold."""

    steps: Steps
    form: RecordForm
    weight: int
    count: int


def record_place(document: Any) -> RecordPlace | None:
    """The place that holds most of the document; None where there are no records."""
    found = sorted(_places(document, (), 0), key=lambda place: -place.weight)
    best = found[0] if found else None
    if best is None or (best.form == "list" and _is_detail(document, best)):
        return _single(document) or best
    return best


def other_places(document: Any, chosen: RecordPlace) -> list[RecordPlace]:
    """Further lists as large as the chosen one, or nearly."""
    return [
        place
        for place in _places(document, (), 0)
        if place.steps != chosen.steps and place.weight * 2 > chosen.weight and place.form == "list"
    ]


def records_at(document: Any, place: RecordPlace) -> list[Any]:
    """The records of one document at that place; none where the place is not there."""
    found = value_at(document, place.steps)
    if place.form == "features":
        found = found.get("features") if isinstance(found, dict) else None
    if place.form == "keyed":
        return list(found.values()) if isinstance(found, dict) else []
    if place.form == "single":
        return [found] if isinstance(found, dict) else []
    return found if isinstance(found, list) else []


def value_at(document: Any, steps: Steps) -> Any:
    """What stands in a document at the end of some keys and positions, or None."""
    found = document
    for step in steps:
        if isinstance(step, Key) and isinstance(found, dict):
            found = found.get(step.name)
        elif isinstance(step, Index) and isinstance(found, list) and step.index < len(found):
            found = found[step.index]
        else:
            return None
    return found


def with_rows(document: Any, place: RecordPlace, change: Callable[[list[Any]], list[Any]]) -> Any:
    """The document with other rows in the list at the place; unchanged where the records are in no list."""
    if place.form not in {"list", "features"}:
        return document
    return _changed(document, (*place.steps, Key("features")) if place.form == "features" else place.steps, change)


def _changed(value: Any, steps: Steps, change: Callable[[list[Any]], list[Any]]) -> Any:
    if not steps:
        return change(value) if isinstance(value, list) else value
    step, rest = steps[0], steps[1:]
    if isinstance(step, Key) and isinstance(value, dict) and step.name in value:
        return {**value, step.name: _changed(value[step.name], rest, change)}
    if isinstance(step, Index) and isinstance(value, list):
        return [_changed(item, rest, change) if at == step.index else item for at, item in enumerate(value)]
    return value


def _places(value: Any, steps: Steps, depth: int) -> Iterator[RecordPlace]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        yield from _in_list(value, steps, depth)
    elif isinstance(value, dict):
        if _is_collection(value):
            features = value["features"]
            yield RecordPlace(steps, "features", _weight(features), len(features))
            return
        if _is_keyed(value):
            yield RecordPlace(steps, "keyed", _weight(list(value.values())), len(value))
        for name, member in value.items():
            if isinstance(member, (dict, list)) and readable(name):
                yield from _places(member, (*steps, Key(name)), depth + 1)


def _in_list(value: list[Any], steps: Steps, depth: int) -> Iterator[RecordPlace]:
    objects = sum(isinstance(item, dict) for item in value)
    if 1 < len(value) <= _FEW_PARTS and len({type(item) for item in value}) > 1:
        # A head and its list, as `[{"page": 1, …}, [ … ]]`.
        below = [
            found
            for place, item in enumerate(value)
            if isinstance(item, list)
            for found in _places(item, (*steps, Index(place)), depth + 1)
        ]
        if any(found.weight * 2 > _weight(value) for found in below):
            yield from below
            return
    if objects and objects * 2 >= len(value):
        if len(value) == 1:
            inner = max(_places(value[0], (*steps, Index(0)), depth + 1), key=lambda place: place.weight, default=None)
            if inner is not None and inner.count > 1 and inner.weight * 2 > _weight(value):
                yield inner
                return
        yield RecordPlace(steps, "list", _weight(value), len(value))
    elif len(value) > 1 and all(isinstance(item, list) and _is_row(item) for item in value):
        lengths = {len(item) for item in value}
        if len(lengths) == 1 and lengths != {0}:
            yield RecordPlace(steps, "list", _weight(value), len(value))


def _is_row(item: list[Any]) -> bool:
    return not any(isinstance(cell, (dict, list)) for cell in item)


def _is_collection(value: dict[str, Any]) -> bool:
    features = value.get("features")
    if not isinstance(features, list):
        return False
    if value.get("type") == "FeatureCollection":
        return True
    return bool(features) and all(isinstance(one, dict) and one.get("type") == "Feature" for one in features)


def _is_keyed(value: dict[str, Any]) -> bool:
    """Whether the members are records: objects alike, under keys that are ids rather than names."""
    members = list(value.values())
    if len(members) < _FEW_KEYED or not all(isinstance(member, dict) and member for member in members):
        return False
    ids = sum(bool(_ID_LIKE.fullmatch(key)) for key in value)
    if ids < len(value) * 0.9 and len(members) < _MANY_KEYED:
        return False
    every = {name for member in members for name in member}
    alike = sum(len(member) for member in members) / (len(members) * len(every))
    scalars = any(not isinstance(cell, (dict, list)) for member in members for cell in member.values())
    return alike >= 0.5 and scalars


def _weight(value: Any) -> int:
    """How many scalars a value holds."""
    count, level = 0, [value]
    while level:
        one = level.pop()
        if isinstance(one, (dict, list)):
            level.extend(one.values() if isinstance(one, dict) else one)
        else:
            count += 1
    return count


def _own(value: dict[str, Any]) -> int:
    """How many members of an object are scalars that no envelope has."""
    return sum(
        1
        for name, member in value.items()
        if not isinstance(member, (dict, list)) and not set(words_of(name)) <= ENVELOPE_WORDS
    )


def _is_detail(document: Any, place: RecordPlace) -> bool:
    """Whether the list is a detail of one record: its holder has many members of its own, and the list few items."""
    if not place.steps or not isinstance(place.steps[-1], Key):
        return False
    holder = value_at(document, place.steps[:-1])
    return isinstance(holder, dict) and _own(holder) >= max(4, place.count + 1)


def _single(document: Any) -> RecordPlace | None:
    """The one object that is the record: as deep as the members around it are an envelope's."""
    if not isinstance(document, dict):
        return None
    steps: Steps = ()
    found = document
    while _own(found) == 0 or len(found) == 1:
        inner = [(name, member) for name, member in found.items() if isinstance(member, dict) and readable(name)]
        if not inner:
            break
        name, found = max(inner, key=lambda pair: _weight(pair[1]))
        steps = (*steps, Key(name))
    scalars = sum(not isinstance(member, (dict, list)) for member in found.values())
    if scalars == 0 or (_own(found) == 0 and (scalars < _FEW_OWN or [] in found.values())):
        return None
    return RecordPlace(steps, "single", _weight(found), 1)

"""What a person has to look at in a sample: told by counts and names of fields, never by values."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from gateway.onboarding.hint_words import TIME
from gateway.onboarding.observed import readable
from gateway.onboarding.path_text import path_text
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.record_places import RecordPlace, other_places

_WORDS = {
    "integer": "a number", "number": "a number", "string": "text", "boolean": "true or false", "object": "an object",
    "array": "a list",
}  # fmt: skip
_SPACED = re.compile(r"-?\d{1,3}(?:[ \u00a0]\d{3})+(?:[.,]\d+)?")
_TWO_KINDS = 0.2
_DAYS = range(20_000, 60_000)
"""Days since 1899 of the years 1954 to 2064."""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at: all rows at the place, the records among them, and the first document."""

    rows: Sequence[Any]
    records: Sequence[Any]
    place: RecordPlace
    document: Any


def issues_of(looked: Looked, fields: Sequence[FieldProfile]) -> tuple[list[str], bool]:
    """The issues, and whether some records stand more than once."""
    copies = _copies(looked.records)
    found = [*_rows(looked), *_kinds_of_records(looked.records)]
    if copies:
        found.append(f"{_records(copies)} a copy of an earlier one; `distinct` counts it once")
    found += _ids(fields, copies)
    for field in fields:
        found += _of_field(field)
    return found, copies > 0


def _rows(looked: Looked) -> Iterator[str]:
    if unlike := sum(not isinstance(row, (dict, list)) for row in looked.rows):
        yield f"{_records(unlike)} no object, or without the cells of the header; it is refused when it comes"
    for other in other_places(looked.document, looked.place)[:3]:
        here, there = (path_text(place.steps) or "the document" for place in (looked.place, other))
        yield f"there is another list of records at `{there}`; those at `{here}` were taken, as they hold more"
    names = {name for row in looked.records if isinstance(row, dict) for name in row if not readable(name)}
    if names:
        yield f"{len(names)} members have a name that no mapping can read (empty, or with a quote or control character)"
    if looked.place.form == "features":
        sorts = {
            str(row.get("geometry", {}).get("type")) for row in looked.records if isinstance(row.get("geometry"), dict)
        }
        if sorts - {"Point"}:
            yield f"geometries are {', '.join(sorted(sorts))}; only points become a location"


def _copies(records: Sequence[Any]) -> int:
    """How many records are copies of an earlier one."""
    if len(records) < 2:
        return 0
    seen = Counter(json.dumps(record, sort_keys=True) for record in records)
    return sum(count - 1 for count in seen.values())


def _kinds_of_records(records: Sequence[Any]) -> Iterator[str]:
    """Records of two kinds: two sets of members with little in common."""
    shapes = Counter(frozenset(record) for record in records if isinstance(record, dict))
    common = [(set(shape), count) for shape, count in shapes.most_common(8) if count >= len(records) * _TWO_KINDS]
    for place, (first, count) in enumerate(common):
        for second, other in common[place + 1 :]:
            unlike = len(first & second) < len(first | second) * 0.3
            if unlike and min(len(first - second), len(second - first)) >= 2:
                only, too = sorted(first - second)[:3], sorted(second - first)[:3]
                yield (
                    f"the records are of two kinds: {count} have {_listed(only)}, {other} have {_listed(too)}; "
                    "make a dataset of each, with `keep_if`"
                )
                return


def _ids(fields: Sequence[FieldProfile], copies: int) -> Iterator[str]:
    """A field that is called an id, and is not unique."""
    for field in fields:
        if field.parents or field.many or set(field.words) not in ({"id"}, {"uuid"}, {"objectid"}, {"guid"}):
            continue
        again = field.seen - field.distinct - copies
        if field.seen and again > 0:
            yield f"`{field.path}` is called an id, and {again} of {field.seen} are the id of another record, too"


def _of_field(field: FieldProfile) -> Iterator[str]:
    kinds: Counter[str] = Counter()
    for kind, count in field.kinds.items():
        if kind in _WORDS:
            kinds[_WORDS[kind]] += count
    if len(kinds) > 1:
        yield f"`{field.path}` is " + " and ".join(f"{word} {count} times" for word, count in kinds.items())
    whole = set(field.kinds) <= {"integer", "null"} and field.seen
    if whole and set(field.words) & TIME and (field.minimum or 0) > _DAYS.start and (field.maximum or 0) < _DAYS.stop:
        yield f"`{field.path}` holds numbers that may be the days of a spreadsheet; have them written as dates"
    texts = [one for one in field.frequent if isinstance(one.value, str)]
    spaced = sum(one.count for one in texts if _SPACED.fullmatch(str(one.value)))
    if spaced * 2 > sum(one.count for one in texts):
        yield f"the numbers of `{field.path}` have spaces between thousands, which no mapping reads; have them left out"
    for form in field.forms:
        if not form.ambiguous:
            continue
        alike = f"{', '.join((form.detail, *form.others[:-1]))} and {form.others[-1]}" if form.others else ""
        if form.kind in {FormKind.DATE, FormKind.DATETIME} and form.others:
            yield f"the dates of `{field.path}` fit {alike} alike; ask the office which is meant"
        elif form.kind in {FormKind.NUMBER, FormKind.PERCENT}:
            yield f"the numbers of `{field.path}` fit {alike} alike, as `1.234` does; ask the office"
        elif form.kind is FormKind.REGION_CODE:
            yield f"the codes of `{field.path}` fit BPS and Kemendagri alike; ask the office which they are"


def _records(count: int) -> str:
    return "1 record is" if count == 1 else f"{count} records are each"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing of their own"

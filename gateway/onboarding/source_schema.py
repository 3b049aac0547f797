"""The source schema of a sample: its structure by genson, then what its values promise."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from gateway.fictional.fiction import json_in
from gateway.mapping.language.paths import Each, Index, Key
from gateway.mapping.regions import Regions
from gateway.onboarding.observed import Observed, Steps
from gateway.onboarding.profile import FieldProfile
from gateway.onboarding.record_places import RecordPlace, value_at, with_rows
from gateway.onboarding.schema_words import schema_words

_FEW = 20
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KEYS = (r"^[0-9]{1,40}$", r"^[A-Za-z0-9._-]{1,100}$", r"^[\s\S]+$")
_ORDER = ("$schema", "$comment", "type", "required", "properties", "patternProperties", "prefixItems", "items")
Schema = dict[str, Any]


class SchemaWriter:
    """Writes the schema of the documents of one sample."""

    def __init__(self, documents: Sequence[Any], *, place: RecordPlace, rows: Sequence[Any]) -> None:
        """`rows` are all rows at the place, those too that are no records."""
        self._place = place
        self._all = _observed(rows)
        self._schema = _structure([with_rows(document, place, _objects) for document in documents], place)

    def write(self, fields: Iterable[tuple[Steps, FieldProfile]], *, regions: Regions, records: int, of: int) -> Schema:
        """The schema with everything that the fields promise. `of` records were there, `records` were looked at."""
        record = self._record(self._schema)
        if self._all.items is not None and not self._all.members:
            _add_positions(record, self._all)
        contents(record, self._all)
        for steps, field in fields:
            node = node_at(record, steps)
            seen = observed_at(self._all, steps)
            if node is None or seen is None or not seen.values:
                continue
            types = node.get("type", [])
            nullable = "null" in types if isinstance(types, list) else types == "null"
            node.update(schema_words(field, seen.values, regions=regions, nullable=nullable))
            if "enum" in node:
                node.pop("type", None)
        return _ordered({"$schema": _DIALECT, "$comment": comment(records, of), **self._schema})

    def _record(self, schema: Schema) -> Schema:
        """The schema of one record."""
        node = schema
        for step in self._place.steps:
            if isinstance(step, Index) and "prefixItems" in node:
                node = node["prefixItems"][step.index]
            else:
                node = node["properties"][step.name] if isinstance(step, Key) else node["items"]
        if self._place.form == "features":
            node = node["properties"]["features"]
        if self._place.form == "keyed":
            return next(iter(node["patternProperties"].values()))
        return node if self._place.form == "single" else node["items"]


def comment(records: int, of: int) -> str:
    """Where the shape is known from, and how far it is to be trusted."""
    number = f"{records} of {of} records" if of > records else f"{records} record{'s' if records != 1 else ''}"
    said = f"Inferred from {number} of a sample; a member is required where every one of them has it."
    if records < _FEW:
        said += " These are few: what is required, and how values are written, is a guess to be looked at."
    return said


def _objects(rows: list[Any]) -> list[Any]:
    """The rows without those that are no objects: a mapping refuses each by its place."""
    return [row for row in rows if isinstance(row, (dict, list))]


def _observed(rows: Sequence[Any]) -> Observed:
    top = Observed()
    for row in _objects(list(rows)):
        top.add(row)
    return top


def _structure(documents: Sequence[Any], place: RecordPlace) -> Schema:
    """What genson makes of the documents, in the words that a source schema takes."""
    from genson import SchemaBuilder  # noqa: PLC0415  # only who infers a schema needs it

    builder = SchemaBuilder(schema_uri=None)
    if place.form == "keyed":
        holders = [value_at(document, place.steps) for document in documents]
        keys = [key for holder in holders if isinstance(holder, dict) for key in holder]
        pattern = next(one for one in _KEYS if all(re.search(one, key) for key in keys))
        seed: Schema = {"type": "object", "patternProperties": {pattern: {}}}
        for step in reversed(place.steps):
            if isinstance(step, Key):
                seed = {"type": "object", "properties": {step.name: seed}}
            else:
                seed = {"type": "array", "items": seed}
        builder.add_schema(seed)
    for document in documents:
        builder.add_object(document)
    schema = plain(builder.to_schema())
    for at, step in enumerate(place.steps):
        if isinstance(step, Index):
            _add_parts(schema, documents, place.steps[:at])
    return schema


def _add_parts(schema: Schema, documents: Sequence[Any], steps: Steps) -> None:
    """The parts of a list that holds a head and a list, each with a schema of its own."""
    from genson import SchemaBuilder  # noqa: PLC0415

    node, lists = schema, list(documents)
    for step in steps:
        if not isinstance(step, Key):
            return
        node, lists = node["properties"][step.name], [one.get(step.name) for one in lists if isinstance(one, dict)]
    found = [one for one in lists if isinstance(one, list)]
    if len({tuple(type(item) for item in one) for one in found}) != 1 or len({type(item) for item in found[0]}) < 2:
        return
    builders = [SchemaBuilder(schema_uri=None) for _ in found[0]]
    for one in found:
        for builder, item in zip(builders, one, strict=True):
            builder.add_object(item)
    node.pop("items", None)
    node["prefixItems"] = [plain(builder.to_schema()) for builder in builders]
    node["minItems"] = len(builders)


def plain(schema: Schema, *, is_branch: bool = False) -> Schema:
    """A schema without `anyOf`: one type list, as each keyword speaks of one type only."""
    merged: Schema = {}
    for branch in schema.pop("anyOf", []):
        inner = plain(branch, is_branch=True)
        types = inner.pop("type", [])
        merged.setdefault("type", []).extend([types] if isinstance(types, str) else types)
        merged.update(inner)
    merged.update(schema)
    types = merged.get("type")
    if isinstance(types, list):
        merged["type"] = sorted(set(types), key=lambda name: (name == "null", name))
        if len(merged["type"]) == 1:
            merged["type"] = merged["type"][0]
    for keyword in ("properties", "patternProperties"):
        if keyword in merged:
            merged[keyword] = {name: plain(member) for name, member in merged[keyword].items()}
    if isinstance(merged.get("items"), dict):
        merged["items"] = plain(merged["items"])
    if merged.get("type") == "null" and not is_branch:
        merged["type"] = ["string", "null"]
        merged["$comment"] = "always null in the sample; that it is text is assumed"
    if "required" in merged:
        merged["required"] = [name for name in merged.get("properties", {}) if name in merged["required"]]
    return merged


def contents(node: Schema, seen: Observed) -> None:
    """Adds what `JSON inside a text` and lists of a few positions hold, everywhere below a node."""
    inner = seen.content()
    if inner is not None:
        _add_content(node, seen, inner)
    if seen.is_positional:
        _add_positions(node, seen)
    for name, member in seen.members.items():
        if name in node.get("properties", {}):
            contents(node["properties"][name], member)
    if seen.items is not None and isinstance(node.get("items"), dict):
        contents(node["items"], seen.items)


def _add_positions(node: Schema, seen: Observed) -> None:
    """What stands at each place of lists that are always of one length."""
    length = next(iter(seen.lengths))
    node["minItems"] = length
    node["prefixItems"] = [_of(seen.item(index)) for index in range(length)]


def _add_content(node: Schema, seen: Observed, inner: Observed) -> None:
    from genson import SchemaBuilder  # noqa: PLC0415

    builder = SchemaBuilder(schema_uri=None)
    whole = True
    for value in seen.values:
        found = json_in(value) if isinstance(value, str) else None
        if found is None:
            whole = False
        else:
            builder.add_object(found)
    schema = plain(builder.to_schema())
    if not whole:
        types = schema["type"]
        schema["type"] = [*([types] if isinstance(types, str) else types), "null"]
    contents(schema, inner)
    node["contentMediaType"] = "application/json"
    node["contentSchema"] = schema


def _of(seen: Observed) -> Schema:
    kinds = sorted(set(seen.kinds), key=lambda name: (name == "null", name))
    if "number" in kinds and "integer" in kinds:
        kinds.remove("integer")
    return {"type": kinds[0] if len(kinds) == 1 else kinds}


def node_at(node: Schema, steps: Steps) -> Schema | None:
    """The schema at the end of some steps, through the JSON of texts."""
    found: Schema | None = node
    for step in steps:
        if found is not None and "contentSchema" in found:
            found = found["contentSchema"]
        if found is None:
            return None
        match step:
            case Key(name):
                found = found.get("properties", {}).get(name)
            case Index(index):
                prefix = found.get("prefixItems", [])
                found = prefix[index] if index < len(prefix) else None
            case _:
                found = found.get("items")
    return found


def observed_at(top: Observed, steps: Steps) -> Observed | None:
    """What was seen at the end of some steps."""
    found: Observed | None = top
    for step in steps:
        if found is not None and not found.members and found.items is None:
            found = found.content()
        if found is None:
            return None
        match step:
            case Key(name):
                found = found.members.get(name)
            case Index(index):
                found = found.item(index)
            case Each():
                found = found.items
    if found is not None and not found.values and found.items is not None and found.items.values:
        return None
    return found


def _ordered(schema: Schema) -> Schema:
    """The keywords in the order in which people read them."""
    known = {word: place for place, word in enumerate(_ORDER)}
    found: Schema = {}
    for word in sorted(schema, key=lambda one: known.get(one, len(known))):
        value = schema[word]
        if word in {"properties", "patternProperties"}:
            value = {name: _ordered(member) for name, member in value.items()}
        elif word in {"items", "contentSchema"} and isinstance(value, dict):
            value = _ordered(value)
        elif word == "prefixItems":
            value = [_ordered(member) for member in value]
        found[word] = value
    return found

"""Every edge of a source schema, one at a time: an ordinary document, and each single edit that the schema admits.

Limits, nulls, absences, every value of an enumeration, every branch of a union, and awkward texts.
"""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gateway.contracts.awkward_values import Vocabulary, has_length, integers, numbers, texts
from gateway.contracts.told import Steps
from gateway.mapping.json_pointer import definition_of

ABSENT = object()
"""An edit's value that takes its member away."""
_ANY: tuple[Any, ...] = (None, True, 0, 1.5, "", "x", [], {})
_LONGEST_LIST = 12
PatternTexts = Callable[[str], list[str]]


class Edit(NamedTuple):
    """What stands at `steps` instead of the ordinary value."""

    steps: Steps
    value: Any


class EdgeDocuments:
    """The ordinary document of a schema and its edits. `of_pattern` makes texts that match a pattern."""

    def __init__(self, schema: dict[str, Any], words: Vocabulary, *, of_pattern: PatternTexts) -> None:
        self._top = schema
        self._words = words
        self._of_pattern = of_pattern
        self._known: dict[str, list[str]] = {}
        self.base: Any = self.ordinary(schema)

    def edits(self) -> Iterator[Edit]:
        """Every single edit."""
        return self._edits(self._top, ())

    def ordinary(self, schema: Any) -> Any:
        """A plain value of a schema: what is always there and what may be, one item in each list."""
        schema = self._resolved(schema)
        kind, schema = self._first_kind(schema)
        match kind:
            case "object":
                return self._ordinary_object(schema)
            case "array":
                return self._ordinary_list(schema)
            case "string":
                return self._texts(schema)[0]
            case _:
                return next(iter(self._scalars(schema, kind)), None)

    def _ordinary_object(self, schema: dict[str, Any]) -> dict[str, Any]:
        made = {name: self.ordinary(member) for name, member in schema.get("properties", {}).items()}
        more = schema.get("additionalProperties")
        for pattern, member in schema.get("patternProperties", {}).items():
            made.setdefault(self._pattern_texts(pattern)[0], self.ordinary(member))
        if isinstance(more, dict) and not made:
            made["kunci"] = self.ordinary(more)
        return made

    def _ordinary_list(self, schema: dict[str, Any]) -> list[Any]:
        made = [self.ordinary(item) for item in schema.get("prefixItems", ())]
        least = schema.get("minItems", 0)
        wanted = max(least, len(made), 1 if schema.get("items") is not False else 0)
        if len(made) >= wanted or schema.get("items") is False:
            return made[: schema.get("maxItems", len(made))]
        item = self.ordinary(schema.get("items", {"type": "string"}))
        return (made + [copy.deepcopy(item) for _ in range(wanted - len(made))])[: schema.get("maxItems", wanted)]

    def _edits(self, schema: Any, steps: Steps) -> Iterator[Edit]:
        schema = self._resolved(schema)
        if not isinstance(schema, dict) or not schema:
            yield from (Edit(steps, value) for value in _ANY)
            return
        branches = schema.get("anyOf", schema.get("oneOf"))
        if branches:
            yield from self._edits(branches[0], steps)
            for branch in branches[1:]:
                yield from (Edit(steps, value) for value in self._values(branch))
            return
        kinds = self._kinds(schema)
        first, _ = self._first_kind(schema)
        for kind in kinds:
            if kind == "object" and first == "object":
                yield from self._object_edits(schema, steps)
            elif kind == "array" and first == "array":
                yield from self._list_edits(schema, steps)
            else:
                yield from (Edit(steps, value) for value in self._kind_values(schema, kind))

    def _object_edits(self, schema: dict[str, Any], steps: Steps) -> Iterator[Edit]:
        required = schema.get("required", ())
        members = schema.get("properties", {})
        for name, member in members.items():
            yield from self._edits(member, (*steps, name))
            if name not in required:
                yield Edit((*steps, name), ABSENT)
        least = {name: self.ordinary(member) for name, member in members.items() if name in required}
        yield Edit(steps, least)
        for pattern, member in schema.get("patternProperties", {}).items():
            for name in self._pattern_texts(pattern)[:3]:
                yield from self._edits(member, (*steps, name))
        more = schema.get("additionalProperties")
        if isinstance(more, dict) and more:
            for name in ("a", "kunci~/lain"):
                yield from (Edit((*steps, name), value) for value in self._values(more))

    def _list_edits(self, schema: dict[str, Any], steps: Steps) -> Iterator[Edit]:
        prefix = schema.get("prefixItems", [])
        for place, item in enumerate(prefix):
            yield from self._edits(item, (*steps, place))
        ordinary = self._ordinary_list(schema)
        least = schema.get("minItems", 0)
        longest = max(least, _LONGEST_LIST)
        most = min(schema.get("maxItems", longest), longest)
        if len(ordinary) > len(prefix):
            yield from self._edits(schema.get("items", {}), (*steps, len(prefix)))
        for length in sorted({least, min(most, least + 2), most}):
            if length < len(ordinary):
                yield Edit(steps, ordinary[:length])
            elif len(ordinary) > len(prefix):
                yield Edit(steps, [*ordinary, *[copy.deepcopy(ordinary[-1]) for _ in range(length - len(ordinary))]])

    def _values(self, schema: Any) -> Iterator[Any]:
        """The ordinary value of a schema, and each with one edit."""
        ordinary = self.ordinary(schema)
        yield ordinary
        for edit in self._edits(schema, ()):
            made = edited(ordinary, edit)
            if made is not ABSENT:
                yield made

    def _kind_values(self, schema: dict[str, Any], kind: str) -> Iterator[Any]:
        if kind in {"object", "array"}:
            yield from self._values({**schema, "type": kind})
        else:
            yield from self._scalars(schema, kind)

    def _scalars(self, schema: dict[str, Any], kind: str) -> list[Any]:
        match kind:
            case "scalar":
                return list(schema["enum"]) if "enum" in schema else [schema["const"]]
            case "null":
                return [None]
            case "boolean":
                return [True, False]
            case "integer":
                return integers(schema, self._words)
            case "number":
                return numbers(schema, self._words)
            case _:
                return self._texts(schema)

    def _texts(self, schema: dict[str, Any]) -> list[str]:
        if "contentSchema" in schema:
            return [json.dumps(value) for value in self._values(schema["contentSchema"])]
        if "pattern" in schema:
            fitting = [text for text in self._pattern_texts(schema["pattern"]) if has_length(text, schema)]
            return fitting or self._pattern_texts(schema["pattern"])
        return texts(schema, self._words) or [""]

    def _pattern_texts(self, pattern: str) -> list[str]:
        if pattern not in self._known:
            self._known[pattern] = self._of_pattern(pattern)
        return self._known[pattern]

    def _resolved(self, schema: Any) -> Any:
        while isinstance(schema, dict) and "$ref" in schema:
            schema = self._top["$defs"][definition_of(schema["$ref"])]
        return schema

    def _first_kind(self, schema: Any) -> tuple[str, dict[str, Any]]:
        """The kind of the ordinary value, and the branch that says so."""
        if not isinstance(schema, dict) or not schema:
            return "string", {}
        branches = schema.get("anyOf", schema.get("oneOf"))
        if branches:
            return self._first_kind(self._resolved(branches[0]))
        kinds = self._kinds(schema)
        return next((kind for kind in kinds if kind != "null"), kinds[0]), schema

    def _kinds(self, schema: dict[str, Any]) -> list[str]:
        if "enum" in schema or "const" in schema:
            return ["scalar"]
        said = schema.get("type", ["string", "integer", "number", "boolean", "null"])
        return [said] if isinstance(said, str) else list(said)


def edited(document: Any, edit: Edit) -> Any:
    """A copy of a document with an edit; the document itself where the edit's place is not there."""
    if not edit.steps:
        return edit.value
    copied = copy.deepcopy(document)
    holder = copied
    for step in edit.steps[:-1]:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return document
    last = edit.steps[-1]
    try:
        if edit.value is ABSENT:
            del holder[last]
        else:
            holder[last] = edit.value
    except (KeyError, IndexError, TypeError):
        return document
    return copied

"""A place in a schema, and what it comes to: references followed, alternatives and types laid side by side."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.contracts.diff.gathering import below
from gateway.mapping.json_pointer import unescaped

KINDS = ("array", "boolean", "integer", "null", "number", "object", "string")
WORDS_ABOUT = frozenset(
    {"$anchor", "$comment", "$defs", "$id", "$schema", "definitions", "description", "example", "examples",
     "externalDocs", "title", "x-source"}
)  # fmt: skip
"""What says nothing about a value."""
ABOUT = WORDS_ABOUT | {"default", "deprecated", "readOnly", "writeOnly", "x-label", "x-sensitivity"}
"""What is said about a field, and limits no value."""
ALSO = " also"
"""Where conditions are kept that stand beside a reference or beside alternatives, and cannot be merged."""
_DEEPEST = 60


class Unfollowed(Exception):
    """A reference leads out of the document, or nowhere, or round in a circle."""


class Node(msgspec.Struct, frozen=True):
    """A schema, where it stands, and the document around it. `origin` is the reference that led here last."""

    schema: Any
    at: str
    document: Any
    origin: str | None = None

    def below(self, *steps: str | int) -> "Node":
        """What stands below. Raises `KeyError` where nothing does."""
        schema = self.schema
        for step in steps:
            schema = schema[step]
        return Node(schema, below(self.at, *steps), self.document)

    def inner(self, keyword: str) -> "Node":
        """The schema below a keyword; anything where it is not said."""
        return Node(self.members.get(keyword, True), below(self.at, keyword), self.document)

    @property
    def members(self) -> Mapping[str, Any]:
        """The keywords; none for `true` and `false`."""
        return self.schema if isinstance(self.schema, dict) else {}

    @property
    def is_anything(self) -> bool:
        """Whether every value is admitted, without a condition."""
        return self.schema is True or (isinstance(self.schema, dict) and not set(self.schema) - ABOUT)

    @property
    def about(self) -> Mapping[str, Any]:
        """What is said about the field, here and, failing that, where a reference leads."""
        found = {key: value for key, value in self.members.items() if key in ABOUT}
        if "$ref" in self.members:
            try:
                return {**{key: it for key, it in self.followed().members.items() if key in ABOUT}, **found}
            except Unfollowed:
                return found
        return found

    def followed(self) -> "Node":
        """Where the reference leads, and on from there. Raises `Unfollowed`."""
        node, seen = self, set[str]()
        while "$ref" in node.members and not set(node.members) - ABOUT - {"$ref"}:
            node = node.target()
            if node.at in seen:
                raise Unfollowed(node.at)
            seen.add(node.at)
        return node

    def target(self) -> "Node":
        """What the reference names. Raises `Unfollowed`."""
        reference = self.members["$ref"]
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise Unfollowed(str(reference))
        schema = self.document
        for step in reference[1:].split("/")[1:]:
            key = unescaped(step)
            try:
                schema = schema[int(key) if isinstance(schema, list) else key]
            except (KeyError, IndexError, ValueError, TypeError):
                raise Unfollowed(reference) from None
        return Node(schema, reference[1:], self.document, reference)

    def resolved(self) -> "Node":
        """What the reference names; the place itself where there is none. Raises `Unfollowed`."""
        return self.target() if "$ref" in self.members else self

    def branches(self, depth: int = 0) -> Iterator["Node"]:
        """The alternatives that the schema comes to; none where it admits nothing. Raises `Unfollowed`."""
        if depth > _DEEPEST:
            raise Unfollowed(self.at)
        if not isinstance(self.schema, dict):
            if self.schema is not False:
                yield Node({}, self.at, self.document, self.origin)
            return
        parted = next((key for key in ("$ref", "anyOf", "oneOf") if key in self.schema), None)
        if parted is None:
            yield self
            return
        beside = {key: value for key, value in self.schema.items() if key != parted and key not in ABOUT}
        inner = (
            [self.target()] if parted == "$ref" else [self.below(parted, n) for n in range(len(self.schema[parted]))]
        )
        for node in inner:
            for branch in node.branches(depth + 1):
                if beside:
                    merged = Node(_merged(branch.members, beside), branch.at, self.document, branch.origin)
                    yield from merged.branches(depth + 1)
                else:
                    yield branch

    def is_exclusive(self, depth: int = 0) -> bool:
        """Whether one of its alternatives may take from another what both admit: `oneOf`."""
        if "oneOf" in self.members or depth > _DEEPEST:
            return True
        parts = [self.below("anyOf", place) for place in range(len(self.members.get("anyOf", ())))]
        parts += [self.target()] if "$ref" in self.members else []
        return any(part.is_exclusive(depth + 1) for part in parts)

    def by_kind(self) -> dict[str, list["Node"]]:
        """The alternatives for each type of value. Raises `Unfollowed`."""
        found: dict[str, list[Node]] = {}
        for branch in self.branches():
            for kind in _kinds(branch.members):
                found.setdefault(kind, []).append(branch)
        return found


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    """The types of values that one alternative admits."""
    said = schema.get("type", KINDS)
    kinds = {said} if isinstance(said, str) else set(said)
    values = values_of(schema)
    if values is not None:
        kinds = {kind for kind in kinds if any(is_of(value, kind) for value in values)}
    if "number" in kinds:
        kinds.discard("integer")
    return sorted(kinds)


def values_of(schema: Mapping[str, Any]) -> list[Any] | None:
    """The values that are listed, if any are."""
    if "const" in schema:
        return [schema["const"]]
    listed = schema.get("enum")
    return listed if isinstance(listed, list) else None


def is_of(value: Any, kind: str) -> bool:
    """Whether a value is of a type of JSON Schema."""
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return not isinstance(value, bool) and isinstance(value, int | float) and value == int(value)
        case "number":
            return not isinstance(value, bool) and isinstance(value, int | float)
        case "null":
            return value is None
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


def _merged(branch: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """One alternative with what stands beside it; what both say differently is kept for itself."""
    merged = dict(branch)
    also = list(merged.get(ALSO, ()))
    for key, value in beside.items():
        if key not in merged:
            merged[key] = value
        elif key == "type":
            merged[key] = sorted(_of_both(_listed(merged[key]), _listed(value)))
        elif merged[key] != value:
            also.append({key: value})
    if also:
        merged[ALSO] = also
    return merged


def _of_both(mine: list[str], its: list[str]) -> set[str]:
    """The types that both admit; a whole number is a number."""
    whole = (
        {"integer"}
        if "integer" in {*mine, *its} and {"integer", "number"} & set(mine) and {"integer", "number"} & set(its)
        else set()
    )
    return (set(mine) & set(its)) | whole


def _listed(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else list(said)

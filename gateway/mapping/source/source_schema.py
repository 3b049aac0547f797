"""A source schema, read: what a dataset's documents may hold, and what stands at a path."""

import re
from typing import NamedTuple

import msgspec

from gateway.mapping.language.findings import nearest_name
from gateway.mapping.language.paths import Index, Json, Key, Path, Step
from gateway.mapping.source.source_type import SourceType, union


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at a path.

    `absent`: the path may end before its last step, as a member is missing or null on the way. `many`: it
    takes every item of a list, and `type` is that of one, without null, as null and absent ones are left out.
    `steps` are the path's, with a `Json` wherever it goes on inside a text.
    """

    type: SourceType
    absent: bool
    many: bool
    steps: tuple[Step, ...]

    @property
    def nothing(self) -> bool:
        """Whether there may be no value: absent, or null."""
        return self.absent or (self.type.nullable and not self.many)


class Lost(NamedTuple):
    """Why there is nothing at a path, for a finding."""

    code: str
    message: str
    expected: str | None = None
    nearest: str | None = None


class SourceSchema(msgspec.Struct, frozen=True):
    """One source schema: its file, and the type of the whole document."""

    file: str
    document: SourceType

    def at(self, path: Path, *, start: SourceType | None = None) -> Found | Lost:
        """What stands at `path`, from `start` or, failing that and for `$root`, from the document."""
        walk = _Walk(self.document if start is None or path.root == "document" else start)
        for step in path.steps:
            lost = walk.go(step)
            if lost is not None:
                return lost
        return walk.found()


class _Walk:
    """Goes through a type step by step."""

    def __init__(self, start: SourceType) -> None:
        self.type = start
        self.absent = False
        self.many = False
        self.steps: list[Step] = []
        self.way = ""

    def found(self) -> Found:
        found = self.type
        if self.many:
            found = msgspec.structs.replace(found, kinds=found.kinds - {"null"})
        return Found(type=found, absent=self.absent, many=self.many, steps=tuple(self.steps))

    def go(self, step: Step) -> Lost | None:
        """Takes one step, or says why it cannot be taken."""
        if self.type.content is not None and not self.type.kinds & {"object", "array"}:
            self._leave({"string"})
            self.steps.append(Json())
            self.type = self.type.content
        self.steps.append(step)
        match step:
            case Key(name):
                return self._key(name)
            case Index(index):
                return self._item(index)
            case _:
                return self._each()

    def _leave(self, kinds: set[str]) -> None:
        """Other kinds than those that the step needs end the path early."""
        if not self.many and self.type.kinds - kinds:
            self.absent = True

    def _key(self, name: str) -> Lost | None:
        if "object" not in self.type.kinds:
            return self._wrong("object", f"has no members, so no `{name}`")
        self._leave({"object"})
        member = _member(self.type, name)
        if member is None:
            known = sorted(self.type.properties)
            nearest = nearest_name(name, known)
            return Lost(
                "path-unknown",
                f"the source schema knows no `{name}` {self._place()}"
                + (f"; did you mean `{nearest}`?" if nearest else "; correct the path, or add it to the schema"),
                expected=_listed(known),
                nearest=nearest,
            )
        self.type, required = member
        self.absent = self.absent or (not required and not self.many)
        self.way = f"{self.way}.{name}" if self.way else name
        return None

    def _item(self, index: int) -> Lost | None:
        if "array" not in self.type.kinds:
            return self._wrong("array", f"is no list, so it has no item {index}")
        self._leave({"array"})
        most = self.type.max_items
        item = self.type.prefix[index] if index < len(self.type.prefix) else self.type.items
        if item is None or (most is not None and index >= most):
            return Lost(
                "path-unknown", f"the source schema knows no item {index} {self._place()}", expected=f"at most {most}"
            )
        if index >= self.type.min_items and not self.many:
            self.absent = True
        self.type, self.way = item, f"{self.way}[{index}]"
        return None

    def _each(self) -> Lost | None:
        if "array" not in self.type.kinds:
            return self._wrong("array", "is no list, so `[]` has nothing to go through")
        self._leave({"array"})
        item = _any_item(self.type)
        if item is None:
            return Lost("path-unknown", f"the source schema does not say what the items are {self._place()}")
        self.type, self.way, self.many = item, f"{self.way}[]", True
        return None

    def _wrong(self, kind: str, words: str) -> Lost:
        found = " or ".join(sorted(self.type.kinds))
        return Lost("path-wrong-kind", f"`{self.way or 'it'}` is {found} and {words}", expected=kind)

    def _place(self) -> str:
        return f"in `{self.way}`" if self.way else "here"


def _member(type_: SourceType, name: str) -> tuple[SourceType, bool] | None:
    """The type of a member, and whether it is always there."""
    if name in type_.properties:
        listed = type_.properties[name]
        return listed.type, listed.required
    for pattern, matched in type_.patterns.items():
        if re.search(pattern, name):
            return matched, False
    return None if type_.additional is None else (type_.additional, False)


def _any_item(type_: SourceType) -> SourceType | None:
    """One type for every item of a list."""
    found = type_.items
    for item in type_.prefix:
        found = item if found is None else union(found, item)
    return found


def _listed(names: list[str]) -> str | None:
    """Names for a finding, the first dozen."""
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else None

"""What changed from one JSON Schema to another (2020-12, with our own words), place by place."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gateway.contracts.diff.change import Change, Direction
from gateway.contracts.diff.gathering import Gathered
from gateway.contracts.diff.keyword_changes import KEYWORDS, PROMISES, KeywordComparison
from gateway.contracts.diff.object_changes import MEMBER_KEYWORDS, compare_members
from gateway.contracts.diff.schema_node import ABOUT, ALSO, WORDS_ABOUT, Node, Unfollowed

_HANDLED = frozenset(
    {"$ref", "allOf", "anyOf", "const", "contentSchema", "enum", "items", "oneOf", "prefixItems", "type"}
) | {*ABOUT, *PROMISES, *MEMBER_KEYWORDS, *(word for words in KEYWORDS.values() for word in words)}  # fmt: skip
_ANYTHING = "anything"
_ORDER = ("public", "restricted", "personal")


def schema_changes(old: Any, new: Any) -> list[Change]:
    """What changed between two schemas whose values the producer sends."""
    gathered = Gathered()
    SchemaComparison(gathered).compare(Node(old, "", old), Node(new, "", new))
    return gathered.changes


class SchemaComparison:
    """Compares schemas, each pair of places once."""

    def __init__(self, gathered: Gathered, direction: Direction = Direction.PRODUCER_SENDS) -> None:
        self._gathered = gathered
        self.direction = direction
        self._keywords = KeywordComparison(gathered, direction)
        self._seen: set[tuple[str, str]] = set()

    def compare(self, old: Node, new: Node, *, name: str = "it") -> None:
        """Adds what changed between two places."""
        key = (_ANYTHING if old.is_anything else old.at, _ANYTHING if new.is_anything else new.at)
        if key in self._seen or (old.is_anything and new.is_anything and old.about == new.about):
            return
        self._seen.add(key)
        self._about(old, new, name=name)
        try:
            was, is_now = old.by_kind(), new.by_kind()
        except Unfollowed:
            if old.schema != new.schema:
                self.add("keyword-changed", old, new, name="$ref")
            return
        self._kinds(old, new, set(was), set(is_now))
        self._exclusive(old, new, was, is_now)
        for kind in sorted(was):
            counterpart = kind if kind in is_now else _WIDER.get(kind) if _WIDER.get(kind) in is_now else None
            if counterpart is not None:
                self._alternatives(old, new, was[kind], is_now[counterpart], kind=kind)
        if "number" in was and "number" not in is_now and "integer" in is_now:
            self._alternatives(old, new, was["number"], is_now["integer"], kind="number")

    def add(self, rule: str, old: Node | None, new: Node | None, /, **said: Any) -> None:
        """One change, at two places."""
        self._gathered.add(
            rule,
            old_at=None if old is None else old.at,
            new_at=None if new is None else new.at,
            direction=self.direction,
            **said,
        )

    def _about(self, old: Node, new: Node, *, name: str) -> None:
        was, is_now = old.about, new.about
        if was == is_now:
            return
        self._sensitivity(old, new, was.get("x-sensitivity"), is_now.get("x-sensitivity"), name=name)
        if was.get("x-label") != is_now.get("x-label"):
            self.add("label-changed", old, new)
        if is_now.get("deprecated") is True and was.get("deprecated") is not True:
            self.add("deprecated", old, new, name=name)
        if "default" in was and "default" in is_now and was["default"] != is_now["default"]:
            self.add("default-changed", old, new, old=was["default"], new=is_now["default"])
        words = WORDS_ABOUT - {"$defs", "definitions", "$id", "$schema", "$anchor"}
        if any(was.get(word) != is_now.get(word) for word in words):
            self.add("text-changed", old, new)

    def _sensitivity(self, old: Node, new: Node, was: Any, is_now: Any, *, name: str) -> None:
        if was == is_now or was not in {None, *_ORDER} or is_now not in {None, *_ORDER}:
            return
        before, after = _ORDER.index(was or "public"), _ORDER.index(is_now or "public")
        if before != after:
            rule = "sensitivity-raised" if after > before else "sensitivity-lowered"
            self.add(rule, old, new, name=name, old=was or "of none", new=is_now or "of none")

    def _kinds(self, old: Node, new: Node, was: set[str], is_now: set[str]) -> None:
        more = {kind for kind in is_now - was if _WIDER.get(kind) not in was}
        gone = {kind for kind in was - is_now if _WIDER.get(kind) not in is_now}
        if "null" in more and len(was) > 0:
            self.add("null-added", old, new)
        if "null" in gone and len(is_now) > 0:
            self.add("null-removed", old, new)
        more, gone = more - {"null"} if was else more, gone - {"null"} if is_now else gone
        said = {"old": _said(was), "new": _said(is_now), "more": _said(more), "gone": _said(gone)}
        if more and gone and not (was & is_now) - {"null"} and not _akin(was, is_now):
            self.add("type-changed", old, new, **said)
            return
        if more:
            self.add("type-widened", old, new, **said)
        if gone:
            self.add("type-narrowed", old, new, **said)

    def _exclusive(self, old: Node, new: Node, was: Mapping[str, list[Node]], is_now: Mapping[str, list[Node]]) -> None:
        """Of `oneOf`, a change of one alternative may take from another what both admit."""
        if old.schema == new.schema or not (old.is_exclusive() or new.is_exclusive()):
            return
        if any(_overlap(nodes, kind) for found in (was, is_now) for kind, nodes in found.items()):
            self.add("keyword-changed", old, new, name="oneOf")

    def _alternatives(self, old: Node, new: Node, was: list[Node], is_now: list[Node], *, kind: str) -> None:
        pairs, gone, more = _paired(was, is_now)
        for one, other in pairs:
            self._alternative(one, other, kind=kind)
        for node in gone:
            self.add("alternative-removed", node, new)
        for node in more:
            self.add("alternative-added", old, node)

    def _alternative(self, old: Node, new: Node, *, kind: str) -> None:
        self._keywords.compare(old, new, kind=kind)
        if kind == "object":
            compare_members(self, old, new)
        elif kind == "array":
            self._items(old, new)
        elif kind == "string" and "contentSchema" in {*old.members, *new.members}:
            self.compare(old.inner("contentSchema"), new.inner("contentSchema"))
        self._parts(old, new)
        for keyword in sorted({*old.members, *new.members} - _HANDLED):
            if old.members.get(keyword) != new.members.get(keyword):
                self._keywords.add("keyword-changed", old, new, keyword if keyword != ALSO else "$ref")

    def _items(self, old: Node, new: Node) -> None:
        before, after = old.members.get("prefixItems", ()), new.members.get("prefixItems", ())
        for place in range(max(len(before), len(after))):
            one = old.below("prefixItems", place) if place < len(before) else old.inner("items")
            other = new.below("prefixItems", place) if place < len(after) else new.inner("items")
            self.compare(one, other, name=f"item {place}")
        self.compare(old.inner("items"), new.inner("items"), name="an item")

    def _parts(self, old: Node, new: Node) -> None:
        """`allOf`: each part must hold."""
        before = [old.below("allOf", place) for place in range(len(old.members.get("allOf", ())))]
        after = [new.below("allOf", place) for place in range(len(new.members.get("allOf", ())))]
        pairs, gone, more = _paired(before, after)
        for one, other in pairs:
            self.compare(one, other)
        for node in gone:
            self.add("part-removed", node, new)
        for node in more:
            self.add("part-added", old, node)


_WIDER = {"integer": "number"}


def _paired(was: list[Node], is_now: list[Node]) -> tuple[list[tuple[Node, Node]], list[Node], list[Node]]:
    """The alternatives that belong together: alike, of one name, of one mark, or the last left on each side."""
    left, right = list(was), list(is_now)
    pairs: list[tuple[Node, Node]] = []
    for key in (_text, _name, _mark):
        for one in list(left):
            mine = key(one)
            other = next((it for it in right if mine is not None and key(it) == mine), None)
            if other is not None:
                pairs.append((one, other))
                left.remove(one)
                right.remove(other)
    if len(left) == len(right) == 1:
        pairs.append((left.pop(), right.pop()))
    return pairs, left, right


def _text(node: Node) -> str:
    return msgspec.json.encode(node.schema, order="deterministic").decode()


def _name(node: Node) -> str | None:
    return node.origin


def _mark(node: Node) -> str | None:
    """The members that have one value only, as a tag."""
    members = node.members.get("properties", {})
    marks = {
        name: it.get("const", it.get("enum"))
        for name, it in members.items()
        if isinstance(it, dict) and ("const" in it or len(it.get("enum", ())) == 1)
    }
    return msgspec.json.encode(marks, order="deterministic").decode() if marks else None


def _overlap(nodes: list[Node], kind: str) -> bool:
    """Whether alternatives of one type may admit the same value, as far as tags do not tell them apart."""
    marks = {_mark(node) for node in nodes}
    return len(nodes) > 1 and (kind != "object" or None in marks or len(marks) < len(nodes))


def _akin(was: set[str], is_now: set[str]) -> bool:
    return bool({"integer", "number"} & was) and bool({"integer", "number"} & is_now)


def _said(kinds: Iterable[str]) -> str:
    return " or ".join(sorted(kinds)) or "nothing"

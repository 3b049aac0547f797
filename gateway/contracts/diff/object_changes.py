"""What changed in the members of an object: which there are, which must be there, and what else is admitted."""

from typing import TYPE_CHECKING

from gateway.contracts.diff.change import Direction
from gateway.contracts.diff.patterns import is_subset
from gateway.contracts.diff.schema_node import Node

if TYPE_CHECKING:
    from gateway.contracts.diff.schema_changes import SchemaComparison

MEMBER_KEYWORDS = frozenset({"additionalProperties", "patternProperties", "properties", "propertyNames", "required"})


def compare_members(comparison: "SchemaComparison", old: Node, new: Node) -> None:
    """Adds what changed in the members of two objects."""
    was, is_now = old.members.get("properties", {}), new.members.get("properties", {})
    for name in dict.fromkeys((*was, *is_now)):
        if name in was and name in is_now:
            one, other = old.below("properties", name), new.below("properties", name)
            comparison.compare(one, other, name=name)
            _required(comparison, old, new, name=name, places=(one, other))
        elif name in is_now:
            _added(comparison, old, new, name)
        else:
            _removed(comparison, old, new, name)
    for name in sorted({*_needed(old), *_needed(new)} - {*was, *is_now}):
        _required(comparison, old, new, name=name, places=(old, new))
    _others(comparison, old, new)
    _by_pattern(comparison, old, new)
    if "propertyNames" in {*old.members, *new.members}:
        comparison.compare(old.inner("propertyNames"), new.inner("propertyNames"), name="a name")


def _required(comparison: "SchemaComparison", old: Node, new: Node, *, name: str, places: tuple[Node, Node]) -> None:
    was, is_now = name in _needed(old), name in _needed(new)
    one, other = places
    if is_now and not was:
        comparison.add("field-required", one, other, name=name)
    elif was and not is_now:
        comparison.add("field-optional", one, other, name=name)


def _added(comparison: "SchemaComparison", old: Node, new: Node, name: str) -> None:
    node = new.below("properties", name)
    before = _unlisted(old, name)
    if before.schema is False:
        comparison.add("field-added-to-closed", old, node, name=name)
    elif before.members:
        comparison.compare(before, node, name=name)
    if name in _needed(old):
        _required(comparison, old, new, name=name, places=(old, node))
    elif name in _needed(new):
        comparison.add("field-added-required", old, node, name=name)
    elif before.schema is not False:
        comparison.add("field-added-optional", old, node, name=name)


def _removed(comparison: "SchemaComparison", old: Node, new: Node, name: str) -> None:
    node = old.below("properties", name)
    after = _unlisted(new, name)
    if after.schema is False:
        comparison.add("field-forbidden", node, new, name=name)
    elif after.members:
        comparison.compare(node, after, name=name)
        _required(comparison, old, new, name=name, places=(node, after))
    elif comparison.direction is Direction.CONSUMER_SENDS:
        comparison.add("field-ignored", node, new, name=name)
    else:
        comparison.add("field-removed", node, new, name=name)
        if name in _needed(new) and name not in _needed(old):
            comparison.add("field-required", node, new, name=name)


def _others(comparison: "SchemaComparison", old: Node, new: Node) -> None:
    """Members that are not named."""
    was, is_now = old.inner("additionalProperties"), new.inner("additionalProperties")
    if was.schema is False and is_now.schema is not False:
        comparison.add("object-opened", was, is_now)
    elif is_now.schema is False and was.schema is not False:
        comparison.add("object-closed", was, is_now)
    elif was.schema is not False:
        comparison.compare(was, is_now, name="another member")


def _by_pattern(comparison: "SchemaComparison", old: Node, new: Node) -> None:
    was, is_now = old.members.get("patternProperties", {}), new.members.get("patternProperties", {})
    for pattern in dict.fromkeys((*was, *is_now)):
        if pattern in was and pattern in is_now:
            comparison.compare(
                old.below("patternProperties", pattern), new.below("patternProperties", pattern), name="such a member"
            )
        else:
            comparison.add("keyword-changed", old, new, name="patternProperties")


def _unlisted(node: Node, name: str) -> Node:
    """What is admitted for a member that is not named: by a pattern, or as any other."""
    for pattern in node.members.get("patternProperties", {}):
        if _matches(pattern, name):
            return node.below("patternProperties", pattern)
    return node.inner("additionalProperties")


def _matches(pattern: str, name: str) -> bool:
    """Whether a name is of a pattern; where that is undecided, as if it were not."""
    quoted = "".join(f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else letter for letter in name)
    return is_subset(f"^{quoted}$", pattern) is True


def _needed(node: Node) -> list[str]:
    found: list[str] = node.members.get("required", [])
    return found

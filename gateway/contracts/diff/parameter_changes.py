"""What changed in the parameters of one operation."""

import re
from typing import TYPE_CHECKING, Any

from gateway.contracts.diff.schema_node import Node

if TYPE_CHECKING:
    from gateway.contracts.diff.api_changes import ApiComparison

_STYLES = {"cookie": "form", "header": "simple", "path": "simple", "query": "form"}


def compare_parameters(comparison: "ApiComparison", old: Node, new: Node) -> None:
    """Adds what changed; parts of the path are told by their place, others by name."""
    was, is_now = _parameters(old), _parameters(new)
    for key, before in was.items():
        if key not in is_now:
            comparison.add("parameter-removed", before, new, name=_name(before))
            continue
        _parameter(comparison, before, is_now[key])
    for key, after in is_now.items():
        if key not in was:
            rule = "parameter-added-required" if _is_required(after) else "parameter-added-optional"
            comparison.add(rule, old, after, name=_name(after))


def _parameter(comparison: "ApiComparison", old: Node, new: Node) -> None:
    name = _name(new)
    if _is_required(new) and not _is_required(old):
        comparison.add("parameter-required", old, new, name=name)
    elif _is_required(old) and not _is_required(new):
        comparison.add("parameter-optional", old, new, name=name)
    if new.members.get("deprecated") is True and old.members.get("deprecated") is not True:
        comparison.add("deprecated", old, new, name=name)
    for key, (was, is_now) in _written(old, new).items():
        if was != is_now:
            comparison.add("parameter-written-otherwise", old, new, name=key, old=was, new=is_now)
    if old.members.get("description") != new.members.get("description"):
        comparison.add("text-changed", old, new)
    if "schema" in old.members and "schema" in new.members:
        comparison.requests.compare(old.below("schema"), new.below("schema"), name=name)


def _written(old: Node, new: Node) -> dict[str, tuple[Any, Any]]:
    """How the value is written, on both sides, with what holds unless it is said."""

    def of(node: Node, key: str) -> Any:
        style = node.members.get("style", _STYLES.get(str(node.members.get("in")), "form"))
        usual = {"style": style, "explode": style == "form", "allowReserved": False}
        return node.members.get(key, usual[key])

    lists = any("array" in str(node.members.get("schema", {})) or "object" in str(node.members.get("schema", {}))
                for node in (old, new))  # fmt: skip
    keys = ("style", "explode", "allowReserved") if lists else ("style", "allowReserved")
    return {key: (of(old, key), of(new, key)) for key in keys}


def _parameters(operation: Node) -> dict[tuple[str, str], Node]:
    """By kind and name; header names in small letters, parts of the path by their order in it."""
    found: dict[tuple[str, str], Node] = {}
    order = re.findall(r"\{([^}]*)\}", operation.at.replace("~1", "/"))
    for place in range(len(operation.members.get("parameters", []))):
        node = operation.below("parameters", place).resolved()
        where, name = str(node.members.get("in")), _name(node)
        if where == "path" and name in order:
            name = str(order.index(name))
        found.setdefault((where, name.lower() if where == "header" else name), node)
    return found


def _name(parameter: Node) -> str:
    return str(parameter.members.get("name"))


def _is_required(parameter: Node) -> bool:
    return parameter.members.get("required") is True or parameter.members.get("in") == "path"

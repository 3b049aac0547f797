"""What changed from one OpenAPI description to another (3.1): operations, parameters, bodies, answers, access."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.contracts.diff.body_changes import compare_request, compare_responses
from gateway.contracts.diff.change import Change, Direction
from gateway.contracts.diff.gathering import Gathered
from gateway.contracts.diff.parameter_changes import compare_parameters
from gateway.contracts.diff.schema_changes import SchemaComparison
from gateway.contracts.diff.schema_node import Node

METHODS = ("delete", "get", "head", "options", "patch", "post", "put", "trace")
_PART = re.compile(r"\{[^}]*\}")


def api_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What changed between two descriptions of an API that the producer offers and the consumers call."""
    gathered = Gathered()
    comparison = ApiComparison(gathered)
    was, is_now = Node(old, "", old), Node(new, "", new)
    comparison.compare_paths(_part(was, "paths"), _part(is_now, "paths"))
    webhooks = ApiComparison(gathered, sends_requests=True)
    webhooks.compare_paths(_part(was, "webhooks"), _part(is_now, "webhooks"))
    _compare_schemes(gathered, was, is_now)
    _compare_servers(gathered, was, is_now)
    return gathered.changes


class ApiComparison:
    """Compares operations. With `sends_requests`, it is the producer that calls: webhooks."""

    def __init__(self, gathered: Gathered, *, sends_requests: bool = False) -> None:
        self._gathered = gathered
        asked = Direction.PRODUCER_SENDS if sends_requests else Direction.CONSUMER_SENDS
        self.requests = SchemaComparison(gathered, asked)
        self.responses = SchemaComparison(gathered, asked.flipped)

    def add(self, rule: str, old: Node | None, new: Node | None, /, **said: Any) -> None:
        """One change, at two places."""
        old_at, new_at = (None if node is None else node.at for node in (old, new))
        self._gathered.add(rule, old_at=old_at, new_at=new_at, **said)

    def compare_paths(self, old: Node, new: Node) -> None:
        """Adds what changed in the operations below `paths` or `webhooks`."""
        was = {_anonymous(path): path for path in old.members}
        is_now = {_anonymous(path): path for path in new.members}
        for key in dict.fromkeys((*was, *is_now)):
            before = dict(_operations(old.below(was[key]))) if key in was else {}
            after = dict(_operations(new.below(is_now[key]))) if key in is_now else {}
            for method in dict.fromkeys((*before, *after)):
                path = is_now.get(key) or was[key]
                name = f"{method.upper()} {path}"
                if method not in after:
                    self.add("operation-removed", before[method], None, name=name)
                elif method not in before:
                    self.add("operation-added", None, after[method], name=name)
                else:
                    self._operation(before[method], after[method], name=name)
            if key in was and key in is_now and was[key] != is_now[key]:
                self.add(
                    "parameter-renamed", old.below(was[key]), new.below(is_now[key]), old=was[key], new=is_now[key]
                )

    def _operation(self, old: Node, new: Node, *, name: str) -> None:
        was, is_now = old.members, new.members
        if was.get("operationId") != is_now.get("operationId"):
            self.add("operation-id-changed", old, new, old=was.get("operationId"), new=is_now.get("operationId"))
        if is_now.get("deprecated") is True and was.get("deprecated") is not True:
            self.add("deprecated", old, new, name=name)
        if any(was.get(word) != is_now.get(word) for word in ("summary", "description")):
            self.add("text-changed", old, new)
        compare_parameters(self, old, new)
        compare_request(self, old, new)
        compare_responses(self, old, new)
        self._security(old, new)
        for callback in dict.fromkeys((*was.get("callbacks", {}), *is_now.get("callbacks", {}))):
            self._callback(old, new, callback)

    def _callback(self, old: Node, new: Node, name: str) -> None:
        was, is_now = (_part(_part(node, "callbacks"), name) for node in (old, new))
        ApiComparison(self._gathered, sends_requests=True).compare_paths(was, is_now)

    def _security(self, old: Node, new: Node) -> None:
        """Each alternative is a set of schemes, each with its scopes; none at all lets everybody in."""
        was, is_now = _ways(old), _ways(new)
        gone, more = [way for way in was if way not in is_now], [way for way in is_now if way not in was]
        while gone and more and (pair := _akin(gone, more)):
            one, other = pair
            gone.remove(one)
            more.remove(other)
            for scope in sorted(other - one):
                self.add("scope-added", old, new, new=scope)
            for scope in sorted(one - other):
                self.add("scope-removed", old, new, old=scope)
        for way in gone:
            self.add("security-tightened", old, new, old=_said(way))
        for way in more:
            self.add("security-loosened", old, new, new=_said(way))


def _operations(item: Node) -> Iterator[tuple[str, Node]]:
    """The operations of a path, by method; parameters of the whole path are each one's."""
    for method in METHODS:
        if method in item.members:
            operation = item.below(method)
            shared = item.members.get("parameters", [])
            if shared:
                schema = {**operation.schema, "parameters": [*operation.schema.get("parameters", []), *shared]}
                operation = Node(schema, operation.at, operation.document)
            yield method, operation


def _ways(operation: Node) -> list[frozenset[str]]:
    said = operation.members.get("security", operation.document.get("security", []))
    ways = [
        frozenset(
            f"{scheme}:{scope}" if scope else scheme for scheme, scopes in way.items() for scope in scopes or ("",)
        )
        for way in said
    ]
    return ways or [frozenset()]


def _akin(gone: list[frozenset[str]], more: list[frozenset[str]]) -> tuple[frozenset[str], frozenset[str]] | None:
    """Two ways by the same schemes, which differ in their scopes."""
    for one in gone:
        for other in more:
            if one and other and {it.partition(":")[0] for it in one} == {it.partition(":")[0] for it in other}:
                return one, other
    return None


def _said(way: frozenset[str]) -> str:
    return " and ".join(sorted(way)) or "without saying who one is"


def _compare_schemes(gathered: Gathered, old: Node, new: Node) -> None:
    """The security schemes: how they are used, and which scopes they give."""
    was, is_now = (_part(_part(node, "components"), "securitySchemes") for node in (old, new))
    for name in was.members:
        before = was.below(name)
        if name not in is_now.members:
            gathered.add("scheme-removed", old_at=before.at, new_at=is_now.at, name=name)
            continue
        after = is_now.below(name)
        for key, value in _flat(before.schema).items():
            changed = _flat(after.schema).get(key)
            if key.split("/")[-2:-1] == ["scopes"]:
                if changed is None:
                    scope = key.rpartition("/")[2]
                    gathered.add("scope-unknown", old_at=before.at, new_at=after.at, name=scope)
            elif changed != value and not key.endswith("/description"):
                said = {"name": key.lstrip("/"), "old": value, "new": changed}
                gathered.add("scheme-changed", old_at=before.at, new_at=after.at, **said)


def _flat(value: Any, at: str = "") -> dict[str, Any]:
    """The scalars of a document by their places."""
    if not isinstance(value, dict):
        return {at: value}
    return {key: it for name, inner in value.items() for key, it in _flat(inner, f"{at}/{name}").items()}


def _compare_servers(gathered: Gathered, old: Node, new: Node) -> None:
    was, is_now = ([it.get("url") for it in node.members.get("servers", [])] for node in (old, new))
    for url in was:
        if url not in is_now:
            gathered.add("server-removed", old_at="/servers", new_at="/servers", name=url)
    for url in is_now:
        if url not in was:
            gathered.add("server-added", old_at="/servers", new_at="/servers", name=url)


def _part(node: Node, key: str) -> Node:
    """What stands below a key; nothing where it is not there."""
    return node.below(key) if key in node.members else Node({}, f"{node.at}/{key}", node.document)


def _anonymous(path: str) -> str:
    """A path without the names of its parts."""
    return _PART.sub("{}", path)

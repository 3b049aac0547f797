"""What changed in the bodies of requests and answers, in the answers' headers, and in the problems they may be."""

from typing import TYPE_CHECKING

from gateway.contracts.diff.schema_node import Node

if TYPE_CHECKING:
    from gateway.contracts.diff.api_changes import ApiComparison
    from gateway.contracts.diff.schema_changes import SchemaComparison

PROBLEM = "application/problem+json"


def compare_request(comparison: "ApiComparison", old: Node, new: Node) -> None:
    """Adds what changed in the body that may be sent."""
    was, is_now = _body(old), _body(new)
    if was is None and is_now is None:
        return
    if was is None or is_now is None:
        rule = "body-removed" if is_now is None else "body-added-required" if _must(is_now) else "body-added-optional"
        comparison.add(rule, was or old, is_now or new)
        return
    if _must(is_now) and not _must(was):
        comparison.add("body-required", was, is_now)
    elif _must(was) and not _must(is_now):
        comparison.add("body-optional", was, is_now)
    _content(comparison, was, is_now, schemas=comparison.requests)


def compare_responses(comparison: "ApiComparison", old: Node, new: Node) -> None:
    """Adds what changed in the answers, status by status, and in the problems of all of them together."""
    was, is_now = old.members.get("responses", {}), new.members.get("responses", {})
    for status in dict.fromkeys((*was, *is_now)):
        is_success = status.startswith(("1", "2", "3"))
        if status not in is_now:
            node = old.below("responses", status)
            if is_success or not _codes(node):  # problems are told by their codes
                comparison.add("response-removed", node, new, name=status)
        elif status not in was:
            rule = "success-added" if is_success else "response-added"
            comparison.add(rule, old, new.below("responses", status), name=status)
        else:
            _response(comparison, old.below("responses", status).resolved(), new.below("responses", status).resolved())
    _problems(comparison, old, new)


def _response(comparison: "ApiComparison", old: Node, new: Node) -> None:
    _headers(comparison, old, new)
    _content(comparison, old, new, schemas=comparison.responses)


def _headers(comparison: "ApiComparison", old: Node, new: Node) -> None:
    was = {name.lower(): name for name in old.members.get("headers", {})}
    is_now = {name.lower(): name for name in new.members.get("headers", {})}
    for key, name in was.items():
        before = old.below("headers", name).resolved()
        if key not in is_now:
            comparison.add("header-removed", before, new, name=name)
            continue
        after = new.below("headers", is_now[key]).resolved()
        if before.members.get("required") is True and after.members.get("required") is not True:
            comparison.add("header-optional", before, after, name=name)
        if "schema" in before.members and "schema" in after.members:
            comparison.responses.compare(before.below("schema"), after.below("schema"), name=name)
    for key, name in is_now.items():
        if key not in was:
            comparison.add("header-added", old, new.below("headers", name), name=name)


def _content(comparison: "ApiComparison", old: Node, new: Node, *, schemas: "SchemaComparison") -> None:
    was, is_now = old.members.get("content", {}), new.members.get("content", {})
    for media_type in was:
        before = old.below("content", media_type)
        if media_type not in is_now:
            comparison.add("media-type-removed", before, new, name=media_type)
            continue
        after = new.below("content", media_type)
        if "schema" in before.members or "schema" in after.members:
            schemas.compare(before.inner("schema"), after.inner("schema"), name="the body")
    for media_type in is_now:
        if media_type not in was:
            comparison.add("media-type-added", old, new.below("content", media_type), name=media_type)


def _problems(comparison: "ApiComparison", old: Node, new: Node) -> None:
    """The codes of problems, by their named examples."""
    was, is_now = _all_codes(old), _all_codes(new)
    for code, node in was.items():
        if code not in is_now:
            comparison.add("problem-removed", node, new, name=code)
    for code, node in is_now.items():
        if code not in was:
            comparison.add("problem-added", old, node, name=code)


def _all_codes(operation: Node) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for status in operation.members.get("responses", {}):
        found.update(_codes(operation.below("responses", status)))
    return found


def _codes(response: Node) -> dict[str, Node]:
    response = response.resolved()
    examples = response.members.get("content", {}).get(PROBLEM, {}).get("examples", {})
    return {code: response.below("content", PROBLEM, "examples", code) for code in examples}


def _body(operation: Node) -> Node | None:
    return operation.below("requestBody").resolved() if "requestBody" in operation.members else None


def _must(body: Node) -> bool:
    return body.members.get("required") is True

"""Lists by keyset: `after` the last id, `limit` at a time."""

from collections.abc import Sequence
from typing import Any

from gateway.api.operation import Parameter
from gateway.api.query_parameters import gathered, read_limit, read_pairs
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply

AFTER = Parameter("after", "query", "`next_after` of the page before.", {"type": "string"})
LIMIT = Parameter(
    "limit",
    "query",
    "How many a page has at most.",
    {"type": "integer", "minimum": 1, "maximum": 200, "default": 100},
)


def read_page(request: HttpRequest, *filters: str) -> tuple[dict[str, str], str | None, int]:
    """The filters that are given, where to begin, and how many. Raises `BadRequest`."""
    found = gathered(read_pairs(request.scope["query_string"]), known=("after", "limit", *filters))
    values = {name: value[0] for name, value in found.items()}
    return values, values.get("after"), read_limit(found.get("limit"))


def page_reply(found: Sequence[Any], *, limit: int) -> Reply:
    """The first `limit` of what was found; one more than that says that there is a next page."""
    data = found[:limit]
    return json_reply({"data": data, "next_after": data[-1].id if len(found) > limit else None}, UNKEPT)


def page_schema(name: str) -> dict[str, Any]:
    """The schema of a page of `name`."""
    return {
        "type": "object",
        "required": ["data", "next_after"],
        "properties": {
            "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "next_after": {"type": ["string", "null"], "description": "Null where the list ends."},
        },
    }

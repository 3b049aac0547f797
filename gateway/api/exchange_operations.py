"""How the exchange's operations are described: parameters, answers, examples."""

from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.agreements.field_classes import CLASSES
from gateway.api.operation import IF_NONE_MATCH, WITH_TOKEN, Answered, Operation, Parameter, Tag
from gateway.api.record_examples import RECORDS
from gateway.errors import BadRequestCode, RefusalCode, UnavailableCode
from schemas.record import KodeWilayah, Period, Slug
from schemas.resources import Resource
from schemas.sensitivity import sensitivities

_HEADERS = {
    "ETag": "Strong validator for `If-None-Match`.",
    "RateLimit": 'What is left of the nearest limit: `"client";r=599;t=1`.',
    "RateLimit-Policy": 'The rule behind it: `"client";q=600;w=60`.',
}
_PAGED = {**_HEADERS, "Link": '`rel="next"` leads to the next page.'}

_REFUSALS = (
    *WITH_TOKEN,
    RefusalCode.AGREEMENT_MISSING,
    RefusalCode.AGREEMENT_SUSPENDED,
    RefusalCode.FIELD_NOT_GRANTED,
    RefusalCode.LIMIT_REACHED,
    RefusalCode.PROFILE_INSUFFICIENT,
    RefusalCode.PURPOSE_NOT_COVERED,
    RefusalCode.QUOTA_REACHED,
    BadRequestCode.PARAMETER_INVALID,
    BadRequestCode.PARAMETER_UNKNOWN,
)

_KNOWN: dict[str, Parameter] = {
    "limit": Parameter(
        "limit",
        "query",
        "How many records a page has at most.",
        {"type": "integer", "minimum": 1, "maximum": 200, "default": 100},
        example=50,
    ),
    "cursor": Parameter(
        "cursor",
        "query",
        "`next_cursor` of the page before; the other parameters stay the same.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,8192}$"},
    ),
    "completeness": Parameter(
        "completeness",
        "query",
        "`all` refuses the question where `partial` would answer with gaps.",
        {"type": "string", "enum": ["partial", "all"], "default": "partial"},
    ),
    "region": Parameter(
        "region",
        "query",
        "Kemendagri code; regions within it count too: `32.11` holds `32.11.18`.",
        msgspec.json.schema(KodeWilayah),
        example="32.11",
    ),
    "updated_since": Parameter(
        "updated_since",
        "query",
        "Only records changed since; records whose source does not say stay.",
        {"type": "string", "format": "date-time"},
        example="2026-01-31T08:00:00+07:00",
    ),
    "period": Parameter(
        "period", "query", "A year, half, quarter, month or day.", msgspec.json.schema(Period), example="2024"
    ),
    "code": Parameter("code", "query", "The indicator's code.", msgspec.json.schema(Slug), example="population"),
    "kind": Parameter("kind", "query", "The facility's kind.", {"$ref": "#/components/schemas/FacilityKind"}),
    "status": Parameter("status", "query", "The status.", {"$ref": "#/components/schemas/ServiceRequestStatus"}),
    "service_code": Parameter(
        "service_code", "query", "The category's code.", {"type": "string", "pattern": r"^[^\x00-\x1f\x7f]{1,100}$"}
    ),
}


def list_operation(resource: Resource, parameters: tuple[str, ...], *, partners: Sequence[str]) -> Operation:
    """GET `/v1/<plural>`; `partners` are those that offer the resource."""
    example = _answer_example([RECORDS[resource.name]])
    return Operation(
        id=f"list{_camel(resource.plural)}",
        tag=Tag.EXCHANGE,
        summary=f"List {resource.plural.replace('-', ' ')} of several partners in one shape",
        description=_LIST_TEXT,
        scope=f"{resource.plural}:read",
        parameters=(*(_parameter(name, resource, partners) for name in parameters), IF_NONE_MATCH),
        answers={
            200: Answered(
                "The records, what is missing and why, and how fresh they are.",
                _answer_schema(resource, is_list=True),
                example,
                headers=_PAGED,
            ),
            304: Answered("The answer has not changed since `If-None-Match`.", headers=_PAGED),
        },
        problems=(
            *_REFUSALS,
            BadRequestCode.CURSOR_INVALID,
            BadRequestCode.FILTER_UNSUPPORTED,
            RefusalCode.INCOMPLETE,
        ),
    )


def show_operation(resource: Resource) -> Operation:
    """GET `/v1/<plural>/{id}`."""
    record_id = Parameter(
        "record_id",
        "path",
        "`<partner>:<resource>:<dataset>.<source id>`, as answers have it.",
        {"type": "string", "minLength": 1},
        is_required=True,
        example=RECORDS[resource.name]["id"],
    )
    return Operation(
        id=f"show{_camel(resource.name)}",
        tag=Tag.EXCHANGE,
        summary=f"Show one {resource.name.replace('-', ' ')}",
        description="The record, with the fields that are granted. What is not there and what may not be seen are "
        "not told apart.",
        scope=f"{resource.plural}:read",
        parameters=(record_id, _fields(resource), IF_NONE_MATCH),
        answers={
            200: Answered(
                "The record.",
                _answer_schema(resource, is_list=False),
                _answer_example(RECORDS[resource.name]),
                headers=_HEADERS,
            ),
            304: Answered("The record has not changed since `If-None-Match`.", headers=_HEADERS),
        },
        problems=(
            *_REFUSALS,
            BadRequestCode.NOT_FOUND,
            BadRequestCode.FILTER_UNSUPPORTED,
            *UnavailableCode,
        ),
    )


def _parameter(name: str, resource: Resource, partners: Sequence[str]) -> Parameter:
    if name == "partner":
        return _partner(partners)
    return _fields(resource) if name == "fields" else _KNOWN[name]


def _partner(partners: Sequence[str]) -> Parameter:
    return Parameter(
        "partner",
        "query",
        "Only these partners, separated by commas or repeated. Without it: every partner that offers the resource "
        "and lets the caller have it.",
        {"type": "array", "items": {"type": "string", "enum": list(partners)}, "minItems": 1},
        example=list(partners[:1]) or None,
        explode=False,
    )


def _fields(resource: Resource) -> Parameter:
    return Parameter(
        "fields",
        "query",
        "Only these fields, or the classes `@public` and `@restricted`. A field that is named must be granted. "
        "Without it: every granted field that is not Personal.",
        {
            "type": "array",
            "items": {"type": "string", "enum": [*sorted(sensitivities(resource.type)), *CLASSES]},
            "minItems": 1,
        },
        example=["id", "region"],
        explode=False,
    )


_LIST_TEXT = (
    "The partners are asked side by side, each in its own protocol, under one deadline. A partner that is slow, down, "
    "or sends something unreadable becomes a gap; the others are answered, with `complete: false`. Only what an "
    "agreement grants for the token's purpose is released."
)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


def _answer_schema(resource: Resource, *, is_list: bool) -> dict[str, Any]:
    record = {"$ref": f"#/components/schemas/{resource.type.__name__}"}
    return {
        "type": "object",
        "required": ["data", "complete", "gaps", "freshness", "next_cursor"],
        "properties": {
            "data": {"type": "array", "items": record} if is_list else record,
            "complete": {"type": "boolean", "description": "Whether nothing is missing."},
            "gaps": {"type": "array", "items": {"$ref": "#/components/schemas/Gap"}},
            "freshness": {"type": "array", "items": {"$ref": "#/components/schemas/Freshness"}},
            "next_cursor": {"type": ["string", "null"], "description": "Null where the list ends."},
        },
    }


def _answer_example(data: Any) -> dict[str, Any]:
    first = data[0] if isinstance(data, list) else data
    partner, _, rest = first["id"].partition(":")
    dataset = f"{partner}/{rest.partition(':')[2].partition('.')[0]}"
    return {
        "data": data,
        "complete": True,
        "gaps": [],
        "freshness": [{"dataset": dataset, "fetched_at": "2026-02-03T04:05:06Z", "age_s": 12, "stale": False}],
        "next_cursor": None,
    }

"""The API description (OpenAPI 3.1): made from what each door says of itself, so that none can be forgotten."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from gateway.api.catalogue import DatasetEntry, PartnerEntry
from gateway.api.health import Check, Version
from gateway.api.operation import EVERYWHERE, OPERATION_KEY, WITH_BODY, Answered, Operation, Parameter, Tag
from gateway.api.problems import PROBLEM_MEDIA_TYPE, STATUS, ProblemDocument
from gateway.exchange.answer import Freshness, Gap
from gateway.messages import Words
from schemas.resources import RESOURCES

Json = dict[str, Any]
_REF = "#/components/schemas/{name}"
_FOR_PEOPLE: Json = {"schema": {"type": "string"}}
_ALWAYS_RELEASED = ["id", "partner"]
_LIMIT_HEADERS = {
    "Retry-After": "Seconds to wait.",
    "RateLimit": "What is left.",
    "RateLimit-Policy": "The rule.",
}


class ApiDescription:
    """Collects operations and writes the document. `url` is where they are served, `public_url` where tokens are."""

    def __init__(self, *, title: str, version: str, url: str, public_url: str, words: Words) -> None:
        self._title = title
        self._version = version
        self._url = url.rstrip("/")
        self._public_url = public_url.rstrip("/")
        self._words = words

    def document(
        self, handlers: Iterable[HTTPRouteHandler], *, more: Mapping[str, Any], schemas: tuple[type, ...] = ()
    ) -> Json:
        """The whole document. `more` are paths that were described elsewhere, with their `components`."""
        paths: Json = {}
        tags: set[str] = set()
        for handler in handlers:
            operation: Operation | None = handler.opt.get(OPERATION_KEY)
            if operation is None:
                continue
            tags.add(operation.tag.value)
            method = next(iter(handler.http_methods)).lower()
            for path in handler.paths:
                paths.setdefault(_template(path), {})[method] = self._operation(operation)
        components = more.get("components", {})
        tags.update(
            tag for item in more.get("paths", {}).values() for it in item.values() for tag in it.get("tags", ())
        )
        return {
            "openapi": "3.1.0",
            "info": self._info(),
            "servers": [{"url": self._url}],
            "tags": [{"name": tag.value} for tag in Tag if tag.value in tags],
            "paths": dict(sorted({**paths, **more.get("paths", {})}.items())),
            "components": {
                "schemas": {**_schemas(schemas), **components.get("schemas", {})},
                "securitySchemes": {**self._security(), **components.get("securitySchemes", {})},
            },
        }

    def _info(self) -> Json:
        return {
            "title": self._title,
            "version": self._version,
            "description": _ABOUT,
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        }

    def _security(self) -> Json:
        scopes = {f"{it.plural}:read": f"Read {it.plural.replace('-', ' ')}." for it in RESOURCES.values()}
        scopes |= {
            "cases:read": "Follow cases.",
            "events:publish": "Publish life events.",
            "events:read": "Read life events.",
            "subscriptions:manage": "Subscribe to life events.",
        }
        scopes |= {"admin": "Administer the gateway.", "introspect": "Ask whether tokens count."}
        flow = {"tokenUrl": f"{self._public_url}/oauth/token", "scopes": scopes}
        return {"oauth": {"type": "oauth2", "flows": {"clientCredentials": flow}}}

    def _operation(self, operation: Operation) -> Json:
        described: Json = {
            "operationId": operation.id,
            "tags": [operation.tag.value],
            "summary": operation.summary,
            "description": operation.description,
            "parameters": [_parameter(it) for it in operation.parameters],
            "responses": self._responses(operation),
            "security": [{"oauth": [operation.scope]}] if operation.scope else [],
        }
        if operation.body is not None:
            content: Json = {"schema": dict(operation.body)}
            if operation.body_example is not None:
                content["example"] = operation.body_example
            described["requestBody"] = {"required": True, "content": {"application/json": content}}
        if operation.bodies:
            described["requestBody"] = {"required": True, "content": dict(operation.bodies)}
        return described

    def _responses(self, operation: Operation) -> Json:
        responses = {str(status): _answered(it) for status, it in operation.answers.items()}
        codes = {
            *EVERYWHERE,
            *operation.problems,
            *(WITH_BODY if operation.body is not None or operation.bodies else ()),
        }
        by_status: dict[int, list[StrEnum]] = {}
        dialect = operation.dialect
        for code in sorted(codes, key=str):
            status = STATUS[code] if dialect is None else dialect.status_of(STATUS[code])
            by_status.setdefault(status, []).append(code)
        for status, found in sorted(by_status.items()):
            problem = self._problem(status, found)
            if dialect is not None:
                problem["content"] |= dialect.content
            if str(status) in responses:
                responses[str(status)]["content"].update(problem["content"])
            else:
                responses[str(status)] = problem
        return responses

    def _problem(self, status: int, codes: list[StrEnum]) -> Json:
        examples = {code.value: {"value": self._example(status, code)} for code in codes}
        headers: Mapping[str, str] = {}
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            headers = _LIMIT_HEADERS
        elif status == HTTPStatus.UNAUTHORIZED:
            headers = {"WWW-Authenticate": "RFC 6750 challenge."}
        elif status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": "The methods that are allowed."}
        return {
            "description": " / ".join(self._words.problems[code.value].title for code in codes) + ".",
            "headers": _headers(headers),
            "content": {
                PROBLEM_MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemDocument"},
                    "examples": examples,
                }
            },
        }

    def _example(self, status: int, code: StrEnum) -> Json:
        words = self._words.problems[code.value]
        return {
            "type": f"{self._public_url}/problems/{code.value}",
            "title": words.title,
            "status": status,
            "detail": words.detailed({}) or words.title,
            "instance": "/v1/…",
            "code": code.value,
            "request_id": "req_01kaw0000000000000000000000",
        }


def _answered(answer: Answered) -> Json:
    described: Json = {"description": answer.description, "headers": _headers(answer.headers)}
    if answer.schema is not None:
        content: Json = {"schema": dict(answer.schema)}
        if answer.example is not None:
            content["example"] = answer.example
        described["content"] = {answer.media_type: content, **dict.fromkeys(answer.also, _FOR_PEOPLE)}
    return described


def _headers(headers: Mapping[str, str]) -> Json:
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}


def _parameter(parameter: Parameter) -> Json:
    described: Json = {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "required": parameter.is_required,
        "schema": dict(parameter.schema),
    }
    if parameter.example is not None:
        described["example"] = parameter.example
    if parameter.explode is not None:
        described["explode"] = parameter.explode
    return described


def _template(path: str) -> str:
    """Litestar's `{id:str}` as OpenAPI's `{id}`."""
    return "/".join(f"{part.partition(':')[0]}}}" if part.startswith("{") else part for part in path.split("/"))


def _schemas(more: tuple[type, ...]) -> Json:
    records = {it.type for it in RESOURCES.values()}
    shapes = (*sorted(records, key=lambda it: it.__name__), ProblemDocument, Gap, Freshness, Check, Version)
    _, found = msgspec.json.schema_components((*shapes, PartnerEntry, DatasetEntry, *more), ref_template=_REF)
    components: Json = _without_unique_items(found)
    for record in records:
        components[record.__name__]["required"] = _ALWAYS_RELEASED
    return components


def _without_unique_items(schema: Any) -> Any:
    """The schema without `uniqueItems`: what stands twice in a set counts once, and is not refused."""
    if isinstance(schema, dict):
        return {name: _without_unique_items(it) for name, it in schema.items() if name != "uniqueItems"}
    return [_without_unique_items(it) for it in schema] if isinstance(schema, list) else schema


_ABOUT = """\
Governments ask each other's platforms through one gateway, in one shape. A question needs an access token \
(`POST /oauth/token`, client credentials), which carries one **purpose**; an **agreement** between provider and \
consumer says which fields may be had for it. Every question leaves one audit record.

Answers are `{data, complete, gaps, freshness, next_cursor}`. What is missing is named in `gaps`. Everything that \
is no success is a problem document (RFC 9457) with a stable `code`; its `type` leads to a page in Indonesian and \
English. Ask for either with `Accept-Language`.
"""

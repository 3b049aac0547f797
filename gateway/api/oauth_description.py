"""What the API description says of the OAuth endpoints: their bodies are forms, and their errors are RFC 6749's."""

from collections.abc import Mapping
from typing import Any

import msgspec
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE

from gateway.access.oauth_form import MAX_FIELDS
from gateway.access.oauth_outcome import Introspection, OAuthError, TokenAnswer
from gateway.access.oauth_request import GRANT_TYPE
from gateway.access.server_metadata import (
    INTROSPECTION_PATH,
    JWKS_PATH,
    METADATA_PATH,
    REVOCATION_PATH,
    TOKEN_PATH,
)
from gateway.api.oauth_reply import OAuthErrorBody
from gateway.api.oauth_request_reader import FORM
from gateway.api.operation import Tag
from gateway.api.problems import PROBLEM_MEDIA_TYPE

Json = dict[str, Any]

_ASCII = "^[ -~]*$"
_REF = "#/components/schemas/{name}"
_PROBLEM: Json = {"schema": {"$ref": _REF.format(name="ProblemDocument")}}
_EXAMPLE_TOKEN = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Imp3azEifQ.eyJzdWIiOiJjbGllbnRfMSJ9.c2lnbmF0dXJl"
_HOW = (
    "A client of profile `basic` proves itself by HTTP Basic (id and secret), one of profile `fapi` by a signed "
    f"`client_assertion` (`{ASSERTION_TYPE}`; ES256, PS256 or Ed25519; `iss` and `sub` are the client's id, `aud` is "
    "the issuer as one string, `exp` at most 300 s ahead, `jti` used once). Parameters stand in the body, each once."
)
_ERRORS = (
    (400, "The request is not in order: `error` and `error_description` say what to change.", ()),
    (401, "The client is not proved; the same answer whatever was wrong.", ("WWW-Authenticate",)),
    (408, "The body did not come in time.", ()),
    (413, "The form is longer than 16 KiB.", ()),
    (415, f"The body is not `{FORM}`.", ()),
    (429, "Too many requests: keep a token until it expires.", ("Retry-After",)),
    (503, "A store that must answer did not.", ("Retry-After",)),
)
_BY_EVERY_DOOR = {
    400: "The request is malformed.",
    405: "Another method is needed; `Allow` says which.",
    414: "The URL is too long.",
    431: "The headers are too large.",
    500: "An unexpected fault of ours.",
}
_BY_THE_GUARD = {408: "", 413: ""}  # beyond the gateway's own bounds, before the endpoint is asked
_PROOF: Json = {
    "client_id": {"type": "string", "description": "Not needed; if sent, the id of the client that proves itself."},
    "client_assertion_type": {"type": "string", "const": ASSERTION_TYPE},
    "client_assertion": {"type": "string", "description": "The signed assertion."},
}


def oauth_description(purposes: Mapping[str, Any]) -> Json:
    """The paths and components, for `ApiDescription.document(…, more=…)`. `purposes` are those of the settings."""
    _, schemas = msgspec.json.schema_components((TokenAnswer, Introspection, OAuthErrorBody), ref_template=_REF)
    return {
        "paths": {
            TOKEN_PATH: {"post": _issue(sorted(purposes))},
            REVOCATION_PATH: {"post": _revoke()},
            INTROSPECTION_PATH: {"post": _introspect()},
            METADATA_PATH: {"get": _metadata()},
            JWKS_PATH: {"get": _jwks()},
        },
        "components": {"schemas": schemas},
    }


def _issue(purposes: list[str]) -> Json:
    example = {"grant_type": GRANT_TYPE, "scope": "facilities:read", "purpose": (purposes or ["pelayanan-publik"])[0]}
    purpose: Json = {
        "type": "string",
        "description": "Why data will be asked for; a token carries exactly one. May be left out by a client that "
        "has only one.",
    }
    fields = {
        "grant_type": {"type": "string", "const": GRANT_TYPE},
        "scope": {"type": "string", "description": "Names with spaces between; left out: all of the client's."},
        "purpose": purpose | ({"examples": purposes} if purposes else {}),
        "resource": {"type": "string", "description": "The API's identifier, `<issuer>/v1`, or left out (RFC 8707)."},
    }
    answer = {
        "access_token": _EXAMPLE_TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": example["scope"],
        "purpose": example["purpose"],
    }
    return _operation(
        "issueToken",
        "Get an access token",
        f"Client credentials (RFC 6749 §4.4). {_HOW}",
        body=_body(fields, required=["grant_type"], example=example),
        answered=_json("The token. Keep it until it expires.", {"$ref": _REF.format(name="TokenAnswer")}, answer),
    )


def _revoke() -> Json:
    return _operation(
        "revokeToken",
        "End an access token",
        "RFC 7009. From now on the token is refused, everywhere within 2 s. What is no token, or counts no longer, "
        f"answers 200 too. {_HOW}",
        body=_token_body(),
        answered={"description": "The token, if it was one, counts no longer."},
    )


def _introspect() -> Json:
    schema: Json = {"$ref": _REF.format(name="Introspection")}
    return _operation(
        "introspectToken",
        "Ask whether an access token counts",
        "RFC 7662. A client may ask about its own tokens; one with the scope `introspect`, about all. Of the others "
        f"it learns only `active: false`. {_HOW}",
        body=_token_body(),
        answered=_json("What may be told.", schema, {"active": False}),
    )


def _metadata() -> Json:
    schema = {"type": "object", "required": ["issuer", "token_endpoint", "jwks_uri"]}
    answered = _json("The metadata.", schema, None)
    return _operation("showAuthorizationServer", "Where the endpoints are", "RFC 8414.", answered=answered)


def _jwks() -> Json:
    key = {"type": "object", "required": ["kty", "kid", "crv", "x", "y"], "properties": {"kty": {"const": "EC"}}}
    schema = {"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": key}}}
    answered = _json("The public keys, the next one before it signs.", schema, None)
    return _operation("listSigningKeys", "The keys that sign access tokens", "RFC 7517.", answered=answered)


def _operation(name: str, summary: str, description: str, *, answered: Json, body: Json | None = None) -> Json:
    responses: Json = {"200": answered}
    if body is not None:
        for status, words, headers in _ERRORS:
            error = {"error": _error_of(status), "error_description": "…"}
            responses[str(status)] = _json(words, {"$ref": _REF.format(name="OAuthErrorBody")}, error) | {
                "headers": {header: {"schema": {"type": "string"}} for header in headers}
            }
    by_guard = _BY_EVERY_DOOR if body is None else {**_BY_EVERY_DOOR, **_BY_THE_GUARD}
    for status, words in by_guard.items():
        response = responses.setdefault(str(status), {"description": words, "content": {}})
        response["content"][PROBLEM_MEDIA_TYPE] = _PROBLEM
    responses["405"]["headers"] = {"Allow": {"schema": {"type": "string"}}}
    described: Json = {
        "operationId": name,
        "tags": [Tag.ACCESS.value],
        "summary": summary,
        "description": description,
        "responses": dict(sorted(responses.items())),
        "security": [],
    }
    return described if body is None else described | {"requestBody": body}


def _error_of(status: int) -> str:
    by_status = {
        401: OAuthError.INVALID_CLIENT,
        429: OAuthError.TEMPORARILY_UNAVAILABLE,
        503: OAuthError.TEMPORARILY_UNAVAILABLE,
    }
    return by_status.get(status, OAuthError.INVALID_REQUEST).value


def _token_body() -> Json:
    fields = {
        "token": {"type": "string", "minLength": 1, "description": "The access token."},
        "token_type_hint": {"type": "string", "description": "Not needed: there is one kind."},
    }
    return _body(fields, required=["token"], example={"token": _EXAMPLE_TOKEN})


def _body(fields: Json, *, required: list[str], example: Json) -> Json:
    schema: Json = {
        "type": "object",
        "required": required,
        "properties": {name: {"pattern": _ASCII} | field for name, field in {**fields, **_PROOF}.items()},
        "additionalProperties": {"type": "string", "pattern": _ASCII, "description": "Ignored."},
        "propertyNames": {"pattern": "^[A-Za-z0-9_.-]{1,64}$"},
        "maxProperties": MAX_FIELDS,
    }
    return {"required": True, "content": {FORM: {"schema": schema, "example": example}}}


def _json(description: str, schema: Json, example: Json | None) -> Json:
    content: Json = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"description": description, "content": {"application/json": content}}

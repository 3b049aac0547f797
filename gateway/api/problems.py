"""Errors as RFC 9457 problems: by type and code, never by text."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from gateway.api.reply import Reply
from gateway.api.request_facts import RequestFacts
from gateway.errors import (
    AuditUnavailable,
    BadRequest,
    BadRequestCode,
    ContractBroken,
    GatewayError,
    PartnerUnavailable,
    Refusal,
    RefusalCode,
    StoreUnavailable,
    UnavailableCode,
)
from gateway.messages import Language, Words

PROBLEM_MEDIA_TYPE = "application/problem+json"


class DoorCode(StrEnum):
    """What goes wrong at the door itself, before or after any room below is asked."""

    AUDIT_UNAVAILABLE = "audit-unavailable"
    BODY_TIMEOUT = "body-timeout"
    BODY_UNEXPECTED = "body-unexpected"
    HEADERS_TOO_LARGE = "headers-too-large"
    HOST_INVALID = "host-invalid"
    INTERNAL_ERROR = "internal-error"
    STORE_UNAVAILABLE = "store-unavailable"
    URI_TOO_LONG = "uri-too-long"


class DoorError(GatewayError):
    """The request cannot pass the door."""

    def __init__(self, code: DoorCode, message: str, /, **parameters: Any) -> None:
        super().__init__(message, **parameters)
        self.code: DoorCode = code


STATUS: Mapping[StrEnum, int] = {
    **dict.fromkeys(RefusalCode, 403),
    RefusalCode.CLIENT_DISABLED: 401,
    RefusalCode.INCOMPLETE: 409,
    RefusalCode.LIMIT_REACHED: 429,
    RefusalCode.QUOTA_REACHED: 429,
    RefusalCode.TOKEN_EXPIRED: 401,
    RefusalCode.TOKEN_INVALID: 401,
    RefusalCode.TOKEN_MISSING: 401,
    RefusalCode.TOKEN_REVOKED: 401,
    **dict.fromkeys(BadRequestCode, 400),
    BadRequestCode.BODY_TOO_LARGE: 413,
    BadRequestCode.CASE_UNKNOWN: 422,
    BadRequestCode.CONFLICT: 409,
    BadRequestCode.CURSOR_INVALID: 422,
    BadRequestCode.EVENT_CONFLICT: 409,
    BadRequestCode.EVENT_REFUSED: 422,
    BadRequestCode.EVENT_UNDECLARED: 422,
    BadRequestCode.FILTER_UNSUPPORTED: 422,
    BadRequestCode.IDEMPOTENCY_CONFLICT: 409,
    BadRequestCode.METHOD_NOT_ALLOWED: 405,
    BadRequestCode.NOT_ACCEPTABLE: 406,
    BadRequestCode.NOT_FOUND: 404,
    BadRequestCode.SUBSCRIPTION_INVALID: 422,
    BadRequestCode.TARGET_REFUSED: 422,
    BadRequestCode.TARGET_UNVERIFIED: 422,
    BadRequestCode.UNSUPPORTED_MEDIA_TYPE: 415,
    **dict.fromkeys(UnavailableCode, 502),
    UnavailableCode.CIRCUIT_OPEN: 503,
    UnavailableCode.TIMEOUT: 504,
    DoorCode.AUDIT_UNAVAILABLE: 503,
    DoorCode.BODY_TIMEOUT: 408,
    DoorCode.BODY_UNEXPECTED: 400,
    DoorCode.HEADERS_TOO_LARGE: 431,
    DoorCode.HOST_INVALID: 400,
    DoorCode.INTERNAL_ERROR: 500,
    DoorCode.STORE_UNAVAILABLE: 503,
    DoorCode.URI_TOO_LONG: 414,
}
"""The HTTP status of every code that a problem can have."""

_RETRY_SOON_S = {502: 5, 503: 2, 504: 5}
_BEARER = 'Bearer realm="gateway"'


class ProblemItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of the request that is wrong: `parameter` or `pointer` (into the body) says which."""

    detail: str
    parameter: str | None = None
    pointer: str | None = None


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457, with the gateway's stable `code`, the request's id, and what is missing as data."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemItem] = []
    parameters: dict[str, Any] = {}


def code_of(error: Exception) -> StrEnum:
    """The stable code of any error; what nobody foresaw is `internal-error`."""
    match error:
        case Refusal() | BadRequest() | PartnerUnavailable() | DoorError():
            return error.code
        case ContractBroken():
            return UnavailableCode.CONTRACT_BROKEN
        case AuditUnavailable():
            return DoorCode.AUDIT_UNAVAILABLE
        case StoreUnavailable():
            return DoorCode.STORE_UNAVAILABLE
        case _:
            return DoorCode.INTERNAL_ERROR


class Problems:
    """Turns errors into problem responses in the caller's language."""

    def __init__(self, *, public_url: str, words: Mapping[Language, Words]) -> None:
        self._types = public_url.rstrip("/") + "/problems/"
        self._words = words
        self._encoder = msgspec.json.Encoder(enc_hook=str)

    def reply(self, error: Exception, *, facts: RequestFacts, path: str) -> Reply:
        """The problem that tells of `error`. Notes the reason in `facts`, for the log."""
        code = code_of(error)
        facts.reason = code.value
        status = STATUS[code]
        parameters = dict(error.parameters) if isinstance(error, GatewayError) else {}
        items = _items(parameters, code)
        language = facts.language
        words = self._words[language].problems[code.value]
        body = self._encoder.encode(
            ProblemDocument(
                type=self._types + code.value,
                title=words.title,
                status=status,
                detail=words.detailed(parameters),
                instance=path,
                code=code.value,
                request_id=facts.request_id,
                errors=items,
                parameters={name: _plain(value) for name, value in parameters.items()},
            )
        )
        headers = [
            (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
            (b"content-language", language.encode()),
            (b"vary", b"accept-language"),
            (b"cache-control", b"no-store"),
            *_headers(code, status, parameters),
        ]
        return Reply(status, headers, body)


def _items(parameters: dict[str, Any], code: StrEnum) -> list[ProblemItem]:
    """The wrong parts, as far as the error tells them: listed as `errors`, or the one `parameter` or `pointer`."""
    found = parameters.pop("errors", ())
    if not found and ("parameter" in parameters or "pointer" in parameters):
        return [
            ProblemItem(
                detail=str(parameters.get("expected", code.value)),
                parameter=parameters.get("parameter"),
                pointer=parameters.get("pointer"),
            )
        ]
    return [_item(it) for it in found]


def _item(told: Any) -> ProblemItem:
    """A wrong part, as the door or a room below tells it: there, by `detail` and `pointer`."""
    if isinstance(told, ProblemItem):
        return told
    if isinstance(told, Mapping):
        return ProblemItem(detail=str(told["detail"]), pointer=told.get("pointer"))
    return ProblemItem(detail=str(told))


def _plain(value: Any) -> Any:
    """The value as JSON can say it, in an order that stays."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value


def _headers(code: StrEnum, status: int, parameters: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    if status == 429:
        return _limit_headers(parameters)
    if status in _RETRY_SOON_S:
        return [(b"retry-after", str(_RETRY_SOON_S[status]).encode())]
    if status == 405:
        return [(b"allow", ", ".join(parameters.get("allowed", ())).encode())]
    challenge = challenge_of(code, parameters)
    return [(b"www-authenticate", challenge.encode())] if challenge else []


def challenge_of(code: StrEnum, parameters: Mapping[str, Any]) -> str | None:
    """The `WWW-Authenticate` of RFC 6750 §3; no error code where no token was sent."""
    if code is RefusalCode.TOKEN_MISSING:
        return _BEARER
    if code is RefusalCode.SCOPE_MISSING:
        scope = parameters.get("scope")
        return f'{_BEARER}, error="insufficient_scope"' + (f', scope="{scope}"' if scope else "")
    if STATUS.get(code) == 401:
        return f'{_BEARER}, error="invalid_token", error_description="{code.value}"'
    return None


def _limit_headers(parameters: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """`RateLimit` fields (draft-ietf-httpapi-ratelimit-headers) as far as the refusal knows them."""
    retry = max(1, -(-float(parameters.get("retry_after_s", 1)) // 1))
    headers = [(b"retry-after", str(int(retry)).encode())]
    name = parameters.get("rule")
    if name:
        left = rate_limit(str(name), remaining=int(parameters.get("remaining", 0)), reset_s=retry)
        headers.append((b"ratelimit", left))
        if "limit" in parameters and "window_s" in parameters:
            policy = rate_limit_policy(str(name), limit=parameters["limit"], window_s=parameters["window_s"])
            headers.append((b"ratelimit-policy", policy))
    return headers


def rate_limit(name: str, *, remaining: int, reset_s: float) -> bytes:
    """One `RateLimit` item: what is left of a rule, and in how many seconds more is free."""
    return f'"{name}";r={remaining};t={int(-(-reset_s // 1))}'.encode()


def rate_limit_policy(name: str, *, limit: int, window_s: int) -> bytes:
    """One `RateLimit-Policy` item: how much a rule admits in how many seconds."""
    return f'"{name}";q={limit};w={window_s}'.encode()

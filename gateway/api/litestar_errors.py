"""Litestar's own exceptions as errors of ours, and the handlers that answer both."""

from collections.abc import Mapping
from typing import Any, Protocol

from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)

from gateway.api.problems import Problems
from gateway.api.reply import HttpRequest, Reply
from gateway.api.request_facts import RequestFacts, facts_of
from gateway.errors import BadRequest, BadRequestCode, GatewayError


class ErrorReplies(Protocol):
    """Tells errors in a standard's own words."""

    def reply(self, error: Exception, *, facts: RequestFacts, path: str) -> Reply:
        """The answer that tells of `error`."""
        ...


class ErrorHandlers:
    """Answers every exception that leaves a door with a problem; `dialects` are asked instead below their paths."""

    def __init__(self, *, problems: Problems, log: Any, dialects: Mapping[str, ErrorReplies] | None = None) -> None:
        self._problems = problems
        self._dialects = dict(dialects or {})
        self._log = log

    def mapping(self) -> dict[type[Exception] | int, Any]:
        """What Litestar takes as `exception_handlers`."""
        return {HTTPException: self._http, GatewayError: self._ours, Exception: self._unexpected}

    def _ours(self, request: HttpRequest, error: GatewayError) -> Reply:
        return self._answer(request, error)

    def _http(self, request: HttpRequest, error: HTTPException) -> Reply:
        understood = _understood(error)
        if understood is None:
            return self._unexpected(request, error)
        return self._answer(request, understood)

    def _unexpected(self, request: HttpRequest, error: Exception) -> Reply:
        self._log.error("unexpected error", error=type(error).__name__, exc_info=error)
        return self._answer(request, error)

    def _answer(self, request: HttpRequest, error: Exception) -> Reply:
        path = request.scope["path"]
        replies: ErrorReplies = self._problems
        for prefix, dialect in self._dialects.items():
            if path.startswith(prefix):
                replies = dialect
        return replies.reply(error, facts=facts_of(request.scope), path=path)


def _understood(error: HTTPException) -> BadRequest | None:
    """The error of ours that says the same, or None where Litestar itself failed."""
    match error:
        case NotFoundException():
            return BadRequest(BadRequestCode.NOT_FOUND, "no such resource")
        case MethodNotAllowedException():
            return BadRequest(BadRequestCode.METHOD_NOT_ALLOWED, "method not allowed", allowed=_allowed(error))
        case ValidationException():
            return BadRequest(BadRequestCode.PARAMETER_INVALID, "the request is not valid")
    by_status = {
        413: BadRequestCode.BODY_TOO_LARGE,
        415: BadRequestCode.UNSUPPORTED_MEDIA_TYPE,
        406: BadRequestCode.NOT_ACCEPTABLE,
    }
    if 400 <= error.status_code < 500:
        return BadRequest(by_status.get(error.status_code, BadRequestCode.BODY_INVALID), "the request is not valid")
    return None


def _allowed(error: HTTPException) -> list[str]:
    """The methods; the guard answers HEAD wherever there is GET."""
    header = (error.headers or {}).get("allow", "")
    methods = {method.strip() for method in header.split(",") if method.strip()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)

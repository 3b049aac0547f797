"""How we tell a platform who we are: by key, bearer token, password or OAuth 2 client credentials."""

import asyncio
import base64
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode

import msgspec

from adapters.base import AdapterError, Fault, Request, Transport
from adapters.config import AdapterMisconfigured, Auth, Secrets

_MARGIN_S = 60.0
_LIFETIME_UNLESS_SAID_S = 300.0
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_OAUTH_ERRORS = frozenset({
    "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "unauthorized_client",
    "unsupported_grant_type",
})  # fmt: skip
"""RFC 6749 §5.2; only these words of a refusal are repeated in a message."""


class Authentication(Protocol):
    """Signs requests for one platform."""

    @property
    def query_parameter(self) -> str | None:
        """The query parameter that carries a secret, which must not be passed on in a next position."""
        ...

    async def sign(self, request: Request) -> Request:
        """The request with our credentials. Raises `AdapterError` where they cannot be had."""
        ...

    def renew(self, refused: Request) -> bool:
        """Whether asking once more may help after `refused` was answered 401."""
        ...


class StaticAuthentication:
    """A header or a query parameter that never changes."""

    def __init__(self, *, header: tuple[str, str] | None = None, query: tuple[str, str] | None = None) -> None:
        self._header = header
        self._query = query

    @property
    def query_parameter(self) -> str | None:
        """The name of the parameter, where there is one."""
        return self._query[0] if self._query else None

    async def sign(self, request: Request) -> Request:
        """The request with the key in its place."""
        if self._header:
            return msgspec.structs.replace(request, headers={**request.headers, self._header[0]: self._header[1]})
        if self._query:
            return msgspec.structs.replace(request, query={**request.query, self._query[0]: self._query[1]})
        return request

    def renew(self, refused: Request) -> bool:  # noqa: ARG002
        """Never: there is no other key."""
        return False


class ClientCredentials:
    """OAuth 2 client credentials (RFC 6749 §4.4): one token for all, fetched once, kept until near its end.

    Tolerates what Apigee gateways such as SATUSEHAT do: `expires_in` as text, `token_type: "BearerToken"`,
    `issued_at` in milliseconds (ignored: our own clock counts), errors as FHIR `OperationOutcome`.
    """

    query_parameter: str | None = None

    def __init__(
        self, *, token_request: Request, transport: Transport, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._token_request = token_request
        self._transport = transport
        self._monotonic = monotonic
        self._token: str | None = None
        self._good_until = 0.0
        self._fetching: asyncio.Task[str] | None = None

    async def sign(self, request: Request) -> Request:
        """The request with a bearer token that is good for a while yet."""
        token = await self._current()
        return msgspec.structs.replace(request, headers={**request.headers, "Authorization": f"Bearer {token}"})

    def renew(self, refused: Request) -> bool:
        """Forgets the token that was refused, unless another question already has."""
        if refused.headers.get("Authorization") == f"Bearer {self._token}":
            self._token = None
        return True

    async def _current(self) -> str:
        if self._token is not None and self._monotonic() < self._good_until:
            return self._token
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._fetched)
        # One question that is given up must not take the token from the others that wait for it.
        return await asyncio.shield(self._fetching)

    def _fetched(self, task: asyncio.Task[str]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # read here, as the one who asked may be gone

    async def _fetch(self) -> str:
        response = await self._transport.send(self._token_request)
        try:
            answer = msgspec.json.decode(response.body)
        except (msgspec.DecodeError, RecursionError):
            answer = None
        members = answer if isinstance(answer, dict) else {}
        if response.status != 200 or not isinstance(members.get("access_token"), str):
            raise _refusal(response.status, members)
        if not str(members.get("token_type") or "bearer").lower().startswith("bearer"):
            raise AdapterError(Fault.UNREADABLE, "the token endpoint gives tokens of another type than bearer")
        lifetime = _seconds(members.get("expires_in"))
        self._token = str(members["access_token"])
        self._good_until = self._monotonic() + lifetime - min(_MARGIN_S, lifetime / 2)
        return self._token


def _seconds(given: Any) -> float:
    """`expires_in` as a number, however it is written."""
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        return _LIFETIME_UNLESS_SAID_S
    return seconds if 0 < seconds < 10 * 365 * 86_400 else _LIFETIME_UNLESS_SAID_S


def _refusal(status: int, members: dict[str, Any]) -> AdapterError:
    """Why there is no token, without a word of the platform's own but the registered error codes."""
    if status in _TRANSIENT or status >= 500:
        return AdapterError(Fault.UNREACHABLE, f"the token endpoint answered {status}", is_transient=True)
    if status == 200 and members.get("resourceType") != "OperationOutcome" and "error" not in members:
        return AdapterError(Fault.UNREADABLE, "the token endpoint answered 200 without a token")
    code = members.get("error")
    why = f" ({code})" if isinstance(code, str) and code in _OAUTH_ERRORS else ""
    return AdapterError(Fault.REFUSED_US, f"the token endpoint refused us with status {status}{why}")


def build_authentication(auth: Auth, *, transport: Transport, secrets: Secrets, timeout_s: float) -> Authentication:
    """How one platform is told who we are; shared by all its datasets. Raises `AdapterMisconfigured`."""
    if auth.kind == "none":
        return StaticAuthentication()
    secret = _secret(auth, secrets)
    if auth.kind == "api-key":
        if auth.query_parameter:
            return StaticAuthentication(query=(auth.query_parameter, secret))
        return StaticAuthentication(header=(auth.header, secret))
    if auth.kind == "bearer":
        return StaticAuthentication(header=("Authorization", f"Bearer {secret}"))
    if auth.kind == "basic":
        return StaticAuthentication(header=("Authorization", _basic(_needed(auth.user, key="auth.user"), secret)))
    return ClientCredentials(
        token_request=_token_request(auth, secret=secret, timeout_s=timeout_s), transport=transport
    )


def _token_request(auth: Auth, *, secret: str, timeout_s: float) -> Request:
    """What is sent to the token endpoint; always the same."""
    client_id = _needed(auth.client_id, key="auth.client_id")
    grant = {"grant_type": "client_credentials"}
    form = {} if auth.grant_in_query else dict(grant)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if auth.grant_in_query or auth.secret_in_form:
        form |= {"client_id": client_id, "client_secret": secret}
    else:  # RFC 6749 §2.3.1: both are form-encoded first
        headers["Authorization"] = _basic(quote_plus(client_id), quote_plus(secret))
    if auth.scope:
        form["scope"] = auth.scope
    return Request(
        method="POST",
        url=_needed(auth.token_url, key="auth.token_url"),
        query=grant if auth.grant_in_query else {},
        headers=headers,
        body=urlencode(form).encode(),
        timeout_s=timeout_s,
    )


def _secret(auth: Auth, secrets: Secrets) -> str:
    name = _needed(auth.secret, key="auth.secret")
    try:
        secret = secrets(name)
    except LookupError:
        raise AdapterMisconfigured("auth.secret", f"there is no secret {name}; set {name} or {name}_FILE") from None
    if not secret or not secret.isascii() or not secret.isprintable():
        raise AdapterMisconfigured("auth.secret", f"the secret {name} is empty, or not printable ASCII")
    return secret


def _needed(value: str | None, *, key: str) -> str:
    if not value:
        raise AdapterMisconfigured(key, "is missing, and this kind of authentication needs it")
    return value


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

"""What every adapter is, and what it may count on.

An adapter turns a `Question` into requests in its platform's protocol, and the platform's answer
into one `Document`: JSON, whatever came over the wire, so that a mapping reads all protocols alike.
It does no timing, caching, retrying or logging: `gateway/upstream` wraps it from outside and gives
it the `Transport`. Everything that goes wrong is an `AdapterError`; nothing of a library leaves.
"""

import ssl
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One page, or one record, of one dataset.

    `position` is what an earlier `Document.next_position` said, or None for the beginning. `filters`
    are already in the platform's own parameter names and values. `source_id` asks for one record.
    `size` is a wish; platforms with a fixed page size ignore it. `etag` makes the question conditional.
    """

    position: str | None = None
    size: int = 100
    filters: Mapping[str, str] = {}
    source_id: str | None = None
    etag: str | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform answered: `body` is JSON in UTF-8.

    `next_position` is None where the list ends. `not_modified` means the question's `etag` still
    holds, and `body` is empty.
    """

    body: bytes
    next_position: str | None = None
    etag: str | None = None
    not_modified: bool = False


class Fault(StrEnum):
    """How an adapter failed."""

    REFUSED_US = "refused-us"  # 401, 403: our credentials, or an address block
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    UNREACHABLE = "unreachable"  # DNS, connection, TLS, 5xx, 429
    UNREADABLE = "unreadable"  # cut off, not the content type, not JSON, or success that is none (`{"errors": …}`)
    NOT_FOUND = "not-found"  # the one record that was asked for is not there
    REJECTED = "rejected"  # the record that was sent will not be taken, however often it is


class AdapterError(Exception):
    """The platform did not answer the question, or did not take the record.

    `is_transient` says whether asking again may help; `retry_after_s` is the platform's own wish, `status` what it
    answered, where that was the fault. The message names status, content type or predicate, never content.
    """

    def __init__(
        self,
        fault: Fault,
        message: str,
        *,
        is_transient: bool = False,
        retry_after_s: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.is_transient = is_transient
        self.retry_after_s = retry_after_s
        self.status = status


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request. `url` is absolute and percent-encoded; `query` is not, and is appended to it.

    `timeout_s` is the platform's; None leaves it to the transport. `tls` verifies the platform's certificate; None is
    the system's trust.
    """

    method: str = "GET"
    url: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    timeout_s: float | None = None
    tls: ssl.SSLContext | None = None


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP response, whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends one request. Verifies TLS, follows no redirect, bounds time and size.

    Raises `AdapterError` with `TIMEOUT`, `UNREACHABLE` or `TOO_LARGE`; any status code is a `Response`.
    """

    async def send(self, request: Request) -> Response:
        """The response, whatever its status."""
        ...


class Adapter(Protocol):
    """Speaks one protocol to one dataset of one platform. Holds no state of a question."""

    @property
    def finds_by_id(self) -> bool:
        """Whether a question with a `source_id` can be asked; else the record is looked for in the list."""
        ...

    async def fetch(self, question: Question) -> Document:
        """One page (or one record). Raises `AdapterError`."""
        ...


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The platform has the record. `was_there`: it had it before."""

    status: int
    was_there: bool = False


class Submitter(Protocol):
    """Speaks one protocol to one intake of one platform: where it takes records."""

    async def submit(self, body: bytes, *, source_id: str, idempotency_key: str) -> Receipt:
        """Hands over one record in the platform's own shape; `source_id` is its id there. Raises `AdapterError`.

        Doing it again, whatever became of the first time, makes no second record.
        """
        ...

    async def has(self, source_id: str) -> bool | None:
        """Whether the platform has that record; None where it cannot be asked. Only reads. Raises `AdapterError`."""
        ...


@runtime_checkable
class Closing(Protocol):
    """An adapter that holds connections of its own; the others use the transport's."""

    async def close(self) -> None:
        """Closes them."""
        ...

"""REST platforms that take records: posted as JSON, and never twice, even where nobody knows what became of the first.

A platform is told a key by which it knows what it is sent again, or is asked by id whether it has the record before
it is sent; one of the two there must be.
"""

import re

from adapters.base import AdapterError, Fault, Receipt, Request, Response
from adapters.config import AdapterMisconfigured, IntakeSettings, PlatformSettings
from adapters.envelope import EnvelopeReader, as_json
from adapters.platform_client import PlatformClient
from adapters.record_path import RecordPath
from adapters.success import SuccessPredicate, check_content_type

_ACCEPT = "application/json"
_CREATED = frozenset({200, 201, 202, 203, 204})
_EMPTY = frozenset({204, 205})
_REJECTED = frozenset({400, 409, 413, 415, 422})
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_STATUSES = range(400, 500)


class RestJsonIntake:
    """One intake of a REST platform."""

    def __init__(self, *, platform: PlatformSettings, intake: IntakeSettings, client: PlatformClient) -> None:
        if intake.key_header is None and intake.by_id is None:
            raise AdapterMisconfigured("key_header", "is missing, and so is by_id: what was sent twice would be two")
        if intake.key_header is not None and not _HEADER.fullmatch(intake.key_header):
            raise AdapterMisconfigured("key_header", "must be the name of a header")
        if any(status not in _STATUSES for status in intake.known_status):
            raise AdapterMisconfigured("known_status", "must be of 400 to 499; the others have their meaning")
        self._intake = intake
        self._client = client
        self._url = client.url(intake.path)
        self._record = RecordPath(intake.by_id, client=client) if intake.by_id is not None else None
        self._success = SuccessPredicate(platform.success, content_type=("application/json", "text/json"))
        self._envelopes = EnvelopeReader(self._success.paths)

    async def submit(self, body: bytes, *, source_id: str, idempotency_key: str) -> Receipt:
        """The receipt. Raises `AdapterError`; `REJECTED` where sending it again can never help."""
        if self._intake.key_header is None and (status := await self._found(source_id)) is not None:
            return Receipt(status=status, was_there=True)
        headers = {"Content-Type": "application/json"}
        if self._intake.key_header is not None:
            headers[self._intake.key_header] = idempotency_key
        request = Request(method="POST", url=self._url, query=self._intake.query, headers=headers, body=body)
        known = self._intake.known_status
        try:
            response = await self._client.send(request, accept=_ACCEPT, success=_CREATED.union(known))
        except AdapterError as error:
            if error.status in _REJECTED:
                raise AdapterError(Fault.REJECTED, error.message, status=error.status) from error
            raise
        if response.status in known:
            return Receipt(status=response.status, was_there=True)
        self._check(response)
        return Receipt(status=response.status)

    async def has(self, source_id: str) -> bool | None:
        """Whether the platform has that record; None without `by_id`. Raises `AdapterError`."""
        return None if self._record is None else await self._found(source_id) is not None

    async def _found(self, source_id: str) -> int | None:
        """The status with which the platform says that it has the record; None where it has not."""
        assert self._record is not None
        request = Request(url=self._record.url(source_id), query=self._intake.query)
        try:
            response = await self._client.send(request, accept=_ACCEPT, is_one=True)
        except AdapterError as error:
            if error.fault is Fault.NOT_FOUND:
                return None
            raise
        self._check(response)
        return response.status

    def _check(self, response: Response) -> None:
        """Raises `AdapterError` for a success that is none: a page, half a body, the platform's own word."""
        is_empty = response.status in _EMPTY or not response.body.strip()
        if is_empty and not tuple(self._success.paths):
            return
        check_content_type(response, self._success.content_type)
        self._success.check_body(self._envelopes.read(as_json(response.body)))

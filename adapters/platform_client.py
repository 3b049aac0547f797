"""One platform's HTTP side: where it stands, who we are to it, and what its status codes mean."""

from collections.abc import Container, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

import msgspec

from adapters.authentication import Authentication
from adapters.base import AdapterError, Fault, Request, Response, Transport
from adapters.config import AdapterMisconfigured, PlatformSettings

_BUSY = frozenset({408, 425, 429})
_HOPELESS = frozenset({501, 505, 506, 508, 510})
_SUCCESS = frozenset({200, 203})
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~-._"


class PlatformClient:
    """Sends requests to one platform as its settings say, and reads the status of what comes back."""

    def __init__(self, platform: PlatformSettings, *, transport: Transport, authentication: Authentication) -> None:
        if urlsplit(platform.base_url).scheme not in {"http", "https"}:
            raise AdapterMisconfigured("base_url", "must begin with https:// or http://")
        self.base_url = platform.base_url.rstrip("/")
        self.authentication = authentication
        self._headers = dict(platform.headers)
        self._timeout_s = platform.timeout_s
        self._transport = transport

    def url(self, path: str) -> str:
        """The absolute URL of a path below the platform's address."""
        separator = "" if not path or path.startswith(("/", "?")) else "/"
        return self.base_url + separator + quote(path, safe=_URL_SAFE)

    async def send(
        self,
        request: Request,
        *,
        accept: str,
        etag: str | None = None,
        is_one: bool = False,
        success: Container[int] = _SUCCESS,
    ) -> Response:
        """The response with a status of success, or 304 where there is an `etag`. Raises `AdapterError`.

        A 404 is `NOT_FOUND` where one record was asked for (`is_one`). A 401 renews the credentials once.
        """
        headers: Mapping[str, str] = {"Accept": accept, **self._headers, **request.headers}
        if etag is not None:
            headers = {**headers, "If-None-Match": etag}
        request = msgspec.structs.replace(request, headers=headers, timeout_s=self._timeout_s)
        signed = await self.authentication.sign(request)
        response = await self._transport.send(signed)
        if response.status == 401 and self.authentication.renew(signed):
            response = await self._transport.send(await self.authentication.sign(request))
        if response.status in success or (response.status == 304 and etag is not None):
            return response
        raise _failure(response, is_one=is_one)


def _failure(response: Response, *, is_one: bool) -> AdapterError:
    """What a status that is not success means."""
    status = response.status
    message = f"the platform answered {status}"
    if status in {401, 403, 407, 451, 511}:
        return AdapterError(Fault.REFUSED_US, message, status=status)
    if status in {404, 410} and is_one:
        return AdapterError(Fault.NOT_FOUND, message, status=status)
    if status in _BUSY or status >= 500:
        return AdapterError(
            Fault.UNREACHABLE,
            message,
            is_transient=status not in _HOPELESS,
            retry_after_s=retry_after(response),
            status=status,
        )
    if 300 <= status < 400:
        message += ", and redirects are not followed"
    return AdapterError(Fault.UNREADABLE, message, status=status)


def retry_after(response: Response) -> float | None:
    """`Retry-After` in seconds from now, whether it was given as seconds or as a date; None without."""
    given = response.headers.get("retry-after", "").strip()
    if given.isdecimal() and len(given) < 10:
        return float(given)
    try:
        until = parsedate_to_datetime(given)
        since = parsedate_to_datetime(response.headers["date"]) if "date" in response.headers else datetime.now(UTC)
        return max(0.0, (until - since).total_seconds())
    except (TypeError, ValueError):  # the latter also where one of the two has no zone
        return None

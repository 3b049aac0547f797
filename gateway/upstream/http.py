"""The transport to partners' platforms: aiohttp, with everything bounded.

TLS is verified, redirects are not followed, proxies and credentials of the environment are ignored, cookies
are forgotten, and a body is cut at `max_bytes` as it arrives, packed or not.
"""

import asyncio
import random
import ssl
import zlib
from collections.abc import AsyncIterator
from functools import cache
from types import TracebackType
from typing import Self

import aiohttp
import structlog
from yarl import URL

from adapters.base import AdapterError, Fault, Request, Response
from gateway.name_lookup import SystemResolver
from gateway.settings import Upstream as UpstreamSettings

_PIECE = 1_048_576
"""So much is unpacked at once before others get their turn."""
_GZIP = 16 + zlib.MAX_WBITS
_KEEP_ALIVE_S = 30.0
_STRANGE = ": its authority is unknown here, or left out of what the platform sends; name it in the platform's ca_file"
_REFUSED = {
    9: ": it is not valid yet",
    10: ": it has expired",
    **dict.fromkeys((2, 18, 19, 20, 21), _STRANGE),
    **dict.fromkeys((62, 64), ": it is for another name than base_url's"),
}
"""By OpenSSL's code, `X509_V_ERR_…`."""


class HttpTransport:
    """Sends requests over one pool of connections. An async context, opened within the event loop.

    A connection serves only requests of the trust with which it was opened.
    """

    def __init__(self, settings: UpstreamSettings, *, user_agent: str = "pertukaran") -> None:
        self._settings = settings
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None
        self._names = SystemResolver("platform-names")

    async def open(self) -> None:
        """Makes the pool."""
        connector = aiohttp.TCPConnector(
            limit=self._settings.pool_size,
            limit_per_host=self._settings.pool_per_host,
            resolver=self._names,
            ttl_dns_cache=60,
            keepalive_timeout=_KEEP_ALIVE_S,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip"},
            auto_decompress=False,
            trust_env=False,
            timeout=_timeout(self._settings.deadline_s, connect_s=self._settings.connect_timeout_s),
        )

    async def close(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None
            await self._names.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, request: Request) -> Response:
        """The response, whatever its status. Raises `AdapterError`, and never a word of the platform's."""
        if self._session is None:
            raise RuntimeError("the transport is not open")
        timeout_s = request.timeout_s or self._settings.deadline_s
        try:
            async with self._session.request(
                request.method,
                _url(request),
                headers={**request.headers, **_trace()},
                data=request.body,
                allow_redirects=False,
                ssl=request.tls or True,
                timeout=_timeout(timeout_s, connect_s=min(timeout_s, self._settings.connect_timeout_s)),
            ) as response:
                try:
                    body = await self._body(response)
                except AdapterError:
                    response.close()  # the rest is on its way: the connection cannot be used again
                    raise
                return Response(status=response.status, headers=_headers(response), body=body)
        except TimeoutError as error:
            raise AdapterError(Fault.TIMEOUT, f"no answer within {timeout_s:g} s", is_transient=True) from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise AdapterError(Fault.UNREACHABLE, _untrusted(error.certificate_error)) from error
        except aiohttp.ClientSSLError as error:
            raise AdapterError(Fault.UNREACHABLE, "the platform does not speak TLS as it should") from error
        except (aiohttp.InvalidURL, ValueError) as error:
            raise AdapterError(Fault.UNREACHABLE, "the request cannot be written") from error
        except aiohttp.ClientPayloadError as error:
            raise AdapterError(Fault.UNREACHABLE, "the answer was cut off", is_transient=True) from error
        except (aiohttp.ClientError, OSError) as error:
            why = f"the connection failed: {type(error).__name__}"
            raise AdapterError(Fault.UNREACHABLE, why, is_transient=True) from error

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """The whole body, unpacked. Raises `AdapterError` as soon as it is larger than it may be."""
        room = self._settings.max_bytes
        if (response.content_length or 0) > room:
            raise _too_large(room)
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        pieces: AsyncIterator[bytes]
        if encoding == "identity":
            pieces = response.content.iter_any()
        elif encoding in {"gzip", "x-gzip"}:
            pieces = _unpacked(response.content.iter_any())
        else:
            raise AdapterError(Fault.UNREADABLE, "the answer is packed in a way that was not asked for")
        kept: list[bytes] = []
        async for piece in pieces:
            room -= len(piece)
            if room < 0:
                raise _too_large(self._settings.max_bytes)
            kept.append(piece)
        return b"".join(kept)


async def _unpacked(packed: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What gzip members hold, in pieces of bounded size, so that little packed is never much at once."""
    unpacker = zlib.decompressobj(_GZIP)
    has_begun = False
    try:
        async for given in packed:
            rest = given
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_GZIP)
                has_begun = True
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
                if rest:
                    await asyncio.sleep(0)
    except zlib.error as error:
        raise AdapterError(Fault.UNREADABLE, "the answer does not unpack") from error
    if has_begun and not unpacker.eof:
        raise AdapterError(Fault.UNREACHABLE, "the answer was cut off", is_transient=True)


def _url(request: Request) -> URL:
    """The URL as it is written, with the query encoded behind it."""
    url = URL(request.url, encoded=True)
    return url.update_query(request.query) if request.query else url


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """By lower-case name; repeated ones are joined, as HTTP allows."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _trace() -> dict[str, str]:
    """`traceparent` (W3C) of the request that is being answered, where there is one."""
    trace_id = structlog.contextvars.get_contextvars().get("trace_id")
    return {"traceparent": f"00-{trace_id}-{random.getrandbits(64) or 1:016x}-00"} if trace_id else {}


@cache
def _timeout(total_s: float, *, connect_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s)


def _too_large(limit: int) -> AdapterError:
    return AdapterError(Fault.TOO_LARGE, f"the answer is larger than {limit} bytes")


def _untrusted(error: Exception) -> str:
    """Why the certificate was refused, in our own words, and what to do where that is known."""
    why = _REFUSED.get(error.verify_code, "") if isinstance(error, ssl.SSLCertVerificationError) else ""
    return f"the platform's certificate is not trusted{why}"

"""Sends deliveries to webhooks: signed, bounded in time and size, and only where the guard lets them go."""

import asyncio
import ssl
from functools import lru_cache
from time import monotonic
from typing import NamedTuple

import aiohttp
import structlog
from yarl import URL

from gateway.clock import Clock
from gateway.life_events.backoff import retry_after
from gateway.life_events.delivery import Attempt, Parcel
from gateway.life_events.outgoing import CLOUD_EVENT
from gateway.life_events.signature import SigningSecret, signed_headers
from gateway.life_events.subscription import Webhook
from gateway.life_events.target_guard import GuardedResolver, TargetGuard, TargetRefused

MOST_OF_ANSWER_BYTES = 65_536
_CONNECT_S = 5.0
_BODY_S = 2.0
"""What an answer's body may take once its status is known; nothing in it is needed."""
_NAMES_KEPT_S = 30
_KEEP_ALIVE_S = 30.0
_TARGETS_KEPT = 4_096
_HONOURS_RETRY_AFTER = frozenset({429, 503})
_log = structlog.get_logger("gateway.life_events.webhook_sender")


class Answer(NamedTuple):
    """What came back: the beginning of the body where it was asked for."""

    status: int
    retry_after: str | None
    body: bytes


class NotAnswered(Exception):
    """Nothing came back. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WebhookSender:
    """`Sender` to webhooks. Opened within the event loop. `tls` is the system's trust unless given."""

    def __init__(
        self, *, guard: TargetGuard, clock: Clock, timeout_s: float, tls: ssl.SSLContext | None = None
    ) -> None:
        self._guard = guard
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(_CONNECT_S, timeout_s))
        self._tls = tls
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._read = lru_cache(_TARGETS_KEPT)(guard.read)

    async def open(self) -> None:
        """Makes a pool of connections for each scheme, as each has its own rule for what may be dialled."""
        for scheme in ("http", "https"):
            connector = aiohttp.TCPConnector(
                resolver=GuardedResolver(self._guard, scheme=scheme),
                ssl=self._tls if self._tls is not None else True,
                limit=0,  # the dispatcher bounds what is under way
                ttl_dns_cache=_NAMES_KEPT_S,
                keepalive_timeout=_KEEP_ALIVE_S,
            )
            self._sessions[scheme] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "pertukaran", "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
                timeout=self._timeout,
            )

    async def close(self) -> None:
        """Closes every connection."""
        for session in self._sessions.values():
            await session.close()
        self._sessions = {}
        self._guard.close()

    async def send(self, parcel: Parcel) -> Attempt:
        """How it went: it arrived where the status is 2xx."""
        at, began = self._clock.now(), monotonic()
        claimed = parcel.claimed
        target = claimed.subscription.target
        assert isinstance(target, Webhook)
        status, reason, wait = None, None, None
        try:
            answer = await self.post(target.url, parcel.body, id=claimed.id, secrets=claimed.secrets)
        except NotAnswered as error:
            reason = error.reason
        else:
            status, reason = answer.status, failure_of(answer.status)
            if status in _HONOURS_RETRY_AFTER:
                wait = retry_after(answer.retry_after, now=self._clock.now())
        return Attempt(
            at=at,
            duration_ms=round((monotonic() - began) * 1000),
            status_code=status,
            reason=reason,
            retry_after_s=wait,
            is_gone=status == 410,
        )

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        id: str,
        secrets: tuple[SigningSecret, ...],
        content_type: str = CLOUD_EVENT,
        wants_body: bool = False,
    ) -> Answer:
        """What the receiver answers to a signed body. Raises `NotAnswered`, and nothing else."""
        if not secrets:
            raise NotAnswered("secret-missing")
        headers = signed_headers(id, body, timestamp=int(self._clock.seconds()), secrets=secrets)
        headers["Content-Type"] = content_type
        try:
            target = self._read(url)
            session = self._sessions[target.scheme]
            async with session.post(
                URL(url, encoded=True), data=body, headers=headers, allow_redirects=False
            ) as response:
                kept = await _kept(response, wants_body=wants_body)
                return Answer(response.status, response.headers.get("Retry-After"), kept)
        except Exception as error:  # noqa: BLE001 (one receiver must not end the dispatcher, whatever it sends)
            raise NotAnswered(_failure(error)) from None


async def _kept(response: aiohttp.ClientResponse, *, wants_body: bool) -> bytes:
    """The beginning of the body, or nothing. A body that is long, slow or broken costs its connection, no more."""
    kept, size = b"", 0
    try:
        async with asyncio.timeout(_BODY_S):
            async for piece in response.content.iter_any():
                size += len(piece)
                if size > MOST_OF_ANSWER_BYTES:
                    response.close()
                    break
                if wants_body:
                    kept += piece
    except (aiohttp.ClientError, OSError, TimeoutError):
        response.close()
    return kept


def failure_of(status: int) -> str | None:
    """Why a status is a failure; None where it is none."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return "redirect"
    return f"http-{status}"


def _failure(error: Exception) -> str:
    """The code of what went wrong."""
    match error:
        case TargetRefused():
            return f"target-{error.reason}"
        case TimeoutError():
            return "timeout"
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return "tls"
        case aiohttp.ClientConnectorError():
            return "unreachable"
        case aiohttp.ClientConnectionError() | OSError():
            return "connection-lost"
        case aiohttp.ClientError() | ValueError():
            return "answer-unreadable"
    _log.error("webhook.failed", reason=type(error).__name__)
    return "internal"

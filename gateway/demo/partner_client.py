"""A partner's system as a client of the gateway: its tokens, what it asks, what it sends."""

import time
from typing import Any

import aiohttp
import msgspec

from gateway.access.scopes import read_scope_of
from gateway.access.token_request import token_request
from gateway.demo.seed import PURPOSE, Credentials
from schemas.resources import Resource

_MARGIN_S = 30.0


class PartnerClient:
    """One client of one partner, talking to the gateway at `url`."""

    def __init__(self, http: aiohttp.ClientSession, *, url: str, partner: str, credentials: Credentials) -> None:
        self._http = http
        self._url = url
        self._credentials = credentials
        self.partner = partner
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}

    async def token(self, scope: str, *, purpose: str = PURPOSE) -> str:
        """An access token, kept until near its end. Raises `aiohttp.ClientResponseError` where there is none."""
        token, until = self._tokens.get((scope, purpose), ("", 0.0))
        if time.monotonic() < until:
            return token
        who = self._credentials
        form, headers = token_request(
            who.client_id, issuer=self._url, scope=scope, purpose=purpose, secret=who.secret, key=who.key
        )
        async with self._http.post(
            f"{self._url}/oauth/token", data=form, headers=headers, raise_for_status=True
        ) as response:
            answer = await response.json()
        token, until = str(answer["access_token"]), time.monotonic() + answer["expires_in"] - _MARGIN_S
        self._tokens[scope, purpose] = token, until
        return token

    async def get(self, path: str, *, token: str | None, base: str | None = None) -> tuple[int, Any, dict[str, str]]:
        """Status, decoded body and headers."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._http.get(f"{base or self._url}{path}", headers=headers) as response:
            return response.status, await response.json(content_type=None), dict(response.headers)

    async def post(
        self, path: str, body: Any = None, *, token: str, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and decoded body."""
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})}
        data = None if body is None else msgspec.json.encode(body)
        async with self._http.post(f"{self._url}{path}", data=data, headers=sent) as response:
            return response.status, await response.json(content_type=None)

    async def exchange(self, resource: Resource, *, provider: str, pages: int = 25) -> tuple[list[Any], list[Any]]:
        """All records of one resource of one provider, at most `pages` of them, and the gaps."""
        token = await self.token(read_scope_of(resource.plural))
        path = f"/v1/{resource.plural}?partner={provider}&limit=200"
        records: list[Any] = []
        gaps: list[Any] = []
        cursor = None
        for _ in range(pages):
            status, answer, _ = await self.get(path + (f"&cursor={cursor}" if cursor else ""), token=token)
            if status != 200:
                raise RuntimeError(f"{path} answered {status} {answer.get('code')}")
            records += answer["data"]
            gaps += answer["gaps"]
            cursor = answer.get("next_cursor")
            if cursor is None:
                break
        return records, gaps

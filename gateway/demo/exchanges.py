"""Exchanges over HTTP, as a partner's developer makes them: a token, then pages of records."""

from typing import Any

import aiohttp
import msgspec

from gateway.access.scopes import read_scope_of
from gateway.demo.seed import PURPOSE, Credentials
from schemas.resources import RESOURCES, Resource


class Exchanged(msgspec.Struct, frozen=True, kw_only=True):
    """What one consumer got of one resource of one provider. `ledger` sums over all pages.

    `complete` is whether nothing is missing; `gaps` are the first few reasons, and `gap_count` all of them.
    """

    consumer: str
    provider: str
    resource: str
    records: int
    complete: bool
    gap_count: int
    gaps: list[Any]
    ledger: dict[str, int]
    adds_up: bool
    excerpt: Any


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange that had to be refused: the status and the problem's code."""

    what: str
    status: int
    code: str


class PartnerClient:
    """One client of one partner, talking to the gateway at `url`."""

    def __init__(self, http: aiohttp.ClientSession, *, url: str, partner: str, credentials: Credentials) -> None:
        self._http = http
        self._url = url
        self._credentials = credentials
        self.partner = partner
        self._tokens: dict[tuple[str, str], str] = {}

    async def token(self, scope: str, *, purpose: str = PURPOSE) -> str:
        """An access token, asked for once. Raises `aiohttp.ClientResponseError` where there is none to be had."""
        if (scope, purpose) not in self._tokens:
            login = aiohttp.encode_basic_auth(self._credentials.client_id, self._credentials.secret)
            form = {"grant_type": "client_credentials", "scope": scope, "purpose": purpose}
            url = f"{self._url}/oauth/token"
            async with self._http.post(
                url, data=form, headers={"Authorization": login}, raise_for_status=True
            ) as response:
                self._tokens[scope, purpose] = (await response.json())["access_token"]
        return self._tokens[scope, purpose]

    async def get(self, path: str, *, token: str | None, base: str | None = None) -> tuple[int, Any, dict[str, str]]:
        """Status, decoded body and headers."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._http.get(f"{base or self._url}{path}", headers=headers) as response:
            return response.status, await response.json(content_type=None), dict(response.headers)

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


async def refused_exchanges(client: PartnerClient, *, provider: str) -> list[Refused]:
    """What the gateway must refuse: no token, the wrong scope, a purpose and a field that nobody granted."""
    facilities = f"/v1/{RESOURCES['facility'].plural}?partner={provider}"
    reports = f"/v1/{RESOURCES['service-request'].plural}?partner={provider}"
    may_facilities = await client.token(read_scope_of(RESOURCES["facility"].plural))
    may_reports = await client.token(read_scope_of(RESOURCES["service-request"].plural))
    asked = (
        ("without a token", facilities, None),
        ("with a token for another scope", reports, may_facilities),
        ("for a Personal field that no agreement grants", f"{reports}&fields=id,reporter_name", may_reports),
        ("with a parameter that does not exist", f"{facilities}&wilayah=31", may_facilities),
    )
    refused = []
    for what, path, token in asked:
        status, body, _ = await client.get(path, token=token)
        refused.append(Refused(what=what, status=status, code=str(body.get("code", ""))))
    return refused

"""Exchanges over HTTP, as a partner's developer makes them: a token, then pages of records."""

from typing import Any

import msgspec

from gateway.access.scopes import read_scope_of
from gateway.demo.partner_client import PartnerClient
from schemas.resources import RESOURCES


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

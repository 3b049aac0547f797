"""What the demonstration found out: what came through, what was refused, and whether the sums add up."""

from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.demo.exchanges import Exchanged, Refused, refused_exchanges
from gateway.demo.installation import Installation
from gateway.demo.life_events.story import NewbornCase
from gateway.demo.partner_client import PartnerClient
from gateway.demo.recorded import FurtherPartner
from gateway.demo.seed import ADMINISTRATION
from schemas.resources import RESOURCES

_GAPS_SHOWN = 5
_TERMS = ("released", "refused", "filtered", "held_back")
EXPECTED_REFUSALS = (401, 403, 403, 400)
"""The statuses of `refused_exchanges`, in its order."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `ok` is what the exit code says; `problems` names what is wrong, if anything is."""

    gateway: str
    ok: bool
    problems: list[str]
    exchanges: list[Exchanged]
    refusals: list[Refused]
    audit: dict[str, int]
    cases: list[NewbornCase]


class Reporter:
    """Makes the exchanges, and reads the audit trail for what was recorded of them."""

    def __init__(
        self,
        installation: Installation,
        *,
        clients: dict[str, PartnerClient],
        admin: PartnerClient,
        further: Sequence[FurtherPartner] = (),
    ) -> None:
        self._installation = installation
        self._further = further
        self._clients = clients
        self._admin = admin

    async def report(self, cases: list[NewbornCase]) -> Report:
        """Every partner asks every partner for every resource; further partners are asked for what they offer.

        `cases` are what came of the births that were told before.
        """
        exchanges = [
            await self._exchanged(client, resource=resource, provider=provider)
            for client in self._clients.values()
            for provider in self._clients
            for resource in RESOURCES
        ]
        exchanges += [
            await self._exchanged(self._clients["jakarta"], resource=resource, provider=one.partner.id)
            for one in self._further
            for resource in sorted(one.resources)
        ]
        refusals = await refused_exchanges(self._clients["sumedang"], provider="jakarta")
        audit = await self._audit_sums()
        problems = [*_wrong(exchanges), *_not_refused(refusals), *(it for case in cases for it in case.problems)]
        if audit["answered"] == 0 or audit["refused"] < len(refusals) - 1:
            problems.append("the audit trail does not hold every exchange")
        return Report(
            gateway=self._installation.url,
            ok=not problems,
            problems=problems,
            exchanges=exchanges,
            refusals=refusals,
            audit=audit,
            cases=cases,
        )

    async def _exchanged(self, client: PartnerClient, *, resource: str, provider: str) -> Exchanged:
        before = await self._last_number()
        records, gaps = await client.exchange(RESOURCES[resource], provider=provider)
        ledgers = [entry["record"].get("ledger", {}) for entry in await self._entries(after=before)]
        ledger = {name: sum(it.get(name, 0) for it in ledgers) for name in ("records_in", *_TERMS)}
        return Exchanged(
            consumer=client.partner,
            provider=provider,
            resource=resource,
            records=len(records),
            complete=not gaps,
            gap_count=sum(gap.get("count", 1) for gap in gaps),
            gaps=gaps[:_GAPS_SHOWN],
            ledger=ledger,
            adds_up=ledger["records_in"] == sum(ledger[term] for term in _TERMS) and ledger["released"] == len(records),
            excerpt=records[0] if records else None,
        )

    async def _last_number(self) -> int:
        entries = await self._page("limit=1")
        return entries[0]["number"] if entries else 0

    async def _entries(self, *, after: int) -> list[Any]:
        """The exchanges that were recorded after that number."""
        entries = await self._page("kind=exchange&outcome=answered&limit=200")
        return [entry for entry in entries if entry["number"] > after]

    async def _page(self, query: str) -> list[Any]:
        token = await self._admin.token("admin", purpose=ADMINISTRATION)
        path, base = f"/admin/v1/audit?{query}", self._installation.admin_url
        status, body, _ = await self._admin.get(path, token=token, base=base)
        if status != 200:
            raise RuntimeError(f"{path} answered {status} {body.get('code')}")
        data: list[Any] = body["data"]
        return data

    async def _audit_sums(self) -> dict[str, int]:
        """How many exchanges the trail holds by outcome."""
        return {
            outcome: len(await self._page(f"kind=exchange&outcome={outcome}&limit=200"))
            for outcome in ("answered", "refused", "failed")
        }


def _wrong(exchanges: list[Exchanged]) -> list[str]:
    """Exchanges that brought nothing, and ledgers that do not add up."""
    problems = []
    for it in exchanges:
        what = f"{it.consumer} asking {it.provider} for {it.resource}"
        if it.records == 0:
            problems.append(f"{what}: no record came through")
        if not it.adds_up:
            problems.append(f"{what}: the ledger does not add up")
    return problems


def _not_refused(refusals: list[Refused]) -> list[str]:
    return [
        f"asking {it.what} was answered {it.status} instead of {expected}"
        for it, expected in zip(refusals, EXPECTED_REFUSALS, strict=True)
        if it.status != expected
    ]

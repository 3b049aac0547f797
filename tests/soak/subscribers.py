"""Who is in a soak: publishers in the roles of a recipe, subscribers, and the agreements between them."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp

from gateway.access.client import Profile
from gateway.administration.adopt_recipe import adopt_recipe
from gateway.administration.decide_agreement import decide_agreement
from gateway.administration.desk import Desk
from gateway.administration.draft_agreement import NewAgreement, draft_agreement
from gateway.administration.register_client import NewClient, register_client
from gateway.administration_wiring import opened_desk
from gateway.agreements.agreement import GrantedField, GrantedResource
from gateway.agreements.states import Step
from gateway.ids import AgreementId
from gateway.settings import Settings
from tests.soak.receivers import SoakReceiver

BY = {"by": "Petugas Uji", "reason": "Uji"}
PUBLIC = (GrantedField("@public", "UU 24/2013"),)
GRANTED = {"sumedang": (*PUBLIC, GrantedField("@restricted", "UU 24/2013")), "jakarta": PUBLIC}
PURPOSE = "administrasi-kependudukan"
EVERYTHING = ("birth", "document.issued", "citizen.notified")


@dataclass(frozen=True)
class Wish:
    """One subscription. `fails`: its receiver does, at random. `until_round`: when its agreement is suspended."""

    name: str
    partner: str
    purpose: str
    types: tuple[str, ...]
    fails: bool = False
    signature: str = "v1"
    region: str | None = None
    until_round: int | None = None


def wishes(rounds: int) -> tuple[Wish, ...]:
    """Healthy ones, failing ones, one with a filter, and two that lose their agreements: at once, and half-way."""
    return (
        Wish("registry", "sumedang", PURPOSE, EVERYTHING, fails=True),
        Wish("notifier", "sumedang", PURPOSE, ("document.issued", "citizen.notified"), fails=True, signature="v1a"),
        Wish("archive", "sumedang", PURPOSE, EVERYTHING),
        Wish("village", "sumedang", PURPOSE, ("birth",), region="32.11.01"),
        Wish("jakarta", "jakarta", "pelayanan-publik", ("birth",)),
        Wish("withdrawn", "jakarta", "statistik", ("birth", "document.issued"), until_round=(rounds + 1) // 2),
        Wish("never", "jakarta", "pelayanan-kesehatan", EVERYTHING, until_round=0),
    )


@dataclass
class Cast:
    """Everybody, known to the gateway."""

    settings: Settings
    wishes: tuple[Wish, ...]
    secrets: dict[str, str] = field(default_factory=dict)
    agreements: dict[str, AgreementId] = field(default_factory=dict)
    subscriptions: dict[str, str] = field(default_factory=dict)
    receivers: dict[str, SoakReceiver] = field(default_factory=dict)
    ended_at: dict[str, float] = field(default_factory=dict)

    async def register(self) -> None:
        """Clients, agreements in force, and the recipe with its roles."""
        async with opened_desk(self.settings) as desk:
            for name in ("hospital", "registry", "notifier"):
                await self._client(desk, name, "sumedang", scope="events:publish", purpose=PURPOSE)
            roles = {"hospital": ("hospital",), "civil-registry": ("registry",), "notifier": ("notifier",)}
            await adopt_recipe(desk, "newborn-documents", partner="sumedang", roles=roles, **BY)
            for wish in self.wishes:
                scope, client = "subscriptions:manage", f"{wish.name}-subscriber"
                await self._client(desk, client, wish.partner, scope=scope, purpose=wish.purpose)
                key = f"{wish.partner} {wish.purpose}"
                if key not in self.agreements:
                    self.agreements[key] = await _in_force(desk, wish.partner, wish.purpose)

    async def subscribe(self, stack: AsyncExitStack, url: str, *, seed: str) -> None:
        """Each wish becomes a subscription with its receiver, verified over HTTP."""
        async with aiohttp.ClientSession(trust_env=False) as http:
            for wish in self.wishes:
                receiver = SoakReceiver(wish.name, seed, wish.fails)
                self.receivers[wish.name] = await stack.enter_async_context(receiver)
                headers = {"Authorization": f"Bearer {await self.token(http, url, f'{wish.name}-subscriber')}"}
                target = {"kind": "webhook", "url": receiver.receiver.url, "signature": wish.signature}
                body: dict[str, Any] = {"types": list(wish.types), "target": target}
                if wish.region:
                    body["filter"] = {"region": wish.region}
                async with http.post(f"{url}/v1/subscriptions", json=body, headers=headers) as answer:
                    made = await answer.json()
                    assert answer.status == 201, made
                id_ = self.subscriptions[wish.name] = made["subscription"]["id"]
                receiver.keys += [made["secret"]] if made["secret"] else made["subscription"]["target"]["public_keys"]
                async with http.post(f"{url}/v1/subscriptions/{id_}/verify", headers=headers) as answer:
                    assert answer.status == 200, await answer.text()

    async def token(self, http: aiohttp.ClientSession, url: str, client: str) -> str:
        """A token of that client."""
        auth = aiohttp.BasicAuth(client, self.secrets[client])
        form = {"grant_type": "client_credentials"}
        async with http.post(f"{url}/oauth/token", data=form, auth=auth) as answer:
            return str((await answer.json())["access_token"])

    async def suspend(self, round_: int, *, now: float) -> None:
        """Ends what ends before that round; noted once it must hold everywhere."""
        for wish in self.wishes:
            if wish.until_round == round_ and wish.name not in self.ended_at:
                async with opened_desk(self.settings) as desk:
                    agreement = self.agreements[f"{wish.partner} {wish.purpose}"]
                    await decide_agreement(desk, agreement, step=Step.SUSPEND, **BY)
                self.ended_at[wish.name] = now

    async def _client(self, desk: Desk, name: str, partner: str, *, scope: str, purpose: str) -> None:
        new = NewClient(
            id=name,
            partner=partner,
            name=name,
            profile=Profile.BASIC,
            scopes=frozenset({scope}),
            purposes=frozenset({purpose}),
        )
        self.secrets[name] = str((await register_client(desk, new, **BY)).secret)


async def _in_force(desk: Desk, consumer: str, purpose: str) -> AgreementId:
    """An agreement of Sumedang with that partner, for that purpose."""
    today = desk.clock.now().date()
    new = NewAgreement(
        provider="sumedang",
        consumer=consumer,
        title="Peristiwa kehidupan",
        resources=tuple(GrantedResource(it.replace(".", "-"), GRANTED[consumer]) for it in EVERYTHING),
        purposes=frozenset({purpose}),
        valid_from=today - timedelta(days=1),
        valid_until=today + timedelta(days=365),
    )
    drafted = await draft_agreement(desk, new, **BY)
    for step in (Step.SUBMIT, Step.APPROVE):
        await decide_agreement(desk, drafted.id, step=step, **BY)
    return drafted.id

"""The systems of one region around a birth, and how they are joined to a gateway."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec
from aiohttp import web

from gateway.access.scopes import Scope
from gateway.demo.life_events import jakarta, sumedang
from gateway.demo.life_events.notifier import Notifier
from gateway.demo.life_events.publishing import OwnEvent
from gateway.demo.life_events.registry import Registry
from gateway.demo.life_events.seed import CIVIL_REGISTRATION, REGISTERED, Offices
from gateway.demo.partner_client import PartnerClient
from gateway.demo.seed import Credentials


class Birth(Protocol):
    """Makes a birth in the hospital's own words."""

    def __call__(self, number: str, *, at: datetime) -> OwnEvent:
        """The event."""
        ...


class RegionSystems(msgspec.Struct, frozen=True):
    """One region's. The paths are where its registry and its notifier listen, below the stand-ins' address."""

    partner: str
    birth: Birth
    registry: Registry
    registry_path: str
    notifier: Notifier
    notifier_path: str

    @property
    def intake(self) -> str:
        """Where the gateway writes births."""
        return f"{self.partner}/birth-registrations"

    def routes(self) -> list[web.RouteDef]:
        """Both doors."""
        return [*self.registry.routes(self.registry_path), *self.notifier.routes(self.notifier_path)]

    async def close(self) -> None:
        """Stops all work."""
        await self.registry.close()
        await self.notifier.close()

    async def connect(self, offices: Offices, *, client: Callable[[Credentials], PartnerClient], base_url: str) -> str:
        """Subscribes registry and notifier, as their own offices would. The id of the registry's subscription."""
        registry = client(offices.civil_registry)
        token = await registry.token(Scope.SUBSCRIPTIONS_MANAGE, purpose=CIVIL_REGISTRATION)
        wanted = {
            "types": ["birth"],
            "partners": [self.partner],
            "fields": REGISTERED,
            "target": {"kind": "platform", "dataset": self.intake},
        }
        status, made = await registry.post("/v1/subscriptions", wanted, token=token)
        if status != 201:
            raise RuntimeError(f"the registry's subscription was answered {status} {made.get('code')}")
        self.registry.connect(registry)
        await self.notifier.connect(client(offices.notifier), f"{base_url}{self.notifier_path}/webhook")
        return str(made["subscription"]["id"])


def region_systems(secrets: dict[str, str]) -> tuple[RegionSystems, ...]:
    """Those of Sumedang and Jakarta; `secrets` are what their registries accept."""
    return (
        RegionSystems(
            "sumedang",
            sumedang.birth,
            sumedang.SumedangRegistry(secrets["SUMEDANG_CIVIL_REGISTRY_TOKEN"]),
            "/dukcapil-sumedang/api",
            sumedang.SumedangNotifier(),
            "/pesan-sumedang",
        ),
        RegionSystems(
            "jakarta",
            jakarta.birth,
            jakarta.JakartaRegistry(secrets["JAKARTA_CIVIL_REGISTRY_KEY"]),
            "/alpukat-jakarta/api",
            jakarta.JakartaNotifier(),
            "/jaki-jakarta",
        ),
    )

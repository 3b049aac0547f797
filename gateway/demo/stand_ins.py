"""The partners' platforms as real HTTP servers on loopback: one process, one port, a path for each platform.

They answer with the recorded samples, in the platforms' own paging, filters and errors, and ask for the platforms' own
credentials. The paths are those of `config/partners`, so that only the port changes.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.registry import GIVEN
from gateway.demo.faults import Faults
from gateway.demo.jakarta import Crm, FloodGates, OpenApi, SatuData, ServiceCatalogue
from gateway.demo.life_events.region import region_systems
from gateway.demo.recorded import FurtherPartner, recorded_routes
from gateway.demo.sumedang import Complaints, OpenData, ServiceFiles
from gateway.settings import Partner, Platform

DEFAULT_PORT = 8490


class StandIns:
    """An async context: the platforms answer while it lasts. `port` 0 takes a free one; `faults` may be changed live.

    `secrets` are the variables that the partners' settings name, with what these platforms accept. `further` partners
    have no stand-in of their own: their recorded samples are replayed. `regions` are the systems around a birth; they
    take what they are sent, and publish once they are connected to a gateway.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        faults: Faults | None = None,
        secrets: dict[str, str] | None = None,
        further: Sequence[FurtherPartner] = (),
    ) -> None:
        self.port = port
        self.further = further
        self.faults = faults or Faults()
        self.secrets = secrets or {
            "JAKARTA_API_KEY": "kunci-contoh-jakarta",
            "JAKARTA_CIVIL_REGISTRY_KEY": "kunci-contoh-alpukat",
            "SUMEDANG_CIVIL_REGISTRY_TOKEN": "token-contoh-dukcapil",
            "SUMEDANG_COMPLAINTS_TOKEN": "token-contoh-sumedang",
        }
        self.regions = region_systems(self.secrets)
        self.requests = 0
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """Where they listen."""
        return f"http://127.0.0.1:{self.port}"

    def relocate(self, partner: Partner) -> Partner:
        """The partner with its platforms' addresses at these stand-ins; the gateway's own data stay where they are."""
        netloc = urlsplit(self.base_url).netloc

        def relocated(platform: Platform) -> Platform:
            if platform.adapter in GIVEN:
                return platform
            address = urlsplit(platform.base_url)._replace(scheme="http", netloc=netloc)
            return msgspec.structs.replace(platform, base_url=address.geturl())

        platforms = {name: relocated(platform) for name, platform in partner.platforms.items()}
        return msgspec.structs.replace(partner, platforms=platforms)

    def _routes(self) -> list[web.RouteDef]:
        jakarta, sumedang = self.secrets["JAKARTA_API_KEY"], self.secrets["SUMEDANG_COMPLAINTS_TOKEN"]
        return [
            *OpenApi(jakarta).routes("/jakarta/api/v1"),
            *Crm().routes("/jakarta/crm"),
            *FloodGates().routes("/jakarta/poskobanjir"),
            *SatuData().routes("/jakarta/satudata"),
            *ServiceCatalogue().routes("/jakarta/ckan"),
            *OpenData().routes("/sumedang/opendata"),
            *Complaints(sumedang).routes("/sumedang/aduan-api"),
            *ServiceFiles().routes("/sumedang/berkas"),
            *(route for region in self.regions for route in region.routes()),
            *recorded_routes(self.further),
        ]

    async def __aenter__(self) -> Self:
        @web.middleware
        async def failing(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.requests += 1
            return await self.faults.meet(request) or self.faults.change(request, await handler(request))

        app = web.Application(middlewares=[failing])
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for region in self.regions:
            await region.close()
        if self._runner is not None:
            await self._runner.cleanup()

"""A civil registry's own system: takes applications at its own door, and issues three documents for each.

It knows the gateway twice: as one that posts applications, and as the place where it publishes what it has issued.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web

from gateway.demo.life_events.background import Background
from gateway.demo.life_events.publishing import NotTaken, OwnEvent, publish
from gateway.demo.partner_client import PartnerClient

_log = structlog.get_logger("gateway.demo.registry")


class Registry(ABC):
    """Keeps applications by what they are known by, and issues in the background. `binary` is how it publishes."""

    binary = False

    def __init__(self) -> None:
        self.applications: dict[str, Any] = {}
        self.taken = 0
        self._client: PartnerClient | None = None
        self._background = Background()

    @abstractmethod
    def routes(self, base: str) -> list[web.RouteDef]:
        """Its own door, under `base`."""

    @abstractmethod
    def documents(self, application: Mapping[str, Any], number: int) -> list[OwnEvent]:
        """What is issued for an application, in the registry's own words."""

    def connect(self, client: PartnerClient) -> None:
        """From now on this client publishes what is issued."""
        self._client = client

    async def close(self) -> None:
        """Stops all work."""
        await self._background.close()

    def take(self, known_by: str, application: Mapping[str, Any]) -> int:
        """Its number. The application is kept, and work on it begins."""
        self.applications[known_by] = application
        self.taken += 1
        if self._client is not None:
            self._background.start(self._issue(self._client, application, self.taken))
        return self.taken

    async def _issue(self, client: PartnerClient, application: Mapping[str, Any], number: int) -> None:
        try:
            for document in self.documents(application, number):
                await publish(client, document, binary=self.binary)
        except NotTaken as error:
            _log.error("document.not_taken", reason=str(error))


def child_nik(region: str, born: str, *, is_female: bool, number: int) -> str:
    """A child's NIK as the register makes one: kecamatan, day of birth (a girl's plus 40), serial number.

    `region` holds at least six digits, `born` is `ddmmyy`. The serial number of the demonstration begins with 00.
    """
    digits = region.replace(".", "").ljust(6, "0")[:6]
    day = int(born[:2]) + (40 if is_female else 0)
    return f"{digits}{day:02}{born[2:6]}{number % 100:04}"

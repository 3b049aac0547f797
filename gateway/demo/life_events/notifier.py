"""A system that sends messages to citizens: it hears by webhook what happened, and tells the parents when all is done.

It believes nothing that is not signed, takes what it is sent twice for once, and says what it did as an event.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from aiohttp import web

from gateway.access.scopes import Scope
from gateway.demo.life_events.background import Background
from gateway.demo.life_events.publishing import NotTaken, OwnEvent, publish
from gateway.demo.life_events.seed import CIVIL_REGISTRATION
from gateway.demo.life_events.webhook_signature import SignatureCheck
from gateway.demo.partner_client import PartnerClient

_DOCUMENTS = frozenset({"birth-certificate", "child-identity-card", "family-card"})
_FIELDS = ("@public", "mother_name", "contact_phone", "holder_name")
_log = structlog.get_logger("gateway.demo.notifier")


class Notifier(ABC):
    """One region's. `signature` is what it asks for: `v1` or `v1a`."""

    signature = "v1"
    binary = False

    def __init__(self) -> None:
        self.subscription = ""
        self.heard: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, Any] = {}
        self.turned_away = 0
        self._check: SignatureCheck | None = None
        self._client: PartnerClient | None = None
        self._seen: set[str] = set()
        self._documents: dict[str, set[str]] = {}
        self._background = Background()

    @abstractmethod
    def message(self, case_id: str, birth: Mapping[str, Any]) -> OwnEvent:
        """What was sent to the parents, in the system's own words."""

    def routes(self, base: str) -> list[web.RouteDef]:
        """Where the gateway delivers, under `base`."""
        return [web.post(f"{base}/webhook", self.receive)]

    async def connect(self, client: PartnerClient, url: str) -> None:
        """Subscribes to births and documents of its own partner, at `url`, and lets the gateway verify it."""
        token = await client.token(Scope.SUBSCRIPTIONS_MANAGE, purpose=CIVIL_REGISTRATION)
        wanted = {
            "types": ["birth", "document.issued"],
            "partners": [client.partner],
            "fields": _FIELDS,
            "target": {"kind": "webhook", "url": url, "signature": self.signature},
        }
        status, made = await client.post("/v1/subscriptions", wanted, token=token)
        if status != 201:
            raise RuntimeError(f"the subscription was answered {status} {made.get('code')}")
        subscription = made["subscription"]
        self._check = SignatureCheck(made["secret"] or subscription["target"]["public_keys"][0])
        self._client = client
        status, told = await client.post(f"/v1/subscriptions/{subscription['id']}/verify", token=token)
        if status != 200:
            raise RuntimeError(f"the verification was answered {status} {told.get('code')}")
        self.subscription = subscription["id"]

    async def close(self) -> None:
        """Stops all work."""
        await self._background.close()

    async def receive(self, request: web.Request) -> web.Response:
        """One delivery: 401 where its signature is not right."""
        body = await request.read()
        if self._check is None or not self._check.fits(request.headers, body):
            self.turned_away += 1
            return web.Response(status=401)
        told = msgspec.json.decode(body)
        if told["type"] == "webhook.verification":
            return web.json_response({"challenge": told["challenge"]})
        if request.headers["webhook-id"] not in self._seen:
            self._seen.add(request.headers["webhook-id"])
            self._hear(told)
        return web.Response(status=204)

    def _hear(self, event: Mapping[str, Any]) -> None:
        """Notes the event; the parents are told once all three documents are there."""
        case_id, data = event.get("caseid"), event["data"]
        if case_id is None:
            return
        if event["type"] == "birth":
            self.heard[case_id] = data
        elif event["type"] == "document.issued":
            self._documents.setdefault(case_id, set()).add(data["kind"])
        if case_id in self.heard and self._documents.get(case_id, set()) >= _DOCUMENTS:
            self._background.start(self._tell(case_id))

    async def _tell(self, case_id: str) -> None:
        """Sends the message, and publishes that it was sent."""
        if case_id in self.messages or self._client is None:
            return
        message = self.message(case_id, self.heard[case_id])
        self.messages[case_id] = message.data
        try:
            await publish(self._client, message, binary=self.binary)
        except NotTaken as error:
            _log.error("message.not_taken", reason=str(error))

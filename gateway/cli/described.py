"""The descriptions of our APIs, made by the doors themselves: a gateway is put together aside, and serves nobody."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.app import admin_app, public_app
from gateway.settings import Access, ContractChecks, Database, LifeEvents, Server, Settings, Shared
from gateway.wiring import Gateway, migrated, opened

if TYPE_CHECKING:
    from litestar.types import ASGIApp

DESCRIBED: "Mapping[str, Callable[[Gateway], ASGIApp]]" = {"openapi": public_app, "openapi-admin": admin_app}
"""The applications that describe themselves, by the name of the description."""


def api_descriptions(settings: Settings) -> dict[str, Any]:
    """The OpenAPI documents with the partners and purposes of `settings`, and everything else as shipped."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_descriptions(_aside(settings, Path(folder))))


def _aside(settings: Settings, folder: Path) -> Settings:
    """The settings with stores and keys of its own, and platforms left in peace."""
    return msgspec.structs.replace(
        settings,
        server=Server(),
        database=Database(url=f"sqlite:///{folder}/gateway.db"),
        shared=Shared(url=f"embedded:{folder}/valkey"),
        access=Access(signing_keys=str(folder / "keys")),
        life_events=LifeEvents(keys=str(folder / "event-keys"), deliver=False),
        contracts=ContractChecks(check_every_s=0),
    )


async def _descriptions(settings: Settings) -> dict[str, Any]:
    await migrated(settings)
    async with opened(settings, secrets=lambda name: name) as gateway:
        return {name: await _description(application(gateway)) for name, application in DESCRIBED.items()}


async def _description(application: "ASGIApp") -> Any:
    """What the application answers to `GET /openapi.json`."""
    pieces: list[bytes] = []
    bodies = [{"type": "http.request", "body": b"", "more_body": False}]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/openapi.json",
        "raw_path": b"/openapi.json",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return bodies.pop() if bodies else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            pieces.append(message.get("body", b""))

    await application(scope, receive, send)  # type: ignore[arg-type]
    return msgspec.json.decode(b"".join(pieces))

"""The OAuth doors behind their guard, over a real database and a real shared store, asked over ASGI."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa
import structlog
from litestar import Litestar

from gateway.access.client import Client
from gateway.api.guard import Guard
from gateway.api.litestar_errors import ErrorHandlers
from gateway.api.metrics import Meters
from gateway.api.oauth_doors import oauth_doors
from gateway.api.problems import Problems
from gateway.clock import SystemClock
from gateway.messages import read_words
from gateway.settings import Access, Database, Purpose, Server, Settings, Shared
from gateway.storage.clients import write_client
from gateway.storage.engine import reading, writing
from gateway.storage.tables import audit_records
from gateway.wiring.access import AccessParts, opened_access
from gateway.wiring.stores import Stores, opened_stores
from tests.support.access import ISSUER, SECRET_CLIENT, SetClock, a_client, a_key_client, basic, with_secret

FORM = {"content-type": "application/x-www-form-urlencoded"}
BODY_TIMEOUT_S = 0.2


class RealClock(SetClock):
    """The machine's clock, for those who make assertions."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))


@dataclass
class TokenDoors:
    """The doors, what lies behind them, and one client of each profile."""

    http: httpx.AsyncClient
    stores: Stores
    access: AccessParts
    secret: str

    @property
    def authorization(self) -> dict[str, str]:
        """The secret client's header."""
        return {"authorization": basic(SECRET_CLIENT, self.secret)}

    async def post(self, path: str, fields: Any = None, **headers: str) -> httpx.Response:
        """A form, proved by the secret client unless a header says otherwise."""
        own = headers or self.authorization
        return await self.http.post(path, data=fields or {}, headers=FORM | own)

    async def token(self, **fields: str) -> str:
        """A token of the secret client."""
        answer = await self.post("/oauth/token", {"grant_type": "client_credentials"} | fields)
        return str(answer.json()["access_token"])

    async def put(self, client: Client) -> None:
        """Writes the client, and lets this process hear of it."""
        async with writing(self.stores.engine) as connection:
            await write_client(connection, client)
        await self.stores.watch.poll()

    async def records(self) -> list[dict[str, Any]]:
        """All audit records, as they were written."""
        async with reading(self.stores.engine) as connection:
            rows = await connection.execute(sa.select(audit_records.c.leaf).order_by(audit_records.c.number))
            return [msgspec.json.decode(leaf) for leaf in rows.scalars()]


@asynccontextmanager
async def opened_token_doors(folder: Path) -> AsyncIterator[TokenDoors]:
    """The doors, open."""
    settings = Settings(
        server=Server(public_url=ISSUER, body_timeout_s=BODY_TIMEOUT_S),
        database=Database(url=f"sqlite:///{folder}/gateway.db"),
        shared=Shared(url=f"embedded:{folder}/valkey"),
        access=Access(signing_keys=f"{folder}/keys", token_rate_limit=10_000),
        purposes={"perencanaan": Purpose(name_id="Perencanaan", name_en="Planning")},
    )
    async with AsyncExitStack() as stack:
        stores = await opened_stores(stack, settings)
        meters = Meters()
        access = opened_access(stack, settings, stores=stores, clock=SystemClock(), meters=meters)
        problems = Problems(public_url=ISSUER, words=read_words())
        app = Litestar(
            oauth_doors(access.issuer, body_timeout_s=BODY_TIMEOUT_S),
            openapi_config=None,
            logging_config=None,
            exception_handlers=ErrorHandlers(problems=problems, log=structlog.get_logger("tests")).mapping(),
        )
        guarded = Guard(app, server=settings.server, problems=problems, meter=meters)
        transport = httpx.ASGITransport(app=guarded, client=("192.0.2.1", 1), raise_app_exceptions=False)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=ISSUER))
        client, secret = with_secret(a_client(SECRET_CLIENT), access.keeper, datetime.now(UTC))
        doors = TokenDoors(http=http, stores=stores, access=access, secret=secret)
        await doors.put(client)
        await doors.put(a_key_client())
        yield doors

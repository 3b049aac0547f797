"""The whole gateway over real HTTP: granian on loopback in a thread of its own, real stores, stand-in platforms."""

import asyncio
import io
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import structlog

from gateway.administration.office import AuditQuestion
from gateway.clock import Clock
from gateway.demo.seed import ADMINISTRATION, PURPOSE, Credentials, seed
from gateway.demo.stand_ins import StandIns
from gateway.logs import LogWriter, open_logs
from gateway.server import serving
from gateway.settings import Logs, Settings
from gateway.wiring import opened
from gateway.wiring.contracts import SCHEMAS
from tests.support.running import Running, settings_in

T = TypeVar("T")
Change = Callable[[Settings], Settings]


@dataclass(frozen=True)
class Served:
    """What a test talks to. `do` runs a coroutine where the gateway runs."""

    running: Running
    loop: asyncio.AbstractEventLoop
    url: str
    admin_url: str
    http: httpx.Client
    logs: io.StringIO
    log_writer: LogWriter
    folder: Path

    def logged(self, request_id: str) -> list[dict[str, Any]]:
        """What was logged about one request."""
        self.log_writer.flush()
        lines = (msgspec.json.decode(line) for line in self.logs.getvalue().splitlines())
        return [line for line in lines if line.get("request_id") == request_id]

    def do(self, work: Awaitable[T]) -> T:
        async def working() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(working(), self.loop).result(30)

    def client(self, name: str) -> Credentials:
        return self.running.seeded.clients[name]

    def token(self, name: str = "jakarta", *, purpose: str = PURPOSE, scope: str | None = None) -> str:
        """An access token over HTTP."""
        form = {"grant_type": "client_credentials", "purpose": purpose} | ({"scope": scope} if scope else {})
        client = self.client(name)
        answer = self.http.post(f"{self.url}/oauth/token", data=form, auth=(client.client_id, client.secret))
        assert 200 == answer.status_code, answer.text
        return str(answer.json()["access_token"])

    def bearer(self, name: str = "jakarta", **options: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(name, **options)}"}

    def admin(self, person: str = "Sri Wahyuni") -> dict[str, str]:
        return {**self.bearer("admin", purpose=ADMINISTRATION, scope="admin"), "X-Acting-Person": person}

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(self.url + path, **options)

    def records(self, request_id: str) -> list[dict[str, Any]]:
        """The audit records of one request."""
        entries = self.do(self.running.gateway.desk.office.audit(AuditQuestion(limit=200)))
        records = [msgspec.json.decode(entry.record) for entry in entries]
        return [record for record in records if record.get("request_id") == request_id]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _with_ports(settings: Settings) -> Settings:
    port, admin_port = free_port(), free_port()
    server = msgspec.structs.replace(
        settings.server, port=port, admin_port=admin_port, public_url=f"http://127.0.0.1:{port}"
    )
    access = msgspec.structs.replace(settings.access, token_rate_limit=100_000)
    return msgspec.structs.replace(settings, server=server, access=access)


@contextmanager
def served(
    folder: Path,
    *,
    change: Change = lambda settings: settings,
    clock: Clock | None = None,
    schemas: Path = SCHEMAS,
) -> Iterator[Served]:
    """The gateway, served while it lasts, seeded with the demonstration's clients and agreements."""
    started = threading.Event()
    holder: dict[str, Any] = {}

    async def serve() -> None:
        holder["stop"], holder["loop"] = asyncio.Event(), asyncio.get_running_loop()
        try:
            async with StandIns() as stand_ins:
                settings = change(_with_ports(settings_in(folder, stand_ins)))
                secrets = stand_ins.secrets.__getitem__
                async with opened(settings, secrets=secrets, clock=clock, folder=schemas) as gateway:
                    running = Running(gateway, stand_ins, await seed(gateway.desk))
                    async with serving(gateway):
                        holder["running"] = running
                        started.set()
                        await holder["stop"].wait()
        except BaseException as error:
            holder["error"] = error
            raise
        finally:
            started.set()

    logs = io.StringIO()
    writer = open_logs(Logs(), stream=logs)
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    started.wait(30)
    if "running" not in holder:
        raise RuntimeError("the gateway did not start") from holder.get("error")
    server = holder["running"].gateway.settings.server
    try:
        with httpx.Client(timeout=15, trust_env=False) as http:
            url, admin_url = server.public_url, f"http://127.0.0.1:{server.admin_port}"
            yield Served(holder["running"], holder["loop"], url, admin_url, http, logs, writer, folder)
    finally:
        holder["loop"].call_soon_threadsafe(holder["stop"].set)
        thread.join(20)
        structlog.reset_defaults()

"""One gateway for the benchmarks of life events, over either pair of engines, and the receivers that it delivers to."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gateway.ids import ClientId
from gateway.life_events.subscription import Subscription, Webhook
from gateway.settings import Database
from gateway.storage.engine import open_engine
from gateway.storage.migrate import migrate
from tests.benchmarks.bench_http import PYTHON, ROOT, _command, _free_port, _memory_mb, _program, _running, _token
from tests.soak.engines import Engines
from tests.support.deliveries import Line, a_subscription
from tests.support.dispatching import RECORD

PURPOSE = "administrasi-kependudukan"
_IN_ONE = 500
_PARTNER = """
id = "sumedang"
name = "Sumedang"
kode_wilayah = "32.11"
[events.hospital-births]
"""
_SETTINGS = """
[server]
public_url = "{url}"
port = {port}
admin_port = {admin}
[database]
url = "{database}"
[shared]
url = "{shared}"
[access]
rate_limit = 100000000
rate_burst = 1000000
token_ttl_s = 3600
[life_events]
private_targets = ["127.0.0.0/8"]
[logs]
level = "warning"
"""
_AGREEMENT = """
provider = "sumedang"
consumer = "sumedang"
title = "Benchmark"
purposes = ["administrasi-kependudukan"]
valid_from = 2020-01-01
valid_until = 2099-12-31
[[resources]]
resource = "birth"
fields = [{ name = "@public", legal_basis = "UU 24/2013" }]
"""


class Came(msgspec.Struct, frozen=True):
    """One request in the receiver's log: when, and of which delivery."""

    at: float
    delivery: str


@dataclass
class Nginx:
    """The receiver: takes everything, and logs when it came."""

    url: str
    log: Path

    def came(self) -> list[Came]:
        """All that came since the log was last emptied."""
        whole = self.log.read_text().rpartition("\n")[0]
        return [Came(float(at), delivery) for at, delivery in map(str.split, whole.splitlines())]

    def until(self, count: int, *, within_s: float = 60.0) -> list[Came]:
        """The same, once it is so many different deliveries."""
        until = time.monotonic() + within_s
        while True:
            came = self.came()
            if len({it.delivery for it in came}) >= count:
                return came
            if time.monotonic() > until:
                sys.exit(f"events: {len(came)} of {count} deliveries came")
            time.sleep(0.2)

    def empty(self) -> None:
        """Forgets what came. nginx appends, so that the next line is the first again."""
        os.truncate(self.log, 0)


@contextlib.contextmanager
def receiving(folder: Path) -> Iterator[Nginx]:
    """The receiver, listening."""
    program = _program("nginx")
    if program is None or _program("wrk") is None:
        print("events: needs wrk, nginx: apt-get install wrk nginx-light", file=sys.stderr)
        sys.exit(3)
    port, log = _free_port(), folder / "received.log"
    (folder / "receiver.conf").write_text(
        f"""
        worker_processes 1; daemon off; pid {folder}/receiver.pid; error_log stderr error;
        events {{ worker_connections 1024; }}
        http {{
          log_format came '$msec $http_webhook_id';
          access_log {log} came; keepalive_requests 100000000;
          server {{ listen 127.0.0.1:{port}; location / {{ return 204; }} }}
        }}"""
    )
    with _running([program, "-c", str(folder / "receiver.conf"), "-p", str(folder)], port=port):
        yield Nginx(f"http://127.0.0.1:{port}/hook", log)


@contextlib.contextmanager
def hanging() -> Iterator[str]:
    """A receiver that accepts every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        kept: list[socket.socket] = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    kept.append(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
        for connection in kept:
            connection.close()


@dataclass
class Site:
    """One installation: its settings, its client, its subscriptions."""

    engines: Engines
    folder: Path
    nginx: Nginx
    url: str = ""
    config: Path = Path()
    token: str = ""
    secret: str = ""
    _port: int = 0
    _births: int = 1
    _subscribers: int = 0

    def prepare(self) -> None:
        """Settings, a client and an agreement of Sumedang with itself, made by the gateway's own commands."""
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        config = self.folder / "config"
        (config / "partners").mkdir(parents=True)
        shutil.copy(ROOT / "config/purposes.toml", config)
        (config / "partners/sumedang.toml").write_text(_PARTNER)
        self.config = config / "gateway.toml"
        self.config.write_text(
            _SETTINGS.format(
                url=self.url,
                port=self._port,
                admin=_free_port(),
                database=self.engines.database_url,
                shared=self.engines.environ.get("GATEWAY__SHARED__URL", "embedded:var/valkey"),
            )
        )
        draft = self.folder / "agreement.toml"
        draft.write_text(_AGREEMENT)
        why = ["--by", "bench", "--reason", "benchmark", "--config", str(self.config), "--json"]
        scopes = ["--scope", "events:publish", "--scope", "subscriptions:manage"]
        named = ["--partner", "sumedang", "--name", "bench", "--id", "bench", "--profile", "basic"]
        self.secret = str(_command("clients", "register", *named, *scopes, "--purpose", PURPOSE, *why)["secret"])
        agreement = _command("agreements", "draft", str(draft), *why)["id"]
        for step in ("submit", "approve"):
            _command("agreements", step, agreement, *why)

    @contextlib.contextmanager
    def serving(self, *, workers: int, deliver: bool) -> Iterator[int]:
        """`gateway serve`, and a token of the client."""
        command = [PYTHON, "-m", "gateway", "serve", "--config", str(self.config), "--workers", str(workers)]
        environment = {"GATEWAY__LIFE_EVENTS__DELIVER": str(deliver).lower()}
        with _running(command, port=self._port, environment=environment) as pid:
            self.token = _token(self.url, self.secret, scope="events:publish", purpose=PURPOSE)
            yield pid

    @contextlib.contextmanager
    def worker(self) -> Iterator[int]:
        """`gateway worker`."""
        process = subprocess.Popen([PYTHON, "-m", "gateway", "worker", "--config", str(self.config)], cwd=ROOT)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(20)

    async def subscribe(self, *urls: str) -> None:
        """Subscribers that are sent every birth."""
        async with self._line() as line:
            first = self._subscribers
            self._subscribers += len(urls)
            await line.subscribe(*(_subscription(number, url) for number, url in enumerate(urls, first)))

    async def fill(self, events: int) -> None:
        """So many births, which wait for each subscriber."""
        async with self._line() as line:
            for _ in range(0, events, _IN_ONE):
                await line.births(min(_IN_ONE, events), first=self._births, record=RECORD)
                self._births += _IN_ONE
        self.nginx.empty()

    @contextlib.asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        """The database, from outside."""
        engine = open_engine(Database(url=self.engines.database_url))
        await migrate(engine)
        line = Line(engine, self.folder / "var")
        yield line
        await line.transactor.close()
        await engine.dispose()

    def memory_mb(self, pid: int) -> float:
        """Of the largest of the processes that serve."""
        return _memory_mb(pid)


def _subscription(number: int, url: str) -> Subscription:
    return a_subscription(
        f"sub_{number}", client_id=ClientId("bench"), purpose=PURPOSE, proves_key=False, target=Webhook(url)
    )

"""The engines of a soak, which can be broken: SQLite with the embedded Valkey, or PostgreSQL with Redis.

The servers are this soak's own, since they are killed. PostgreSQL keeps its promises (`fsync=on`), and is stopped as
by a power cut: it recovers from its log.
"""

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import redis

from gateway.storage.embedded_valkey import EmbeddedValkey
from tests.support.served import free_port


class Engines(Protocol):
    """Both stores of one soak."""

    name: str
    environ: dict[str, str]
    database_url: str
    breaks: dict[str, int]

    def start(self) -> None:
        """Starts the servers."""
        ...

    async def fail(self, dice: random.Random) -> None:
        """Kills and empties one of the stores, and starts it again."""
        ...

    def stop(self) -> None:
        """Ends the servers."""
        ...


class Embedded:
    """What needs no server: the gateway itself starts Valkey, and starts it again where it died."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self.environ: dict[str, str] = {}
        self.database_url = f"sqlite:///{folder}/var/gateway.db"
        self.breaks = {"valkey": 0}
        self._valkey = EmbeddedValkey(folder / "var/valkey")

    def start(self) -> None:
        """Nothing."""

    async def fail(self, dice: random.Random) -> None:
        """Valkey is killed, and forgets all it knew. SQLite has no process of its own: it dies with the gateway's."""
        del dice
        with suppress(redis.RedisError, OSError), redis.Redis(unix_socket_path=str(self._valkey.socket)) as client:
            os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)
            shutil.rmtree(self._valkey.folder / "appendonlydir", ignore_errors=True)
            self.breaks["valkey"] += 1

    def stop(self) -> None:
        """Ends a Valkey that outlived its last gateway."""
        with suppress(redis.RedisError, OSError), redis.Redis(unix_socket_path=str(self._valkey.socket)) as client:
            client.shutdown(nosave=True)


class Servers:
    """PostgreSQL and Redis. Raises `FileNotFoundError` where one of them is not installed."""

    name = "servers"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "engines"
        self._port = free_port()
        self._control = _binary("pg_ctl")
        self._redis_binary = shutil.which("redis-server") or shutil.which("valkey-server") or _missing("redis-server")
        self._redis: subprocess.Popen[bytes] | None = None
        self._socket = self._folder / "redis.sock"
        self.database_url = f"postgresql://gateway@127.0.0.1:{self._port}/postgres"
        self.environ = {
            "GATEWAY__DATABASE__URL": self.database_url,
            "GATEWAY__SHARED__URL": f"unix://{self._socket}",
        }
        self.breaks = {"postgresql": 0, "redis": 0}

    def start(self) -> None:
        """Both, empty."""
        self._folder.mkdir(parents=True)
        if os.geteuid() == 0:
            _let_in(self._folder)
            shutil.chown(self._folder, "postgres")
        self._run(_binary("initdb"), "-D", self._data, "-U", "gateway", "-A", "trust", "-E", "UTF8", "-N")
        self._start_postgres()
        self._start_redis()

    async def fail(self, dice: random.Random) -> None:
        """In turns: PostgreSQL is stopped at once and recovers; Redis is killed, and comes back empty after a while."""
        if self.breaks["postgresql"] <= self.breaks["redis"]:
            await asyncio.to_thread(self._crash_postgres)
            return
        self._kill_redis()
        await asyncio.sleep(dice.uniform(0, 0.6))
        self._start_redis()
        self.breaks["redis"] += 1

    def stop(self) -> None:
        """Ends both."""
        self._kill_redis()
        with suppress(subprocess.CalledProcessError):
            self._run(self._control, "-D", self._data, "-m", "immediate", "stop")

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _crash_postgres(self) -> None:
        self._run(self._control, "-D", self._data, "-m", "immediate", "stop")
        self._start_postgres()
        self.breaks["postgresql"] += 1

    def _start_postgres(self) -> None:
        options = f"-h 127.0.0.1 -p {self._port} -k {self._folder} -c max_connections=60"
        self._run(self._control, "-D", self._data, "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def _start_redis(self) -> None:
        self._socket.unlink(missing_ok=True)
        options = ["--port", "0", "--unixsocket", str(self._socket), "--dir", str(self._folder)]
        self._redis = subprocess.Popen(
            [self._redis_binary, *options, "--save", "", "--loglevel", "warning"], stdout=subprocess.DEVNULL
        )
        until = time.monotonic() + 10
        with socket.socket(socket.AF_UNIX) as probe:
            while probe.connect_ex(str(self._socket)) != 0:
                assert time.monotonic() < until, "Redis does not start"
                time.sleep(0.005)

    def _kill_redis(self) -> None:
        if self._redis is not None:
            self._redis.kill()
            self._redis.wait()

    def _run(self, *command: str) -> None:
        """As a user that PostgreSQL accepts: it refuses to run as root."""
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd=self._folder)


def _let_in(folder: Path) -> None:
    """Lets PostgreSQL's user pass through the folders above, as far as they are this soak's."""
    for above in folder.parents:
        if above.stat().st_uid == os.geteuid() and len(above.parts) > 2:
            above.chmod(above.stat().st_mode | 0o011)


def _binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or _missing(name)


def _missing(name: str) -> str:
    raise FileNotFoundError(f"{name} is missing: apt-get install postgresql redis-server")

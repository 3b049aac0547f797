"""`gateway serve` as operators start it: a process of its own, its stores in a folder, over the stand-in platforms."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from gateway.administration_wiring import opened_desk
from gateway.demo.seed import PURPOSE, Seeded, seed
from gateway.demo.stand_ins import DEFAULT_PORT, StandIns
from gateway.settings_file import load_settings
from tests.support.in_thread import in_thread
from tests.support.served import free_port

ROOT = Path(__file__).parents[2]


@dataclass
class Process:
    """One installation; `start` and `stop` as often as you like."""

    folder: Path
    config: Path
    environ: dict[str, str]
    port: int
    admin_port: int
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Starts it, and waits until it is ready."""
        process = self.spawn(*options)
        for _ in range(300):
            if process.poll() is not None:
                raise AssertionError((self.folder / "log").read_text(encoding="utf-8"))
            try:
                if httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200:
                    return process
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError("not ready in time")

    def spawn(self, *options: str, command: str = "serve") -> subprocess.Popen[str]:
        """Starts it, or another command that lasts, and waits for nothing."""
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            arguments = [sys.executable, "-m", "gateway", command, "--config", str(self.config), *options]
            process = subprocess.Popen(arguments, env=self.environ, cwd=ROOT, stderr=log, text=True)
        self.started.append(process)
        return process

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command over the same installation."""
        command = [sys.executable, "-m", "gateway", *arguments, "--config", str(self.config)]
        return subprocess.run(command, env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False)

    def seed(self) -> Seeded:
        """The demonstration's clients and agreements."""

        async def seeding() -> Seeded:
            async with opened_desk(load_settings(self.config, self.environ)) as desk:
                return await seed(desk)

        return asyncio.run(seeding())

    def token(self, seeded: Seeded, partner: str = "jakarta", **form: Any) -> str:
        """A token over HTTP."""
        client = seeded.clients[partner]
        answer = httpx.post(
            f"{self.url}/oauth/token",
            data={"grant_type": "client_credentials", "purpose": PURPOSE} | form,
            auth=(client.client_id, client.secret),
            trust_env=False,
        )
        return str(answer.json()["access_token"])


@contextmanager
def installation(folder: Path, stand_ins: StandIns, **overlay: str) -> Iterator[Process]:
    """An installation; whatever was started is ended with it."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    for file in (config / "partners").glob("*.toml"):
        shipped = file.read_text(encoding="utf-8")
        file.write_text(shipped.replace(f"http://127.0.0.1:{DEFAULT_PORT}", stand_ins.base_url), encoding="utf-8")
    port, admin_port = free_port(), free_port()
    environ = {
        **os.environ,
        **stand_ins.secrets,
        "GATEWAY__SERVER__PORT": str(port),
        "GATEWAY__SERVER__ADMIN_PORT": str(admin_port),
        "GATEWAY__SERVER__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "GATEWAY__ACCESS__RATE_BURST": "100000",
        "GATEWAY__ACCESS__TOKEN_RATE_LIMIT": "100000",
        **overlay,
    }
    process = Process(folder, config / "gateway.toml", environ, port, admin_port)
    try:
        yield process
    finally:
        for started in process.started:
            if started.poll() is None:
                started.send_signal(signal.SIGTERM)
        for started in process.started:
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def stand_ins_in_thread() -> AbstractContextManager[StandIns]:
    """The stand-in platforms, answering from a thread of their own."""
    return in_thread(StandIns())

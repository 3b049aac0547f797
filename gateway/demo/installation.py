"""A gateway of its own for the demonstration: settings in a folder, served by a process of its own."""

import asyncio
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

import gateway
from gateway.administration_wiring import opened_desk
from gateway.demo.life_events.seed import Offices, seed_region
from gateway.demo.seed import Seeded, seed
from gateway.demo.stand_ins import DEFAULT_PORT, StandIns
from gateway.errors import BadConfiguration
from gateway.settings_file import load_settings

SHIPPED = Path(gateway.__file__).parents[1] / "config"
_READY_WITHIN_S = 60.0
_STOP_WITHIN_S = 10.0


class NotReady(BadConfiguration):
    """The demonstration's gateway did not come up."""


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is served, and who may ask. `config` is its settings file, for other commands.

    `offices` are the clients of each region's systems around a birth.
    """

    url: str
    admin_url: str
    config: Path
    seeded: Seeded
    offices: dict[str, Offices]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@asynccontextmanager
async def installed(stand_ins: StandIns, *, port: int, admin_port: int) -> AsyncIterator[Installation]:
    """A seeded gateway over the stand-ins, served; nothing of it is left behind. Raises `NotReady`."""
    folder = Path(tempfile.mkdtemp(prefix="pertukaran-"))
    try:
        config = await asyncio.to_thread(_write, folder, stand_ins=stand_ins, port=port, admin_port=admin_port)
        environ = {**_own(os.environ), **stand_ins.secrets}
        settings = await asyncio.to_thread(load_settings, config, environ)
        async with opened_desk(settings) as desk:
            seeded = await seed(desk, further=[one.partner.id for one in stand_ins.further])
            offices = {it.partner: await seed_region(desk, it.partner) for it in stand_ins.regions}
        async with _served(config, environ):
            yield Installation(
                url=settings.server.public_url,
                admin_url=f"http://127.0.0.1:{admin_port}",
                config=config,
                seeded=seeded,
                offices=offices,
            )
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _own(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what it says of another gateway's addresses: the demonstration has its own."""
    return {name: value for name, value in environ.items() if not name.startswith("GATEWAY__SERVER__")}


def _write(folder: Path, *, stand_ins: StandIns, port: int, admin_port: int) -> Path:
    """The shipped settings in `folder`, asking the stand-ins."""
    config = folder / "config"
    shutil.copytree(SHIPPED, config)
    for file in (config / "partners").glob("*.toml"):
        shipped = file.read_text(encoding="utf-8")
        file.write_text(shipped.replace(f"http://127.0.0.1:{DEFAULT_PORT}", stand_ins.base_url), encoding="utf-8")
    main = config / "gateway.toml"
    main.write_text(
        f'[server]\npublic_url = "http://127.0.0.1:{port}"\nport = {port}\nadmin_port = {admin_port}\n'
        '[life_events]\nprivate_targets = ["127.0.0.0/8"]\n'
        '[logs]\nlevel = "warning"\nform = "text"\n',
        encoding="utf-8",
    )
    return main


@asynccontextmanager
async def _served(config: Path, environ: Mapping[str, str]) -> AsyncIterator[None]:
    """`gateway serve` in a process of its own, ready; stopped at the end."""
    command = (sys.executable, "-m", "gateway", "serve", "--config", str(config))
    server = await asyncio.create_subprocess_exec(*command, env=environ, stdout=sys.stderr, start_new_session=True)
    try:
        await _ready(server, config, environ)
        yield
    finally:
        if server.returncode is None:
            server.terminate()
            try:
                await asyncio.wait_for(server.wait(), _STOP_WITHIN_S)
            except TimeoutError:
                server.kill()
                await server.wait()


async def _ready(server: asyncio.subprocess.Process, config: Path, environ: Mapping[str, str]) -> None:
    """Returns once `/readyz` says so. Raises `NotReady`."""
    settings = await asyncio.to_thread(load_settings, config, environ)
    url = f"{settings.server.public_url}/readyz"
    # Where another program holds the port it may never answer, while the gateway has long said why it stopped.
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as http:
        for _ in range(int(_READY_WITHIN_S / 0.1)):
            if server.returncode is not None:
                raise NotReady(f"the gateway stopped with exit code {server.returncode}")
            try:
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.1)
    raise NotReady(f"the gateway was not ready within {_READY_WITHIN_S:.0f} s")

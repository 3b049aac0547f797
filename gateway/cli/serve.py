"""`gateway serve`: the gateway, until it is told to stop."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from gateway.cli.options import settings_from, with_config

if TYPE_CHECKING:
    from gateway.settings import Settings


@click.command("serve")
@with_config
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; else as the settings say.")
@click.option("--worker", type=int, hidden=True, help="Which worker this process is; the supervisor says so.")
def command(config_file: Path | None, *, workers: int | None, worker: int | None) -> None:
    """Serve the API, and administration on its own listener, until SIGTERM.

    The database is brought to this version first. On SIGTERM nothing new is accepted, what is being
    answered is answered, and every audit record is written before the process ends.
    """
    settings = settings_from(config_file)
    count = workers or settings.server.workers
    if worker is not None:
        _serve(settings, with_admin=worker == 0)
    elif count == 1:
        _check_ports(settings)
        _serve(settings, with_admin=True)
    else:
        _check_ports(settings)
        from gateway.cli.supervisor import Supervisor

        arguments = ["--config", str(config_file)] if config_file else []
        Supervisor(settings, count=count, arguments=arguments).run()


def _serve(settings: "Settings", *, with_admin: bool) -> None:
    """One process that serves."""
    import asyncio

    import uvloop

    from gateway.logs import open_logs
    from gateway.server import serve
    from gateway.settings_file import Secrets
    from gateway.wiring import opened

    open_logs(settings.logs)

    async def until_stopped() -> None:
        async with opened(settings, secrets=Secrets(os.environ).get) as gateway:
            _settle()
            await serve(gateway, with_admin=with_admin)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_stopped())


def _settle() -> None:
    """Tells the interpreter that what was made at start stays: garbage is looked for seldom, and never there."""
    import gc

    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _check_ports(settings: "Settings") -> None:
    from gateway.server import require_free

    server = settings.server
    require_free(server.host, server.port, key="server.port")
    require_free(server.admin_host, server.admin_port, key="server.admin_port")

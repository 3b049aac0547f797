"""`gateway worker`: delivers life events, beside the processes that serve or in their place."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from gateway.cli.options import settings_from, with_config

if TYPE_CHECKING:
    from gateway.settings import Settings


@click.command("worker")
@with_config
def command(config_file: Path | None) -> None:
    """Deliver life events until SIGTERM, without serving.

    Any number of workers, and of `gateway serve` with `deliver = true`, share the work through the database. On
    SIGTERM nothing more is begun, what is under way ends, and the rest is given back at once.
    """
    _work(settings_from(config_file))


def _work(settings: "Settings") -> None:
    import asyncio
    import signal

    import msgspec
    import structlog
    import uvloop

    from gateway.logs import open_logs
    from gateway.settings_file import Secrets
    from gateway.wiring import opened

    open_logs(settings.logs)
    delivering = msgspec.structs.replace(settings.life_events, deliver=True)
    settings = msgspec.structs.replace(settings, life_events=delivering)

    async def until_stopped() -> None:
        stop, log = asyncio.Event(), structlog.get_logger("gateway.worker")
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with opened(settings, secrets=Secrets(os.environ).get):
            log.info("delivering")
            await stop.wait()
            log.info("stopping")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_stopped())

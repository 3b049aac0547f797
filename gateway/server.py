"""Serves one gateway over HTTP: the public application and the administrators', each on its own listener.

granian runs in this process's event loop. It bounds the time of a head (3 s) and its size; bodies are
bounded by `api/guard.py`, since it bounds none. It listens with SO_REUSEPORT, so that several workers
share a port; `require_free` keeps two gateways from doing so unawares.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server as Listener
from litestar.types import ASGIApp

from gateway.app import admin_app, guarded, public_app
from gateway.errors import BadConfiguration
from gateway.wiring import Gateway

HEADER_TIMEOUT_MS = 3_000
BUFFER_BYTES = 32_768
"""Beyond it granian answers 431 itself; the guard's own bound, with a problem document, is half of it."""
BACKLOG = 1_024
BACKPRESSURE = 512
GRACE_S = 15.0
"""How long requests that are being answered may still take once the gateway is told to stop."""

_LOGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"level": "ERROR", "handlers": [], "propagate": True}},
}


@asynccontextmanager
async def serving(gateway: Gateway, *, with_admin: bool = True) -> AsyncIterator[None]:
    """Both listeners answer while it lasts; at its end, what is being answered is answered to the end."""
    server = gateway.settings.server
    listeners = [_listener(guarded(public_app(gateway), gateway), host=server.host, port=server.port)]
    if with_admin:
        admin = guarded(admin_app(gateway), gateway)
        listeners.append(_listener(admin, host=server.admin_host, port=server.admin_port))
    tasks = [asyncio.create_task(listener.serve(), name=f"listen-{listener.bind_port}") for listener in listeners]
    try:
        await asyncio.gather(*(_listening(listener, task) for listener, task in zip(listeners, tasks, strict=True)))
        yield
    finally:
        gateway.streams.end()
        for listener in listeners:
            listener.stop()  # type: ignore[no-untyped-call]
        _, late = await asyncio.wait(tasks, timeout=GRACE_S)
        for task in late:
            task.cancel()


async def serve(gateway: Gateway, *, with_admin: bool = True) -> None:
    """Serves until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log = structlog.get_logger("gateway.server")
    server = gateway.settings.server
    async with serving(gateway, with_admin=with_admin):
        log.info(
            "serving",
            public=f"http://{server.host}:{server.port}",
            admin=f"http://{server.admin_host}:{server.admin_port}" if with_admin else None,
        )
        await stop.wait()
        log.info("stopping")


def require_free(host: str, port: int, *, key: str) -> None:
    """Raises `BadConfiguration` where somebody listens there already, or nobody may."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            message = f"{key}: cannot listen at {host}:{port} ({error.strerror}); stop what listens there, or change it"
            raise BadConfiguration(message, key=key) from error


def _listener(app: ASGIApp, *, host: str, port: int) -> Listener:
    return Listener(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=BACKPRESSURE,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=BUFFER_BYTES),
        log_level=LogLevels.error,
        log_dictconfig=_LOGS,
    )


async def _listening(listener: Listener, task: "asyncio.Task[None]") -> None:
    """Returns when the listener accepts connections. Raises `BadConfiguration` where it ended instead."""
    host = "::1" if listener.bind_addr == "::" else listener.bind_addr
    while not task.done():
        try:
            _, writer = await asyncio.open_connection(host, listener.bind_port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return
    reason = task.exception()
    logging.getLogger("gateway.server").error("the listener ended")
    raise BadConfiguration(f"cannot listen at {listener.bind_addr}:{listener.bind_port}") from reason

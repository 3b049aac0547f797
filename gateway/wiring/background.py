"""Tasks that run beside the doors, as long as the gateway is open."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress

import structlog

_log = structlog.get_logger("gateway.wiring.background")


def run_beside(stack: AsyncExitStack, work: "Coroutine[None, None, None]", *, name: str) -> None:
    """Starts a task; `stack` ends it. One that ends by itself is told of, as nothing starts it again."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell_of_end)
    stack.push_async_callback(_cancelled, task)


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):  # what it ended with was told of
        await task


def _tell_of_end(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        error = task.exception()
        _log.error("background.ended", task=task.get_name(), reason=type(error).__name__ if error else "returned")

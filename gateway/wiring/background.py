"""Tasks that run beside the doors, as long as the gateway is open."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress


def run_beside(stack: AsyncExitStack, work: "Coroutine[None, None, None]", *, name: str) -> None:
    """Starts a task; `stack` ends it."""
    stack.push_async_callback(_cancelled, asyncio.create_task(work, name=name))


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

"""Runs an administrative act over the configured database."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gateway.cli.options import settings_from

if TYPE_CHECKING:
    from gateway.administration.desk import Desk

T = TypeVar("T")


def at_desk(config_file: Path | None, work: "Callable[[Desk], Awaitable[T]]") -> T:
    """What `work` returns, given a desk over the configured database."""
    from gateway.administration_wiring import opened_desk

    settings = settings_from(config_file)

    async def working() -> T:
        async with opened_desk(settings) as desk:
            return await work(desk)

    return asyncio.run(working())

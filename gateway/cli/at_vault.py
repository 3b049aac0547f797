"""Runs an act over the configured database with the keys that life events are sealed with."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gateway.cli.options import settings_from

if TYPE_CHECKING:
    from gateway.administration_wiring import Vault

T = TypeVar("T")


def at_vault(config_file: Path | None, work: "Callable[[Vault], Awaitable[T]]") -> T:
    """What `work` returns, given the vault over the configured database."""
    from gateway.administration_wiring import opened_vault

    settings = settings_from(config_file)

    async def working() -> T:
        async with opened_vault(settings) as vault:
            return await work(vault)

    return asyncio.run(working())

"""Runs what a command does over the configured database: at the desk, in the vault, at the desk of webhooks."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gateway.cli.options import settings_from

if TYPE_CHECKING:
    from gateway.administration.desk import Desk
    from gateway.administration_wiring import Vault
    from gateway.life_events.subscription_desk import SubscriptionDesk
    from gateway.settings import Settings

Place = TypeVar("Place")
T = TypeVar("T")


def at_desk(config_file: Path | None, work: "Callable[[Desk], Awaitable[T]]") -> T:
    """What `work` returns, given a desk over the configured database."""
    from gateway.administration_wiring import opened_desk

    return _at(opened_desk, config_file, work)


def at_vault(config_file: Path | None, work: "Callable[[Vault], Awaitable[T]]") -> T:
    """What `work` returns, given the vault over the configured database: a desk, and what is kept of life events."""
    from gateway.administration_wiring import opened_vault

    return _at(opened_vault, config_file, work)


def at_subscription_desk(config_file: Path | None, work: "Callable[[SubscriptionDesk], Awaitable[T]]") -> T:
    """What `work` returns, given the subscriptions' desk over the configured database."""
    from gateway.subscription_wiring import opened_subscriptions

    return _at(opened_subscriptions, config_file, work)


def _at(
    opened: "Callable[[Settings], AbstractAsyncContextManager[Place]]",
    config_file: Path | None,
    work: Callable[[Place], Awaitable[T]],
) -> T:
    settings = settings_from(config_file)

    async def working() -> T:
        async with opened(settings) as place:
            return await work(place)

    return asyncio.run(working())

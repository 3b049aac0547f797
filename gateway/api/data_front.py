"""The doors of data, found by their path before the framework looks: they are asked far more than all others.

It decides nothing. Whatever is not a plain GET of a list goes on to the framework, where the same doors stand.
"""

from collections.abc import Iterable
from typing import Any

from litestar.types import ASGIApp, Receive, Send

from gateway.api.exchange_data import ExchangeDoor
from gateway.api.problems import Problems
from gateway.api.request_facts import facts_of
from gateway.errors import GatewayError


class DataFront:
    """Wraps the framework's application."""

    def __init__(self, app: ASGIApp, *, doors: Iterable[ExchangeDoor], problems: Problems) -> None:
        self._app = app
        self._doors = {door.path: door for door in doors}
        self._problems = problems

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answers a list, or lets the framework answer."""
        door = self._doors.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if door is None or facts_of(scope).has_unexpected_body:
            await self._app(scope, receive, send)
            return
        scope["path_template"] = door.path
        try:
            reply = await door.list_records(scope)
        except GatewayError as error:
            reply = self._problems.reply(error, facts=facts_of(scope), path=door.path)
        await reply(scope, receive, send)

"""The feed as a stream: events as they are accepted, until the token ends. Each is recorded before it leaves."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from gateway.access.caller import Caller
from gateway.access.scopes import Scope
from gateway.errors import GatewayError
from gateway.life_events.feed import LOOK_EVERY_S, Feed, FeedPage, FeedQuery, require_room
from gateway.life_events.recording import READ, EventRecorder

STREAMS_OF_A_CLIENT = 4
STREAMS = 256


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A reader that has been let in, and where it begins."""

    query: FeedQuery
    token: str | None
    caller: Caller
    position: int


class FeedStreams:
    """The streams of this process: a bounded number, of each client and in all."""

    def __init__(self, feed: Feed, *, recorder: EventRecorder) -> None:
        self._feed = feed
        self._recorder = recorder
        self._open: Counter[str] = Counter()
        self._is_ending = False

    async def open(self, query: FeedQuery, token: str | None) -> Opened:
        """Lets a reader in. Raises `Refusal`, `BadRequest` or `StoreUnavailable`, recorded before."""
        async with self._recorder.refusing(READ, scope=Scope.EVENTS_READ, origin=query.origin) as note:
            caller = note.caller = await self._feed.admit(query, token)
            self._check_room(caller)
            position = await self._feed.position(query, caller)
            await self._feed.look(caller, query, position)  # who may have nothing is told so, not left waiting
        return Opened(query=query, token=token, caller=caller, position=position)

    @asynccontextmanager
    async def held(self, opened: Opened) -> AsyncIterator[AsyncIterator[FeedPage | None]]:
        """The pages of a stream; None each second in which nothing came. They end by raising why.

        The place of the stream is held as long as the block lasts.
        """
        client_id = opened.caller.client_id
        self._check_room(opened.caller)
        self._open[client_id] += 1
        try:
            with self._feed.watching():
                yield self._pages(opened)
        finally:
            self._open[client_id] -= 1
            self._open += Counter()  # forgets those that have none open

    async def require_admitted(self, opened: Opened) -> None:
        """Raises `Refusal` where the token counts no more."""
        await self._feed.still_admitted(opened.token)

    def end(self) -> None:
        """Ends every stream soon: the process stops."""
        self._is_ending = True

    async def _pages(self, opened: Opened) -> AsyncIterator[FeedPage | None]:
        position = opened.position
        while not self._is_ending:
            await self._feed.still_admitted(opened.token)
            look = await self._feed.look(opened.caller, opened.query, position)
            position = look.batch.reached
            if look.has_any:
                await self._feed.spend_quotas(look, opened.caller)
                yield await self._feed.release(look, caller=opened.caller, query=opened.query)
            else:
                yield None
            if not look.batch.has_more:
                await self._feed.next_look(LOOK_EVERY_S)

    def _check_room(self, caller: Caller) -> None:
        """Raises `Refusal` where the client, or everybody, has as many streams as there may be."""
        require_room(self._open, caller, rule="streams", of_client=STREAMS_OF_A_CLIENT, of_all=STREAMS)


def code_of_end(error: GatewayError) -> str:
    """Why a stream ends, as its reader is told."""
    return str(error.code) if error.code is not None else "store-unavailable"

"""Questions on their way: each is put once, however many wait for its answer."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.upstream.documents import Kept
from gateway.upstream.reply import Outcome


class Flight:
    """One question on its way, until `ends` on the loop's clock. Those who wait may leave earlier.

    `fallback` is what may be answered if it does not come back in time.
    """

    def __init__(self, *, ends: float) -> None:
        self.ends = ends
        self.fallback: Kept | None = None
        self.task: asyncio.Task[Outcome] | None = None

    @property
    def outcome(self) -> Outcome | None:
        """What came of it, or None while it is on its way."""
        has_landed = self.task is not None and self.task.done() and not self.task.cancelled()
        return self.task.result() if self.task is not None and has_landed else None


class Flights:
    """All that are on their way in this process."""

    def __init__(self) -> None:
        self._by_key: dict[str, Flight] = {}

    def join(self, key: str, *, ends: float, start: Callable[[Flight], Awaitable[Outcome]]) -> Flight:
        """The flight of that key: the one on its way, else a new one. `start` never raises."""
        flight = self._by_key.get(key)
        if flight is None:
            flight = self._by_key[key] = Flight(ends=ends)
            flight.task = asyncio.ensure_future(start(flight))
            flight.task.add_done_callback(lambda _: self._by_key.pop(key, None))
        return flight

    async def land(self) -> None:
        """Ends all of them, for the close."""
        tasks = [flight.task for flight in self._by_key.values() if flight.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

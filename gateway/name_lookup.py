"""Looks names up as the system does, in threads, so that slow name servers hold up nobody but those who have them."""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from aiohttp.abc import AbstractResolver, ResolveResult

AT_ONCE = 32
SLOW_AT_ONCE = 4
SLOW_S = 2.0
SLOW_FOR_S = 600.0
_SLOW_KEPT = 4_096


class NameLookup:
    """Threads are made as they are needed. A name that took long waits with others that did, for ten minutes.

    `threads` is what they are called; `flags` are getaddrinfo's.
    """

    def __init__(self, threads: str, *, flags: int = 0) -> None:
        self._threads = threads
        self._flags = flags
        self._quick: ThreadPoolExecutor | None = None
        self._slow: ThreadPoolExecutor | None = None
        self._slow_until: OrderedDict[str, float] = OrderedDict()

    async def answers(self, host: str, port: int) -> list[str]:
        """Every address, each once. Raises `OSError`, `UnicodeError` for what can be no name."""
        return await asyncio.get_running_loop().run_in_executor(self._pool_of(host), self._answers, host, port)

    def close(self) -> None:
        """Ends the threads; those that hang end by themselves."""
        for pool in (self._quick, self._slow):
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)
        self._quick = self._slow = None

    def _pool_of(self, host: str) -> ThreadPoolExecutor:
        if self._slow_until.get(host, 0.0) > monotonic():
            if self._slow is None:
                self._slow = ThreadPoolExecutor(SLOW_AT_ONCE, thread_name_prefix=f"slow-{self._threads}")
            return self._slow
        if self._quick is None:
            self._quick = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=self._threads)
        return self._quick

    def _answers(self, host: str, port: int) -> list[str]:
        """In a thread. Whoever asked may have given up long ago: that it was slow is noted all the same."""
        began = monotonic()
        try:
            return system_answers(host, port, flags=self._flags)
        finally:
            if (ended := monotonic()) - began > SLOW_S:
                self._slow_until[host] = ended + SLOW_FOR_S
                if len(self._slow_until) > _SLOW_KEPT:
                    self._slow_until.popitem(last=False)


class SystemResolver(AbstractResolver):
    """What aiohttp dials: what the system answers, of the kinds of addresses (IPv4, IPv6) that this machine has.

    aiohttp's own asks in the event loop's pool, four threads with uvloop, where four dead names hold up everybody.
    """

    def __init__(self, threads: str) -> None:
        self._names = NameLookup(threads, flags=socket.AI_ADDRCONFIG)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of either family: the connector takes those it wants. Raises `OSError`, `UnicodeError`."""
        del family
        return resolved(host, port, await self._names.answers(host, port))

    async def close(self) -> None:
        """Ends the threads."""
        self._names.close()


def resolved(host: str, port: int, addresses: Iterable[str]) -> list[ResolveResult]:
    """A name's addresses as aiohttp takes them."""
    return [
        ResolveResult(
            hostname=host,
            host=address,
            port=port,
            family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            proto=0,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for address in addresses
    ]


def system_answers(host: str, port: int, *, flags: int = 0) -> list[str]:
    """What the system's resolver says, each address once. Blocks. Raises `OSError`, `UnicodeError` for no name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(_written(answer[4]) for answer in found))


def _written(place: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]) -> str:
    """The address; a link-local one with its interface, without which it cannot be dialled."""
    scope = place[3] if len(place) == 4 else 0
    return f"{place[0]!s}%{scope}" if scope else str(place[0])

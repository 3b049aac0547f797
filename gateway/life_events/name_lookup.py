"""Looks names up as the system does, in threads, so that slow name servers hold up nobody but those who have them."""

import asyncio
import socket
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

AT_ONCE = 32
SLOW_AT_ONCE = 4
SLOW_S = 2.0
SLOW_FOR_S = 600.0
_SLOW_KEPT = 4_096


class NameLookup:
    """Threads are made as they are needed. A name that took long waits with others that did, for ten minutes."""

    def __init__(self) -> None:
        self._quick: ThreadPoolExecutor | None = None
        self._slow: ThreadPoolExecutor | None = None
        self._slow_until: OrderedDict[str, float] = OrderedDict()

    async def answers(self, host: str, port: int) -> list[str]:
        """Every address, each once. Raises `OSError`."""
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
                self._slow = ThreadPoolExecutor(SLOW_AT_ONCE, thread_name_prefix="slow-webhook-names")
            return self._slow
        if self._quick is None:
            self._quick = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook-names")
        return self._quick

    def _answers(self, host: str, port: int) -> list[str]:
        """In a thread. Whoever asked may have given up long ago: that it was slow is noted all the same."""
        began = monotonic()
        try:
            return system_answers(host, port)
        finally:
            if (ended := monotonic()) - began > SLOW_S:
                self._slow_until[host] = ended + SLOW_FOR_S
                if len(self._slow_until) > _SLOW_KEPT:
                    self._slow_until.popitem(last=False)


def system_answers(host: str, port: int) -> list[str]:
    """What the system's resolver says, each address once. Blocks. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in found))

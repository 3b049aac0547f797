"""Reading a document beside the event loop, where it is large enough to hold others up."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_FROM_BYTES = 65_536


async def read_beside(read: Callable[[], T], *, size: int) -> T:
    """What `read` returns of a document of `size` bytes: in a thread where it is larger than 64 KiB."""
    return await asyncio.to_thread(read) if size > _FROM_BYTES else read()

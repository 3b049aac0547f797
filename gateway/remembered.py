"""What was worked out lately, bounded: what is used stays, and what was not used longest goes first."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Values by key, weighing no more than `at_most` together; one that weighs more alone is not kept.

    A key may be the `id` of an object only if the value holds that object, so that no other can get the same id.
    """

    def __init__(self, *, at_most: int) -> None:
        self._room = self._at_most = at_most
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, if it is kept."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return kept[0]

    def put(self, key: K, value: V, *, weight: int = 1) -> None:
        """Keeps the value, in place of what stood under its key."""
        before = self._kept.pop(key, None)
        if before is not None:
            self._room += before[1]
        if weight > self._at_most:
            return
        self._kept[key] = (value, weight)
        self._room -= weight
        while self._room < 0:
            self._room += self._kept.popitem(last=False)[1][1]

"""What decides which value is made up, and what was made of which."""

import hmac
from collections.abc import Callable, Collection
from hashlib import sha256

from gateway.fictional.shapes import Shape

_TRIES = 1_000


class Dice:
    """Numbers that depend on a key and on what they are wanted for; who has not the key cannot go back."""

    def __init__(self, key: bytes, *, avoiding: Collection[tuple[Shape, str]] = ()) -> None:
        self._key = key
        self._avoided = avoiding
        self._made: dict[tuple[Shape, str], str] = {}
        self._taken: dict[Shape, set[str]] = {}

    def number(self, *parts: object) -> int:
        """A number below 2 to the 64th."""
        text = "\0".join(map(str, parts))
        return int.from_bytes(hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), sha256)[:8], "big")

    def digits(self, count: int, *parts: object) -> str:
        """So many digits."""
        found = ""
        while len(found) < count:
            found += f"{self.number(*parts, len(found)) % 10**15:015d}"
        return found[:count]

    def once(self, shape: Shape, original: str, make: Callable[[int], str]) -> str:
        """What was made of it before; else what `make` makes at its first attempt that was made of nothing else,
        and is none of those to avoid. Where there is nothing left, two originals share one.
        """
        known = self._made.get((shape, original))
        if known is not None:
            return known
        taken = self._taken.setdefault(shape, set())
        tries = (it for it in map(make, range(_TRIES)) if it not in taken and it != original)
        made = next((it for it in tries if (shape, it) not in self._avoided), None)
        if made is None:
            made = make(0)
        taken.add(made)
        self._made[shape, original] = made
        return made

    @property
    def originals(self) -> list[tuple[Shape, str]]:
        """What others were made of."""
        return list(self._made)

"""Writing Python source: lines with their indentation, and names that are free."""

import keyword
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class PythonText:
    """Lines of source as they are written; `block` indents what is written inside it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0
        self._closed: tuple[str, int, int] | None = None

    def add(self, *lines: str) -> None:
        """Writes lines at the present depth."""
        self._lines.extend("    " * self._depth + line if line else "" for line in lines)

    @contextmanager
    def block(self, head: str, *, joined: bool = False) -> Iterator[None]:
        """Writes `head`, and what is written meanwhile one step deeper.

        `joined` goes on in the block just closed, if that has the same head.
        """
        if not (joined and self._closed == (head, self._depth, len(self._lines))):
            self.add(head)
        self._depth += 1
        yield
        self._depth -= 1
        self._closed = (head, self._depth, len(self._lines))

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"


class Names:
    """Names that were not given before."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def free(self, wish: str) -> str:
        """A Python name like `wish`; `column_1` for `1`."""
        name = re.sub(r"\W+", "_", wish, flags=re.ASCII).strip("_") or "value"
        if name[0].isdigit():
            name = f"column_{name}"
        if keyword.iskeyword(name):
            name += "_"
        found, count = name, 2
        while found in self._taken:
            found, count = f"{name}_{count}", count + 1
        self._taken.add(found)
        return found


def class_name(wish: str) -> str:
    """`kota/kab_administrasi` as `KotaKabAdministrasi`; it never begins in lower case."""
    words = [word for word in re.split(r"[\W_]+", wish, flags=re.ASCII) if word]
    name = "".join(word[:1].upper() + word[1:] for word in words) or "Part"
    return f"Column{name}" if name[0].isdigit() else name

"""The ledger of one document while it is mapped: what was refused, emptied, left out, repeated."""

import re
from typing import Any, TypeAlias

from gateway.mapping.json_pointer import escaped
from gateway.mapping.mapped import Mapped, Refused
from schemas.record import Record

Position: TypeAlias = Any
"""A record's index or key, with the pointer of its cell where a row becomes several records; None where it is alone."""

_HARMLESS = re.compile(r"(?!.*[0-9]{9})[A-Za-z0-9_.:-]{1,64}")


class Ledger:
    """Gathers refusals. `pointer` is where the records stand in the document."""

    def __init__(self, pointer: str) -> None:
        self.pointer = pointer
        self.refused: list[Refused] = []
        self.skipped = 0
        self._repeated = 0
        self._emptied: list[tuple[Position, Refused]] = []

    def refuse(self, position: Position, reason: str, field: str | None, where: str) -> None:
        """Notes that a record does not come through; what it had emptied does not matter any more."""
        self._forget(position)
        self.refused.append(Refused(self._pointer(position, where), reason, field))

    def empty(self, position: Position, reason: str, field: str, where: str) -> None:
        """Notes that a field of a record became null; once, also where both coordinates of a point are unreadable."""
        if self._emptied and self._emptied[-1][0] == position and self._emptied[-1][1].field == field:
            return
        self._emptied.append((position, Refused(self._pointer(position, where), reason, field)))

    def repeat(self, position: Position, same: bool) -> None:
        """Notes a second record of one id: it counts once where it is the same, else it is refused."""
        if same:
            self._forget(position)
            self._repeated += 1
        else:
            self.refuse(position, "duplicate-id", "id", "")

    def close(self, records: dict[str, Record], *, selected: int) -> Mapped:
        """The outcome; `selected` is how many records the document holds, repeated and skipped ones included."""
        return Mapped(
            records=list(records.values()),
            refused=self.refused,
            records_in=selected - self.skipped - self._repeated,
            emptied=[refused for _, refused in self._emptied],
        )

    def _forget(self, position: Position) -> None:
        while self._emptied and self._emptied[-1][0] == position:
            self._emptied.pop()

    def _pointer(self, position: Position, where: str) -> str:
        place = position[0] if isinstance(position, tuple) else position
        if place is None:
            return self.pointer + where
        return f"{self.pointer}/{place if isinstance(place, int) else _shown(place)}{where}"


def _shown(key: str) -> str:
    """A key of the partner's as it may be told; one that may itself be personal (a NIK, a telephone) is `*`."""
    return escaped(key) if _HARMLESS.fullmatch(key) else "*"

"""The sums of an exchange: where each record of the documents went."""

from collections.abc import Iterable

import msgspec


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """`records_in == released + refused + filtered + held_back`, for each document and for their sum.

    `records_in`: what the mappings' declarations select in the documents that were read. `released`:
    left with this answer. `refused`: could not become a common record; each is a gap. `filtered`:
    the question's filters do not hold. `held_back`: on another page, or not the one record asked for.
    """

    records_in: int = 0
    released: int = 0
    refused: int = 0
    filtered: int = 0
    held_back: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every record is accounted for."""
        return self.records_in == self.released + self.refused + self.filtered + self.held_back


def total(ledgers: Iterable[Ledger]) -> dict[str, int]:
    """The sums of all, by name, for the audit record."""
    sums = dict.fromkeys(Ledger.__struct_fields__, 0)
    for ledger in ledgers:
        for name in sums:
            sums[name] += getattr(ledger, name)
    return sums

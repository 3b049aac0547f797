"""Statements as drivers keep them: in their own words, and with lists of a few lengths only."""

from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa


@lru_cache
def driver_sql(statement: sa.UpdateBase, dialect: sa.Dialect) -> str:
    """The statement as the driver reads it, its parameters in the order in which it names them.

    For those that every answer waits for: SQLAlchemy would look at each value of each row.
    """
    return str(statement.compile(dialect=dialect))


def padded(ids: Sequence[str]) -> list[str]:
    """The ids, the last one repeated up to a power of two; none where there are none.

    A driver keeps a statement for each length of a list apart.
    """
    return [*ids, *[ids[-1]] * ((1 << (len(ids) - 1).bit_length()) - len(ids))] if ids else []

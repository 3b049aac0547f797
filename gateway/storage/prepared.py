"""Statements with lists in them, prepared for a few lengths only: a driver keeps each length apart."""

from collections.abc import Sequence


def padded(ids: Sequence[str]) -> list[str]:
    """The ids, the last one repeated up to a power of two; none where there are none."""
    return [*ids, *[ids[-1]] * ((1 << (len(ids) - 1).bit_length()) - len(ids))] if ids else []

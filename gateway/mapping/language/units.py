"""The units that a mapping may convert between. A unit that is not here can only be kept as it is."""

from typing import NamedTuple


class UnitKind(NamedTuple):
    """What a unit measures, and how many of its dimension's base unit it is: numerator and denominator."""

    dimension: str
    numerator: int
    denominator: int


UNITS: dict[str, UnitKind] = {
    "%": UnitKind("share", 1, 100),
    "1": UnitKind("share", 1, 1),
    "cm": UnitKind("length", 1, 100),
    "g": UnitKind("mass", 1, 1000),
    "ha": UnitKind("area", 10_000, 1),
    "hari": UnitKind("duration", 86_400, 1),
    "jam": UnitKind("duration", 3600, 1),
    "juta": UnitKind("count", 1_000_000, 1),
    "kg": UnitKind("mass", 1, 1),
    "km": UnitKind("length", 1000, 1),
    "km2": UnitKind("area", 1_000_000, 1),
    "kuintal": UnitKind("mass", 100, 1),
    "l": UnitKind("volume", 1, 1000),
    "m": UnitKind("length", 1, 1),
    "m2": UnitKind("area", 1, 1),
    "m3": UnitKind("volume", 1, 1),
    "menit": UnitKind("duration", 60, 1),
    "miliar": UnitKind("count", 1_000_000_000, 1),
    "mm": UnitKind("length", 1, 1000),
    "orang": UnitKind("count", 1, 1),
    "permil": UnitKind("share", 1, 1000),
    "ribu": UnitKind("count", 1000, 1),
    "s": UnitKind("duration", 1, 1),
    "satuan": UnitKind("count", 1, 1),
    "t": UnitKind("mass", 1000, 1),
}
"""Whole numbers, so that mm → cm is a division by 10 and not a product with 0.1."""

"""Points: coordinates as numbers and text, and the guard that finds swapped axes."""

from gateway.mapping.operations.numbers import number_plain
from schemas.record import Point

SOUTH, NORTH, WEST, EAST = -11.5, 6.5, 94.5, 141.5
"""Indonesia's box, in degrees. No latitude of the box is a longitude of it, so swapped axes always show."""


def coordinate(value: object, *, comma: bool) -> float | None:
    """A coordinate in degrees from a number or a text as `-6.17` (`-6,17` with `comma`), or None."""
    if isinstance(value, str):
        text = value.strip()
        if comma:
            if "." in text:
                return None
            text = text.replace(",", ".")
        number = number_plain(text)
        return None if number is None else float(number)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return None


def point_fault(latitude: float, longitude: float) -> str | None:
    """The reason why two coordinates are no point of Indonesia, or None if they are."""
    if SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST:
        return None
    if SOUTH <= longitude <= NORTH and WEST <= latitude <= EAST:
        return "swapped-coordinates"
    return "coordinate-out-of-range"


def point(latitude: float, longitude: float) -> Point | str:
    """The point, or the reason why there is none."""
    return point_fault(latitude, longitude) or Point((longitude, latitude))

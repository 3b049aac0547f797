"""JSON Pointers (RFC 6901)."""

from collections.abc import Iterable


def escaped(name: str) -> str:
    """A member's name as a part of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def unescaped(part: str) -> str:
    """The member's name that a part of a pointer is."""
    return part.replace("~1", "/").replace("~0", "~")


def pointer_of(path: Iterable[str | int]) -> str:
    """The pointer of a path of keys and positions."""
    return "".join(f"/{escaped(str(step))}" for step in path)


def definition_of(reference: object) -> str:
    """The name among a schema's `$defs` that a `$ref` within the same file means."""
    return unescaped(str(reference).removeprefix("#/$defs/"))

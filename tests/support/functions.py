"""Functions for mappings that say `use`."""


def initials(name: str) -> str:
    """The first letter of each word."""
    return "".join(word[0] for word in name.split())


def initials_or_none(name: str | None) -> str | None:
    """The same, or None for nothing."""
    return None if name is None else initials(name)


def length(name: str) -> int:
    """A number, where text is wanted."""
    return len(name)


def untyped(name):
    """A function that does not say what it takes."""
    return name

"""Functions that test mappings `use`."""


def beds_of(text: str | None) -> int | None:
    """The number of beds; raises what `int` raises."""
    return None if text is None else int(text)

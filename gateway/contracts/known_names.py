"""The names that a schema declares, and that may therefore be told."""

from typing import Any


def names_in(schema: Any) -> frozenset[str]:
    """Every member's name that a schema declares, wherever."""
    found: set[str] = set()
    pending = [schema]
    while pending:
        part = pending.pop()
        if isinstance(part, list):
            pending.extend(part)
        elif isinstance(part, dict):
            members = part.get("properties")
            found.update(members if isinstance(members, dict) else ())
            found.update(name for name in part.get("required", ()) if isinstance(name, str))
            pending.extend(part.values())
    return frozenset(found)

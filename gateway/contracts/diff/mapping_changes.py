"""What changed from one mapping to another, as far as the consumers of its records notice."""

from collections.abc import Mapping
from typing import Any

from gateway.contracts.diff.change import Change
from gateway.contracts.diff.gathering import Gathered, below

_PLACES = frozenset({"from", "latitude", "longitude", "join", "template"})
"""Where a value is read from. A change of these follows the source, and leaves the meaning as it was."""


def mapping_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What changed between two mappings, read from TOML."""
    gathered = Gathered()
    if old.get("resource") != new.get("resource"):
        said: dict[str, Any] = {"old": old.get("resource"), "new": new.get("resource")}
        gathered.add("mapped-resource-changed", old_at="/resource", new_at="/resource", **said)
    _records(gathered, old, new)
    was, is_now = old.get("fields", {}), new.get("fields", {})
    for name in dict.fromkeys((*was, *is_now)):
        at = below("/fields", name)
        if name not in is_now:
            gathered.add("mapped-field-removed", old_at=at, new_at=None, name=name)
        elif name not in was:
            gathered.add("mapped-field-added", old_at=None, new_at=at, name=name)
        else:
            _field(gathered, {**_defaults(old), **was[name]}, {**_defaults(new), **is_now[name]}, name=name)
    return gathered.changes


def _records(gathered: Gathered, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    was, is_now = _table(old.get("records")), _table(new.get("records"))
    keys = sorted(key for key in {*was, *is_now} if was.get(key) != is_now.get(key) and key != "at")
    if keys:
        gathered.add("mapped-records-changed", old_at="/records", new_at="/records", more=", ".join(keys))


def _field(gathered: Gathered, old: Mapping[str, Any], new: Mapping[str, Any], *, name: str) -> None:
    at = below("/fields", name)
    changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    operations = [key for key in changed if key not in _PLACES]
    if name == "id" and changed:
        gathered.add("mapped-ids-changed", old_at=at, new_at=at, more=", ".join(changed))
    elif operations:
        gathered.add("mapped-field-changed", old_at=at, new_at=at, name=name, more=", ".join(operations))
    elif changed:
        said: dict[str, Any] = {
            "old": {key: old.get(key) for key in changed},
            "new": {key: new.get(key) for key in changed},
        }
        gathered.add("mapped-field-moved", old_at=at, new_at=at, name=name, **said)


def _defaults(mapping: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = mapping.get("defaults", {})
    return found


def _table(records: Any) -> dict[str, Any]:
    return records if isinstance(records, dict) else {"at": records}

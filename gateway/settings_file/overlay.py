"""The environment over the files: `GATEWAY__DATABASE__URL=…`, or `GATEWAY__DATABASE__URL_FILE=…` for its content.

Two underscores part the keys; case does not count, and `_` stands for `-` too, as in
`GATEWAY__PARTNERS__JAKARTA__PLATFORMS__OPEN_API__BASE_URL`. Lists are JSON, or words with commas.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from gateway.settings import Settings
from gateway.settings_file.faults import Fault
from gateway.settings_file.source import EnvironmentText

PREFIX = "GATEWAY__"
_FILE = "_file"


def overlay(content: dict[str, Any], environ: Mapping[str, str]) -> list[Fault]:
    """Puts the environment's values into `content`; what names no setting, or no readable file, is a fault."""
    faults: list[Fault] = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX):
            continue
        keys = variable.removeprefix(PREFIX).lower().split("__")
        try:
            _put(content, Settings, keys, value=environ[variable], variable=variable)
        except LookupError:
            faults.append(Fault(place=variable, key="", message="names no setting; see `gateway config show`"))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            message = f"its file {environ[variable]} cannot be read: {reason}"
            faults.append(Fault(place=variable, key="", message=message))
    return faults


def _put(table: Any, kind: Any, keys: list[str], *, value: str, variable: str) -> None:
    """Walks down `keys` and writes the value; raises `LookupError` where there is no such setting."""
    name, below = _step(table, kind, keys[0]) if isinstance(table, dict) else (None, None)
    if name is None and len(keys) == 1 and keys[0].endswith(_FILE):
        name, below = _step(table, kind, keys[0].removesuffix(_FILE))
        if name is not None:
            value = Path(value).read_text(encoding="utf-8").strip()
    if name is None:
        raise LookupError
    if len(keys) == 1:
        table[name] = EnvironmentText(value, variable=variable)
    else:
        _put(table.setdefault(name, {}), below, keys[1:], value=value, variable=variable)


def _step(table: dict[str, Any], kind: Any, key: str) -> tuple[str | None, Any]:
    """The name that `key` means in this table, and the type below it."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        types = {field.name: field.type for field in msgspec.structs.fields(kind)}
        return (key, types[key]) if key in types else (None, None)
    if get_origin(kind) is dict:
        below = get_args(kind)[1]
        known = {name.lower().replace("-", "_"): name for name in table}
        is_part = isinstance(below, type) and issubclass(below, msgspec.Struct)
        # A partner, platform or dataset must be there already; a header or a filter may be new.
        return known.get(key, None if is_part else key), below
    return None, None

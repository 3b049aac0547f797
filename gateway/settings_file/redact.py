"""Settings that may be shown: whatever is a secret, or may be one, is left out."""

import re
from typing import Any

import msgspec

from gateway.settings import Settings

HIDDEN = "***"
_SECRET_KEY = re.compile(
    r"pepper|password|passwd|authorization|cookie|token$|api[-_]?key|[-_]key$|secret", re.IGNORECASE
)
_NAMES_OF_SECRETS = frozenset({"secret", "token_url"})
"""`auth.secret` is the name of a secret, not the secret itself."""
_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):[^/\s]*@")
_QUERY_SECRET = re.compile(r"([?&](?:password|token|key)=)[^&\s]+", re.IGNORECASE)


def redacted(settings: Settings) -> dict[str, Any]:
    """The settings as plain tables, without secrets and without passwords in URLs."""
    shown: dict[str, Any] = _shown(msgspec.to_builtins(settings))
    return shown


def _shown(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _shown(inner, name) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(inner) for inner in value]
    if not isinstance(value, str) or not value:
        return value
    if key not in _NAMES_OF_SECRETS and _SECRET_KEY.search(key):
        return HIDDEN
    return _QUERY_SECRET.sub(rf"\1{HIDDEN}", _PASSWORD.sub(rf"\1:{HIDDEN}@", value))

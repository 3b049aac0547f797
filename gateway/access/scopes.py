"""The scopes a token can carry. Alphabetical; a name is never used again for another thing."""

import re
from enum import StrEnum

_SCOPE_LIST = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*")


class Scope(StrEnum):
    """What a token may be used for."""

    ADMIN = "admin"
    CASES_READ = "cases:read"
    EVENTS_PUBLISH = "events:publish"
    EVENTS_READ = "events:read"
    FACILITIES_READ = "facilities:read"
    INDICATORS_READ = "indicators:read"
    INTROSPECT = "introspect"
    SERVICE_REQUESTS_READ = "service-requests:read"
    SERVICES_READ = "services:read"
    SUBSCRIPTIONS_MANAGE = "subscriptions:manage"


NAMED_ONLY = frozenset({Scope.ADMIN, Scope.INTROSPECT})
"""Scopes that a token carries only when its request names them."""


def read_scope_of(plural: str) -> str:
    """The scope that reading a resource needs, by the resource's plural: `facilities` → `facilities:read`."""
    return f"{plural}:read"


def scopes_in(text: str) -> frozenset[str] | None:
    """The names in a `scope` parameter, or None where it is not a list of scope tokens (RFC 6749 §3.3)."""
    if _SCOPE_LIST.fullmatch(text) is None:
        return None
    return frozenset(text.split(" "))


def scope_text(scopes: frozenset[str]) -> str:
    """The scopes as a `scope` parameter, in alphabetical order."""
    return " ".join(sorted(scopes))

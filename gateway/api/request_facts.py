"""What the guard notes of a request, for everyone who answers it."""

from dataclasses import dataclass, field
from typing import Any

from gateway.audit.ending import Origin
from gateway.messages import Language

SCOPE_KEY = "gateway.facts"
"""Where the facts lie in the ASGI scope."""


@dataclass(slots=True)
class RequestFacts:
    """Ids and origin of one request, and what is learnt while it is answered."""

    request_id: str
    trace_id: str | None = None
    remote: str | None = None
    language_header: str = ""
    reason: str | None = None
    client_id: str | None = None
    has_unexpected_body: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def origin(self) -> Origin:
        """Where the question came from, for the audit record."""
        return Origin(request_id=self.request_id, remote=self.remote)

    @property
    def language(self) -> Language:
        """The language that the caller asked for first, of those we speak."""
        return negotiate(self.language_header)


def facts_of(scope: Any) -> RequestFacts:
    """The facts that the guard noted; made up where a door is used without it."""
    facts = scope.get(SCOPE_KEY)
    if not isinstance(facts, RequestFacts):
        facts = scope[SCOPE_KEY] = RequestFacts(request_id="unguarded")
    return facts


def negotiate(header: str) -> Language:
    """The best of `Accept-Language` (RFC 9110 §12.5.4) that we speak; Indonesian where it says nothing of use."""
    best, best_quality = Language.INDONESIAN, 0.0
    for part in header[:200].split(","):
        tag, _, parameters = part.partition(";")
        language = _SPOKEN.get(tag.strip().lower().partition("-")[0])
        quality = _quality(parameters)
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best


_SPOKEN = {"id": Language.INDONESIAN, "in": Language.INDONESIAN, "en": Language.ENGLISH, "*": Language.INDONESIAN}


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0

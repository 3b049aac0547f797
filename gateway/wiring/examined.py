"""What `gateway doctor` says of one thing."""

from enum import StrEnum

import msgspec

from gateway.errors import GatewayError


class Verdict(StrEnum):
    """How an examination ended. A note asks for attention, and keeps nothing from being answered."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


class Examined(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing, how it is, and what to do about it."""

    subject: str
    verdict: Verdict
    detail: str
    advice: str = ""


def failed(subject: str, error: GatewayError, *, advice: str) -> Examined:
    """What the error says of the subject, with its cause where it names one."""
    cause = error.parameters.get("cause")
    detail = f"{error.message} ({cause})" if cause else error.message
    return Examined(subject=subject, verdict=Verdict.FAILED, detail=detail, advice=advice)

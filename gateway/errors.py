"""What can go wrong, as types.

GatewayError
├── Refusal             the caller may not; carries a `RefusalCode`, and what to do about it
├── BadRequest          the caller asked something that cannot be understood; `BadRequestCode`
├── PartnerUnavailable  the partner did not answer as it should: `UnavailableCode`
├── ContractBroken      the partner's document is not what its source schema says
├── StoreUnavailable    a store that must answer did not; nothing is answered
│   ├── AuditUnavailable    we cannot record, so we do not answer
│   └── SealBroken          what was sealed was tampered with, moved, or its key is gone
└── BadConfiguration    stops the start; names file and key

Errors know no HTTP: `api/problems.py` maps them to status codes and `cli/exit_codes.py` to exit
codes, by type and code, never by text. Their `parameters` fill the bilingual sentences of
`gateway/words`, and never hold a record's content or a secret.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class RefusalCode(StrEnum):
    """Why a caller was refused. Never reuse a code; `words/*.toml` has a sentence for each."""

    AGREEMENT_MISSING = "agreement-missing"
    AGREEMENT_SUSPENDED = "agreement-suspended"
    CASE_ROLE_MISSING = "case-role-missing"
    CLIENT_DISABLED = "client-disabled"
    EVENT_SOURCE_FOREIGN = "event-source-foreign"
    FIELD_NOT_GRANTED = "field-not-granted"
    LIMIT_REACHED = "limit-reached"
    PROFILE_INSUFFICIENT = "profile-insufficient"
    PURPOSE_NOT_COVERED = "purpose-not-covered"
    QUOTA_REACHED = "quota-reached"
    SCOPE_MISSING = "scope-missing"
    TOKEN_EXPIRED = "token-expired"
    TOKEN_INVALID = "token-invalid"
    TOKEN_MISSING = "token-missing"
    TOKEN_REVOKED = "token-revoked"
    INCOMPLETE = "incomplete"  # completeness=all was asked, and a partner or a record is missing


class BadRequestCode(StrEnum):
    """What could not be understood."""

    BODY_INVALID = "body-invalid"
    BODY_TOO_LARGE = "body-too-large"
    CASE_UNKNOWN = "case-unknown"
    CONFLICT = "conflict"
    CURSOR_INVALID = "cursor-invalid"
    EVENT_CONFLICT = "event-conflict"
    EVENT_INVALID = "event-invalid"
    EVENT_REFUSED = "event-refused"
    EVENT_UNDECLARED = "event-undeclared"
    FILTER_UNSUPPORTED = "filter-unsupported"
    IDEMPOTENCY_CONFLICT = "idempotency-conflict"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    NOT_ACCEPTABLE = "not-acceptable"
    NOT_FOUND = "not-found"
    PARAMETER_INVALID = "parameter-invalid"
    PARAMETER_UNKNOWN = "parameter-unknown"
    SUBSCRIPTION_INVALID = "subscription-invalid"
    TARGET_REFUSED = "target-refused"
    TARGET_UNVERIFIED = "target-unverified"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"


class UnavailableCode(StrEnum):
    """How a partner's platform failed us."""

    CIRCUIT_OPEN = "partner-circuit-open"
    CONTRACT_BROKEN = "partner-contract-broken"
    REFUSED_US = "partner-refused-us"
    TIMEOUT = "partner-timeout"
    TOO_LARGE = "partner-answer-too-large"
    UNREACHABLE = "partner-unreachable"
    UNREADABLE = "partner-unreadable"


class GatewayError(Exception):
    """The root of every error that the gateway raises itself."""

    code: StrEnum | None = None

    def __init__(self, message: str, /, **parameters: Any) -> None:
        super().__init__(message)
        self.message = message
        self.parameters: Mapping[str, Any] = parameters


class Refusal(GatewayError):
    """The caller may not. `parameters` say what is missing and who can grant it."""

    def __init__(self, code: RefusalCode, message: str, /, **parameters: Any) -> None:
        super().__init__(message, **parameters)
        self.code: RefusalCode = code


class BadRequest(GatewayError):
    """The question cannot be understood. `parameters` name the part and what would be right."""

    def __init__(self, code: BadRequestCode, message: str, /, **parameters: Any) -> None:
        super().__init__(message, **parameters)
        self.code: BadRequestCode = code


class PartnerUnavailable(GatewayError):
    """The partner's platform did not answer, or not usably."""

    def __init__(self, code: UnavailableCode, message: str, /, **parameters: Any) -> None:
        super().__init__(message, **parameters)
        self.code: UnavailableCode = code


class ContractBroken(GatewayError):
    """The partner's whole document is not what its source schema says; `parameters["pointer"]` says where."""

    code = UnavailableCode.CONTRACT_BROKEN


class StoreUnavailable(GatewayError):
    """A store that must answer before we may did not."""


class AuditUnavailable(StoreUnavailable):
    """The audit record could not be made durable, so nothing is answered."""


class SealBroken(StoreUnavailable):
    """What is kept sealed cannot be opened: tampered with, moved to another row, or its key is not there."""


class BadConfiguration(GatewayError):
    """The gateway cannot start so. The message names file and key, and what to write instead."""

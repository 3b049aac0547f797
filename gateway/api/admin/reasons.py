"""The body of an act that needs nothing but its reason."""

import msgspec


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why; the audit record keeps it."""

    reason: str


REASON_EXAMPLE = {"reason": "Permintaan Diskominfo, surat 45/2026"}

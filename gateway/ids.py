"""Ids as distinct types, and the making of new ones."""

import os
import time
from typing import NewType

AgreementId = NewType("AgreementId", str)
ClientId = NewType("ClientId", str)
DatasetId = NewType("DatasetId", str)
"""`<partner>/<dataset>`, as `sumedang/service-requests`."""
ExchangeId = NewType("ExchangeId", str)
PartnerId = NewType("PartnerId", str)
RecordId = NewType("RecordId", str)
"""`<partner>:<resource>:<dataset>.<source id>`, as `jakarta:facility:hospitals.2`."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """A new id that sorts by time of making: `<prefix>_` and 26 characters of Crockford base 32 (a ULID)."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10))
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))

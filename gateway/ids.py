"""Ids as distinct types, and the making of new ones."""

import random
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
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = range(120, -1, -10)


def new_id(prefix: str) -> str:
    """A new id that sorts by time of making: `<prefix>_` and 26 characters of Crockford base 32 (a ULID).

    It is unique, and no secret: nothing may rest on nobody guessing it.
    """
    number = (time.time_ns() // 1_000_000 << 80) | random.getrandbits(80)
    return f"{prefix}_" + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])

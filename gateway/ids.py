"""Ids as distinct types, and the making of new ones."""

import random
import time
from functools import lru_cache
from itertools import count
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
_numbers = count(random.getrandbits(20))


def new_id(prefix: str) -> str:
    """A new id that sorts by time of making: `<prefix>_` and 26 characters of Crockford base 32 (a ULID).

    It is unique, and no secret: nothing may rest on nobody guessing it.
    """
    number = next(_numbers)
    return f"{prefix}_{_head(time.time_ns() // 1_000_000)}{_PAIRS[number >> 10 & 1023]}{_PAIRS[number & 1023]}"


@lru_cache(maxsize=1)
def _head(milliseconds: int) -> str:
    """The time and sixty bits of chance: what those have in common that one process makes in one millisecond."""
    return _encoded(milliseconds, 50) + _encoded(random.getrandbits(60), 60)


def _encoded(number: int, bits: int) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(bits - 10, -1, -10)])

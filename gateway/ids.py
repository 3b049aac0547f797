"""Ids as distinct types, and the making of new ones."""

import random
import time
from functools import lru_cache
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
_TIME_SHIFTS = range(40, -1, -10)
_CHANCE_SHIFTS = range(70, -1, -10)


def new_id(prefix: str) -> str:
    """A new id that sorts by time of making: `<prefix>_` and 26 characters of Crockford base 32 (a ULID).

    It is unique, and no secret: nothing may rest on nobody guessing it.
    """
    chance = random.getrandbits(80)
    return f"{prefix}_{_time_part(time.time_ns() // 1_000_000)}" + "".join(
        [_PAIRS[chance >> shift & 1023] for shift in _CHANCE_SHIFTS]
    )


@lru_cache(maxsize=1)
def _time_part(milliseconds: int) -> str:
    """The first ten characters: many ids are made in one millisecond."""
    return "".join([_PAIRS[milliseconds >> shift & 1023] for shift in _TIME_SHIFTS])

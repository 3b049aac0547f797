"""RSA keys that look random and are not: CVE-2017-15361 (ROCA).

The faulty chips make primes as k·M + (65537^a mod M), M a product of small primes. So the modulus,
taken modulo any of those small primes, is a power of 65537; for a chance key all of them fit with a
probability of about 2^-27.
"""

from functools import cache

_PRIMES = (
    *(11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157),
)  # fmt: skip


def has_infineon_fingerprint(modulus: int) -> bool:
    """Whether the modulus looks as if one of the faulty chips had made it."""
    return all(modulus % prime in powers for prime, powers in _powers())


@cache
def _powers() -> tuple[tuple[int, frozenset[int]], ...]:
    return tuple((prime, frozenset(pow(65_537, power, prime) for power in range(prime - 1))) for prime in _PRIMES)

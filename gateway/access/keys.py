"""The public keys that a client registers: kinds and sizes enforced, each with a `kid`.

joserfc imports nearly anything (RSA with 1,024 bits, keys made by the faulty Infineon chips, shared
secrets), so what may be registered is decided here, once.
"""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from gateway.access.jose import HOSTILE
from gateway.access.weak_keys import has_infineon_fingerprint
from gateway.errors import BadRequest, BadRequestCode

MAX_KEYS = 8
MAX_BYTES = 65_536
_RSA_BITS = (2048, 8192)
_PUBLIC_MEMBERS = {"EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "RSA": ("n", "e")}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})


def public_jwks(upload: str | Mapping[str, Any]) -> dict[str, Any]:
    """The keys of an upload as a JWKS: public members and `kid` only, nothing else kept.

    `upload` is a JWKS, one JWK, or one public key as PEM; text may hold any of them. Takes EC P-256,
    Ed25519, and RSA of 2,048 to 8,192 bits. Raises `BadRequest` saying which key, and what is wrong.
    """
    entries = _entries(upload)
    if not entries:
        raise _refused(None, "no key", "at least one public key")
    if len(entries) > MAX_KEYS:
        raise _refused(None, f"{len(entries)} keys", f"at most {MAX_KEYS} keys")
    kept = [_kept(index, entry) for index, entry in enumerate(entries)]
    kids = [key["kid"] for key in kept]
    for index, kid in enumerate(kids):
        if kid in kids[:index]:
            raise _refused(index, "a kid that another key has", "one kid per key")
    return {"keys": kept}


def key_set(jwks: Mapping[str, Any] | None) -> KeySet | None:
    """The registered keys, ready to verify with; None where the client has none."""
    keys = (jwks or {}).get("keys") or []
    return KeySet([_imported(key) for key in keys]) if keys else None


def _entries(upload: str | Mapping[str, Any]) -> list[Mapping[str, Any] | str]:
    if isinstance(upload, str):
        if len(upload) > MAX_BYTES:
            raise _refused(None, "more text than keys need", f"at most {MAX_BYTES} bytes")
        if not upload.lstrip().startswith("{"):
            return [upload]
        try:
            upload = json.loads(upload)
        except HOSTILE:
            raise _refused(None, "text that is neither JSON nor PEM", "a JWKS, a JWK or a PEM") from None
    if not isinstance(upload, Mapping):
        raise _refused(None, "another shape", "a JWKS, a JWK or a PEM")
    if "keys" not in upload:
        return [upload]
    keys = upload["keys"]
    if not isinstance(keys, list) or not all(isinstance(key, Mapping) for key in keys):
        raise _refused(None, "`keys` that is no list of keys", "a JWKS (RFC 7517)")
    return list(keys)


def _kept(index: int, entry: Mapping[str, Any] | str) -> dict[str, Any]:
    key = _from_pem(index, entry) if isinstance(entry, str) else _from_jwk(index, entry)
    _check_strength(index, key)
    members = key.as_dict(private=False)
    kid = entry.get("kid") if isinstance(entry, Mapping) else None
    if kid is not None and not (isinstance(kid, str) and kid.isascii() and kid.isprintable() and 0 < len(kid) <= 128):
        raise _refused(index, "an unusable kid", "1 to 128 printable ASCII characters, or none")
    return {
        "kty": key.key_type,
        **{name: members[name] for name in _PUBLIC_MEMBERS[key.key_type]},
        "kid": kid or key.thumbprint(),
        "use": "sig",
    }


def _from_pem(index: int, text: str) -> Key:
    if "PRIVATE" in text:
        raise _refused(index, "a private key", "the public key only; make a new pair, as this one was sent")
    try:
        native = load_pem_public_key(text.encode("ascii"))
    except (*HOSTILE, UnsupportedAlgorithm):
        raise _refused(index, "text that is neither JSON nor PEM", "-----BEGIN PUBLIC KEY-----") from None
    if isinstance(native, EllipticCurvePublicKey) and isinstance(native.curve, SECP256R1):
        return ECKey(native, native)
    if isinstance(native, Ed25519PublicKey):
        return OKPKey(native, native)
    if isinstance(native, RSAPublicKey):
        return RSAKey(native, native)
    raise _refused(index, "another kind of key", "EC P-256, Ed25519 or RSA")


def _from_jwk(index: int, entry: Mapping[str, Any]) -> Key:
    if _PRIVATE_MEMBERS & entry.keys():
        raise _refused(index, "private members", "the public key only; make a new pair, as this one was sent")
    if entry.get("use", "sig") != "sig":
        raise _refused(index, "a key for encryption", 'a key with `"use": "sig"`')
    kind, curve = str(entry.get("kty")), str(entry.get("crv"))
    if (kind, curve) not in {("EC", "P-256"), ("OKP", "Ed25519")} and kind != "RSA":
        raise _refused(index, "another kind of key", "EC P-256, Ed25519 or RSA")
    try:
        return _imported({name: entry[name] for name in ("kty", *_PUBLIC_MEMBERS[kind])})
    except HOSTILE:
        raise _refused(index, "members that make no key", f"{', '.join(_PUBLIC_MEMBERS[kind])} as RFC 7518") from None


def _imported(entry: Mapping[str, Any]) -> Key:
    kinds: dict[str, type[Key]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
    key = kinds[entry["kty"]].import_key(dict(entry))
    key.ensure_kid()
    return key


def _check_strength(index: int, key: Key) -> None:
    if not isinstance(key, RSAKey):
        return
    native = key.public_key
    least, most = _RSA_BITS
    if not least <= native.key_size <= most:
        raise _refused(index, f"RSA with {native.key_size} bits", f"RSA with {least} to {most} bits")
    numbers = native.public_numbers()
    if numbers.e < 65_537 or numbers.e % 2 == 0 or numbers.e.bit_length() > 64:
        raise _refused(index, "an unusual RSA exponent", "65537")
    if has_infineon_fingerprint(numbers.n):
        raise _refused(index, "an RSA key made by a faulty chip (ROCA)", "a key made by other means")


def _refused(index: int | None, found: str, expected: str) -> BadRequest:
    name = "keys" if index is None else f"keys[{index}]"
    return BadRequest(
        BadRequestCode.PARAMETER_INVALID,
        f"{name}: found {found}, expected {expected}",
        parameter=name,
        found=found,
        expected=expected,
    )

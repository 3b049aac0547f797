"""Which public keys a client may register."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.dsa import generate_private_key as dsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from gateway.access.keys import key_set, public_jwks
from gateway.access.weak_keys import has_infineon_fingerprint
from gateway.errors import BadRequest, BadRequestCode
from tests.support.access import b64, private_key

EC = ECKey.generate_key("P-256")
GOOD = EC.as_dict(private=False)


@pytest.mark.parametrize("kind", ["ES256", "Ed25519", "PS256"])
@pytest.mark.parametrize("form", ["jwk", "jwks", "json", "pem"])
def test_good_keys_are_taken_in_every_form(kind, form):
    """A JWK, a JWKS, their JSON, or PEM; what is kept is the same."""
    key = private_key(kind)
    public = {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}
    upload = {
        "jwk": public,
        "jwks": {"keys": [public]},
        "json": " " + json.dumps({"keys": [public]}),
        "pem": key.as_pem(private=False).decode(),
    }[form]
    expected = {name: value for name, value in public.items() if name not in {"use", "alg"}}
    assert {"keys": [expected | {"kid": key.thumbprint(), "use": "sig"}]} == public_jwks(upload)


def test_nothing_but_the_public_members_and_the_kid_is_kept():
    """No `alg` that would later exclude `Ed25519`, no certificates, no notes."""
    upload = GOOD | {"kid": "kunci-1", "alg": "ES256", "key_ops": ["verify"], "x5u": "http://x", "note": "hi"}
    (kept,) = public_jwks(upload)["keys"]
    assert {"kty", "crv", "x", "y", "kid", "use"} == set(kept)
    assert "kunci-1" == kept["kid"]


REFUSED = {
    "private EC": EC.as_dict(private=True),
    "private RSA": RSAKey.generate_key(2048).as_dict(private=True),
    "private PEM": EC.as_pem(private=True).decode(),
    "shared secret": {"kty": "oct", "k": "c2VjcmV0"},
    "RSA 1024": RSAKey.generate_key(1024).as_dict(private=False),
    "RSA 1024 PEM": RSAKey.generate_key(1024).as_pem(private=False).decode(),
    "RSA exponent 1": private_key("PS256").as_dict(private=False) | {"e": "AQ"},
    "RSA exponent 3": private_key("PS256").as_dict(private=False) | {"e": "Aw"},
    "RSA without n": {"kty": "RSA", "e": "AQAB"},
    "P-384": ECKey.generate_key("P-384").as_dict(private=False),
    "secp256k1": ECKey.generate_key("secp256k1").as_dict(private=False),
    "P-384 PEM": ECKey.generate_key("P-384").as_pem(private=False).decode(),
    "X25519": OKPKey.generate_key("X25519").as_dict(private=False),
    "Ed448": OKPKey.generate_key("Ed448").as_dict(private=False),
    "DSA PEM": dsa_key(1024).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    "off the curve": GOOD | {"y": GOOD["x"]},
    "wrong base64": GOOD | {"x": "!!!"},
    "number for text": GOOD | {"x": 7},
    "no kty": {"crv": "P-256", "x": GOOD["x"], "y": GOOD["y"]},
    "strange kty": GOOD | {"kty": ["EC"]},
    "strange crv": GOOD | {"crv": {}},
    "for encryption": GOOD | {"use": "enc"},
    "empty kid": GOOD | {"kid": ""},
    "long kid": GOOD | {"kid": "k" * 129},
    "kid with newline": GOOD | {"kid": "a\nb"},
    "kid that is no text": GOOD | {"kid": 7},
    "same kid twice": {
        "keys": [GOOD | {"kid": "a"}, ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "a"}]
    },
    "same key twice": {"keys": [GOOD, GOOD]},
    "too many": {"keys": [GOOD] * 9},
    "none": {"keys": []},
    "keys is no list": {"keys": GOOD},
    "keys of text": {"keys": ["a"]},
    "list": [GOOD],
    "no JSON": "{",
    "deep JSON": '{"keys":' + "[" * 20_000,
    "no PEM": "hello",
    "empty": "",
    "broken PEM": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    "too long": "x" * 70_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_keys_are_refused(name):
    """Saying which and why, and never the key."""
    with pytest.raises(BadRequest) as caught:
        public_jwks(REFUSED[name])
    assert BadRequestCode.PARAMETER_INVALID == caught.value.code
    assert {"parameter", "found", "expected"} == set(caught.value.parameters)
    assert len(str(caught.value)) < 200


def _of_the_faulty_chips() -> int:
    """A modulus of 2,048 bits as they make it: each prime is k·M + (65537^a mod M); they are no primes here."""
    product = 1
    for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
                  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167):  # fmt: skip
        product *= prime
    big = (1 << 1024) // product - 1
    return (big * product + pow(65_537, 1234, product)) * ((big - 2) * product + pow(65_537, 4321, product))


def test_a_key_of_the_faulty_chips_is_known_by_its_modulus():
    """ROCA (CVE-2017-15361): joserfc imports them."""
    weak = _of_the_faulty_chips()
    assert (2048, True) == (weak.bit_length(), has_infineon_fingerprint(weak))
    assert not has_infineon_fingerprint(private_key("PS256").public_key.public_numbers().n)
    with pytest.raises(BadRequest, match="ROCA"):
        public_jwks({"kty": "RSA", "n": b64(weak.to_bytes(256)), "e": "AQAB"})


def test_registered_keys_come_back_ready_to_verify():
    """None where there are none."""
    kept = public_jwks({"keys": [private_key(kind).as_dict(private=False) for kind in ("ES256", "Ed25519", "PS256")]})
    found = key_set(kept)
    assert isinstance(found, KeySet)
    assert ["EC", "OKP", "RSA"] == [key.key_type for key in found.keys]
    assert [False] * 3 == [key.is_private for key in found.keys]
    assert [None, None] == [key_set(None), key_set({"keys": []})]

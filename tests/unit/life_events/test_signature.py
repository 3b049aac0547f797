"""Standard Webhooks signatures, held against the specification's own example and another implementation."""

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from gateway.life_events.signature import Scheme, SigningSecret, new_key, public_key, shown_secret, signed_headers

BODY = b'{"data":{"child_name":"Citra Lestari"}}'


def hmac_secret(id="whs_1") -> SigningSecret:
    """A new one."""
    return SigningSecret(id, Scheme.HMAC, new_key())


def now() -> int:
    """The verifier's own clock."""
    return int(datetime.now(UTC).timestamp())


def test_the_example_of_the_specification_is_signed_as_it_says():
    """The vector that Standard Webhooks' libraries test themselves with."""
    secret = SigningSecret("whs_1", Scheme.HMAC, b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', timestamp=1614265330, secrets=[secret]
    )
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == headers["webhook-signature"]


def test_another_implementation_verifies_it_with_the_secret_that_was_shown():
    """`standardwebhooks` from PyPI."""
    secret = hmac_secret()
    headers = signed_headers("dlv_1", BODY, timestamp=now(), secrets=[secret])
    assert Webhook(shown_secret(secret)).verify(BODY, headers)


@pytest.mark.parametrize("spoilt", ["webhook-id", "webhook-timestamp", "webhook-signature", "body"])
def test_whatever_is_changed_on_the_way_no_longer_verifies(spoilt):
    """The id, the time, the signature and the body are all bound."""
    secret = hmac_secret()
    headers = signed_headers("dlv_1", BODY, timestamp=now(), secrets=[secret])
    body = BODY
    if spoilt == "body":
        body = BODY.replace(b"Citra", b"Citri")
    elif spoilt == "webhook-timestamp":
        headers[spoilt] = str(int(headers[spoilt]) + 1)
    else:
        headers[spoilt] = headers[spoilt].replace("1", "2").swapcase()
    with pytest.raises((WebhookVerificationError, ValueError)):
        Webhook(shown_secret(secret)).verify(body, headers)


def test_while_a_secret_is_rotated_both_verify():
    """The receiver may change over whenever it likes."""
    new, old = hmac_secret("whs_2"), hmac_secret("whs_1")
    headers = signed_headers("dlv_1", BODY, timestamp=now(), secrets=[new, old])
    assert 2 == len(headers["webhook-signature"].split(" "))
    for secret in (new, old):
        assert Webhook(shown_secret(secret)).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(shown_secret(hmac_secret())).verify(BODY, headers)


def test_ed25519_verifies_with_the_public_key_and_shows_no_secret():
    """`v1a`: what the receiver holds can sign nothing."""
    secret = SigningSecret("whs_1", Scheme.ED25519, new_key())
    headers = signed_headers("dlv_1", BODY, timestamp=1614265330, secrets=[secret])
    scheme, signature = headers["webhook-signature"].split(",")
    key = Ed25519PublicKey.from_public_bytes(b64decode(public_key(secret).removeprefix("whpk_")))
    key.verify(b64decode(signature), b"dlv_1.1614265330." + BODY)
    with pytest.raises(InvalidSignature):
        key.verify(b64decode(signature), b"dlv_2.1614265330." + BODY)
    assert ("v1a", None) == (scheme, shown_secret(secret))


def test_a_secret_has_256_bits_and_its_prefix():
    """As the specification asks: 24 to 64 bytes."""
    secret = hmac_secret()
    shown = shown_secret(secret)
    assert shown.startswith("whsec_")
    assert 32 == len(b64decode(shown.removeprefix("whsec_")))
    assert public_key(secret) is None

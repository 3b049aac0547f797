"""Signing secrets are open in memory no longer than they sign, and than the keys that they are sealed with stay."""

from datetime import timedelta

import msgspec
import pytest

from gateway.errors import SealBroken
from gateway.life_events.sealing import Sealer
from gateway.life_events.sealing_keys import add_key, retire_key
from gateway.life_events.signature import Scheme, SigningSecret, new_key
from gateway.life_events.webhook_secrets import OpenSecrets, sealed_secret
from tests.support.access import NOON, SetClock


@pytest.fixture
def sealer(tmp_path):
    """Over a new key."""
    return Sealer.opened(tmp_path / "keys", clock=SetClock())


@pytest.fixture
def kept(sealer):
    """What is open: nothing yet."""
    return OpenSecrets(sealer)


def sealed(sealer, name="whs_1", **changes):
    """A secret at rest."""
    made = sealed_secret(SigningSecret(name, Scheme.HMAC, new_key()), sealer=sealer, now=NOON)
    return msgspec.structs.replace(made, **changes)


def test_a_secret_is_opened_once_while_nothing_changes(sealer, kept):
    """Turn after turn the same."""
    one = sealed(sealer)
    kept.keep([one], version=1, now=NOON)
    first = kept.opened(one, scheme=Scheme.HMAC)
    kept.keep([one], version=1, now=NOON)
    assert first is kept.opened(one, scheme=Scheme.HMAC)
    kept.keep([one, sealed(sealer, "whs_2")], version=2, now=NOON)
    assert first is kept.opened(one, scheme=Scheme.HMAC)


def test_what_was_replaced_or_has_ended_is_forgotten(sealer, kept):
    """With the next turn after the change, used or not."""
    one, two = sealed(sealer), sealed(sealer, "whs_2")
    kept.keep([one, two], version=1, now=NOON)
    for it in (one, two):
        kept.opened(it, scheme=Scheme.HMAC)
    kept.keep([two], version=2, now=NOON)
    assert 1 == len(kept)
    kept.keep([], version=3, now=NOON)
    assert 0 == len(kept)


def test_a_secret_whose_grace_is_over_is_forgotten_without_a_change(sealer, kept):
    """At its very end."""
    old = sealed(sealer, expires_at=NOON + timedelta(days=1))
    kept.keep([old], version=1, now=NOON)
    kept.opened(old, scheme=Scheme.HMAC)
    kept.keep([old], version=1, now=NOON + timedelta(hours=23))
    assert 1 == len(kept)
    kept.keep([old], version=1, now=NOON + timedelta(days=1))
    assert 0 == len(kept)


async def test_all_are_forgotten_when_the_sealing_keys_change(sealer, kept, tmp_path):
    """What a key that was taken away had sealed is not used any more, as after a start."""
    one = sealed(sealer)
    kept.keep([one], version=1, now=NOON)
    kept.opened(one, scheme=Scheme.HMAC)
    add_key(tmp_path / "keys", now=0)
    await sealer.reload()
    kept.keep([one], version=1, now=NOON)
    assert 0 == len(kept)
    kept.opened(one, scheme=Scheme.HMAC)
    retire_key(tmp_path / "keys", one.key_id)
    await sealer.reload()
    kept.keep([one], version=1, now=NOON)
    with pytest.raises(SealBroken):
        kept.opened(one, scheme=Scheme.HMAC)
    assert 0 == len(kept)


def test_what_was_sealed_anew_is_opened_anew(sealer, kept):
    """Never what was open before under the same id."""
    before, after = sealed(sealer), sealed(sealer)
    kept.keep([before], version=1, now=NOON)
    first = kept.opened(before, scheme=Scheme.HMAC)
    assert first.key != kept.opened(after, scheme=Scheme.HMAC).key

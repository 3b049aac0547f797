"""Client secrets: made, told from typing faults, compared, rotated."""

import stat
from datetime import timedelta

import pytest

from gateway.access.secrets import PREFIX, SecretKeeper, is_well_formed, new_secret, pepper_of
from gateway.errors import BadConfiguration
from gateway.settings import Access
from tests.support.access import NOON, PEPPER


@pytest.fixture
def keeper():
    """A keeper."""
    return SecretKeeper(PEPPER)


def test_a_secret_can_be_told_by_sight_and_holds_256_bits():
    """Prefix, 43 characters of chance, checksum; unreserved in URLs, so that Basic needs no escaping."""
    made = {new_secret() for _ in range(100)}
    assert 100 == len(made)
    assert {(True, 53, True)} == {
        (text.startswith(PREFIX), len(text), all(char.isalnum() or char in "-_" for char in text)) for text in made
    }


@pytest.mark.parametrize(
    "change",
    [lambda s: s[:-1], lambda s: s + "x", lambda s: "x" + s[1:], lambda s: s.swapcase(), lambda s: "é" + s[1:]],
)
def test_a_typing_fault_is_told_from_a_secret(change):
    """The checksum finds it."""
    text = new_secret()
    assert (True, False) == (is_well_formed(text), is_well_formed(change(text)))


def test_what_is_kept_is_not_the_secret_and_depends_on_the_pepper(keeper):
    """A stolen table alone is of no use."""
    text, kept = keeper.issue(NOON)
    assert 32 == len(kept.digest)
    assert text.encode() not in kept.digest
    assert keeper.matches(text, (kept,), now=NOON)
    assert not SecretKeeper(b"another pepper").matches(text, (kept,), now=NOON)


@pytest.mark.parametrize("text", ["", "x", "\ud800", "é" * 53, "a" * 100_000])
def test_nonsense_matches_nothing(keeper, text):
    """And raises nothing."""
    _, kept = keeper.issue(NOON)
    assert not keeper.matches(text, (kept,), now=NOON)


def test_rotation_lets_two_live_for_a_while(keeper):
    """The new one at once, the one before until the grace is over, older ones no longer."""
    oldest, first = keeper.issue(NOON)
    middle, second = keeper.issue(NOON + timedelta(days=1))
    newest, third = keeper.issue(NOON + timedelta(days=2))
    grace = timedelta(days=7)
    kept = keeper.rotated(keeper.rotated((first,), second, grace=grace), third, grace=grace)
    now = NOON + timedelta(days=3)
    assert [False, True, True] == [keeper.matches(text, kept, now=now) for text in (oldest, middle, newest)]
    later = NOON + timedelta(days=9)
    assert [False, False, True] == [keeper.matches(text, kept, now=later) for text in (oldest, middle, newest)]
    assert 2 == len(kept)


def test_rotation_never_lengthens_a_life(keeper):
    """A secret that ends soon still ends then."""
    _, first = keeper.issue(NOON)
    _, second = keeper.issue(NOON)
    _, third = keeper.issue(NOON)
    kept = keeper.rotated((first,), second, grace=timedelta(hours=1))
    kept = keeper.rotated(tuple(secret for secret in kept if secret.id == first.id), third, grace=timedelta(days=9))
    assert [None, NOON + timedelta(hours=1)] == [secret.expires_at for secret in kept]


def test_the_pepper_is_the_configured_one_or_made_once(tmp_path):
    """And then only the gateway can read it."""
    folder = str(tmp_path / "keys")
    assert b"0123456789abcdef" == pepper_of(Access(pepper="0123456789abcdef", signing_keys=folder))
    made = pepper_of(Access(signing_keys=folder))
    assert made == pepper_of(Access(signing_keys=folder))
    assert (44, 0o600) == (len(made), stat.S_IMODE((tmp_path / "keys" / "pepper").stat().st_mode))


def test_a_short_pepper_stops_the_start(tmp_path):
    """Naming the key, and not saying it."""
    with pytest.raises(BadConfiguration, match=r"access\.pepper") as caught:
        pepper_of(Access(pepper="merica", signing_keys=str(tmp_path)))
    assert "merica" not in str(caught.value)

"""The folder of signing keys: first start, rotation, and what processes make of it."""

import asyncio
import multiprocessing
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from gateway.access.private_files import folder_lock, write_private
from gateway.access.signing_keys import SigningKeys, replace_compromised, rotate
from gateway.errors import BadConfiguration
from tests.support.access import SetClock


@pytest.fixture
def folder(tmp_path):
    """A folder that isn't there yet."""
    return tmp_path / "var" / "keys"


def opened(folder, clock):
    """The keys as a process finds them."""
    return SigningKeys.opened(folder, clock=clock, token_ttl_s=300)


def kids(keys):
    """The published ids."""
    return [key["kid"] for key in keys.jwks()["keys"]]


def test_the_first_start_makes_a_key_that_only_the_gateway_can_read(folder):
    """Mode 0600 in a folder of mode 0700, and the next start finds it."""
    clock = SetClock()
    first = opened(folder, clock)
    (path,) = folder.glob("*.pem")
    assert (0o600, 0o700) == (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(folder.stat().st_mode))
    assert first.signing().kid == opened(folder, clock).signing().kid
    assert [path.name] == [f"{int(clock.seconds())}-{first.signing().kid}.pem"]


def test_processes_that_start_at_once_make_one_key(folder):
    """They wait for each other."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        found = pool.map(_signing_kid, [folder] * 8)
    assert 1 == len(set(found))
    assert 1 == len(list(folder.glob("*.pem")))


def _signing_kid(folder: Path) -> str | None:
    return opened(folder, SetClock()).signing().kid


def test_a_process_waits_for_the_one_that_makes_the_first_key(folder):
    """It then finds that key, and makes none of its own."""
    with ThreadPoolExecutor(1) as other:
        with folder_lock(folder):
            found = other.submit(_signing_kid, folder)
            with pytest.raises(TimeoutError):
                found.result(timeout=0.1)
            key = ECKey.generate_key("P-256")
            write_private(folder / f"1773118800-{key.thumbprint()}.pem", key.as_pem(private=True))
        assert key.thumbprint() == found.result(timeout=5)


def test_the_jwks_holds_public_members_only(folder):
    """With what RFC 7517 wants of a signing key."""
    (key,) = opened(folder, SetClock()).jwks()["keys"]
    assert {"kty", "crv", "x", "y", "kid", "use", "alg"} == set(key)
    assert ("EC", "P-256", "sig", "ES256") == (key["kty"], key["crv"], key["use"], key["alg"])


async def test_a_new_key_is_published_before_it_signs_and_the_old_one_outlives_its_tokens(folder):
    """Rotation overlaps at both ends."""
    clock = SetClock()
    keys = opened(folder, clock)
    old = keys.signing().kid
    new = rotate(folder, now=clock.seconds(), token_ttl_s=300, announce_s=600)
    await keys.reload()
    assert ([old, new], old) == (kids(keys), keys.signing().kid)
    clock.pass_s(600)
    assert ([old, new], new) == (kids(keys), keys.signing().kid)
    clock.pass_s(300 + 59)
    assert [old, new] == kids(keys)
    clock.pass_s(1)
    assert [new] == kids(keys)
    assert (False, True) == (keys.is_trusted(old), keys.is_trusted(new))


async def test_rotating_takes_away_the_files_that_nobody_needs(folder):
    """Those whose last token has expired; never the one that signs."""
    clock = SetClock()
    opened(folder, clock)
    for _ in range(4):
        rotate(folder, now=clock.seconds(), token_ttl_s=300, announce_s=600)
        clock.pass_s(3600)
    assert 2 == len(list(folder.glob("*.pem")))


async def test_a_compromised_key_ends_at_once(folder):
    """Its tokens end with it."""
    clock = SetClock()
    keys = opened(folder, clock)
    old = keys.signing().kid
    new = replace_compromised(folder, now=clock.seconds())
    await keys.reload()
    assert ([new], new, False) == (kids(keys), keys.signing().kid, keys.is_trusted(old))


async def test_a_running_process_follows_the_folder(folder, monkeypatch):
    """Without a restart."""
    monkeypatch.setattr("gateway.access.signing_keys.RELOAD_S", 0.01)
    clock = SetClock()
    keys = opened(folder, clock)
    watching = asyncio.create_task(keys.watch())
    new = replace_compromised(folder, now=clock.seconds())
    async with asyncio.timeout(5):
        while keys.signing().kid != new:  # noqa: ASYNC110 -- what is waited for is another task's poll
            await asyncio.sleep(0.01)
    watching.cancel()


async def test_a_folder_that_cannot_be_read_changes_nothing(folder, monkeypatch):
    """The process keeps the keys that it has, and keeps watching."""
    monkeypatch.setattr("gateway.access.signing_keys.RELOAD_S", 0.01)
    keys = opened(folder, SetClock())
    before = keys.signing().kid
    (path,) = folder.glob("*.pem")
    path.unlink()
    watching = asyncio.create_task(keys.watch())
    await asyncio.sleep(0.1)
    assert (before, False) == (keys.signing().kid, watching.done())
    watching.cancel()


def _write(folder, content, *, name=None, mode=0o600):
    folder.mkdir(parents=True)
    path = folder / (name or f"1773118800-{'A' * 43}.pem")
    path.write_bytes(content)
    path.chmod(mode)


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (b"nothing", 0o600, "no private key"),
        (b"", 0o600, "no private key"),
        (ECKey.generate_key("P-256").as_pem(private=True), 0o600, "thumbprint"),
        (ECKey.generate_key("P-256").as_pem(private=False), 0o600, "P-256 key"),
        (ECKey.generate_key("P-384").as_pem(private=True), 0o600, "P-256 key"),
        (ECKey.generate_key("P-256").as_pem(private=True), 0o644, "chmod 600"),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_start(folder, content, mode, words):
    """Naming the file and what is wrong, and nothing of the key."""
    _write(folder, content, mode=mode)
    with pytest.raises(BadConfiguration, match=words) as caught:
        opened(folder, SetClock())
    assert "BEGIN" not in str(caught.value)


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path):
    """Naming the setting."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadConfiguration, match=r"access\.signing_keys"):
        opened(tmp_path / "file" / "keys", SetClock())


def test_other_files_in_the_folder_are_left_alone(folder):
    """Notes, drafts and the pepper."""
    clock = SetClock()
    opened(folder, clock)
    for name in ("notes.txt", "pepper", ".draft.pem", "x.pem"):
        (folder / name).write_text("x")
    assert 1 == len(kids(opened(folder, clock)))
    replace_compromised(folder, now=clock.seconds())
    assert {"notes.txt", "pepper", ".draft.pem", "x.pem"} <= {path.name for path in folder.iterdir()}

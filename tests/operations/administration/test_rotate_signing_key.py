"""Rotating the key that signs access tokens."""

import asyncio

import pytest

from gateway.access.signing_keys import SigningKeys
from gateway.administration.rotate_signing_key import rotate_signing_key
from gateway.clock import SystemClock
from gateway.errors import StoreUnavailable
from tests.support.acts import BY


def kids(folder):
    """The keys that are trusted or announced."""
    keys = SigningKeys.opened(folder, clock=SystemClock(), token_ttl_s=300)
    return {key["kid"] for key in keys.jwks()["keys"]}


async def test_the_new_key_is_announced_beside_the_old_and_recorded(desk, files, tmp_path):
    """Nobody is surprised by a token of an unknown key."""
    (old,) = await asyncio.to_thread(kids, tmp_path)
    new = await rotate_signing_key(desk, tmp_path, token_ttl_s=300, by=BY, reason="berkala")
    assert {old, new} == await asyncio.to_thread(kids, tmp_path)
    (record,) = await files.acts()
    assert ("admin.rotate-signing-key", new, BY) == (record["kind"], record["subject"], record["by"])


async def test_compromised_keys_go_at_once(desk, files, tmp_path):
    """Only the new one is trusted."""
    await asyncio.to_thread(kids, tmp_path)
    new = await rotate_signing_key(desk, tmp_path, token_ttl_s=300, by=BY, reason="bocor", is_compromised=True)
    assert {new} == await asyncio.to_thread(kids, tmp_path)
    assert ["admin.replace-signing-keys"] == [record["kind"] for record in await files.acts()]


async def test_without_the_database_no_key_is_made(desk, files, tmp_path):
    """Nothing that cannot be recorded is begun."""
    before = await asyncio.to_thread(kids, tmp_path)
    async with files.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE counters RENAME TO elsewhere")
    with pytest.raises(StoreUnavailable):
        await rotate_signing_key(desk, tmp_path, token_ttl_s=300, by=BY, reason="berkala")
    assert before == await asyncio.to_thread(kids, tmp_path)

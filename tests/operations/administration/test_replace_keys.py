"""Replacing a client's public keys."""

import pytest

from gateway.access.client import Profile
from gateway.administration.register_client import register_client
from gateway.administration.replace_keys import replace_keys
from gateway.errors import BadRequest
from gateway.ids import ClientId
from tests.support.acts import BY, a_new_client, a_public_key

JAKI = ClientId("jaki")


@pytest.fixture
async def registered(desk):
    """A fapi client with one key."""
    return (await register_client(desk, a_new_client(profile=Profile.FAPI, keys=a_public_key()), by=BY)).client


async def test_the_new_keys_stand_in_place_of_the_old(desk, files, registered):
    """And tokens of a key that went are refused."""
    old = registered.jwks["keys"][0]["kid"]
    client = await replace_keys(desk, JAKI, keys=a_public_key(), by=BY, reason="berkala")
    new = client.jwks["keys"][0]["kid"]
    assert client == await files.office.client(JAKI)
    assert {"reason": "berkala", "kids": [new], "gone": [old]} == (await files.acts())[-1]["details"]
    assert {"jaki"} == await files.denied()


async def test_adding_a_key_beside_the_old_one_refuses_no_token(desk, files, registered):
    """So keys are rotated without a pause."""
    (other,) = (await register_client(desk, other_client(), by=BY)).client.jwks["keys"]
    await replace_keys(desk, JAKI, keys={"keys": [*registered.jwks["keys"], other]}, by=BY)
    assert len((await files.office.client(JAKI)).jwks["keys"]) == 2
    assert set() == await files.denied()


def other_client():
    """A client that only lends its key."""
    return a_new_client(id="other", profile=Profile.FAPI, keys=a_public_key())


async def test_the_same_keys_again_change_nothing(desk, files, registered):
    """Nothing is recorded either."""
    assert registered == await replace_keys(desk, JAKI, keys=registered.jwks, by=BY)
    assert len(await files.acts()) == 1


async def test_a_private_key_is_refused(desk, files, registered):
    """It is said that it must not be sent, and the old keys stay."""
    private = registered.jwks["keys"][0] | {"d": "AAAA"}
    with pytest.raises(BadRequest):
        await replace_keys(desk, JAKI, keys={"keys": [private]}, by=BY)
    assert registered == await files.office.client(JAKI)


async def test_a_basic_client_has_no_keys_to_replace(desk):
    """Its secret is rotated instead."""
    await register_client(desk, a_new_client(), by=BY)
    with pytest.raises(BadRequest, match="secret is rotated"):
        await replace_keys(desk, JAKI, keys=a_public_key(), by=BY)

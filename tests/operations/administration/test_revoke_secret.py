"""Revoking a client's secret."""

from datetime import UTC, datetime

import pytest

from gateway.administration.register_client import register_client
from gateway.administration.revoke_secret import revoke_secret
from gateway.errors import BadRequest, BadRequestCode, StoreUnavailable
from gateway.ids import ClientId
from tests.support.acts import BY, a_new_client

JAKI = ClientId("jaki")


async def test_the_secret_is_gone_and_the_clients_tokens_are_refused(desk, files):
    """Any token may rest on it."""
    registered = await register_client(desk, a_new_client(), by=BY)
    secret_id = registered.client.secrets[0].id
    client = await revoke_secret(desk, JAKI, secret_id=secret_id, by=BY, reason="bocor")
    assert client == await files.office.client(JAKI)
    assert not desk.secrets.matches(registered.secret, client.secrets, now=datetime.now(UTC))
    assert {"jaki"} == await files.denied()
    assert {"reason": "bocor", "secret_id": secret_id} == (await files.acts())[-1]["details"]


async def test_what_cannot_be_recorded_is_not_done(desk, files):
    """Neither the secret nor the tokens are touched."""
    registered = await register_client(desk, a_new_client(), by=BY)
    await files.lose_audit()
    with pytest.raises(StoreUnavailable):
        await revoke_secret(desk, JAKI, secret_id=registered.client.secrets[0].id, by=BY, reason="bocor")
    assert (registered.client, set()) == (await files.office.client(JAKI), await files.denied())


async def test_an_unknown_secret_is_not_found(desk, files):
    """And no token is refused for it."""
    await register_client(desk, a_new_client(), by=BY)
    with pytest.raises(BadRequest) as raised:
        await revoke_secret(desk, JAKI, secret_id="secret_x", by=BY, reason="bocor")
    assert BadRequestCode.NOT_FOUND == raised.value.code
    assert set() == await files.denied()


async def test_a_reason_is_needed(desk):
    """An empty one is none."""
    with pytest.raises(BadRequest, match="reason must be"):
        await revoke_secret(desk, JAKI, secret_id="x", by=BY, reason=" ")

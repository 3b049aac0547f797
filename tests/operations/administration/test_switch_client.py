"""Disabling and enabling a client."""

import asyncio

import pytest

from gateway.access.client import ClientStatus
from gateway.administration.register_client import register_client
from gateway.administration.switch_client import disable_client, enable_client
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import ClientId
from tests.support.acts import BY, a_new_client

JAKI = ClientId("jaki")


async def test_a_disabled_client_loses_its_tokens_for_good(desk, files):
    """Enabled again, it may get new ones; the old ones stay refused."""
    await register_client(desk, a_new_client(), by=BY)
    assert ClientStatus.DISABLED == (await disable_client(desk, JAKI, by=BY, reason="insiden")).status
    assert {"jaki"} == await files.denied()
    assert ClientStatus.ACTIVE == (await enable_client(desk, JAKI, by=BY, reason="selesai")).status
    assert {"jaki"} == await files.denied()
    acts = [(record["kind"], record["details"]) for record in await files.acts()][1:]
    assert [("admin.disable-client", {"reason": "insiden"}), ("admin.enable-client", {"reason": "selesai"})] == acts


async def test_doing_it_twice_is_doing_it_once(desk, files):
    """The second time nothing is changed and nothing recorded, also when both come at once."""
    await register_client(desk, a_new_client(), by=BY)
    await asyncio.gather(*(disable_client(desk, JAKI, by=BY, reason="insiden") for _ in range(5)))
    assert ["admin.register-client", "admin.disable-client"] == [record["kind"] for record in await files.acts()]


async def test_a_client_that_is_not_there_is_not_found(desk):
    """By its id."""
    with pytest.raises(BadRequest) as raised:
        await disable_client(desk, ClientId("nobody"), by=BY, reason="insiden")
    assert BadRequestCode.NOT_FOUND == raised.value.code


async def test_a_reason_is_needed(desk):
    """An empty one is none."""
    with pytest.raises(BadRequest, match="reason must be"):
        await disable_client(desk, JAKI, by=BY, reason="")

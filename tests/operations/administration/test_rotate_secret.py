"""Rotating a client's secret."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.access.client import Profile
from gateway.administration.register_client import register_client
from gateway.administration.rotate_secret import rotate_secret
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import ClientId
from tests.support.acts import BY, a_new_client, a_public_key

JAKI = ClientId("jaki")


async def test_both_secrets_live_during_the_grace_and_the_old_one_ends_with_it(desk, files):
    """So the partner can change over without a pause."""
    old = (await register_client(desk, a_new_client(), by=BY)).secret
    new = (await rotate_secret(desk, JAKI, by=BY, grace=timedelta(hours=1))).secret
    kept = (await files.office.client(JAKI)).secrets
    now, later = datetime.now(UTC), datetime.now(UTC) + timedelta(hours=2)
    assert [True, True] == [desk.secrets.matches(secret, kept, now=now) for secret in (old, new)]
    assert [False, True] == [desk.secrets.matches(secret, kept, now=later) for secret in (old, new)]


async def test_no_grace_ends_the_old_one_now(desk, files):
    """For a secret that was seen by others."""
    old = (await register_client(desk, a_new_client(), by=BY)).secret
    await rotate_secret(desk, JAKI, by=BY, grace=timedelta(0))
    kept = (await files.office.client(JAKI)).secrets
    assert not desk.secrets.matches(old, kept, now=datetime.now(UTC))


async def test_two_secrets_live_at_most(desk, files):
    """The oldest goes."""
    await register_client(desk, a_new_client(), by=BY)
    for _ in range(3):
        await rotate_secret(desk, JAKI, by=BY)
    assert len((await files.office.client(JAKI)).secrets) == 2


async def test_it_is_recorded_without_the_secret(desk, files):
    """Which secret, by its id, and the grace."""
    await register_client(desk, a_new_client(), by=BY)
    rotated = await rotate_secret(desk, JAKI, by=BY, reason="berkala", grace=timedelta(hours=1))
    record = (await files.acts())[-1]
    assert ("admin.rotate-secret", BY, "jaki") == (record["kind"], record["by"], record["subject"])
    details = {"reason": "berkala", "grace_s": 3600, "secret_id": rotated.client.secrets[0].id}
    assert details == record["details"]
    assert rotated.secret not in str(record)


async def test_a_fapi_client_has_no_secret_to_rotate(desk):
    """Its keys are replaced instead."""
    await register_client(desk, a_new_client(profile=Profile.FAPI, keys=a_public_key()), by=BY)
    with pytest.raises(BadRequest, match="keys are replaced"):
        await rotate_secret(desk, JAKI, by=BY)


@pytest.mark.parametrize("grace", [timedelta(days=-1), timedelta(days=91)], ids=str)
async def test_a_grace_out_of_range_is_named(desk, grace):
    """Between 0 and 90 days."""
    await register_client(desk, a_new_client(), by=BY)
    with pytest.raises(BadRequest, match="grace must be"):
        await rotate_secret(desk, JAKI, by=BY, grace=grace)


async def test_a_client_that_is_not_there_is_not_found(desk):
    """By its id."""
    with pytest.raises(BadRequest) as raised:
        await rotate_secret(desk, ClientId("nobody"), by=BY)
    assert (BadRequestCode.NOT_FOUND, "nobody") == (raised.value.code, raised.value.parameters["id"])

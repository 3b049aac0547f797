"""Registering a client."""

from datetime import UTC, datetime

import msgspec
import pytest

from gateway.access.client import ClientStatus, Profile
from gateway.administration.desk import Via
from gateway.administration.register_client import register_client
from gateway.errors import BadRequest, BadRequestCode, StoreUnavailable
from gateway.ids import ClientId
from tests.support.acts import BY, a_new_client, a_public_key

JAKI = ClientId("jaki")


async def test_the_secret_is_shown_once_and_only_its_digest_is_kept(desk, files):
    """The secret that comes back matches; nothing in the database does."""
    registered = await register_client(desk, a_new_client(), by=BY, reason="permohonan 12/2026")
    kept = await files.office.client(JAKI)
    assert desk.secrets.matches(registered.secret, kept.secrets, now=datetime.now(UTC))
    assert registered.client == kept
    assert ClientStatus.ACTIVE == kept.status
    assert registered.secret.encode() not in msgspec.json.encode([kept, await files.acts()])


async def test_who_and_why_are_recorded_in_the_same_transaction(desk, files):
    """One record, with the door that it came through."""
    via = Via(client_id="admin", request_id="r1", remote="127.0.0.1")
    await register_client(desk, a_new_client(), by=f" {BY} ", reason="permohonan", via=via)
    (record,) = await files.acts()
    expected = {
        "kind": "admin.register-client",
        "by": BY,
        "subject": "jaki",
        "partner": "jakarta",
        "client_id": "admin",
        "request_id": "r1",
        "remote": "127.0.0.1",
    }
    assert expected == {name: record[name] for name in expected}
    assert record["details"]["reason"] == "permohonan"


async def test_what_cannot_be_recorded_is_not_done(desk, files):
    """Without its audit record there is no client."""
    await files.lose_audit()
    with pytest.raises(StoreUnavailable):
        await register_client(desk, a_new_client(), by=BY)
    assert await files.office.client(JAKI) is None


async def test_a_fapi_client_brings_its_public_keys_and_gets_no_secret(desk, files):
    """Each key gets a kid."""
    new = a_new_client(profile=Profile.FAPI, keys=a_public_key())
    registered = await register_client(desk, new, by=BY)
    assert (None, ()) == (registered.secret, registered.client.secrets)
    assert ["EC"] == [key["kty"] for key in (await files.office.client(JAKI)).jwks["keys"]]
    assert registered.client.jwks["keys"][0]["kid"]


async def test_without_a_chosen_id_one_is_made(desk):
    """Two clients of one name are two clients."""
    made = [await register_client(desk, a_new_client(id=None), by=BY) for _ in range(2)]
    assert len({registered.client.id for registered in made}) == 2


async def test_an_id_that_is_taken_is_a_conflict(desk, files):
    """And the client that has it stays as it was."""
    first = await register_client(desk, a_new_client(), by=BY)
    with pytest.raises(BadRequest) as raised:
        await register_client(desk, a_new_client(name="lain"), by=BY)
    assert BadRequestCode.CONFLICT == raised.value.code
    assert first.client == await files.office.client(JAKI)
    assert len(await files.acts()) == 1


@pytest.mark.parametrize(
    ("changes", "parameter", "nearest"),
    [
        ({"partner": "jakrta"}, "partner", "jakarta"),
        ({"scopes": frozenset({"facility:read"})}, "scopes", "facilities:read"),
        ({"scopes": frozenset()}, "scopes", None),
        ({"purposes": frozenset({"statistk"})}, "purposes", "statistik"),
        ({"name": "  "}, "name", None),
        ({"name": "a\x1b[31mb"}, "name", None),
        ({"name": "a" * 501}, "name", None),
        ({"id": "Jaki"}, "id", None),
        ({"id": "../jaki"}, "id", None),
        ({"keys": "{}"}, "keys", None),
        ({"profile": Profile.FAPI}, "keys", None),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_cannot_be_is_named(desk, files, changes, parameter, nearest):
    """The parameter, what is expected, and the nearest that there is; nothing is changed."""
    with pytest.raises(BadRequest) as raised:
        await register_client(desk, a_new_client(**changes), by=BY)
    assert (BadRequestCode.PARAMETER_INVALID, parameter) == (raised.value.code, raised.value.parameters["parameter"])
    assert nearest == raised.value.parameters.get("nearest")
    assert ([], ()) == (await files.acts(), await files.office.clients())


@pytest.mark.parametrize("by", ["", "  ", "a\nb"])
async def test_nobody_acts_unnamed(desk, files, by):
    """`by` is mandatory, and one line."""
    with pytest.raises(BadRequest, match="by must be"):
        await register_client(desk, a_new_client(), by=by)
    assert () == await files.office.clients()

"""Registers an OAuth2 client of a partner."""

import re
from typing import Any

import msgspec

from gateway.access.client import Client, Profile, Secret
from gateway.access.keys import public_jwks
from gateway.administration.desk import (
    COMMAND_LINE,
    Desk,
    Via,
    invalid,
    record_act,
    require_known,
    require_text,
)
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import ClientId, PartnerId, new_id

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


class NewClient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for. `keys` is a JWKS, a JWK or a PEM, for the `fapi` profile and only there.

    `id` may be chosen (3 to 64 of `a-z0-9._-`); without it one is made.
    """

    partner: str
    name: str
    profile: Profile = Profile.FAPI
    scopes: frozenset[str]
    purposes: frozenset[str]
    keys: str | dict[str, Any] | None = None
    id: str | None = None


class RegisteredClient(msgspec.Struct, frozen=True, kw_only=True):
    """The client, and its secret in the clear: this is the only time that it can be read."""

    client: Client
    secret: str | None = None


async def register_client(
    desk: Desk, new: NewClient, *, by: str, reason: str = "", via: Via = COMMAND_LINE
) -> RegisteredClient:
    """The new client, active. Raises `BadRequest` for what cannot be, or an id that is taken."""
    by = require_text(by, parameter="by")
    secret, client = _made(desk, new)
    async with desk.office.changing() as change:
        if await change.client(client.id) is not None:
            raise BadRequest(BadRequestCode.CONFLICT, f"{client.id} is registered already", id=client.id, state="taken")
        await change.put_client(client)
        await record_act(
            change,
            "register-client",
            subject=client.id,
            by=by,
            desk=desk,
            via=via,
            partner=client.partner,
            reason=reason,
            profile=client.profile.value,
            scopes=sorted(client.scopes),
            purposes=sorted(client.purposes),
            kids=kids_of(client),
        )
    return RegisteredClient(client=client, secret=secret)


def _made(desk: Desk, new: NewClient) -> tuple[str | None, Client]:
    """The secret in the clear where there is one, and the client, every part of it checked."""
    require_known([new.partner], parameter="partner", known=desk.partners)
    if new.id is not None and not _ID.fullmatch(new.id):
        invalid("id", "3 to 64 of a-z, 0-9, dot, hyphen and underscore")
    now = desk.clock.now()
    secret, jwks = None, None
    secrets: tuple[Secret, ...] = ()
    if new.profile is Profile.BASIC:
        if new.keys is not None:
            invalid("keys", "left out for the profile basic, which proves itself by a secret")
        secret, kept = desk.secrets.issue(now)
        secrets = (kept,)
    elif new.keys is None:
        invalid("keys", "a JWKS, a JWK or a PEM with the client's public keys, for the profile fapi")
    else:
        jwks = public_jwks(new.keys)
    return secret, Client(
        id=ClientId(new.id or new_id("client")),
        partner=PartnerId(new.partner),
        name=require_text(new.name, parameter="name"),
        profile=new.profile,
        scopes=require_known(new.scopes, parameter="scopes", known=desk.scopes),
        purposes=require_known(new.purposes, parameter="purposes", known=desk.purposes),
        secrets=secrets,
        jwks=jwks,
        created_at=now,
        updated_at=now,
    )


def kids_of(client: Client) -> list[str]:
    """The names of the client's keys."""
    return [key["kid"] for key in (client.jwks or {}).get("keys", ())]

"""`gateway clients`: OAuth2 clients of the partners, and their credentials."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gateway.cli.at_desk import at_desk
from gateway.cli.options import with_config, with_json, with_page, with_person
from gateway.cli.output import show_json, show_members, show_table
from gateway.cli.secret_file import SecretFile

if TYPE_CHECKING:
    from gateway.access.client import Client
    from gateway.administration.register_client import RegisteredClient

_COLUMNS = ("id", "partner", "profile", "status", "scopes", "purposes", "name")


@click.group("clients")
def command() -> None:
    """Register clients, rotate and revoke their credentials."""


@command.command("list")
@click.option("--partner", help="Only this partner's.")
@with_page
@with_config
@with_json
def list_clients(
    partner: str | None, after: str | None, limit: int, config_file: Path | None, *, as_json: bool
) -> None:
    """List clients in order of their ids."""
    from gateway.ids import PartnerId

    of = PartnerId(partner) if partner else None
    found = at_desk(config_file, lambda desk: desk.office.clients(partner=of, after=after, limit=limit))
    if as_json:
        show_json(found)
    else:
        show_table([_row(client) for client in found], columns=_COLUMNS)


@command.command("show")
@click.argument("client_id")
@with_config
@with_json
def show_client(client_id: str, config_file: Path | None, *, as_json: bool) -> None:
    """Show one client."""
    from gateway.administration.desk import not_found
    from gateway.ids import ClientId

    client = at_desk(config_file, lambda desk: desk.office.client(ClientId(client_id)))
    if client is None:
        not_found(client_id)
    _show(client, as_json=as_json)


@command.command("register")
@click.option("--partner", required=True, help="The partner that owns it.")
@click.option("--name", required=True, help="What it is called.")
@click.option("--id", "client_id", help="Its id; else one is made.")
@click.option("--profile", type=click.Choice(["fapi", "basic"]), default="fapi", show_default=True)
@click.option("--scope", "scopes", multiple=True, required=True, help="May be given several times.")
@click.option("--purpose", "purposes", multiple=True, required=True, help="May be given several times.")
@click.option("--keys", type=click.File(), help="JWKS, JWK or PEM with its public keys (`-`: stdin); for fapi.")
@click.option("--secret-file", type=click.Path(path_type=Path), help="Write the secret there instead of to stdout.")
@with_person
@with_config
@with_json
def register(**given: Any) -> None:
    """Register a client. Its secret is shown once, and never again."""
    from gateway.access.client import Profile
    from gateway.administration.register_client import NewClient, register_client

    new = NewClient(
        partner=given["partner"],
        name=given["name"],
        id=given["client_id"],
        profile=Profile(given["profile"]),
        scopes=frozenset(given["scopes"]),
        purposes=frozenset(given["purposes"]),
        keys=given["keys"].read() if given["keys"] else None,
    )
    with SecretFile(given["secret_file"]) as secret_file:
        registered = at_desk(
            given["config_file"], lambda desk: register_client(desk, new, by=given["by"], reason=given["reason"])
        )
        _show_registered(registered, secret_file=secret_file, as_json=given["as_json"])


@command.command("rotate-secret")
@click.argument("client_id")
@click.option(
    "--grace-hours", type=click.IntRange(0), default=168, show_default=True, help="How long the old one lives."
)
@click.option("--secret-file", type=click.Path(path_type=Path), help="Write the secret there instead of to stdout.")
@with_person
@with_config
@with_json
def rotate_secret(**given: Any) -> None:
    """Give a client a second secret; the old one lives on for a grace."""
    from gateway.administration.rotate_secret import rotate_secret as act
    from gateway.ids import ClientId

    with SecretFile(given["secret_file"]) as secret_file:
        registered = at_desk(
            given["config_file"],
            lambda desk: act(
                desk,
                ClientId(given["client_id"]),
                grace=timedelta(hours=given["grace_hours"]),
                by=given["by"],
                reason=given["reason"],
            ),
        )
        _show_registered(registered, secret_file=secret_file, as_json=given["as_json"])


@command.command("revoke-secret")
@click.argument("client_id")
@click.argument("secret_id")
@with_person
@with_config
@with_json
def revoke_secret(
    client_id: str, secret_id: str, by: str, reason: str, config_file: Path | None, *, as_json: bool
) -> None:
    """Take a secret away at once, and every token with it. SECRET_ID is its id, as `show` tells."""
    from gateway.administration.revoke_secret import revoke_secret as act
    from gateway.ids import ClientId

    client = at_desk(
        config_file, lambda desk: act(desk, ClientId(client_id), secret_id=secret_id, by=by, reason=reason)
    )
    _show(client, as_json=as_json)


@command.command("replace-keys")
@click.argument("client_id")
@click.argument("keys", type=click.File())
@with_person
@with_config
@with_json
def replace_keys(client_id: str, keys: Any, by: str, reason: str, config_file: Path | None, *, as_json: bool) -> None:
    """Replace a client's public keys by those in the file KEYS (JWKS, JWK or PEM; `-`: stdin)."""
    from gateway.administration.replace_keys import replace_keys as act
    from gateway.ids import ClientId

    upload = keys.read()
    client = at_desk(config_file, lambda desk: act(desk, ClientId(client_id), keys=upload, by=by, reason=reason))
    _show(client, as_json=as_json)


def _switch(name: str, *, help: str) -> None:
    """Adds `disable` or `enable`."""

    @command.command(name, help=help)
    @click.argument("client_id")
    @with_person
    @with_config
    @with_json
    def switch(client_id: str, by: str, reason: str, config_file: Path | None, *, as_json: bool) -> None:
        from gateway.administration.switch_client import disable_client, enable_client
        from gateway.ids import ClientId

        act = disable_client if name == "disable" else enable_client
        client = at_desk(config_file, lambda desk: act(desk, ClientId(client_id), by=by, reason=reason))
        _show(client, as_json=as_json)


_switch("disable", help="Disable a client: its tokens are refused within 2 s, for good.")
_switch("enable", help="Enable a client again: it may get new tokens.")


def _show_registered(registered: "RegisteredClient", *, secret_file: SecretFile, as_json: bool) -> None:
    """The client, and its secret unless a file took it."""
    secret = None if secret_file.takes(registered.secret) else registered.secret
    if as_json:
        show_json({"client": registered.client, "secret": secret})
        return
    show_members(registered.client)
    if secret:
        click.echo(f"secret      {secret}")
        click.echo("Keep the secret now: it cannot be shown again.", err=True)


def _show(client: "Client", *, as_json: bool) -> None:
    if as_json:
        show_json(client)
    else:
        show_members(client)


def _row(client: "Client") -> dict[str, Any]:
    return {name: getattr(client, name) for name in _COLUMNS} | {
        "scopes": sorted(client.scopes),
        "purposes": sorted(client.purposes),
    }

"""`gateway keys`: the keys that sign access tokens."""

from pathlib import Path

import rich_click as click

from gateway.cli.at_desk import at_desk
from gateway.cli.options import settings_from, with_config, with_json, with_person
from gateway.cli.output import show_json, show_table


@click.group("keys")
def command() -> None:
    """List and rotate the gateway's signing keys."""


@command.command("list")
@with_config
@with_json
def list_keys(config_file: Path | None, *, as_json: bool) -> None:
    """List the public keys that others can verify tokens with."""
    from gateway.access.signing_keys import SigningKeys
    from gateway.clock import SystemClock

    access = settings_from(config_file).access
    keys = SigningKeys.opened(Path(access.signing_keys), clock=SystemClock(), token_ttl_s=access.token_ttl_s)
    jwks = keys.jwks()
    if as_json:
        show_json(jwks)
    else:
        signing = keys.signing().thumbprint()
        rows = [{**key, "signs": "yes" if key["kid"] == signing else "no"} for key in jwks["keys"]]
        show_table(rows, columns=("kid", "alg", "signs"))


@command.command("rotate")
@click.option(
    "--compromised", is_flag=True, help="Sign with the new key at once, and refuse every token of the old ones."
)
@with_person
@with_config
@with_json
def rotate(by: str, reason: str, config_file: Path | None, *, compromised: bool, as_json: bool) -> None:
    """Make a new signing key. It is announced first and signs later, so that nobody is surprised."""
    from gateway.administration.rotate_signing_key import rotate_signing_key

    access = settings_from(config_file).access
    kid = at_desk(
        config_file,
        lambda desk: rotate_signing_key(
            desk,
            Path(access.signing_keys),
            token_ttl_s=access.token_ttl_s,
            is_compromised=compromised,
            by=by,
            reason=reason,
        ),
    )
    if as_json:
        show_json({"kid": kid})
    else:
        click.echo(kid)

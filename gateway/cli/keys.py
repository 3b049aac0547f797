"""`gateway keys`: the keys that sign access tokens, and those that life events are sealed with."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gateway.cli.at_desk import at_desk, at_vault
from gateway.cli.options import settings_from, with_config, with_json, with_person
from gateway.cli.output import show_json, show_table

if TYPE_CHECKING:
    from gateway.administration.rotate_sealing_key import Reseal

SIGNING, SEALING = "signing", "sealing"
_KIND = click.argument("kind", type=click.Choice([SIGNING, SEALING]), default=SIGNING)


@click.group("keys")
def command() -> None:
    """List and rotate the gateway's keys: `signing` (access tokens) and `sealing` (what is kept of life events)."""


@command.command("list")
@_KIND
@with_config
@with_json
def list_keys(kind: str, config_file: Path | None, *, as_json: bool) -> None:
    """List the public keys that others can verify tokens with, or how much each sealing key is needed for."""
    if kind == SEALING:
        _list_sealing(config_file, as_json=as_json)
        return
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
@_KIND
@click.option(
    "--compromised",
    is_flag=True,
    help="Signing: use the new key at once, and refuse every token of the old ones.",
)
@with_person
@with_config
@with_json
def rotate(kind: str, by: str, reason: str, config_file: Path | None, *, compromised: bool, as_json: bool) -> None:
    """Make a new key. It is announced first and used later, so that nobody is surprised.

    What is sealed with older keys stays so until `gateway keys reseal`.
    """
    kid = _rotated(kind, config_file, by=by, reason=reason, is_compromised=compromised)
    if as_json:
        show_json({"kid": kid})
    else:
        click.echo(kid)


@command.command("reseal")
@click.option("--batch", type=click.IntRange(1, 10_000), default=500, show_default=True, help="Values a transaction.")
@with_person
@with_config
@with_json
def reseal(by: str, reason: str, batch: int, config_file: Path | None, *, as_json: bool) -> int:
    """Seal everything with the newest sealing key, and retire the keys that nothing needs any more.

    Runs beside the gateway, and may be stopped and begun again. Exit code 1 where something cannot be opened.
    """
    from gateway.administration import rotate_sealing_key as acts
    from gateway.cli.exit_codes import ExitCode

    folder = Path(settings_from(config_file).life_events.keys)
    done: Reseal = at_vault(
        config_file,
        lambda vault: acts.reseal(
            vault.desk, folder, seals=vault.seals, by=by, reason=reason, batch=batch, told=_tell_progress
        ),
    )
    if as_json:
        show_json(done)
    else:
        click.echo(f"{done.resealed} sealed anew; keys retired: {', '.join(done.retired) or 'none'}")
        for it in done.broken:
            click.echo(f"cannot be opened: {it}", err=True)
    return ExitCode.FAILED if done.broken else ExitCode.OK


def _rotated(kind: str, config_file: Path | None, *, by: str, reason: str, is_compromised: bool) -> str:
    """The id of the new key."""
    settings = settings_from(config_file)
    if kind == SEALING:
        from gateway.administration.rotate_sealing_key import rotate_sealing_key

        if is_compromised:
            raise click.UsageError("sealing keys: rotate, then `gateway keys reseal`, which retires the old ones")
        folder = Path(settings.life_events.keys)
        key = at_desk(config_file, lambda desk: rotate_sealing_key(desk, folder, by=by, reason=reason))
        return key.kid
    from gateway.administration.rotate_signing_key import rotate_signing_key

    access = settings.access
    return at_desk(
        config_file,
        lambda desk: rotate_signing_key(
            desk,
            Path(access.signing_keys),
            token_ttl_s=access.token_ttl_s,
            is_compromised=is_compromised,
            by=by,
            reason=reason,
        ),
    )


def _list_sealing(config_file: Path | None, *, as_json: bool) -> None:
    """Each sealing key, how much is sealed with it, and whether it seals now."""
    import time

    from gateway.life_events.sealing_keys import read_keys, sealing_key

    counts = at_vault(config_file, lambda vault: vault.seals.counts())
    keys = read_keys(Path(settings_from(config_file).life_events.keys))
    sealing = sealing_key(keys, now=time.time())
    rows: list[dict[str, Any]] = [
        {"kid": key.kid, "sealed": counts.get(key.kid, 0), "seals": "yes" if key is sealing else "no"} for key in keys
    ]
    rows += [{"kid": kid, "sealed": counts[kid], "seals": "gone"} for kid in counts.keys() - {key.kid for key in keys}]
    if as_json:
        show_json({"keys": rows})
    else:
        show_table(rows, columns=("kid", "sealed", "seals"))


def _tell_progress(count: int) -> None:
    """How far it is, on a terminal only."""
    import sys

    if sys.stderr.isatty():
        click.echo(f"\r{count} sealed anew …", nl=False, err=True)

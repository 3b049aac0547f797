"""`gateway webhooks`: subscriptions and their deliveries, for the operator."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gateway.cli.at_desk import at_subscription_desk
from gateway.cli.options import with_config, with_json, with_page, with_person
from gateway.cli.output import show_json, show_members, show_table
from gateway.cli.secret_file import SecretFile

if TYPE_CHECKING:
    from gateway.life_events.subscription import Subscription
    from gateway.life_events.subscription_desk import Actor

_COLUMNS = ("id", "partner", "client", "types", "target", "status", "reason")
_DELIVERY_COLUMNS = ("id", "event_id", "event_name", "provider", "status", "attempts", "reason", "next_at")
_ATTEMPT_COLUMNS = ("number", "at", "duration_ms", "status_code", "reason")
_INSTANTS = ["%Y-%m-%dT%H:%M:%S%z"]


@click.group("webhooks")
def command() -> None:
    """Look at subscriptions and deliveries; replay, pause, resume, rotate, test."""


@command.command("list")
@click.option("--partner", help="Only this partner's.")
@with_page
@with_config
@with_json
def list_subscriptions(
    partner: str | None, after: str | None, limit: int, config_file: Path | None, *, as_json: bool
) -> None:
    """List subscriptions in order of their ids."""
    from gateway.ids import PartnerId

    of = PartnerId(partner) if partner else None
    found = at_subscription_desk(config_file, lambda desk: desk.office.all(partner=of, after=after, limit=limit))
    if as_json:
        show_json(found)
    else:
        show_table([_row(it) for it in found], columns=_COLUMNS)


@command.command("deliveries")
@click.argument("subscription_id")
@click.option("--status", type=click.Choice(["waiting", "delivered", "dead", "withheld"]), help="Only in this status.")
@click.option("--after", help="Begin after this delivery.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@with_config
@with_json
def list_deliveries(subscription_id: str, config_file: Path | None, *, as_json: bool, **given: Any) -> None:
    """List a subscription's deliveries, the newest event first."""
    from gateway.life_events.delivery import DeliveryStatus

    status = DeliveryStatus(given["status"]) if given["status"] else None
    found = at_subscription_desk(
        config_file,
        lambda desk: desk.office.deliveries(subscription_id, status=status, after=given["after"], limit=given["limit"]),
    )
    if as_json:
        show_json(found)
    else:
        show_table([{name: getattr(it, name) for name in _DELIVERY_COLUMNS} for it in found], columns=_DELIVERY_COLUMNS)


@command.command("attempts")
@click.argument("subscription_id")
@click.argument("delivery_id")
@with_config
@with_json
def list_attempts(subscription_id: str, delivery_id: str, config_file: Path | None, *, as_json: bool) -> None:
    """List the attempts of one delivery."""
    from gateway.life_events.subscription_desk import not_found

    found = at_subscription_desk(config_file, lambda desk: desk.office.attempts(subscription_id, delivery_id))
    if found is None:
        not_found(delivery_id)
    elif as_json:
        show_json(found)
    else:
        show_table([{name: getattr(it, name) for name in _ATTEMPT_COLUMNS} for it in found], columns=_ATTEMPT_COLUMNS)


@command.command("replay")
@click.argument("subscription_id")
@click.option("--delivery", help="This one.")
@click.option("--since", type=click.DateTime(_INSTANTS), help="Of events from then on, as 2026-02-03T00:00:00+0700.")
@click.option("--until", type=click.DateTime(_INSTANTS), help="And before then; else until now.")
@click.option("--everything", is_flag=True, help="Also what arrived, and what was before the subscription.")
@with_person
@with_config
@with_json
def replay(subscription_id: str, config_file: Path | None, *, as_json: bool, **given: Any) -> None:
    """Deliver again: one delivery, or what is dead or was withheld in a window of time."""
    from gateway.life_events.replay_deliveries import Replay, replay_deliveries

    since: datetime | None = given["since"]
    asked = Replay(
        delivery=given["delivery"],
        since=since,
        until=given["until"],
        everything=given["everything"],
        reason=given["reason"],
    )
    actor = _actor(given["by"])
    count = at_subscription_desk(config_file, lambda desk: replay_deliveries(desk, subscription_id, asked, actor=actor))
    if as_json:
        show_json({"count": count})
    else:
        click.echo(f"{count} deliveries wait again")


@command.command("rotate")
@click.argument("subscription_id")
@click.option("--grace-hours", type=click.IntRange(0), default=24, show_default=True, help="How long both sign.")
@click.option("--secret-file", type=click.Path(path_type=Path), help="Write the secret there instead of to stdout.")
@with_person
@with_config
@with_json
def rotate(subscription_id: str, config_file: Path | None, *, as_json: bool, **given: Any) -> None:
    """Give a webhook a new signing secret; the old one signs beside it for a grace."""
    from gateway.life_events.rotate_webhook_secret import rotate_webhook_secret

    grace, actor = timedelta(hours=given["grace_hours"]), _actor(given["by"])
    with SecretFile(given["secret_file"]) as secret_file:
        made = at_subscription_desk(
            config_file,
            lambda desk: rotate_webhook_secret(desk, subscription_id, actor=actor, grace=grace, reason=given["reason"]),
        )
        secret = None if secret_file.takes(made.secret) else made.secret
    if as_json:
        show_json({"subscription": made.subscription.id, "secret": secret, "public_key": made.public_key})
        return
    if made.public_key:
        click.echo(f"public key  {made.public_key}")
    if secret:
        click.echo(f"secret      {secret}")
        click.echo("Keep the secret now: it cannot be shown again.", err=True)


@command.command("test")
@click.argument("subscription_id")
@with_person
@with_config
@with_json
def test(subscription_id: str, by: str, reason: str, config_file: Path | None, *, as_json: bool) -> int:
    """Send a webhook a signed test, now and once. Exit code 1 where it did not arrive."""
    from gateway.cli.exit_codes import ExitCode
    from gateway.life_events.send_test import send_test

    del reason  # that it was tested is recorded; why is asked of everybody who acts
    told = at_subscription_desk(config_file, lambda desk: send_test(desk, subscription_id, actor=_actor(by)))
    if as_json:
        show_json(told)
    else:
        show_members(told)
    return ExitCode.OK if told.reason is None else ExitCode.FAILED


def _switch(name: str, *, status: Any, help: str) -> None:
    """Adds `pause` or `resume`."""

    @command.command(name, help=help)
    @click.argument("subscription_id")
    @with_person
    @with_config
    @with_json
    def switch(subscription_id: str, by: str, reason: str, config_file: Path | None, *, as_json: bool) -> None:
        from gateway.life_events.change_subscription import SubscriptionPatch, change_subscription

        patch = SubscriptionPatch(status=status, reason=reason)
        found = at_subscription_desk(
            config_file, lambda desk: change_subscription(desk, subscription_id, patch, actor=_actor(by))
        )
        if as_json:
            show_json(found)
        else:
            show_members(_row(found))


_switch("pause", status="paused", help="Pause a subscription: it collects, and nothing is sent.")
_switch("resume", status="active", help="Resume a paused or disabled subscription: it gets what it has missed.")


def _actor(by: str) -> "Actor":
    from gateway.life_events.subscription_desk import Actor

    return Actor(by=by)


def _row(it: "Subscription") -> dict[str, Any]:
    from gateway.life_events.subscription import Webhook

    target = it.target.url if isinstance(it.target, Webhook) else it.target.dataset
    return {
        "id": it.id,
        "partner": it.partner,
        "client": it.client_id,
        "types": list(it.names),
        "target": target,
        "status": it.status.value,
        "reason": it.status_reason,
    }

"""`gateway partners`: who takes part, and how a new government joins."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gateway.cli.options import settings_from, with_config, with_json
from gateway.cli.output import show_json, show_table

if TYPE_CHECKING:
    from gateway.onboarding.onboard import Wish


@click.group("partners")
def command() -> None:
    """Who takes part, and how a new government joins."""


@command.command("list")
@with_config
@with_json
def list_partners(config_file: Path | None, *, as_json: bool) -> None:
    """List the partners, their platforms' protocols, and their datasets, event sources and intakes."""
    partners = settings_from(config_file).partners.values()
    rows = [
        {
            "id": partner.id,
            "name": partner.name,
            "kode_wilayah": partner.kode_wilayah,
            "adapters": sorted({platform.adapter for platform in partner.platforms.values()}),
            "datasets": sorted(partner.datasets),
            "events": sorted(partner.events),
            "intakes": sorted(partner.intakes),
        }
        for partner in partners
    ]
    if as_json:
        show_json(rows)
        return
    show_table(rows, columns=("id", "name", "kode_wilayah", "adapters"))
    offers = [
        {"partner": row["id"], "offers": kind, "name": name}
        for row in rows
        for kind, key in (("dataset", "datasets"), ("event source", "events"), ("intake", "intakes"))
        for name in row[key]
    ]
    if offers:
        click.echo()
        show_table(offers, columns=("partner", "offers", "name"))


@command.command("onboard")
@click.argument("name")
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--sample", "samples", multiple=True, required=True, type=click.Path(path_type=Path),
              help="What the platform answered, saved as a file; several for several pages.")  # fmt: skip
@click.option("--resource", type=click.Choice(["facility", "indicator", "service", "service-request"]),
              help="What the records are; else the sample tells.")  # fmt: skip
@click.option("--dataset", help="What to call the dataset; else as the first file is called.")
@click.option("--title", help="What it is about, in words; else the dataset's name.")
@click.option("--url", help="Where the platform answers so; else the address of the demonstration's stand-in.")
@click.option("--kode-wilayah", help="The partner's region, as 32.11; else told by its name.")
@click.option("--kind", type=click.Choice(["json", "csv", "geojson", "xml", "ckan", "open311"]),
              help="What the files are; else their content tells.")  # fmt: skip
@click.option("--map", "said", multiple=True, metavar="FIELD=PATH", help="A common field and the path it is read from.")
@click.option("--form", "forms", multiple=True, metavar="FIELD=FORM",
              help="A common field and how its values are written, as opened_on=%d-%m-%Y.")  # fmt: skip
@click.option("--constant", "constants", multiple=True, metavar="FIELD=VALUE", help="A common field that is always so.")
@click.option("--add", is_flag=True, help="Add the dataset to a partner that is there; its file keeps what it says.")
@click.option("--force", is_flag=True, help="Write over files that are there; the partner's own keeps what it says.")
@click.option("--keep-sample", is_flag=True, help="Keep the sample as it is, Personal data and all.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False),
              help="The folder that holds config/ and schemas/; else the project's.")  # fmt: skip
@with_json
def onboard_partner(**asked: Any) -> int:
    """Propose the contract of a dataset of partner NAME from samples, and write its files.

    It writes config/partners/NAME.toml, and below schemas/partners/NAME the source schema, the mapping and the sample,
    whole or not at all. What is doubtful is asked on a terminal, and marked in the mapping. Exit code 4 if the
    contract does not check.
    """
    from gateway.cli.onboarding import onboard_here

    return onboard_here(_wish(asked), asked, interactive=_is_interactive(asked))


def _is_interactive(asked: dict[str, Any]) -> bool:
    """Whether there is a person to ask."""
    return not asked["yes"] and not asked["as_json"] and sys.stdin.isatty() and sys.stderr.isatty()


def _wish(asked: dict[str, Any]) -> "Wish":
    from gateway.onboarding.onboard import SHIPPED, Wish

    root = asked["into"]
    return Wish(
        partner=asked["name"],
        samples=(*asked["samples"], *asked["more"]),
        config=root / "config" if root else SHIPPED.parent / "config",
        schemas=root / "schemas" if root else SHIPPED,
        dataset=asked["dataset"],
        title=asked["title"],
        resource=asked["resource"],
        url=asked["url"],
        kode_wilayah=asked["kode_wilayah"],
        constants=_pairs(asked["constants"], option="--constant"),
        forms=_pairs(asked["forms"], option="--form"),
        said={name: path or None for name, path in _pairs(asked["said"], option="--map").items()},
        as_it_is=asked["keep_sample"],
        again=asked["force"] or asked["dry_run"],
    )


def _pairs(written: tuple[str, ...], *, option: str) -> dict[str, str]:
    """`FIELD=VALUE` as it is written on the command line."""
    pairs = {}
    for pair in written:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.BadParameter("write FIELD=VALUE, as period=2024", param_hint=option)
        pairs[name.strip()] = value.strip()
    return pairs

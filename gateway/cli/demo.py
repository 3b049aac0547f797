"""`gateway demo`: two regions, one gateway, real exchanges."""

import asyncio

import rich_click as click

from gateway.cli.exit_codes import ExitCode
from gateway.cli.options import with_json


@click.command("demo")
@click.option("--once", is_flag=True, help="Make the exchanges, print what came through, and end.")
@click.option("--port", type=click.IntRange(1, 65_534), help="Where the gateway listens: 8400, or a free one.")
@click.option("--faults", is_flag=True, help="Let the platforms wait and fail as regional portals were measured to.")
@click.option("--broken", multiple=True, metavar="PATH",
              help="Let what stands below this path of the stand-ins answer 500, as /dukcapil-sumedang.")  # fmt: skip
@click.option("--platforms", is_flag=True, help="Only the stand-in platforms, for a gateway served beside them.")
@click.option("--secrets", is_flag=True, help="Only print what a gateway beside them needs: eval its output.")
@with_json
def command(
    *,
    once: bool,
    port: int | None,
    faults: bool,
    broken: tuple[str, ...],
    platforms: bool,
    secrets: bool,
    as_json: bool,
) -> int:
    """Stand-in platforms of Jakarta and Sumedang, a seeded gateway before them, and real exchanges over HTTP.

    A birth is told in each region, and followed until the parents have heard of the documents. What came through is
    printed: each case, then the records per consumer, provider and resource. The exit code is 0 if both cases are
    complete, every exchange brought records, every ledger adds up, and what had to be refused was.
    """
    if secrets:
        from gateway.demo.run import exports

        click.echo(exports())
        return ExitCode.OK
    try:
        return _demonstrated(once=once, port=port, faults=faults, broken=broken, platforms=platforms, as_json=as_json)
    except asyncio.CancelledError:  # SIGTERM; everything has been stopped by now
        return ExitCode.FAILED


def _demonstrated(
    *, once: bool, port: int | None, faults: bool, broken: tuple[str, ...], platforms: bool, as_json: bool
) -> ExitCode:
    """The exit code, once the demonstration has ended."""
    from gateway.demo.faults import Failure, Faults
    from gateway.demo.run import demonstrate, serve_platforms
    from gateway.demo.show import as_document, as_table

    def tell(sentence: str) -> None:
        click.echo(sentence, err=True)

    if platforms:
        asyncio.run(serve_platforms(faults=faults, tell=tell))
        return ExitCode.OK
    report = asyncio.run(
        demonstrate(
            once=once,
            port=port,
            faults=Faults(measured=faults, forced=dict.fromkeys(broken, Failure.STATUS_500)),
            show=lambda found: click.echo(as_document(found) if as_json else as_table(found)),
            tell=tell,
        )
    )
    return ExitCode.OK if report.ok or faults else ExitCode.FAILED

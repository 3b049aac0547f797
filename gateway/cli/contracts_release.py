"""`gateway contracts release`: from now on, what stands is what was promised."""

from pathlib import Path

import rich_click as click

from gateway.cli.contracts_diff import current_api
from gateway.cli.options import with_config


@click.command("release")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="The folder; else the project's own.")
@with_config
def command(config_file: Path | None, *, into: Path | None) -> None:
    """Make the common schemas and API descriptions as they stand the last release, which `diff released` looks at.

    What was accepted as breaking is promised now, so the list of it is emptied.
    """
    from gateway.contracts.diff.released import FOLDER, current_schemas, release_files

    folder = into or FOLDER
    documents = [*current_schemas().values(), *current_api(config_file).values()]
    files = release_files(documents)
    for old in folder.glob("**/*.json"):
        if str(old.relative_to(folder)) not in files:
            old.unlink()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    click.echo(f"{len(files)} files in {folder}", err=True)

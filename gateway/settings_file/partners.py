"""Loads partners alone, where there is no gateway: a partner's own repository holds `config/partners/<id>.toml`."""

from pathlib import Path
from typing import Any

from gateway.settings import Partner, Settings
from gateway.settings_file.anchors import anchored_partner, root_of
from gateway.settings_file.cross_checks import cross_checks
from gateway.settings_file.faults import Fault, stop
from gateway.settings_file.shape import shaped
from gateway.settings_file.source import Source, place_of


def load_partners(config: Path) -> dict[str, Partner]:
    """The partners of a folder's `partners/*.toml`. Raises `BadConfiguration` with every fault."""
    sources = [
        Source(file, prefix=("partners", file.stem)) for file in sorted(config.absolute().glob("partners/*.toml"))
    ]
    content = {source.path.stem: source.content for source in sources}
    faults: list[Fault] = []

    def report(key: tuple[str, ...], value: Any, message: str) -> None:
        place = place_of(key, value=value, sources=sources)
        faults.append(Fault(place=place, key=".".join(key[2:]), message=message))

    made = shaped(content, dict[str, Partner], key=("partners",), report=report)
    for key, message in cross_checks(Settings(partners=made)):
        if key[0] == "partners":
            report(key, None, message)
    stop(faults)
    root = root_of(config.absolute())
    return {name: anchored_partner(partner, root=root) for name, partner in made.items()}

"""Loads the settings from `gateway.toml` and what stands beside it.

`partners/<id>.toml` and `purposes.toml` stand in the same folder. Relative paths (the database's
file, the embedded store's folder, keys, platforms' `ca_file`) start from the folder above `config/`, or from
the file's own folder when that is not called `config`, wherever the command is run.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import gateway
from gateway.settings import Settings
from gateway.settings_file.anchors import anchored, root_of
from gateway.settings_file.authority_files import authority_faults
from gateway.settings_file.cross_checks import cross_checks
from gateway.settings_file.faults import Fault, stop
from gateway.settings_file.overlay import overlay
from gateway.settings_file.shape import shaped
from gateway.settings_file.source import Source, place_of

_OWN_FILES = {"partners": "partners/<id>.toml", "purposes": "purposes.toml"}


def default_path(environ: Mapping[str, str]) -> Path:
    """`$GATEWAY_CONFIG`, else `config/gateway.toml` here, else that of the project."""
    if "GATEWAY_CONFIG" in environ:
        return Path(environ["GATEWAY_CONFIG"])
    here = Path("config/gateway.toml")
    return here if here.is_file() else Path(gateway.__file__).parents[1] / here


def load_settings(path: Path, environ: Mapping[str, str], *, with_files: bool = False) -> Settings:
    """The settings, checked. Raises `BadConfiguration` with every fault: file, line, key, what was expected.

    `with_files` looks into the files of authorities too; who builds a gateway of the settings finds their faults then.
    """
    root = root_of(path.absolute().parent)
    sources = _sources(path.absolute())
    content, faults = _joined(sources)
    faults += overlay(content, environ)

    def report(key: tuple[str, ...], value: Any, message: str) -> None:
        faults.append(
            Fault(place=place_of(key, value=value, sources=sources), key=_shown(key, sources), message=message)
        )

    made = shaped(content, Settings, key=(), report=report)
    if isinstance(made, Settings):
        files = authority_faults(anchored(made, root=root)) if with_files else ()
        for key, message in chain(cross_checks(made), files):
            report(key, _value_at(content, key), message)
    stop(faults)
    settings: Settings = made
    return anchored(settings, root=root)


def _sources(path: Path) -> list[Source]:
    """The main file, the purposes, and each partner."""
    sources = [Source(path)]
    purposes = path.parent / "purposes.toml"
    if purposes.is_file():
        sources.append(Source(purposes, prefix=("purposes",)))
    sources += [Source(file, prefix=("partners", file.stem)) for file in sorted(path.parent.glob("partners/*.toml"))]
    return sources


def _joined(sources: Sequence[Source]) -> tuple[dict[str, Any], list[Fault]]:
    """All files' tables in one, and what stands in the wrong file."""
    main, *others = sources
    content: dict[str, Any] = {name: inner for name, inner in main.content.items() if name not in _OWN_FILES}
    faults = [
        Fault(place=main.place((name,)), key=name, message=f"stands in its own file, {_OWN_FILES[name]}")
        for name in _OWN_FILES
        if name in main.content
    ]
    for source in others:
        table = content
        for name in source.prefix[:-1]:
            table = table.setdefault(name, {})
        table[source.prefix[-1]] = source.content
        if source.prefix[0] == "partners" and source.content.get("id", source.path.stem) != source.path.stem:
            message = f"expected {source.path.stem}, as the file is named"
            faults.append(Fault(place=source.place((*source.prefix, "id")), key="id", message=message))
    return content, faults


def _shown(key: tuple[str, ...], sources: Sequence[Source]) -> str:
    """The key as it stands in its own file."""
    prefixes = [source.prefix for source in sources if key[: len(source.prefix)] == source.prefix]
    return ".".join(key[len(max(prefixes, key=len)) :])


def _value_at(content: Any, key: tuple[str, ...]) -> Any:
    """The raw value of a key, or None where a default stands."""
    for name in key:
        content = content.get(name) if isinstance(content, dict) else None
    return content

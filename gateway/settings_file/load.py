"""Loads the settings from `gateway.toml` and what stands beside it.

`partners/<id>.toml` and `purposes.toml` stand in the same folder. Relative paths (the database's
file, the embedded store's folder, the signing keys) start from the folder above `config/`, or from
the file's own folder when that is not called `config`, wherever the command is run.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

import gateway
from gateway.settings import Settings
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


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings, checked. Raises `BadConfiguration` with every fault: file, line, key, what was expected."""
    sources = _sources(path.absolute())
    content, faults = _joined(sources)
    faults += overlay(content, environ)

    def report(key: tuple[str, ...], value: Any, message: str) -> None:
        faults.append(
            Fault(place=place_of(key, value=value, sources=sources), key=_shown(key, sources), message=message)
        )

    made = shaped(content, Settings, key=(), report=report)
    if isinstance(made, Settings):
        for key, message in cross_checks(made):
            report(key, _value_at(content, key), message)
    stop(faults)
    settings: Settings = made
    return _anchored(settings, root=_root(path.absolute()))


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


def _root(path: Path) -> Path:
    """Where relative paths start."""
    return path.parent.parent if path.parent.name == "config" else path.parent


def _anchored(settings: Settings, *, root: Path) -> Settings:
    """The settings with absolute paths."""
    under = partial(_under, root)
    replace = msgspec.structs.replace
    return replace(
        settings,
        database=replace(settings.database, url=under("sqlite:///", settings.database.url)),
        shared=replace(settings.shared, url=under("embedded:", settings.shared.url)),
        access=replace(settings.access, signing_keys=under("", settings.access.signing_keys)),
        life_events=replace(settings.life_events, keys=under("", settings.life_events.keys)),
    )


def _under(root: Path, scheme: str, url: str) -> str:
    """`url` with its path beneath `root`, where it has this scheme; an absolute path stays."""
    return f"{scheme}{root / url.removeprefix(scheme)}" if url.startswith(scheme) else url

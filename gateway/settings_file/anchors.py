"""Where relative paths of the settings start: the folder above `config/`, wherever the command is run."""

from functools import partial
from pathlib import Path

import msgspec

from gateway.settings import Partner, Platform, Settings


def root_of(config: Path) -> Path:
    """The folder above `config/`, or the settings' own where that is not called so."""
    return config.parent if config.name == "config" else config


def anchored(settings: Settings, *, root: Path) -> Settings:
    """The settings with absolute paths."""
    under = partial(_under, root)
    replace = msgspec.structs.replace
    return replace(
        settings,
        database=replace(settings.database, url=under("sqlite:///", settings.database.url)),
        shared=replace(settings.shared, url=under("embedded:", settings.shared.url)),
        access=replace(settings.access, signing_keys=under("", settings.access.signing_keys)),
        life_events=replace(settings.life_events, keys=under("", settings.life_events.keys)),
        partners={name: anchored_partner(partner, root=root) for name, partner in settings.partners.items()},
    )


def anchored_partner(partner: Partner, *, root: Path) -> Partner:
    """The partner with absolute paths."""
    platforms = {name: _platform(platform, root=root) for name, platform in partner.platforms.items()}
    return msgspec.structs.replace(partner, platforms=platforms)


def _platform(platform: Platform, *, root: Path) -> Platform:
    if platform.ca_file is None:
        return platform
    return msgspec.structs.replace(platform, ca_file=_under(root, "", platform.ca_file))


def _under(root: Path, scheme: str, url: str) -> str:
    """`url` with its path beneath `root`, where it has this scheme; an absolute path stays."""
    return f"{scheme}{root / url.removeprefix(scheme)}" if url.startswith(scheme) else url

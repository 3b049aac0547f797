"""Where contracts stand: the gateway's own, or a partner's repository with `config/partners` and `schemas/partners`."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from gateway.contracts.contract import shipped_schemas
from gateway.errors import BadConfiguration
from gateway.settings import Partner
from gateway.settings_file import load_partners


class Repository(msgspec.Struct, frozen=True):
    """The partners that are declared there, and the folder `schemas`."""

    partners: Mapping[str, Partner]
    schemas: Path


def is_repository(root: Path) -> bool:
    """Whether contracts stand in a folder."""
    return (root / "config" / "partners").is_dir() and (root / "schemas" / "partners").is_dir()


def read_repository(root: Path) -> Repository:
    """The contracts of a folder. Raises `BadConfiguration`: there are none, or the partners' files are wrong."""
    if not is_repository(root):
        message = f"{root} holds no contracts: they stand in config/partners and schemas/partners"
        raise BadConfiguration(message, file=str(root))
    return Repository(load_partners(root / "config"), root / "schemas")


def shipped_repository(partners: Mapping[str, Partner]) -> Repository:
    """The gateway's own contracts, for the partners of its settings."""
    return Repository(partners, shipped_schemas())

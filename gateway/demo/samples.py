"""Recorded answers of the partners' platforms, re-typed: their shapes and quirks, with made-up values.

They stand beside the contracts, where `schemas/partners/SAMPLES.md` says.
"""

from pathlib import Path
from typing import Any

import msgspec

import schemas

FOLDER = Path(schemas.__file__).parent / "partners"


def read_sample(partner: str, dataset: str, *, name: str) -> bytes:
    """The bytes of one recorded body."""
    return (FOLDER / partner / "samples" / dataset / name).read_bytes()


def read_json_sample(partner: str, dataset: str, *, name: str) -> Any:
    """One recorded body, decoded."""
    return msgspec.json.decode(read_sample(partner, dataset, name=name))

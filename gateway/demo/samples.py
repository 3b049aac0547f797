"""Recorded answers of the partners' platforms, re-typed: their shapes and quirks, with made-up values.

`samples/<partner>/<dataset>/<name>` holds whole bodies as they come over the wire.
"""

from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent / "samples"


def read_sample(partner: str, dataset: str, *, name: str) -> bytes:
    """The bytes of one recorded body."""
    return (FOLDER / partner / dataset / name).read_bytes()


def read_json_sample(partner: str, dataset: str, *, name: str) -> Any:
    """One recorded body, decoded."""
    return msgspec.json.decode(read_sample(partner, dataset, name=name))

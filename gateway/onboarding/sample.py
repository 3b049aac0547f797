"""A sample of a platform's answers, read as the adapter of its protocol would hand it to the mapping."""

from typing import Any, Literal, TypeAlias

import msgspec

SampleKind: TypeAlias = Literal["json", "csv", "geojson", "xml", "ckan", "open311"]


class SampleRejected(Exception):
    """No records can be read from the sample. The message says why and what to do; it holds none of its values."""

    def __init__(self, message: str, *, file: str = "") -> None:
        super().__init__(f"{file}: {message}" if file else message)
        self.message = message
        self.file = file


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The documents of one dataset.

    `adapter` and `options` are what the partner's file has to say, so that the gateway reads the platform's answer
    just so. `documents` are decoded JSON, one for each file. `notes` say what was passed over, without values.
    """

    kind: SampleKind
    adapter: str
    options: dict[str, str] = {}
    documents: list[Any] = []
    size: int = 0
    notes: tuple[str, ...] = ()

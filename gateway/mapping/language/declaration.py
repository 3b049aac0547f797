"""What a mapping says, as types: the TOML language of `docs/mapping.md`, read and without a fault of form.

`declaration_reader.py` makes these; whether they fit the two schemas is the checker's question.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from gateway.mapping.language.findings import line_of
from gateway.mapping.language.paths import Path
from gateway.mapping.language.toml_lines import KeyPath

Scalar: TypeAlias = str | int | float | bool
RecordForm: TypeAlias = Literal["list", "keyed", "features", "single"]
NumberForm: TypeAlias = Literal["id", "en", "plain"]
TextForm: TypeAlias = Literal["title", "upper", "lower", "sentence", "squash"]
Scheme: TypeAlias = Literal["bps", "kemendagri"]

NOTHING = msgspec.UNSET
"""Stands where a `default` or `otherwise` was not declared, as both may be any value."""


class From(msgspec.Struct, frozen=True, tag="from"):
    """The value at the first of the paths that is present and not null (after `null_if`)."""

    paths: tuple[Path, ...]


class Const(msgspec.Struct, frozen=True, tag="const"):
    """The same value in every record; takes no operations."""

    value: Scalar | list[Scalar]


class Template(msgspec.Struct, frozen=True, tag="template"):
    """Text in which each path is replaced by its value; null if one of them is."""

    text: str
    parts: tuple[str | Path, ...]


class Join(msgspec.Struct, frozen=True, tag="join"):
    """The texts that are there, trimmed, with `separator` between; null if none is."""

    paths: tuple[Path, ...]
    separator: str


class PointFrom(msgspec.Struct, frozen=True, tag="point"):
    """A GeoJSON point of two coordinates; null if either is."""

    latitude: Path
    longitude: Path
    decimal: Literal["dot", "comma"]


class ObjectFrom(msgspec.Struct, frozen=True, tag="object"):
    """A `dict[str, str]`; a member that is null is left out."""

    members: tuple["Field", ...]


class Use(msgspec.Struct, frozen=True, tag="use"):
    """What the Python function `module:name` returns for the values at the paths (None where absent)."""

    function: str
    paths: tuple[Path, ...]


Source: TypeAlias = From | Const | Template | Join | PointFrom | ObjectFrom | Use


class Unit(msgspec.Struct, frozen=True):
    """A number in one unit, wanted in another."""

    source: str
    target: str


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One common field: its source, the operations in the order in which they are done, what if there is nothing.

    `null_if` and `zone` already hold the file's defaults. `key_path` finds the line of each key.
    """

    name: str
    key_path: KeyPath
    source: Source
    null_if: tuple[Scalar, ...] = ()
    pattern: str | None = None
    split: str | None = None
    text: TextForm | None = None
    number: NumberForm | None = None
    rupiah: bool = False
    unit: Unit | None = None
    date: tuple[str, ...] = ()
    datetime: tuple[str, ...] = ()
    period: tuple[str, ...] = ()
    zone: str | None = None
    scheme: Scheme | None = None
    codes: str | dict[str, Scalar] | None = None
    fold: bool = False
    shorten: int | None = None
    default: Scalar | list[Scalar] | msgspec.UnsetType = NOTHING
    otherwise: Scalar | msgspec.UnsetType = NOTHING
    unreadable: Literal["null"] | None = None
    refuse: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every path that the field reads, its members' too."""
        match self.source:
            case From(paths) | Join(paths) | Use(_, paths):
                return paths
            case Template(_, parts):
                return tuple(part for part in parts if isinstance(part, Path))
            case PointFrom(latitude, longitude):
                return latitude, longitude
            case ObjectFrom(members):
                return tuple(path for member in members for path in member.paths)
            case _:
                return ()


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A record is kept only if this holds: exactly one of `equals` (`is`), `present` and `pattern` is declared."""

    key_path: KeyPath
    path: Path
    equals: tuple[Scalar, ...] | None = None
    present: bool | None = None
    pattern: str | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One record of each row: its value, and the constants that `$column.<name>` reads."""

    key_path: KeyPath
    path: Path
    constants: dict[str, str]


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """Where the records are, and which of them count. `unpivot` is empty where one row is one record."""

    key_path: KeyPath = ("records",)
    at: tuple[Path, ...]
    form: RecordForm = "list"
    header_row: bool = False
    headers: dict[str, str] = {}
    skip_first: int = 0
    skip_last: int = 0
    keep_if: tuple[Condition, ...] = ()
    distinct: bool = False
    unpivot: tuple[Column, ...] = ()


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """One mapping, as declared."""

    file: str
    resource: str
    records: Records
    fields: tuple[Field, ...]
    lines: Mapping[KeyPath, int]

    def line(self, key_path: KeyPath, *keys: str | int) -> int:
        """The line of the key, or of the nearest above it."""
        return line_of(self.lines, (*key_path, *keys))

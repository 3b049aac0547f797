"""The documents that are compared: what a file holds, and the changes from one to another."""

import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from gateway.contracts.diff.api_changes import api_changes
from gateway.contracts.diff.change import Change
from gateway.contracts.diff.gathering import Gathered
from gateway.contracts.diff.mapping_changes import mapping_changes
from gateway.contracts.diff.schema_changes import schema_changes
from gateway.contracts.diff.schema_node import Unfollowed
from gateway.errors import BadRequest, BadRequestCode

_COMMON = "urn:pertukaran:schema:"


class Kind(StrEnum):
    """What a document is."""

    COMMON = "common"
    MAPPING = "mapping"
    OPENAPI = "openapi"
    SOURCE = "source"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document. `name` tells it among others of its kind."""

    kind: Kind
    name: str
    content: Any


def read_document(path: Path, kind: Kind | None = None) -> Document:
    """What the file holds; its content tells the kind, unless it is given. Raises `BadRequest`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise _unreadable(f"{path} cannot be read: {error}") from error
    if path.suffix == ".toml":
        return Document(kind=Kind.MAPPING, name=path.stem.removesuffix(".mapping"), content=content)
    if not isinstance(content, dict | bool):
        raise _unreadable(f"{path} is no schema and no API description: an object is expected")
    return document_of(content, name=path.stem, kind=kind)


def document_of(content: Any, *, name: str, kind: Kind | None = None) -> Document:
    """A schema or an API description as a document."""
    members: Mapping[str, Any] = content if isinstance(content, dict) else {}
    identifier = str(members.get("$id", ""))
    if kind is None:
        is_common = identifier.startswith(_COMMON)
        kind = Kind.OPENAPI if "openapi" in members else Kind.COMMON if is_common else Kind.SOURCE
    if kind is Kind.COMMON and identifier.startswith(_COMMON):
        name = identifier.removeprefix(_COMMON).partition(":")[0]
    return Document(kind=kind, name=name, content=content)


def changes_of(old: Document, new: Document) -> list[Change]:
    """What changed. Raises `BadRequest` for two that cannot be compared."""
    kinds = {old.kind, new.kind}
    if len(kinds) > 1 and kinds != {Kind.COMMON, Kind.SOURCE}:
        raise _unreadable(f"{old.name} is of kind {old.kind}, and {new.name} of kind {new.kind}")
    try:
        return _COMPARE[old.kind](old.content, new.content)
    except (Unfollowed, AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        message = f"{old.name} or {new.name} is not well formed: {type(error).__name__}: {error}"
        raise _unreadable(message) from error


def changes_between(old: Mapping[str, Document], new: Mapping[str, Document]) -> list[Change]:
    """What changed in a set of documents, each change with the name of its document."""
    found: list[Change] = []
    for name in dict.fromkeys((*old, *new)):
        if name in old and name in new:
            changes = changes_of(old[name], new[name])
        else:
            gathered = Gathered()
            rule = "document-removed" if name in old else "document-added"
            gathered.add(rule, old_at="" if name in old else None, new_at="" if name in new else None, name=name)
            changes = gathered.changes
        found += [msgspec.structs.replace(change, document=name) for change in changes]
    return found


_COMPARE: Mapping[Kind, Callable[[Any, Any], list[Change]]] = {
    Kind.COMMON: schema_changes,
    Kind.MAPPING: mapping_changes,
    Kind.OPENAPI: api_changes,
    Kind.SOURCE: schema_changes,
}


def _unreadable(message: str) -> BadRequest:
    return BadRequest(BadRequestCode.PARAMETER_INVALID, message)

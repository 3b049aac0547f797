"""The last release: what was promised to consumers then, what stands now, and what was agreed to break."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

import schemas
from gateway.contracts.diff.change import Audience, Change
from gateway.contracts.diff.documents import Document, Kind, document_of, read_document
from gateway.errors import BadConfiguration
from schemas.publish import VERSION, json_schema
from schemas.resources import SHAPES

FOLDER = Path(schemas.__file__).parent / "published" / "released"
"""Where the last release stands."""
ACCEPTED = "accepted.toml"
_ABOUT_ACCEPTED = """\
# Breaking changes since the last release that are meant, each with its reason. A release empties this file.
#
# [[change]]
# document = "service-request"           # as `gateway contracts diff released current` names it
# rule     = "field-removed"
# at       = "/properties/address"       # the pointer before the change, or, if there is none, behind it
# reason   = "Replaced by `location` in 2.0; announced on 2026-01-01."
"""


class Accepted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One breaking change that is meant."""

    document: str
    rule: str
    at: str
    reason: str

    def means(self, change: Change) -> bool:
        """Whether it is this change."""
        place = change.new if change.old is None else change.old
        return (self.document, self.rule, self.at) == (change.document, change.rule, place)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    change: tuple[Accepted, ...] = ()


def released_documents(folder: Path = FOLDER) -> dict[str, Document]:
    """The documents of the last release, by name. Raises `BadRequest`."""
    found = [read_document(path) for path in sorted(folder.glob("**/*.json"))]
    return {document.name: document for document in found}


def current_schemas() -> dict[str, Document]:
    """The common model as it is now."""
    found = [document_of(json_schema(resource), name=name) for name, resource in SHAPES.items()]
    return {document.name: document for document in found}


def current_descriptions(described: Mapping[str, Any]) -> dict[str, Document]:
    """API descriptions as documents, by name."""
    return {name: Document(kind=Kind.OPENAPI, name=name, content=content) for name, content in described.items()}


def release_files(documents: Iterable[Document]) -> dict[str, bytes]:
    """What a release writes, by path below its folder."""
    found = {}
    for document in documents:
        content = msgspec.json.format(msgspec.json.encode(_lean(document.content)), indent=1) + b"\n"
        is_schema = document.kind is Kind.COMMON
        found[f"{VERSION}/{document.name}.schema.json" if is_schema else f"{document.name}.json"] = content
    return {**found, ACCEPTED: _ABOUT_ACCEPTED.encode()}


def _lean(value: Any) -> Any:
    """The document without its examples; of named ones, as problems have, the names stay."""
    if isinstance(value, list):
        return [_lean(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "schema" not in value:
        return {key: _lean(item) for key, item in value.items()}
    lean = {key: _lean(item) for key, item in value.items() if key not in {"example", "examples"}}
    return {**lean, "examples": {key: {} for key in value["examples"]}} if "examples" in value else lean


def read_accepted(folder: Path = FOLDER) -> tuple[Accepted, ...]:
    """The changes that were accepted; each has a reason. Raises `BadConfiguration`."""
    file = folder / ACCEPTED
    if not file.exists():
        return ()
    try:
        accepted = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File).change
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadConfiguration(f"{ACCEPTED}: {error}", file=ACCEPTED, key="change") from error
    for one in accepted:
        if not one.reason.strip():
            raise BadConfiguration(f"{ACCEPTED}: {one.rule} at {one.at} has no reason", file=ACCEPTED, key="reason")
    return accepted


def with_accepted(changes: Iterable[Change], accepted: Iterable[Accepted]) -> tuple[list[Change], list[Accepted]]:
    """The changes, those that were accepted with their reason; and what is accepted and did not happen."""
    left = list(accepted)
    used: set[int] = set()
    found = []
    for change in changes:
        number = next((number for number, one in enumerate(left) if one.means(change)), None)
        if number is not None and change.breaks(Audience.ANYONE):
            used.add(number)
            change = msgspec.structs.replace(change, accepted=left[number].reason)  # noqa: PLW2901
        found.append(change)
    return found, [one for number, one in enumerate(left) if number not in used]

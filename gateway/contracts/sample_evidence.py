"""What recorded samples show of a mapping that checks: the checker's own questions, asked of what was recorded."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from adapters.base import AdapterError
from gateway.contracts.check_schemas import from_mapping
from gateway.contracts.contract import Contract
from gateway.contracts.report import Finding
from gateway.mapping.checking import sample_evidence
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.source.source_schema_reader import read_source_schema
from schemas.resources import SHAPES


def evidence_findings(
    contract: Contract,
    documents: Iterable[bytes | AdapterError],
    *,
    newest: Iterable[bytes | AdapterError] | None = None,
) -> list[Finding]:
    """What most values of a path, the rows and the ids show to be wrong; nothing where the mapping does not check.

    `newest` are the documents of the newest recording, where there are several: a record changes in time, and keeps
    its id.
    """
    try:
        declaration = parse_declaration(contract.mapping_file)
        schema = read_source_schema(contract.source_file)
    except MappingRejected:
        return []  # told by the stages before
    if declaration.resource not in SHAPES:
        return []
    found = sample_evidence.check_samples(
        declaration,
        schema,
        SHAPES[declaration.resource],
        contract.codes,
        documents=list(_decoded(documents)),
        at_once=None if newest is None else list(_decoded(newest)),
        home=contract.home,
    )
    return [from_mapping(finding) for finding in found]


def _decoded(documents: Iterable[bytes | AdapterError]) -> Iterator[Any]:
    """The documents that are JSON; what is none is told elsewhere."""
    for document in documents:
        try:
            if not isinstance(document, AdapterError):
                yield msgspec.json.decode(document)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue

"""Stage one: the source schema is one, is understood whole, and the common schema is the published one."""

import json
from typing import Any

import jsonschema_rs

from gateway.contracts.contract import Contract, shipped_schemas
from gateway.contracts.gathering import Gathering
from gateway.contracts.report import Finding, Severity, Stage, StageReport
from gateway.mapping import mapped
from gateway.mapping.json_pointer import pointer_of
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.source.json_lines import json_lines
from gateway.mapping.source.source_schema_reader import read_source_schema
from schemas.publish import VERSION, documents
from schemas.resources import SHAPES

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def check_schemas(contract: Contract) -> StageReport:
    """What is wrong with the schemas on both sides of the contract."""
    gathering = Gathering(Stage.SCHEMAS)
    _check_meta(contract, gathering)
    try:
        read_source_schema(contract.source_file)
    except MappingRejected as error:
        for finding in error.findings:
            gathering.add(from_mapping(finding))
    _check_published(contract, gathering)
    return gathering.close()


def from_mapping(finding: mapped.Finding) -> Finding:
    """A finding of the mapping's checker, as one of ours."""
    return Finding(
        code=finding.code,
        severity=Severity.BROKEN,
        message=finding.message,
        field=finding.field,
        expected=finding.expected,
        found=finding.found,
        advice=f"did you mean {finding.nearest}?" if finding.nearest else None,
        file=finding.file,
        line=finding.line,
    )


def _check_meta(contract: Contract, gathering: Gathering) -> None:
    """JSON Schema 2020-12 by its own meta schema. What cannot be read at all is told by the reader."""
    try:
        text = contract.source_file.read_text(encoding="utf-8")
        schema = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return
    lines = json_lines(text)
    file = str(contract.source_file)
    draft = schema.get("$schema", DRAFT) if isinstance(schema, dict) else DRAFT
    if draft != DRAFT:
        finding = Finding(
            code="schema-draft",
            severity=Severity.BROKEN,
            message="the source schema is of another draft",
            pointer="/$schema",
            expected=DRAFT,
            found=str(draft)[:80],
            file=file,
            line=lines.get(("$schema",), 1),
        )
        gathering.add(finding)
    for error in jsonschema_rs.Draft202012Validator(_meta_schema()).iter_errors(schema):
        path = tuple(error.instance_path)
        finding = Finding(
            code="schema-invalid",
            severity=Severity.BROKEN,
            message=f"this is no JSON Schema 2020-12: `{error.kind.name}` does not hold here",
            pointer=pointer_of(path),
            file=file,
            line=lines.get(path, 1),
            advice="correct the keyword's value",
        )
        gathering.add(finding)


def _meta_schema() -> dict[str, Any]:
    return {"$schema": DRAFT, "$ref": DRAFT}


def _check_published(contract: Contract, gathering: Gathering) -> None:
    """Partners read the published schema, so it must be that of the code."""
    try:
        resource = SHAPES.get(parse_declaration(contract.mapping_file).resource)
    except MappingRejected:
        return
    if resource is None:
        return
    name = f"{resource.name}.schema.json"
    own = contract.schemas / "published" / VERSION
    file = (own if own.is_dir() else shipped_schemas() / "published" / VERSION) / name
    text = file.read_text(encoding="utf-8") if file.is_file() else None
    if text == documents()[name]:
        return
    finding = Finding(
        code="published-lags",
        severity=Severity.BROKEN,
        message=f"the published schema of {resource.name} is not that of this version",
        file=str(file),
        line=1,
        advice="run `python -m schemas.publish`, or take the schemas of this version of the gateway",
    )
    gathering.add(finding)

"""Stage two: the mapping is proved, before anything runs, against both schemas."""

from gateway.contracts.check_schemas import from_mapping
from gateway.contracts.contract import Contract
from gateway.contracts.gathering import Gathering
from gateway.contracts.report import Finding, Severity, Stage, StageReport
from gateway.life_events.intakes import writing_fault
from gateway.mapping.checking.checker import check
from gateway.mapping.language.declaration import Declaration
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected, nearest_name
from gateway.mapping.source.source_schema_reader import read_source_schema
from schemas.resources import PUBLISHABLE, RESOURCES, SHAPES


def check_mapping(contract: Contract) -> StageReport:
    """The checker's findings: file, line and field."""
    gathering = Gathering(Stage.MAPPING)
    try:
        declaration = parse_declaration(contract.mapping_file)
    except MappingRejected as error:
        for finding in error.findings:
            gathering.add(from_mapping(finding))
        return gathering.close()
    _check_resource(contract, declaration, gathering)
    try:
        schema = read_source_schema(contract.source_file)
    except MappingRejected:
        # What is wrong with the schema is the first stage's to say.
        if gathering.is_broken:
            return gathering.close()
        return gathering.skip("the source schema cannot be read")
    if declaration.resource in SHAPES:
        resource = SHAPES[declaration.resource]
        for finding in check(declaration, schema, resource, contract.codes, home=contract.home):
            gathering.add(from_mapping(finding))
    if contract.is_intake and not gathering.is_broken:
        _check_writing(contract, declaration, gathering)
    return gathering.close(counts={"fields": len(declaration.fields)})


def _check_resource(contract: Contract, declaration: Declaration, gathering: Gathering) -> None:
    """A dataset yields a resource, and an event source a life event, one at a time."""
    expected = PUBLISHABLE if contract.is_event else RESOURCES
    kind = "an intake" if contract.is_intake else "an event source" if contract.is_event else "a dataset"
    if declaration.resource not in expected:
        nearest = nearest_name(declaration.resource, expected)
        finding = Finding(
            code="resource-unknown" if declaration.resource not in SHAPES else "resource-misplaced",
            severity=Severity.BROKEN,
            message=f"`{declaration.resource}` is nothing that {kind} can yield",
            expected=", ".join(expected),
            found=declaration.resource,
            advice=f"did you mean {nearest}?" if nearest else "name one of them",
            file=declaration.file,
            line=declaration.line(("resource",)),
        )
        gathering.add(finding)
    elif contract.is_event and declaration.records.form != "single":
        finding = Finding(
            code="event-not-single",
            severity=Severity.BROKEN,
            message="one event is one record",
            expected='as = "single"',
            found=f'as = "{declaration.records.form}"',
            advice='write `[records] as = "single"`',
            file=declaration.file,
            line=declaration.line(declaration.records.key_path),
        )
        gathering.add(finding)


def _check_writing(contract: Contract, declaration: Declaration, gathering: Gathering) -> None:
    """What an intake takes is written by its mapping, which has been found without a fault."""
    fault = writing_fault(contract.compiled())
    if fault is not None:
        finding = Finding(
            code="not-writable",
            severity=Severity.BROKEN,
            message="no record can be written by this mapping",
            expected=fault,
            advice="use operations that can be undone; see docs/intakes.md",
            file=declaration.file,
            line=declaration.line(("fields",)),
        )
        gathering.add(finding)

"""Compiles a checked mapping: its Python is written, kept for tracebacks, and run once for its functions."""

import linecache
from typing import Annotated, Any, Literal

from gateway.ids import DatasetId
from gateway.mapping.code_lists import CodeLists
from gateway.mapping.compiled import CompiledMapping, Functions
from gateway.mapping.compiling.generation import Generation
from gateway.mapping.compiling.inverse import Inverse, NotInvertible, derive_inverse
from gateway.mapping.compiling.record_code import OWN_OBJECTS, write_python
from gateway.mapping.language.declaration import Declaration
from gateway.mapping.language.findings import Findings, MappingRejected
from gateway.mapping.source.record_source import RecordSource, record_source
from gateway.mapping.source.source_schema import SourceSchema
from schemas.resources import Resource


def compile_mapping(
    declaration: Declaration,
    schema: SourceSchema,
    *,
    resource: Resource,
    codes: CodeLists,
    dataset: DatasetId,
    version: str = "",
) -> CompiledMapping:
    """The mapping, ready to run. It must have been checked: what the checker reports is not looked for here."""
    findings = Findings(declaration.file, declaration.lines)
    source = record_source(declaration.records, schema=schema, findings=findings)
    if source is None:
        raise MappingRejected(findings.found)
    generation = Generation(declaration, source, resource=resource, codes=codes, dataset=dataset)
    python = write_python(generation)
    return CompiledMapping(
        dataset=dataset,
        resource=resource,
        version=version,
        source=python,
        records=declaration.records,
        used=generation.used,
        functions=_functions(python, generation.namespace, name=dataset),
        inverse=_inverse(declaration, source, codes=codes),
    )


def _inverse(declaration: Declaration, source: RecordSource, *, codes: CodeLists) -> Inverse | NotInvertible:
    """The other way, or why there is none."""
    try:
        return derive_inverse(declaration, source, codes=codes)
    except NotInvertible as error:
        return error


def _functions(python: str, namespace: dict[str, Any], *, name: str) -> Functions:
    """What the Python defines. Its only input is what the checker accepted, written by `record_code`."""
    file = f"<mapping {name}>"
    linecache.cache[file] = (len(python), None, python.splitlines(keepends=True), file)
    defined: dict[str, Any] = {
        "__name__": f"gateway.mapping.generated.{name.replace('/', '.')}",
        "Annotated": Annotated,
        "Literal": Literal,
        **OWN_OBJECTS,
        **namespace,
    }
    exec(compile(python, file, "exec"), defined)  # noqa: S102
    return Functions(
        decode_document=defined["decode_document"],
        decode_envelope=defined["decode_envelope"],
        decode_record=defined["decode_record"],
        find=defined["find"],
        map_records=defined["map_records"],
        header_of=defined.get("header_of"),
    )

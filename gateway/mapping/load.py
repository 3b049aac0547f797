"""Loads mappings: their files are read, checked against both schemas, and compiled, once at the start."""

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from gateway.errors import BadConfiguration
from gateway.ids import DatasetId
from gateway.mapping.checking.checker import check
from gateway.mapping.checking.field_regions import Home
from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.compiling.compiler import compile_mapping
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import Findings, MappingRejected, nearest_name
from gateway.mapping.mapped import Finding
from gateway.mapping.source.source_schema_reader import read_source_schema
from gateway.settings import Partner
from schemas.resources import SHAPES

_DATASET = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*")


def load_mapping(folder: Path, *, dataset: DatasetId, codes: CodeLists, home: Home | None = None) -> CompiledMapping:
    """The mapping of one dataset, from its two files in `folder`; raises `MappingRejected` with every finding."""
    if not _DATASET.fullmatch(dataset):
        raise BadConfiguration(
            f"`{dataset}` is no name of a dataset; write <partner>/<dataset> in lower case, digits and hyphens"
        )
    name = dataset.partition("/")[2]
    mapping_file, schema_file = folder / f"{name}.mapping.toml", folder / f"{name}.source.json"
    declaration = parse_declaration(mapping_file)
    schema = read_source_schema(schema_file)
    resource = SHAPES.get(declaration.resource)
    if resource is None:
        raise MappingRejected([_unknown_resource(declaration.file, declaration.lines, declaration.resource)])
    findings = check(declaration, schema, resource, codes, home=home)
    if findings:
        raise MappingRejected(findings)
    version = sha256(mapping_file.read_bytes() + b"\0" + schema_file.read_bytes()).hexdigest()[:16]
    return compile_mapping(declaration, schema, resource=resource, codes=codes, dataset=dataset, version=version)


def load_mappings(
    partners: Mapping[str, Partner], root: Path, *, codes: CodeLists | None = None
) -> dict[DatasetId, CompiledMapping]:
    """The mapping of every dataset, event source and intake of every partner; `root` holds `partners` and `codes`.

    Raises one `MappingRejected` with the findings of all, so that one start shows everything.
    """
    known = codes or load_code_lists(root / "codes")
    loaded: dict[DatasetId, CompiledMapping] = {}
    findings: list[Finding] = []
    for partner in partners.values():
        for name in partner.contracts:
            dataset = DatasetId(f"{partner.id}/{name}")
            try:
                home = Home(partner.kode_wilayah, partner.zone)
                folder = root / "partners" / partner.id
                loaded[dataset] = load_mapping(folder, dataset=dataset, codes=known, home=home)
            except MappingRejected as error:
                findings.extend(error.findings)
    if findings:
        raise MappingRejected(findings)
    return loaded


def _unknown_resource(file: str, lines: Mapping[tuple[str | int, ...], int], name: str) -> Finding:
    findings = Findings(file, lines)
    findings.add(
        ("resource",),
        "resource-unknown",
        f"`{name}` is no resource of the common model",
        expected=", ".join(SHAPES),
        found=name,
        nearest=nearest_name(name, SHAPES),
    )
    return findings.found[0]

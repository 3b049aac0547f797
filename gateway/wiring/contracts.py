"""The partners' mappings, checked and compiled, and what follows from them."""

from pathlib import Path
from typing import NamedTuple

import schemas
from gateway.agreements.field_classes import field_classes
from gateway.errors import BadConfiguration
from gateway.exchange.pushdown import Crosswalk
from gateway.ids import DatasetId
from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.load import load_mappings
from gateway.settings import Settings
from schemas.resources import PUBLISHABLE, RESOURCES, SHAPES

SCHEMAS = Path(schemas.__file__).parent
"""Where the partners' schemas and mappings stand, and the code lists."""


class Contracts(NamedTuple):
    """`events` are those of `mappings` that are event sources'.

    `personal` are the datasets whose mapping fills a Personal field: no shared store keeps their documents.
    """

    mappings: dict[DatasetId, CompiledMapping]
    events: dict[DatasetId, CompiledMapping]
    crosswalk: Crosswalk
    personal: frozenset[DatasetId]
    codes: CodeLists


def read_contracts(settings: Settings, *, folder: Path = SCHEMAS) -> Contracts:
    """The contracts of every dataset. Raises `BadConfiguration` with the findings of all mappings. Blocks."""
    codes = load_code_lists(folder / "codes")
    mappings = load_mappings(settings.partners, folder, codes=codes)
    published = [DatasetId(f"{it.id}/{name}") for it in settings.partners.values() for name in it.events]
    events = {dataset: mappings[dataset] for dataset in published}
    _check_kinds(settings, mappings)
    return Contracts(mappings, events, Crosswalk(codes.regions), _personal(folder, mappings), codes)


def _check_kinds(settings: Settings, mappings: dict[DatasetId, CompiledMapping]) -> None:
    """Raises `BadConfiguration` where a dataset yields a life event, or an event source or intake anything else."""
    for partner in settings.partners.values():
        tables = (("datasets", partner.datasets), ("events", partner.events), ("intakes", partner.intakes))
        for table, name in ((table, name) for table, names in tables for name in names):
            mapping = mappings[DatasetId(f"{partner.id}/{name}")]
            expected = RESOURCES if table == "datasets" else PUBLISHABLE
            if mapping.resource.name not in expected:
                found = f"its mapping yields {mapping.resource.name}; expected {', '.join(expected)}"
                raise _wrong(mapping.dataset, table, found)
            if table != "datasets" and not mapping.is_single:
                raise _wrong(mapping.dataset, table, 'one event is one record; write `[records] as = "single"`')


def _wrong(dataset: DatasetId, table: str, message: str) -> BadConfiguration:
    partner, _, name = dataset.partition("/")
    file, key = f"partners/{partner}.toml", f"{table}.{name}"
    return BadConfiguration(f"{file}: {key}: {message}", file=file, key=key)


def _personal(folder: Path, mappings: dict[DatasetId, CompiledMapping]) -> frozenset[DatasetId]:
    classes = field_classes(SHAPES)
    found = set()
    for dataset, mapping in mappings.items():
        partner, _, name = dataset.partition("/")
        declaration = parse_declaration(folder / "partners" / partner / f"{name}.mapping.toml")
        if classes[mapping.resource.name].personal & {field.name for field in declaration.fields}:
            found.add(dataset)
    return frozenset(found)

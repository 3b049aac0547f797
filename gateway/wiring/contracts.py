"""The partners' mappings, checked and compiled, and what follows from them."""

from pathlib import Path
from typing import NamedTuple

import schemas
from gateway.agreements.field_classes import field_classes
from gateway.exchange.pushdown import Crosswalk
from gateway.ids import DatasetId
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.load import load_mappings
from gateway.settings import Settings
from schemas.resources import SHAPES

SCHEMAS = Path(schemas.__file__).parent
"""Where the partners' schemas and mappings stand, and the code lists."""


class Contracts(NamedTuple):
    """`personal` are the datasets whose mapping fills a Personal field: no shared store keeps their documents."""

    mappings: dict[DatasetId, CompiledMapping]
    crosswalk: Crosswalk
    personal: frozenset[DatasetId]


def read_contracts(settings: Settings, *, folder: Path = SCHEMAS) -> Contracts:
    """The contracts of every dataset. Raises `BadConfiguration` with the findings of all mappings. Blocks."""
    codes = load_code_lists(folder / "codes")
    mappings = load_mappings(settings.partners, folder, codes=codes)
    return Contracts(mappings, Crosswalk(codes.regions), _personal(folder, mappings))


def _personal(folder: Path, mappings: dict[DatasetId, CompiledMapping]) -> frozenset[DatasetId]:
    classes = field_classes(SHAPES)
    found = set()
    for dataset, mapping in mappings.items():
        partner, _, name = dataset.partition("/")
        declaration = parse_declaration(folder / "partners" / partner / f"{name}.mapping.toml")
        if classes[mapping.resource.name].personal & {field.name for field in declaration.fields}:
            found.add(dataset)
    return frozenset(found)

"""Every shipped mapping is proved against its source schema and the common model."""

import re
import time

import pytest

from gateway.mapping.checker import check
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.declaration_reader import parse_declaration
from gateway.mapping.source_schema_reader import read_source_schema
from schemas.resources import RESOURCES
from tests.support.partner_documents import ROOT, shipped_datasets


@pytest.fixture(scope="module")
def codes():
    """The shipped code lists and regions."""
    return load_code_lists(ROOT / "schemas/codes")


@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
def test_the_checker_finds_nothing(codes, partner, dataset):
    """Whatever the platform sends within its schema becomes a valid record, or is refused with its reason."""
    folder = ROOT / "schemas/partners" / partner
    declaration = parse_declaration(folder / f"{dataset}.mapping.toml")
    schema = read_source_schema(folder / f"{dataset}.source.json")
    assert [] == [str(finding) for finding in check(declaration, schema, RESOURCES[declaration.resource], codes)]


def test_every_shared_code_list_is_used():
    """A list that no mapping reads would rot."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "schemas/partners").glob("*/*.mapping.toml")]
    lists = [path.stem for path in (ROOT / "schemas/codes").glob("*.toml")]
    assert [] == [name for name in lists if not any(f'codes = "{name}"' in text for text in texts)]


@pytest.mark.parametrize("hostile", [" " * 20_000, "\n" * 20_000, "Lokasi : " * 3_000, "Kategori " * 3_000])
@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
def test_no_shipped_pattern_is_slow_on_hostile_text(partner, dataset, hostile):
    """A pattern takes less than 0.1 s of the processor for 40,000 characters that were written to stall it."""
    declaration = parse_declaration(ROOT / f"schemas/partners/{partner}/{dataset}.mapping.toml")
    text = f"Lokasi: a{hostile}b\nPermasalahan{hostile}x"
    for field in declaration.fields:
        if field.pattern is not None:
            before = time.process_time()
            re.search(field.pattern, text)
            assert time.process_time() - before < 0.1

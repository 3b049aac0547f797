"""Every shipped mapping is proved against its source schema and the common model."""

import re

import pytest

from gateway.mapping.checking.checker import check
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.source.source_schema_reader import read_source_schema
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


@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
def test_no_shipped_pattern_repeats_white_space_right_after_a_repetition(partner, dataset):
    r"""`.+?\s*` tries every way to share out the blanks of a text: twenty thousand of them took 11 seconds."""
    declaration = parse_declaration(ROOT / f"schemas/partners/{partner}/{dataset}.mapping.toml")
    patterns = [field.pattern for field in declaration.fields if field.pattern]
    assert [] == [it for it in patterns if re.search(r"[+*]\??\)?\\s[+*]", it)]

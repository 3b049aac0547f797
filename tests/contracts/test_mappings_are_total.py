"""Promise 4: a mapping that checks never yields an invalid common record, whatever the platform sends."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.contracts.awkward_values import Vocabulary
from gateway.contracts.source_documents import documents
from gateway.ids import DatasetId
from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.mapping.load import load_mapping
from tests.support.hostile_documents import hostile_bodies, mutations
from tests.support.mapped_records import MappedRecords

SCHEMAS = Path(__file__).parents[2] / "schemas"
FOLDERS = (SCHEMAS / "partners", Path(__file__).parents[1] / "support" / "mappings")
FILES = sorted(file for folder in FOLDERS for file in folder.glob("*/*.mapping.toml"))
NAMES = [f"{file.parent.name}/{file.name.removesuffix('.mapping.toml')}" for file in FILES]
each_mapping = pytest.mark.parametrize("file", FILES, ids=NAMES)
quick = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@lru_cache(maxsize=1)
def codes() -> CodeLists:
    """The shipped code lists."""
    return load_code_lists(SCHEMAS / "codes")


@lru_cache(maxsize=64)
def promises(file: Path) -> tuple[MappedRecords, st.SearchStrategy[Any]]:
    """The mapping of a file, and the documents of its source schema."""
    name = file.name.removesuffix(".mapping.toml")
    mapping = load_mapping(file.parent, dataset=DatasetId(f"{file.parent.name}/{name}"), codes=codes())
    schema = json.loads(file.with_name(f"{name}.source.json").read_text(encoding="utf-8"))
    listed = {text for found in codes().lists.values() for text in list(found.written)[:3]}
    return MappedRecords(mapping), documents(schema, Vocabulary(texts=tuple(sorted(listed))))


@each_mapping
@quick
@given(data=st.data())
def test_documents_of_the_source_schema_yield_valid_records_and_a_ledger_that_adds_up(file: Path, data: Any) -> None:
    """Whatever the schema admits becomes valid records or refusals, and never breaks the contract as a whole."""
    mapped, documents_ = promises(file)
    document = data.draw(documents_)
    outcome = mapped.check(json.dumps(document).encode())
    headed = "header_row" in file.read_text(encoding="utf-8")
    assert outcome is not None or headed


@each_mapping
@quick
@given(data=st.data())
def test_documents_that_the_source_schema_does_not_admit_yield_no_invalid_record(file: Path, data: Any) -> None:
    """Values of wrong types, missing and doubled ones become refusals, or the contract is broken."""
    mapped, documents_ = promises(file)
    mapped.check(json.dumps(data.draw(mutations(data.draw(documents_)))).encode())


@each_mapping
@quick
@given(data=st.data())
def test_damaged_bytes_yield_no_invalid_record(file: Path, data: Any) -> None:
    """Truncated, badly encoded, endlessly nested bodies become refusals, or the contract is broken."""
    mapped, documents_ = promises(file)
    mapped.check(data.draw(hostile_bodies(data.draw(documents_))))

"""Every shipped intake can be written to, and what is written says what the record says."""

import json
import re
import shutil
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapters.registry import build_authentication_of, build_submitter
from gateway.contracts.awkward_values import Vocabulary
from gateway.contracts.check_mapping import check_mapping
from gateway.contracts.contract import read_contract
from gateway.contracts.source_documents import documents
from gateway.demo.samples import read_json_sample, read_sample
from gateway.ids import DatasetId
from gateway.life_events.intakes import Intake, writing_fault
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.load import load_mapping
from gateway.settings import Intake as IntakeSettings
from gateway.settings import Platform
from tests.support.partner_documents import ROOT, shipped_partners

INTAKES = [f"{partner}/{name}" for partner, settings in shipped_partners().items() for name in settings.intakes]
SOURCES = {"jakarta/birth-registrations": "hospital-births", "sumedang/birth-registrations": "hospital-births"}
each_intake = pytest.mark.parametrize("name", INTAKES)


class Never:
    """Submits nothing."""

    async def submit(self, body, *, source_id, idempotency_key):
        raise AssertionError


@lru_cache
def mapping_of(name: str) -> CompiledMapping:
    """The mapping of a shipped contract."""
    partner = name.partition("/")[0]
    codes = load_code_lists(ROOT / "schemas/codes")
    return load_mapping(ROOT / "schemas/partners" / partner, dataset=DatasetId(name), codes=codes)


@lru_cache
def documents_of(name: str) -> st.SearchStrategy[Any]:
    """The documents of its source schema."""
    schema = json.loads(Path(ROOT / f"schemas/partners/{name}.source.json").read_text(encoding="utf-8"))
    return documents(schema, Vocabulary(texts=()))


def test_there_are_intakes():
    """One for each region at least."""
    assert {"jakarta/birth-registrations", "sumedang/birth-registrations"} <= set(INTAKES)


@each_intake
def test_every_member_that_must_be_there_is_written(name):
    """No reason against turning the mapping round, and nothing that no field fills."""
    assert writing_fault(mapping_of(name)) is None


@each_intake
def test_the_sample_comes_back_as_it_is(name):
    """The recorded document, to the common model and back."""
    partner, _, dataset = name.partition("/")
    mapping, sample = mapping_of(name), read_json_sample(partner, dataset, name="registration.json")
    (record,) = mapping.to_common(json.dumps(sample).encode()).records
    assert sample == mapping.to_source(record)


@each_intake
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_what_is_written_is_read_as_the_same_record(name, data):
    """For every document that the platform's schema admits: read, written, and read again."""
    mapping = mapping_of(name)
    mapped = mapping.to_common(json.dumps(data.draw(documents_of(name))).encode())
    assume(mapped.records)
    (record,) = mapped.records
    written = msgspec.json.encode(mapping.to_source(record))
    assert (record,) == tuple(mapping.to_common(written).records)


@pytest.mark.parametrize("name", SOURCES)
def test_a_hospitals_birth_is_written_for_the_registry(name):
    """From the hospital's own names to the registry's, through the common model: the same people and times."""
    partner, _, _ = name.partition("/")
    source = mapping_of(f"{partner}/{SOURCES[name]}")
    (birth,) = source.to_common(read_sample(partner, SOURCES[name], name="event.json")).records
    intake = Intake(mapping=mapping_of(name), submitter=Never())
    writing = intake.written(msgspec.json.encode(birth), case_id="case_1")
    (read,) = intake.mapping.to_common(writing.body).records
    same = intake.mapping.inverse.fields - {"id", "case_id"}
    assert {it: getattr(birth, it) for it in same} == {it: getattr(read, it) for it in same}
    assert ("case_1", writing.source_id) == (read.case_id, birth.id.rpartition("hospital-births.")[2])


def test_the_documented_intake_works():
    """The settings on the page are settings, and its mapping's fields are those that ship."""
    page = (ROOT / "docs/intakes.md").read_text(encoding="utf-8")
    declared, fields = (tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL))
    (intake,) = (msgspec.convert(it, IntakeSettings) for it in declared["intakes"].values())
    platform = msgspec.convert(declared["platforms"][intake.platform], Platform)
    authentication = build_authentication_of(platform, transport=None, secrets=lambda _: "rahasia")
    build_submitter("rest_json", platform=platform, intake=intake, transport=None, authentication=authentication)
    shipped = tomllib.loads((ROOT / "schemas/partners/sumedang/birth-registrations.mapping.toml").read_text("utf-8"))
    assert fields == {name: shipped["fields"][name] for name in fields}


def test_contracts_check_tells_of_an_intake_that_cannot_be_written_to(tmp_path):
    """Before anybody subscribes: the mapping checks, and one operation of it cannot be undone."""
    folder = tmp_path / "partners" / "sumedang"
    shutil.copytree(ROOT / "schemas/partners/sumedang", folder)
    file = folder / "birth-registrations.mapping.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"nama_lengkap_anak" }', '"nama_lengkap_anak", text = "squash" }'), encoding="utf-8")
    codes = load_code_lists(ROOT / "schemas/codes")
    contract = read_contract(shipped_partners()["sumedang"], "birth-registrations", schemas=tmp_path, codes=codes)
    (finding,) = check_mapping(contract).findings
    assert "not-writable" == finding.code
    assert "child_name: `text` makes one value of several" in finding.expected

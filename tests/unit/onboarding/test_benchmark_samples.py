"""The samples of the onboarding benchmark are what their makers make, and their answers speak of them."""

import tomllib
from pathlib import Path

import jsonschema_rs
import pytest

from gateway.mapping.targets import targets
from gateway.onboarding.sample import read_sample
from gateway.onboarding.source import infer_source
from schemas.resources import RESOURCES
from tests.benchmarks.onboarding.make_samples import FOLDER, SAMPLES, content_of
from tests.support.samples import REGIONS

each_sample = pytest.mark.parametrize("name", SAMPLES)


def answers_of(name):
    """What a person answered."""
    return tomllib.loads((FOLDER / name).with_name("answers.toml").read_text(encoding="utf-8"))


@each_sample
def test_a_sample_is_what_its_maker_makes(name):
    """Byte for byte, on every machine."""
    assert content_of(name) == (FOLDER / name).read_bytes()


@each_sample
def test_a_sample_is_read_as_its_answers_say(name):
    """Kind, records, header row and rows at the end; and its schema admits it."""
    answers = answers_of(name)
    sample = read_sample([FOLDER / name])
    source = infer_source(sample, regions=REGIONS)
    assert answers.get("kind", sample.kind) == sample.kind
    records = answers.get("records", {})
    found = {"at": source.records.at, "as": source.records.form, "header_row": source.records.header_row,
             "skip_last": source.records.skip_last}  # fmt: skip
    assert records == {key: found[key] for key in records}
    for document in sample.documents:
        jsonschema_rs.validator_for(source.schema).validate(document)


@each_sample
def test_answers_name_common_fields_and_paths_that_there_are(name):
    """A typing error would count against every proposal."""
    answers = answers_of(name)
    source = infer_source(read_sample([FOLDER / name]), regions=REGIONS)
    paths = {field.path for field in source.fields}
    common = set(targets(RESOURCES[answers["resource"]].type))
    assert {*answers["fields"], *answers.get("unmappable", {}).get("fields", [])} <= common
    assert not set(answers["fields"]) & set(answers.get("unmappable", {}).get("fields", []))
    named = {
        path
        for field in answers["fields"].values()
        for key in ("from", "latitude", "longitude", "join")
        for path in field.get(key, [])
    }
    assert {path for path in named if not path.startswith("$")} <= paths


def test_every_folder_of_samples_has_a_maker_and_answers():
    """And there are at least ten platforms."""
    folders = {path.parent.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("sample*")}
    assert {str(Path(name).parent) for name in SAMPLES} == folders
    assert {path.parent.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("answers.toml")} == folders
    assert len({folder.partition("/")[0] for folder in folders}) >= 10

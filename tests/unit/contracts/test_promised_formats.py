"""A text of a known format is made in that format, so that a mapping which rests on it raises no false alarm."""

import json

import jsonschema_rs
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from gateway.contracts.awkward_values import Vocabulary, texts
from gateway.contracts.check_documents import check_documents
from gateway.contracts.contract import read_contract
from gateway.contracts.report import Outcome
from gateway.contracts.source_documents import documents
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.source.source_keywords import FORMATS
from gateway.settings import Partner
from tests.support.partner_documents import ROOT

WORDS = Vocabulary()
CODES = load_code_lists(ROOT / "schemas/codes")
DATES = {"date", "date-time"}
OURS = {"kode-wilayah": r"[1-9]\d(\.\d\d(\.\d\d(\.\d{4})?)?)?|\d{6}", "postal-code": r"[1-9]\d{4}"}
"""Formats that no validator knows, in full."""
MAYBE_BLANK = "uri-reference"
ROW = {
    "type": "object",
    "required": ["id", "nama", "kode_pos", "situs"],
    "properties": {
        "id": {"type": "integer"},
        "nama": {"type": "string", "format": "hostname", "maxLength": 253},
        "kode_pos": {"type": "string", "format": "postal-code"},
        "situs": {"type": "string", "format": "uri"},
    },
}
MAPPING = """
resource = "facility"
records  = ""

[fields]
id          = { from = "id" }
name        = { from = "nama" }
kind        = { const = "office" }
postal_code = { from = "kode_pos" }
website     = { from = "situs", shorten = 500 }
"""


def pattern_of(format):
    """The format as a validator is told it."""
    return {"pattern": f"^({OURS[format]})$"} if format in OURS else {"format": format}


@pytest.mark.parametrize("format", sorted(FORMATS - {MAYBE_BLANK}))
def test_every_text_is_of_its_format(format):
    """Those at the edges and those at random, for each format that a source schema may name."""
    schema = {"type": "string", "format": format}
    validator = jsonschema_rs.Draft202012Validator({"type": "string", **pattern_of(format)}, validate_formats=True)
    made = set(texts(schema, WORDS))

    @settings(max_examples=30, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(documents(schema, WORDS))
    def gather(text):
        made.add(text)

    gather()
    assert len(made) >= 2
    assert [] == [text for text in made if not validator.is_valid(text)]


def test_a_format_keeps_the_lengths_that_are_said_beside_it():
    """Where a text of the format can be so short or long; else the format is kept."""
    assert {"urn:a"} == set(texts({"type": "string", "format": "uri", "maxLength": 10}, WORDS))
    assert {36} == {len(text) for text in texts({"type": "string", "format": "uuid", "maxLength": 10}, WORDS)}


def test_a_mapping_that_rests_on_formats_is_proved(tmp_path):
    """No record of a generated document is lost, as a blank or shapeless text never comes."""
    folder = tmp_path / "schemas/partners/garut"
    folder.mkdir(parents=True)
    (folder / "kantor.source.json").write_text(json.dumps({"type": "array", "items": ROW}))
    (folder / "kantor.mapping.toml").write_text(MAPPING)
    settings_of = {
        "id": "garut",
        "name": "Garut",
        "kode_wilayah": "32.05",
        "platforms": {"kantor": {"adapter": "rest_json", "base_url": "http://127.0.0.1:1"}},
        "datasets": {"kantor": {"platform": "kantor"}},
    }
    partner = msgspec.convert(settings_of, Partner)
    contract = read_contract(partner, "kantor", schemas=tmp_path / "schemas", codes=CODES)
    report = check_documents(contract, examples=50)
    assert ([], Outcome.OK) == ([str(finding) for finding in report.findings], report.outcome)
    assert report.counts["records_out"] > 50

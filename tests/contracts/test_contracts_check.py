"""`gateway contracts check`: what it says of right contracts, of each stage's faults, and never of a record."""

import json
from xml.etree import ElementTree as ET

import pytest

from gateway.contracts.check import check_dataset, check_stage
from gateway.contracts.check_documents import check_documents
from gateway.contracts.check_samples import check_samples
from gateway.contracts.check_schemas import check_schemas
from gateway.contracts.report import Outcome, Severity, Stage
from tests.support.contract_files import ContractFiles, codes_of

FEW = "40"
HOSPITALS = "jakarta/hospitals"


@pytest.fixture
def hospitals(tmp_path):
    """The contract of Jakarta's hospitals, in a folder of its own."""
    return ContractFiles(tmp_path, HOSPITALS)


def row_schema(schema):
    """The schema of one hospital."""
    return schema["properties"]["data"]["items"]


def test_a_right_contract_checks_in_a_repository_of_its_own(hospitals):
    """Exit code 0, one report for each stage, in their order, whole counts."""
    done = hospitals.check("--json", "--examples", FEW)
    assert 0 == done.returncode, done.stderr
    report = json.loads(done.stdout)
    assert (True, int(FEW), 1) == (report["ok"], report["examples"], report["seed"])
    (dataset,) = report["datasets"]
    assert (HOSPITALS, "facility", "ok") == (dataset["dataset"], dataset["resource"], dataset["outcome"])
    assert ["schemas", "mapping", "samples", "documents"] == [stage["stage"] for stage in dataset["stages"]]
    samples, documents = dataset["stages"][2:]
    assert {"samples": 1, "records_in": 49, "records_out": 49, "refused": 0} == samples["counts"]
    assert documents["counts"]["documents"] > int(FEW)
    assert documents["counts"]["records_out"] > documents["counts"]["documents"] / 2


def test_a_broken_contract_is_named_with_exit_code_4(hospitals):
    """File, line, field, what was expected and what to do: on one screen."""
    hospitals.spoil(hospitals.mapping, 'from = "nama_rsu"', 'from = "nama_rsuu"')
    done = hospitals.check("--examples", FEW)
    assert 4 == done.returncode
    assert "hospitals.mapping.toml:" in done.stdout
    assert "name" in done.stdout
    assert "did you mean" in done.stdout
    assert "1 broken" in done.stdout


def test_what_is_no_json_schema_is_told_with_its_pointer(hospitals):
    """By the meta schema of draft 2020-12."""
    hospitals.change_source(lambda schema: row_schema(schema)["properties"]["nama_rsu"].update(minLength=-1))
    report = check_schemas(hospitals.contract())
    (found,) = [it for it in report.findings if it.code == "schema-invalid"]
    assert "/properties/data/items/properties/nama_rsu/minLength" == found.pointer
    assert Outcome.BROKEN is report.outcome


@pytest.mark.parametrize(
    ("keyword", "value", "code"),
    [("multipleOf", 2, "keyword-unsupported"), ("format", "nik", "unknown-format"), ("x-number", "us", "unknown-word")],
)
def test_what_a_source_schema_says_in_vain_is_told(hospitals, keyword, value, code):
    """A keyword, format or word that nobody honours would promise nothing."""
    hospitals.change_source(lambda schema: row_schema(schema)["properties"]["nama_rsu"].update({keyword: value}))
    assert code in codes_of(check_schemas(hospitals.contract()))


def test_another_draft_is_told(hospitals):
    """Draft 7 means other things by the same words."""
    hospitals.change_source(lambda schema: schema.update({"$schema": "http://json-schema.org/draft-07/schema#"}))
    assert {"schema-draft"} == codes_of(check_schemas(hospitals.contract()))


def test_a_published_schema_that_lags_is_told(hospitals):
    """Partners read what is published."""
    published = hospitals.root / "schemas" / "published" / "v1"
    published.mkdir(parents=True)
    (published / "facility.schema.json").write_text("{}", encoding="utf-8")
    assert {"published-lags"} == codes_of(check_schemas(hospitals.contract()))


def test_a_sample_that_differs_is_told_since_when(hospitals):
    """The first recording is right, the second one sends the id as text, in every hospital."""

    def renumbered(document):
        for row in document["data"]:
            row["id"] = str(row["id"])

    hospitals.change_sample("list.json", renumbered, into="2026-03-10-list.json")
    report = check_samples(hospitals.contract())
    (found,) = [it for it in report.findings if it.code == "sample-differs"]
    assert ("/data/0/id", "integer", 51) == (found.pointer, found.expected, found.count)
    assert found.since is not None
    assert found.since.startswith("2026-03-10")
    assert "list.json" in found.since
    assert "refused-wrong-type" in codes_of(report)
    assert Outcome.BROKEN is report.outcome


def test_a_record_may_change_from_one_recording_to_the_next(hospitals):
    """It keeps its id, and is no second one; within one recording it would be."""

    def renamed(document):
        for row in document["data"]:
            row["nama_rsu"] += " Baru"

    hospitals.change_sample("list.json", renamed, into="2026-03-10-list.json")
    assert "id-not-unique" not in codes_of(check_samples(hospitals.contract()))
    hospitals.change_sample("list.json", lambda _: None, into="2026-03-10-page-2.json")
    assert "id-not-unique" in codes_of(check_samples(hospitals.contract()))


def test_an_answer_that_the_adapter_refuses_is_told(hospitals):
    """HTTP 200 with `{"errors": …}` is a failure by the partner's own settings."""
    (hospitals.samples / "2026-03-11.json").write_text('{"errors": {"message": "Parameter unknown"}}', encoding="utf-8")
    report = check_samples(hospitals.contract())
    assert {"answer-unreadable"} == codes_of(report)
    assert "2026-03-11.json" in report.findings[0].message


def test_a_contract_without_samples_is_not_broken_but_says_so(hospitals):
    """Nothing is proved by nothing."""
    for file in hospitals.samples.iterdir():
        file.unlink()
    report = check_samples(hospitals.contract())
    assert Outcome.SKIPPED is report.outcome
    assert "gateway contracts record" in str(report.reason)


def test_many_refused_records_break_the_contract_and_few_do_not(hospitals):
    """One in fifty is a gap; every second one is a contract that does not hold."""

    def without_ids(part):
        def change(document):
            for row in document["data"][::part]:
                row["id"] = None

        return change

    hospitals.change_sample("list.json", without_ids(40))
    few = check_samples(hospitals.contract())
    assert {Severity.NOTE} == {it.severity for it in few.findings if it.code.startswith("refused-")}
    hospitals.change_sample("list.json", without_ids(2))
    many = check_samples(hospitals.contract())
    assert {Severity.BROKEN} == {it.severity for it in many.findings if it.code.startswith("refused-")}


def test_generated_documents_find_a_record_that_is_lost(hospitals, monkeypatch):
    """Where the checker would let a mapping pass that loses records, the generated documents do not."""
    monkeypatch.setattr("gateway.mapping.load.check", lambda *_, **__: [])
    hospitals.spoil(hospitals.mapping, 'from = "id", refuse = true', 'from = "id"')
    report = check_documents(hospitals.contract(), examples=int(FEW))
    lost = [it for it in report.findings if it.code == "record-lost"]
    assert {("id", "/data/0/id")} == {(it.field, it.pointer) for it in lost}
    assert all(it.file is not None and it.line == 13 for it in lost), lost


def test_generated_documents_are_the_same_each_time(hospitals):
    """A finding can be looked at again."""
    first = check_documents(hospitals.contract(), examples=int(FEW), seed=7)
    second = check_documents(hospitals.contract(), examples=int(FEW), seed=7)
    other = check_documents(hospitals.contract(), examples=int(FEW), seed=8)
    assert first.counts == second.counts
    assert first.counts != other.counts


def test_stages_after_a_mapping_that_does_not_check_are_skipped(hospitals):
    """What was proved wrong is not run; the sample is still held against its schema."""
    hospitals.spoil(hospitals.mapping, 'resource = "facility"', 'resource = "facilty"')
    report = check_dataset(hospitals.contract(), examples=int(FEW))
    assert [Outcome.OK, Outcome.BROKEN, Outcome.OK, Outcome.SKIPPED] == [it.outcome for it in report.stages]
    assert "mapped" in str(report.stages[2].reason)


def test_junit_is_written_whole_or_not_at_all(hospitals):
    """A suite for the dataset, a case for each stage; a failure with its findings."""
    hospitals.spoil(hospitals.mapping, 'from = "nama_rsu"', 'from = "nama_rsuu"')
    target = hospitals.root / "report.xml"
    assert 4 == hospitals.check("--junit", str(target), "--examples", FEW).returncode
    suites = ET.parse(target).getroot()
    assert ("4", "1") == (suites.get("tests"), suites.get("failures"))
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    assert ["schemas", "mapping", "samples", "documents"] == list(cases)
    failure = cases["mapping"].find("failure")
    assert failure is not None
    assert "nama_rsuu" in str(failure.text)
    assert cases["documents"].find("skipped") is not None
    missing = hospitals.root / "not-there" / "report.xml"
    assert 1 == hospitals.check("--junit", str(missing), "--examples", FEW).returncode
    assert not missing.parent.exists()
    assert ["report.xml"] == [file.name for file in hospitals.root.glob("*.xml*")]


def test_a_name_that_is_no_contract_is_wrong_usage(hospitals):
    """And the right ones are listed."""
    done = hospitals.check("bandung")
    assert 2 == done.returncode
    assert HOSPITALS in done.stderr


SECRETS = ("3173010203040506", "Siti Planted Rahayu", "081298765432", "jalan-rahasia-7", "planted@example.test")


def planted(document):
    """Values that nobody may read, in every place of every other row; also as names of members."""
    for place, row in enumerate(document["data"]):
        if place % 2:
            for key in list(row):
                row[key] = SECRETS[place % len(SECRETS)]
            row[SECRETS[1]] = SECRETS[0]
            row[SECRETS[0]] = {SECRETS[4]: SECRETS[2]}
    document[SECRETS[3]] = SECRETS[4]


@pytest.mark.parametrize("form", ["--json", "text"])
def test_no_value_of_a_record_is_ever_told(hospitals, form):
    """Planted wherever a record has a place: names, NIK, telephones, keys; in text, JSON and JUnit."""
    hospitals.change_sample("list.json", planted, into="2026-03-10.json")
    target = hospitals.root / "report.xml"
    options = ["--examples", FEW, "--junit", str(target), *(["--json"] if form == "--json" else [])]
    done = hospitals.check(*options)
    assert 4 == done.returncode
    told = done.stdout + done.stderr + target.read_text(encoding="utf-8")
    assert "sample-differs" in told
    assert [] == [secret for secret in SECRETS if secret in told]


def test_the_live_stage_is_asked_for_apart(hospitals):
    """It needs a platform."""
    with pytest.raises(ValueError, match="check_live"):
        check_stage(hospitals.contract(), Stage.LIVE)


def test_what_comes_over_a_wire_is_read_by_its_own_adapter(tmp_path):
    """A CSV file with semicolons, through the options of the partner's settings."""
    services = ContractFiles(tmp_path, "sumedang/services")
    assert 10 == check_samples(services.contract()).counts["records_out"]
    settings = services.root / "config" / "partners" / "sumedang.toml"
    services.spoil(settings, 'delimiter = ";"', 'delimiter = ","')
    assert Outcome.BROKEN is check_samples(services.contract()).outcome


def test_an_event_source_is_checked_as_its_data_comes(tmp_path):
    """No adapter, one record."""
    births = ContractFiles(tmp_path, "sumedang/hospital-births")
    report = check_dataset(births.contract(), examples=int(FEW))
    assert (Outcome.OK, "birth") == (report.outcome, report.resource)
    births.spoil(births.mapping, 'as = "single"', 'as = "keyed"')
    assert Outcome.BROKEN is check_stage(births.contract(), Stage.MAPPING).outcome


def test_a_stage_that_fails_hides_no_other(hospitals, monkeypatch):
    """Its error is told by type and place, for its text may quote a value."""

    def failing(*_arguments, **_options):
        raise KeyError("Siti Planted Rahayu")

    monkeypatch.setattr("gateway.contracts.check.check_samples", failing)
    report = check_dataset(hospitals.contract(), examples=int(FEW))
    assert [Outcome.OK, Outcome.OK, Outcome.BROKEN, Outcome.OK] == [it.outcome for it in report.stages]
    assert {"stage-failed"} == codes_of(report.stages[2])
    assert "KeyError" in report.stages[2].findings[0].message
    assert "Planted" not in str(report.stages[2])

"""Recordings in their order, findings gathered, reports as JUnit."""

from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

from gateway.contracts.check import whole_report
from gateway.contracts.gathering import MOST_FINDINGS, Gathering
from gateway.contracts.history import CheckRecord, carried
from gateway.contracts.junit import junit_xml, write_whole
from gateway.contracts.recordings import read_samples, recordings_of
from gateway.contracts.report import DatasetReport, Finding, Outcome, Severity, Stage, StageReport, overall
from gateway.contracts.told import described, is_name, pointer
from gateway.ids import DatasetId

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def finding(code="field-gone", *, severity=Severity.BROKEN, **more):
    """A finding."""
    return Finding(code=code, severity=severity, message="gone", **more)


def stage(outcome=Outcome.OK, **more):
    """A stage's report."""
    return StageReport(stage=Stage.LIVE, outcome=outcome, seconds=0.5, **more)


def test_samples_are_ordered_by_their_days(tmp_path):
    """Those without a day are the oldest; pages of one day are one recording; hidden files are none."""
    for name in ("2026-03-10-b.json", "list.json", "2025-12-31.json", "2026-03-10-a.json", ".part", "2026-13-40.json"):
        (tmp_path / name).write_text("[]")
    samples = read_samples(tmp_path)
    assert ["2026-13-40.json", "list.json", "2025-12-31.json", "2026-03-10-a.json", "2026-03-10-b.json"] == [
        sample.name for sample in samples
    ]
    assert [None, date(2025, 12, 31), date(2026, 3, 10)] == [it.recorded_on for it in recordings_of(samples)]
    assert [2, 1, 2] == [len(it.samples) for it in recordings_of(samples)]
    assert () == read_samples(tmp_path / "none")


def test_the_same_finding_is_kept_once_and_counted():
    """And what breaks the contract comes first."""
    gathering = Gathering(Stage.SAMPLES)
    for _ in range(3):
        gathering.add(finding(severity=Severity.NOTE, pointer="/a"), key="a")
    gathering.add(finding(pointer="/b"))
    report = gathering.close()
    assert [("/b", 1), ("/a", 3)] == [(it.pointer, it.count) for it in report.findings]
    assert Outcome.BROKEN is report.outcome


def test_beyond_a_hundred_findings_the_rest_is_counted():
    """A document that is wholly wrong must not make a report that nobody can read, nor look right."""
    gathering = Gathering(Stage.SAMPLES)
    for place in range(MOST_FINDINGS + 7):
        gathering.add(
            finding(severity=Severity.NOTE if place < MOST_FINDINGS else Severity.BROKEN, pointer=f"/{place}")
        )
    report = gathering.close()
    assert MOST_FINDINGS + 1 == len(report.findings)
    assert ("more", 7, Outcome.BROKEN) == (report.findings[0].code, report.findings[0].count, report.outcome)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((Outcome.OK, Outcome.SKIPPED), Outcome.OK),
        ((Outcome.NOTED, Outcome.OK), Outcome.NOTED),
        ((Outcome.SILENT, Outcome.NOTED), Outcome.SILENT),
        ((Outcome.SILENT, Outcome.BROKEN), Outcome.BROKEN),
    ],
)
def test_a_dataset_stands_as_its_worst_stage(outcomes, expected):
    """A stage that was skipped counts for nothing."""
    assert expected is overall(tuple(map(stage, outcomes)))


def test_a_silent_platform_breaks_no_contract():
    """It is told apart, by the exit code too."""
    silent = DatasetReport(
        dataset=DatasetId("a/b"), resource=None, outcome=Outcome.SILENT, stages=(stage(Outcome.SILENT),)
    )
    assert whole_report([silent], began_at=NOON).ok


def test_junit_holds_what_xml_cannot_as_a_replacement():
    """A control character in a pointer must not make the document unreadable."""
    broken = stage(Outcome.BROKEN, findings=(finding(pointer="/a\x00b\x1b<&"),))
    quiet = stage(Outcome.SILENT, reason="timeout")
    noted = stage(Outcome.NOTED, findings=(finding(severity=Severity.NOTE),))
    dataset = DatasetReport(
        dataset=DatasetId("a/b"), resource=None, outcome=Outcome.BROKEN, stages=(broken, quiet, noted)
    )
    root = ET.fromstring(junit_xml(whole_report([dataset], began_at=NOON)))
    assert ("3", "1", "1") == (root.get("tests"), root.get("failures"), root.get("errors"))
    assert "/a�b�<&" in str(next(root.iter("failure")).text)
    assert "field-gone" in str(next(root.iter("system-out")).text)


def test_a_file_that_cannot_be_written_whole_is_left_as_it_was(tmp_path, monkeypatch):
    """Half a report would be read as a whole one."""
    target = tmp_path / "report.xml"
    target.write_bytes(b"old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gateway.contracts.junit.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(target, b"new")
    assert [("report.xml", b"old")] == [(file.name, file.read_bytes()) for file in tmp_path.iterdir()]


def test_a_finding_is_there_since_the_check_that_found_it_first():
    """From check to check; one that was gone in between is new."""

    def record(report, hour):
        return CheckRecord(
            id="chk", dataset=DatasetId("a/b"), checked_at=NOON.replace(hour=hour), origin="schedule", report=report
        )

    report = stage(Outcome.BROKEN, findings=(finding(pointer="/a", since="after the recording list.json"),))
    second = carried(report, record(report, 12))
    third = carried(report, record(second, 13))
    expected = "2026-03-10T12:00Z, after the recording list.json"
    assert [expected, expected] == [second.findings[0].since, third.findings[0].since]
    assert report == carried(report, None)
    assert report == carried(report, record(stage(), 12))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "a boolean"),
        (3173010203040506, "a whole number"),
        (1.5, "a number"),
        ("Siti", "a text of 4 characters"),
        ("3173010203040506", "a text of 16 digits"),
        ("", "an empty text"),
        ("  ", "a text of blanks"),
        ([1, 2], "a list of 2"),
        ({"Siti": 1}, "an object"),
    ],
)
def test_a_value_is_told_by_its_kind_alone(value, expected):
    """Never the value."""
    assert expected == described(value)


def test_a_key_that_the_contract_does_not_know_is_not_told():
    """It may be a NIK, or a name."""
    assert "/data/3/*/nama~1lengkap" == pointer(
        ("data", 3, "3173010203040506", "nama/lengkap"), {"data", "nama/lengkap"}
    )
    assert "/data/*/*" == pointer(("data", 3, "Siti"), {"data"}, each=True)


@pytest.mark.parametrize(
    ("key", "expected"),
    [("kelas_rs", True), ("Nama RSU", True), ("3173010203040506", False), ("a@b.test", False), ("081234567", False)],
)
def test_what_looks_like_data_is_no_name(key, expected):
    """So it is not told as one."""
    assert expected is is_name(key)

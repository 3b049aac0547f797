"""A report as JUnit XML, as CI systems read it: a suite for each dataset, a case for each stage."""

import os
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from xml.etree import ElementTree as ET

from gateway.contracts.report import CheckReport, DatasetReport, Outcome, Severity, StageReport


def junit_xml(report: CheckReport) -> bytes:
    """The report's document."""
    root = ET.Element("testsuites", {"name": "gateway contracts check", **_totals(report.datasets)})
    for dataset in report.datasets:
        suite = ET.SubElement(root, "testsuite", {"name": dataset.dataset, **_totals([dataset])})
        suite.set("timestamp", report.checked_at.strftime("%Y-%m-%dT%H:%M:%S"))
        for stage in dataset.stages:
            _add_case(suite, dataset, stage)
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file, or, where that fails, leaves what was there. Raises `OSError`."""
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _totals(datasets: Sequence[DatasetReport]) -> dict[str, str]:
    stages = [stage for dataset in datasets for stage in dataset.stages]
    count = {outcome: sum(stage.outcome is outcome for stage in stages) for outcome in Outcome}
    return {
        "tests": str(len(stages)),
        "failures": str(count[Outcome.BROKEN]),
        "errors": str(count[Outcome.SILENT]),
        "skipped": str(count[Outcome.SKIPPED]),
        "time": f"{sum(stage.seconds for stage in stages):.3f}",
    }


def _add_case(suite: ET.Element, dataset: DatasetReport, stage: StageReport) -> None:
    name = dataset.dataset.replace("/", ".")
    case = ET.SubElement(suite, "testcase", classname=name, name=stage.stage.value, time=f"{stage.seconds:.3f}")
    broken = [finding for finding in stage.findings if finding.severity is Severity.BROKEN]
    notes = [finding for finding in stage.findings if finding.severity is Severity.NOTE]
    match stage.outcome:
        case Outcome.BROKEN:
            message = f"{len(broken)} findings" if len(broken) > 1 else broken[0].message
            failure = ET.SubElement(case, "failure", type=broken[0].code, message=_clean(message))
            failure.text = _clean("\n".join(map(str, broken)))
        case Outcome.SILENT:
            ET.SubElement(case, "error", type="silent", message=_clean(stage.reason or ""))
        case Outcome.SKIPPED:
            ET.SubElement(case, "skipped", message=_clean(stage.reason or ""))
        case _:
            pass
    if notes:
        ET.SubElement(case, "system-out").text = _clean("\n".join(map(str, notes)))


def _clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(character if character in "\t\n" or character.isprintable() else "�" for character in text)

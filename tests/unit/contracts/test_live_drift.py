"""What a platform sends now, against its recording: each kind of difference, its weight, and no value of a record."""

import copy
import json

import msgspec
import pytest

from adapters.base import AdapterError, Document, Fault
from gateway.contracts.check_live import check_live
from gateway.contracts.report import Outcome, Severity
from tests.support.contract_files import ContractFiles, codes_of


class Platform:
    """Answers with the pages that it was given, as an adapter does; or fails."""

    finds_by_id = False

    def __init__(self, *pages):
        self.pages = pages
        self.asked = []

    async def fetch(self, question):
        self.asked.append(question.position)
        place = int(question.position or 0)
        page = self.pages[min(place, len(self.pages) - 1)]
        if isinstance(page, AdapterError):
            raise page
        following = str(place + 1) if place + 1 < len(self.pages) else None
        body = page if isinstance(page, bytes) else msgspec.json.encode(page)
        return Document(body=body, next_position=following)


@pytest.fixture
def hospitals(tmp_path):
    """The contract of Jakarta's hospitals, and what was recorded of them."""
    files = ContractFiles(tmp_path, "jakarta/hospitals")
    return files.contract(), json.loads((files.samples / "list.json").read_text(encoding="utf-8"))


@pytest.fixture
def requests(tmp_path):
    """The contract of Jakarta's reports, and what was recorded of them."""
    files = ContractFiles(tmp_path, "jakarta/service-requests")
    return files.contract(), json.loads((files.samples / "distribution-map.json").read_text(encoding="utf-8"))


async def drift(contract, document):
    """The stage's report on a document."""
    return await check_live(contract, Platform(document))


def changed(document, change, *, rows=None):
    """A copy in which each row (or some) is changed."""
    copied = copy.deepcopy(document)
    for row in (copied["data"] if isinstance(copied, dict) else copied)[rows or slice(None)]:
        change(row)
    return copied


def only(report, code):
    """The one finding of that code."""
    (found,) = [it for it in report.findings if it.code == code]
    return found


async def test_what_was_recorded_fits(hospitals):
    """No finding, and the records counted."""
    contract, recorded = hospitals
    report = await drift(contract, recorded)
    assert (Outcome.OK, 49, 49, 0) == (
        report.outcome,
        report.counts["records_in"],
        report.counts["records_out"],
        report.counts["refused"],
    )


async def test_a_needed_field_that_is_gone_breaks_the_contract(hospitals):
    """Every record needs its name: the pointer, what it was, what to do."""
    contract, recorded = hospitals
    report = await drift(contract, changed(recorded, lambda row: row.pop("nama_rsu")))
    found = only(report, "field-gone")
    assert ("/data/*/nama_rsu", "name", Severity.BROKEN, "nothing") == (
        found.pointer,
        found.field,
        found.severity,
        found.found,
    )
    assert "list.json" in str(found.since)
    assert (Outcome.BROKEN, 0) == (report.outcome, report.counts["records_out"])


async def test_an_optional_field_that_is_gone_is_a_note(hospitals):
    """Records still come through, without it."""
    contract, recorded = hospitals
    report = await drift(contract, changed(recorded, lambda row: row.pop("faximile", None) or row.pop("email", None)))
    assert Outcome.NOTED is report.outcome
    assert {Severity.NOTE} == {it.severity for it in report.findings}


async def test_a_branch_that_is_gone_is_told_once(hospitals):
    """`location` is gone; that its members are gone follows."""
    contract, recorded = hospitals
    report = await drift(contract, changed(recorded, lambda row: row.pop("location")))
    assert ["/data/*/location"] == [it.pointer for it in report.findings if it.code == "field-gone"]


async def test_a_member_that_was_seldom_there_may_be_absent(hospitals):
    """Of one in fifty, nothing follows."""
    contract, recorded = hospitals
    recorded = changed(recorded, lambda row: row.pop("website", None), rows=slice(2, None))
    file = next(sample.path for sample in contract.samples)
    file.write_bytes(msgspec.json.encode(recorded))
    report = await drift(contract, changed(recorded, lambda row: row.pop("website", None)))
    assert "field-gone" not in codes_of(report)


async def test_a_new_field_is_a_note_with_its_name(hospitals):
    """Nothing is lost by it."""
    contract, recorded = hospitals
    report = await drift(contract, changed(recorded, lambda row: row.update(kelas_rs="C")))
    found = only(report, "field-new")
    assert ("/data/*", "kelas_rs", Severity.NOTE) == (found.pointer, found.found, found.severity)


async def test_a_field_of_another_type_breaks_where_records_are_lost(hospitals):
    """The id as text, in every third hospital: more than a few."""
    contract, recorded = hospitals
    report = await drift(contract, changed(recorded, lambda row: row.update(id=str(row["id"])), rows=slice(0, None, 3)))
    found = only(report, "field-retyped")
    assert ("/data/*/id", "integer", "string", 17, Severity.BROKEN) == (
        found.pointer,
        found.expected,
        found.found,
        found.count,
        found.severity,
    )
    assert "refused-wrong-type" in codes_of(report)


async def test_one_record_of_another_type_is_a_note(hospitals):
    """One bad record is a gap, and somebody should know."""
    contract, recorded = hospitals
    report = await drift(contract, changed(recorded, lambda row: row.update(id="x"), rows=slice(0, 1)))
    assert (Outcome.NOTED, 1) == (report.outcome, report.counts["refused"])


async def test_null_where_none_is_admitted_is_told(hospitals):
    """An id of nothing."""
    contract, recorded = hospitals
    report = await drift(contract, changed(recorded, lambda row: row.update(id=None), rows=slice(0, 30)))
    assert ("/data/*/id", Severity.BROKEN) == (only(report, "field-null").pointer, only(report, "field-null").severity)


async def test_a_new_code_is_named_where_the_field_is_a_code_list(requests):
    """The status crosswalk does not know it, so its records are lost; its name helps to put it in."""
    contract, recorded = requests

    def escalated(row):
        row["tstatus"]["name"] = "Eskalasi"

    report = await drift(contract, changed(recorded, escalated, rows=slice(0, 20)))
    found = only(report, "code-new")
    assert ("/*/tstatus/name", "status", "Eskalasi") == (found.pointer, found.field, found.found)
    assert "refused-unknown-code" in codes_of(report)
    assert Outcome.BROKEN is report.outcome


async def test_many_unknown_codes_are_not_named(requests):
    """A column that holds something else now may hold names of people."""
    contract, recorded = requests

    def shifted(row):
        row["tstatus"]["name"] = "Siti Planted Rahayu"

    report = await drift(contract, changed(recorded, shifted))
    assert "may be data" in str(only(report, "code-new").found)
    assert "Planted" not in str(msgspec.to_builtins(report))


async def test_a_first_row_that_is_read_as_header_is_not_named(hospitals):
    """Where all members vanish and others come, the others are data."""
    contract, recorded = hospitals

    def headless(row):
        values = [str(value) for value in row.values() if isinstance(value, str)]
        row.clear()
        row.update(dict.fromkeys([*values, "Siti Planted"], 1))

    report = await drift(contract, changed(recorded, headless))
    told = str(msgspec.to_builtins(report))
    assert Outcome.BROKEN is report.outcome
    assert "Planted" not in told
    assert "Jl." not in told


async def test_texts_that_all_look_otherwise_are_a_note(requests):
    """A date in another form."""
    contract, recorded = requests

    def reversed_date(row):
        row["createdAt"] = "kemarin sore"

    report = await drift(contract, changed(recorded, reversed_date))
    assert "field-reformed" in codes_of(report)


async def test_an_empty_list_is_a_note(hospitals):
    """It may be so; but it was not."""
    contract, recorded = hospitals
    report = await drift(contract, {**recorded, "data": []})
    assert {"list-empty"} == codes_of(report)


async def test_an_empty_list_of_the_gateways_own_data_is_no_finding(tmp_path):
    """A young gateway has nothing to tell of its cases, whatever was recorded; what is not its shape is told."""
    contract = ContractFiles(tmp_path, "sumedang/newborn-documents-times").contract()
    report = await drift(contract, {"data": []})
    assert (Outcome.OK, set()) == (report.outcome, codes_of(report))
    assert Outcome.BROKEN is (await drift(contract, {"rows": []})).outcome


async def test_another_document_breaks_the_contract(hospitals):
    """None of its records can be read."""
    contract, _ = hospitals
    report = await drift(contract, {"rows": []})
    assert "document-broken" in codes_of(report)
    assert Outcome.BROKEN is report.outcome


async def test_what_is_no_json_breaks_the_contract(hospitals):
    """The mapping says where."""
    contract, _ = hospitals
    report = await check_live(contract, Platform(b'{"data": [{"id": 1'))
    assert Outcome.BROKEN is report.outcome


@pytest.mark.parametrize("fault", [Fault.UNREACHABLE, Fault.TIMEOUT, Fault.REFUSED_US])
async def test_a_platform_that_is_away_is_silent(hospitals, fault):
    """Nothing is known of the contract then."""
    contract, _ = hospitals
    report = await check_live(contract, Platform(AdapterError(fault, "the platform answered 503")))
    assert (Outcome.SILENT, ()) == (report.outcome, report.findings)


async def test_an_answer_that_the_adapter_refuses_breaks_the_contract(hospitals):
    """A page of HTML where JSON was agreed."""
    contract, _ = hospitals
    report = await check_live(contract, Platform(AdapterError(Fault.UNREADABLE, "the content type is text/html")))
    assert {"answer-unreadable"} == codes_of(report)


async def test_a_platform_that_hangs_is_given_up(hospitals):
    """Within the deadline, whatever it does."""

    class Hanging(Platform):
        async def fetch(self, question):
            del question
            import asyncio

            await asyncio.sleep(60)

    contract, _ = hospitals
    report = await check_live(contract, Hanging(), deadline_s=0.05)
    assert Outcome.SILENT is report.outcome


async def test_three_pages_are_looked_at(hospitals):
    """A long list is not read to its end."""
    contract, recorded = hospitals
    platform = Platform(*[recorded] * 9)
    report = await check_live(contract, platform)
    assert ([None, "1", "2"], 3) == (platform.asked, report.counts["pages"])


async def test_without_a_recording_the_contract_alone_speaks(hospitals):
    """What the source schema does not admit is still told."""
    contract, recorded = hospitals
    bare = msgspec.structs.replace(contract, samples=())
    assert Outcome.OK is (await drift(bare, recorded)).outcome
    report = await drift(bare, changed(recorded, lambda row: row.update(id=str(row["id"]))))
    assert "field-retyped" in codes_of(report)
    assert only(report, "field-retyped").since is None

"""A contract check says of a seeded fault what it is, in the stage that must find it."""

import shutil

import pytest

from gateway.contracts.check import check_dataset
from gateway.contracts.contract import code_folder, read_contract
from gateway.contracts.report import Outcome, Stage
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.language.findings import MappingRejected
from tests.support.partner_documents import shipped_partners
from tests.support.seeded_faults import SCHEMAS, Edit, faults, seeded

STAGES = (Stage.SCHEMAS, Stage.MAPPING, Stage.SAMPLES)
ONE_OF_EACH_CLASS = list({fault.class_: fault for fault in reversed(faults()) if fault.stage == "mapping"}.values())


def checked(edit, folder):
    """The report of a contract with the edit; generated documents are left to their own test."""
    schemas = seeded(edit, folder)
    partner, _, dataset = edit.dataset.partition("/")
    samples = schemas / "partners" / partner / "samples"
    shutil.copytree(SCHEMAS / "partners" / partner / "samples" / dataset, samples / dataset)
    codes = load_code_lists(code_folder(schemas))
    contract = read_contract(shipped_partners()[partner], dataset, schemas=schemas, codes=codes)
    return check_dataset(contract, stages=STAGES)


@pytest.mark.parametrize("fault", ONE_OF_EACH_CLASS, ids=lambda fault: fault.class_)
def test_one_fault_of_each_class_breaks_the_contract_and_is_named(fault, tmp_path):
    """The dataset is broken, and the stage of the mapping says by what."""
    report = checked(fault, tmp_path)
    assert report.outcome is Outcome.BROKEN
    told = [str(finding) for stage in report.stages for finding in stage.findings if stage.stage is Stage.MAPPING]
    assert any(all(word in text for word in fault.says) for text in told), told


@pytest.mark.parametrize("dataset", sorted({fault.dataset for fault in faults()}))
def test_without_a_fault_the_same_contract_holds(dataset, tmp_path):
    """What is told above is of the fault."""
    report = checked(Edit(name="nothing", dataset=dataset), tmp_path)
    broken = [str(finding) for stage in report.stages for finding in stage.findings if stage.outcome is Outcome.BROKEN]
    assert [] == broken


def test_a_code_list_that_cannot_be_read_is_told_before_any_contract(tmp_path):
    """A fault of form in a code list is everybody's, so no dataset is named."""
    broken = Edit(name="x", dataset="jakarta/services", codes={"life_event": [("[codes]", "[code]")]})
    with pytest.raises(MappingRejected) as rejected:
        checked(broken, tmp_path)
    assert {"unknown-key", "codes-missing"} & {finding.code for finding in rejected.value.findings}

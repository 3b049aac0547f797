"""Each seeded fault of the corpus is found before anything runs, and no harmless edit raises an alarm."""

import pytest

from tests.benchmarks.fault_mutants import mutants_found
from tests.support.partner_documents import shipped_datasets
from tests.support.seeded_faults import Edit, faults, findings_after, harmless_edits


def named(edits):
    """The edits as parameters, by name."""
    return pytest.mark.parametrize("edit", edits, ids=lambda edit: f"{edit.dataset}: {edit.name}")


@named([fault for fault in faults() if fault.stage == "mapping"])
def test_a_seeded_fault_is_found_before_anything_runs(edit, tmp_path):
    """One finding says what the fault is, at a line of the mapping, the source schema or a code list."""
    found = findings_after(edit, tmp_path)
    told = [str(finding) for finding in found]
    assert any(all(word in text for word in edit.says) for text in told), told
    assert all(finding.line >= 1 and finding.file.startswith(str(tmp_path)) for finding in found if edit.codes == {})


@named(harmless_edits())
def test_a_harmless_edit_raises_no_alarm(edit, tmp_path):
    """A mapping that is as right as it was has no finding."""
    assert [] == [str(finding) for finding in findings_after(edit, tmp_path)]


@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
def test_a_shipped_contract_raises_no_alarm(partner, dataset, tmp_path):
    """Names, examples and home speak against no shipped mapping either."""
    unchanged = Edit(name="nothing", dataset=f"{partner}/{dataset}")
    assert [] == [str(finding) for finding in findings_after(unchanged, tmp_path)]


def test_the_type_checker_finds_nineteen_of_twenty():
    """At least 95 % of the corpus is found before anything runs."""
    found = sum(fault.stage == "mapping" for fault in faults())
    assert found / len(faults()) >= 0.95
    assert len(faults()) >= 160
    assert len({fault.class_ for fault in faults()}) >= 30
    assert len(harmless_edits()) >= 20


def test_each_edit_has_a_name_of_its_own():
    """A finding's test is found by its name."""
    names = [(edit.dataset, edit.name) for edit in (*faults(), *harmless_edits())]
    assert len(names) == len(set(names))


def test_mechanical_changes_are_found_wherever_types_promises_or_names_can_tell():
    """Nobody chose these: every path exchanged, every operation dropped or changed. Some are as right as before."""
    kinds = mutants_found(every=5)
    found, made = sum(one for one, _ in kinds.values()), sum(all_ for _, all_ in kinds.values())
    assert made > 900
    assert found / made > 0.84
    whole = {"another `datetime`", "another `scheme`", "another unit", "no `codes`", "no `number`", "no `scheme`"}
    rows = {"no header row", "one row less at the end", "one row less at the start", "one row more at the end"}
    assert {kind: made for kind, (_, made) in kinds.items() if kind in whole | rows} == {
        kind: found for kind, (found, _) in kinds.items() if kind in whole | rows
    }

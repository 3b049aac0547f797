"""Recorded samples as evidence: what they show of a mapping whose source schema says little."""

import asyncio

import pytest

from tests.support.seeded_faults import Edit, faults, findings_after, harmless_edits
from tests.support.shipped_mappings import stand_in_documents

UTC = "a platform that writes in UTC, and says so"
"""Without the words of our own it no longer says so."""


@pytest.fixture(scope="module")
def documents():
    """The recorded answers of each dataset, through its adapter."""
    return asyncio.run(stand_in_documents())


@pytest.mark.parametrize("bare", [False, True], ids=["as shipped", "bare"])
def test_the_samples_speak_against_no_shipped_mapping(documents, bare, tmp_path):
    """Their planted bad records are few, and a few prove nothing."""
    found = []
    for number, (name, known) in enumerate(documents.items()):
        unchanged = Edit(name="nothing", dataset=name)
        found += findings_after(unchanged, tmp_path / str(number), documents=known, bare=bare)
    assert [] == [str(finding) for finding in found]


@pytest.mark.parametrize("bare", [False, True], ids=["as shipped", "bare"])
def test_a_harmless_edit_raises_no_alarm_of_samples(documents, bare, tmp_path):
    """Nor do they speak against a mapping that is as right as it was."""
    found = []
    for number, edit in enumerate(harmless_edits()):
        if not (bare and edit.name == UTC):
            found += findings_after(edit, tmp_path / str(number), documents=documents[edit.dataset], bare=bare)
    assert [] == [str(finding) for finding in found]


def test_most_faults_are_found_where_the_source_schema_says_no_more_than_types(documents, tmp_path):
    """Without examples, titles, keys and the like, types find three of four, and recorded samples most of the rest."""
    by_types, by_samples = 0, 0
    for number, fault in enumerate(faults()):
        by_types += bool(findings_after(fault, tmp_path / f"types-{number}", bare=True))
        known = documents[fault.dataset]
        by_samples += bool(findings_after(fault, tmp_path / f"samples-{number}", documents=known, bare=True))
    assert by_types / len(faults()) > 0.75
    assert by_samples / len(faults()) > 0.88


def test_no_finding_of_samples_holds_a_value(documents, tmp_path):
    """Counts and places only: what a record holds is nobody's business here."""
    told = []
    for number, fault in enumerate(faults()):
        found = findings_after(fault, tmp_path / str(number), documents=documents[fault.dataset], bare=True)
        told += [str(one) for one in found if "sample" in one.message]
    assert len(told) > 15
    held = ["Contoh", "Tarakan", "Wado", "warga1", "0812", "34.750", "-1630"]
    assert [] == [text for text in told for value in held if value in text]

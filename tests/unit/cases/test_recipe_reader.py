"""Recipe files: those that ship are whole, and each fault is named with its line, key and what was near."""

from datetime import timedelta
from pathlib import Path

import pytest

import schemas
from gateway.cases.recipe_reader import RecipeRejected, read_recipe, read_recipes

SHIPPED = Path(schemas.__file__).parent / "recipes"
SOUND = (SHIPPED / "newborn-documents.toml").read_text(encoding="utf-8")


TABLES = {"no-title": "[steps.parents-notified]", "no-role": "[trigger]", "ambiguous": "[steps.family-card]"}
"""Where the fault is that something is missing: the table that lacks it."""


def line_of(text):
    """The line of the sound file on which the text stands."""
    return SOUND[: SOUND.index(text)].count("\n") + 1


def findings_of(folder, text, *, name="newborn-documents"):
    """What is wrong with a recipe of this text."""
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeRejected) as caught:
        read_recipe(file)
    return caught.value.findings


def test_the_shipped_recipes_are_read():
    """A birth has three documents and a message; a death two documents, an insurance that stops, and a message."""
    recipes = read_recipes(SHIPPED)
    assert {"newborn-documents", "death-documents"} == set(recipes)
    newborn = recipes["newborn-documents"]
    assert ("birth", "hospital") == (newborn.trigger.event, newborn.trigger.role)
    assert {"hospital", "civil-registry", "notifier"} == set(newborn.roles) == newborn.publishing_roles
    notified = newborn.step("parents-notified")
    assert timedelta(days=4) == notified.within
    assert {"birth-certificate", "family-card", "child-identity-card"} == set(notified.after) == set(newborn.measured)


def test_an_event_meets_the_step_that_it_fits():
    """By its name and its facts; another kind of document meets none."""
    newborn = read_recipes(SHIPPED)["newborn-documents"]
    assert "family-card" == newborn.step_met_by("document-issued", {"kind": "family-card"}).name
    assert newborn.step_met_by("document-issued", {"kind": "move-letter"}) is None
    assert newborn.step_met_by("document-issued", {}) is None
    assert newborn.step_met_by("birth", {}) is None


FAULTS = {
    "unknown-event": ('event = "birth"', 'event = "brith"', ("unknown-word", "birth")),
    "made-by-us": ('event    = "citizen.notified"', 'event    = "case.late"', ("unknown-word", None)),
    "unknown-field": (
        '"mother_nik", "mother_name"]',
        '"mother_nik", "mother_nama"]',
        ("unknown-field", "mother_name"),
    ),
    "unknown-role": ('role     = "notifier"', 'role     = "notifer"', ("unknown-role", "notifier")),
    "unknown-told": ('tells    = ["notifier", "civil-registry"]', 'tells    = ["mayor"]', ("unknown-role", None)),
    "unknown-kind": ('kind = "family-card"', 'kind = "familycard"', ("unknown-kind", "family-card")),
    "unknown-fact": ('kind = "family-card"', 'sort = "family-card"', ("unknown-fact", None)),
    "personal-fact": ('kind = "family-card"', 'holder_nik = "3211"', ("unknown-fact", None)),
    "months": ('within   = "P4D"', 'within   = "P1M"', ("bad-duration", None)),
    "working-days": ('within   = "P4D"', 'within   = "3 hari kerja"', ("bad-duration", None)),
    "due-too-early": ('within   = "P4D"', 'within   = "P2D"', ("due-too-early", None)),
    "unknown-step": (
        'measured       = ["birth-certificate"',
        'measured       = ["birth-certificat"',
        ("unknown-step", "birth-certificate"),
    ),
    "unknown-key": ("measured       =", "messured       =", ("unknown-key", "measured")),
    "twice": ('needs = ["born_at",', 'needs = ["born_at", "born_at",', ("twice", None)),
    "no-title": ('title_en = "Parents notified"\n', "", ("missing", None)),
    "no-role": ('role  = "hospital"\n', "", ("missing", None)),
    "ambiguous": ('match    = { kind = "family-card" }', "", ("ambiguous", None)),
    "wrong-type": ('within   = "P4D"', "within   = 4", ("wrong-type", None)),
    "not-toml": ("[trigger]", "[trigger", ("unreadable", None)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_its_line(tmp_path, name):
    """The code, the line in the file, and the nearest name where there is one."""
    sound, faulty, (code, nearest) = FAULTS[name]
    assert 1 == SOUND.count(sound), "the fault has its one place in the sound file"
    line = line_of(TABLES.get(name, sound))
    found = findings_of(tmp_path, SOUND.replace(sound, faulty))
    assert (code, line, nearest) in {(it.code, it.line, it.nearest) for it in found}, [str(it) for it in found]


def test_steps_that_wait_for_one_another_are_named(tmp_path):
    """A circle of two, which by itself each step could be right in."""
    text = SOUND.replace(
        'match    = { kind = "family-card" }', 'match    = { kind = "family-card" }\nafter = ["child-identity-card"]'
    )
    text = text.replace(
        'match    = { kind = "child-identity-card" }',
        'match    = { kind = "child-identity-card" }\nafter = ["family-card"]',
    )
    (found,) = findings_of(tmp_path, text)
    assert "circle" == found.code
    assert "family-card → child-identity-card" in found.message or "child-identity-card → family-card" in found.message


def test_a_step_that_waits_for_itself_is_a_circle(tmp_path):
    """The smallest one."""
    text = SOUND.replace(
        'match    = { kind = "family-card" }', 'match    = { kind = "family-card" }\nafter = ["family-card"]'
    )
    assert ["circle"] == [it.code for it in findings_of(tmp_path, text)]


def test_a_role_that_does_nothing_is_left_out(tmp_path):
    """It would have to be filled, for nothing."""
    role = 'notifier       = { title_id = "P'
    text = SOUND.replace(role, f'mayor = {{ title_id = "Bupati", title_en = "Regent" }}\n{role}')
    assert ["role-unused"] == [it.code for it in findings_of(tmp_path, text)]


def test_a_file_that_is_no_name_is_refused(tmp_path):
    """The file's name is the recipe's."""
    assert ["bad-name"] == [it.code for it in findings_of(tmp_path, SOUND, name="Newborn_Documents")]


def test_the_faults_of_all_files_are_told_at_once(tmp_path):
    """One start shows everything."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(SOUND.replace('"P4D"', '"P1Y"'), encoding="utf-8")
    with pytest.raises(RecipeRejected) as caught:
        read_recipes(tmp_path)
    assert {"one.toml", "two.toml"} == {Path(it.file).name for it in caught.value.findings}
    assert f"one.toml:{line_of('P4D')}" in str(caught.value)

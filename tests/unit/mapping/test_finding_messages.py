"""A finding says where, what was expected and found, what to write, and the nearest name."""

from tests.support.citizens import findings_of, mapping_text, source_schema


def test_a_finding_reads_as_a_compilers_message(tmp_path):
    """`file:line: field: message [code]`, and the rest below."""
    (found,) = findings_of(tmp_path, mapping=mapping_text({"name": '{ from = "nma" }'}), schema=source_schema())
    file = tmp_path / "citizens.mapping.toml"
    first, *rest = str(found).split("\n")
    assert f"{file}:7: name: `nma`: the source schema knows no `nma` here; did you mean `nama`? [path-unknown]" == first
    assert ["    found: nma", "    did you mean: nama"] == rest[1:]


def test_a_promised_form_is_offered_as_it_would_be_written(tmp_path):
    """A mismatch with the source's promise gives the line that is right."""
    row = {"lahir": {"type": "string", "x-date": "%Y-%m-%d"}}
    (found,) = findings_of(tmp_path, mapping=mapping_text(), schema=source_schema(row))
    assert ("%Y-%m-%d", "%d-%m-%Y", '"%Y-%m-%d"') == (found.expected, found.found, found.nearest)
    assert 'write `date = "%Y-%m-%d"`' in found.message


def test_what_can_be_nothing_says_how(tmp_path):
    """The reasons why a value may be missing are told: absent, null, or made null."""
    schema = source_schema({"nik": {"type": ["string", "null"]}}, optional={"nik"})
    mapping = mapping_text({"nik": '{ from = "nik", null_if = ["-"], pattern = "(?P<value>[0-9]{16})" }'})
    (absent,) = [one for one in findings_of(tmp_path, mapping=mapping, schema=schema) if one.code == "may-be-absent"]
    assert '(absent; null; null by `null_if` where it is "-"; `pattern` is not found in it)' in absent.message


def test_a_member_of_an_object_is_named_with_its_field(tmp_path):
    """`details.street` is told as such, at its own line."""
    fields = {"details": "{ object = { street = { from = 'alamat.jaln' } } }"}
    (found,) = findings_of(tmp_path, mapping=mapping_text(fields), schema=source_schema())
    assert ("details.street", "jalan") == (found.field, found.nearest)


def test_one_fault_of_a_field_hides_what_follows_from_it(tmp_path):
    """A wrong path is told once, without the absence and lengths that would follow."""
    fields = {"nik": '{ from = "nikk", shorten = 3 }'}
    found = findings_of(tmp_path, mapping=mapping_text(fields), schema=source_schema())
    assert ["path-unknown"] == [one.code for one in found]


def test_the_checker_does_not_fall_over_a_mapping_full_of_faults(tmp_path):
    """Every field wrong in its own way gives a finding each."""
    fields = dict.fromkeys(("nik", "name", "sex", "birth_date", "region", "home", "phones"), '{ from = "nowhere" }')
    found = findings_of(tmp_path, mapping=mapping_text(fields), schema=source_schema())
    assert set(fields) == {one.field for one in found}

"""Records in every form: keyed, GeoJSON features, single, by alternatives, by rows and columns."""

from tests.support.citizens import FIELDS, findings_of, mapping_text, source_schema

PLACE = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"const": "Point"},
        "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3},
    },
}
POINT = '{{ latitude = "geometry.coordinates[{0}]", longitude = "geometry.coordinates[{1}]", unreadable = "null" }}'


def codes_of(folder, *, fields=None, records='records = "data"', schema=None):
    """The codes of what is found."""
    mapping = mapping_text(fields, records=records)
    return [one.code for one in findings_of(folder, mapping=mapping, schema=schema or source_schema())]


def keyed(item):
    """An object of rows by key."""
    return {"type": "object", "additionalProperties": item}


def features(item):
    """A GeoJSON collection whose features have the row's members as properties."""
    feature = {
        "type": "object",
        "required": ["properties", "geometry"],
        "properties": {"properties": item, "geometry": PLACE},
    }
    return {"type": "object", "required": ["features"], "properties": {"features": {"type": "array", "items": feature}}}


def test_keyed_records_take_their_id_from_the_key(tmp_path):
    """`$key` is text of any kind, so it may be empty; that is to be settled."""
    schema = source_schema(document=keyed)
    records = '[records]\nat = ""\nas = "keyed"'
    assert [] == codes_of(tmp_path, fields={"id": '{ from = "$key", refuse = true }'}, records=records, schema=schema)
    assert "may-be-empty" in codes_of(tmp_path, fields={"id": '{ from = "$key" }'}, records=records, schema=schema)


def test_keys_by_a_pattern_are_known(tmp_path):
    """A pattern of the keys is a promise."""
    schema = source_schema(document=lambda item: {"type": "object", "patternProperties": {"^[0-9]{4}$": item}})
    records = '[records]\nat = ""\nas = "keyed"'
    assert [] == codes_of(tmp_path, fields={"id": '{ from = "$key" }'}, records=records, schema=schema)


def test_features_have_longitude_first(tmp_path):
    """GeoJSON coordinates read as latitude first are found, whatever they are called."""
    schema = source_schema(document=features)
    records = '[records]\nat = ""\nas = "features"'
    left_out = dict.fromkeys(set(FIELDS) - {"id", "nik", "name", "sex", "birth_date", "home"})
    moved = {
        "id": '{ from = "properties.id" }',
        "nik": '{ from = "properties.nik" }',
        "name": '{ from = "properties.nama" }',
        "sex": '{ from = "properties.jk", codes = "sex" }',
        "birth_date": '{ from = "properties.lahir", date = "%d-%m-%Y" }',
    }
    right = {**left_out, **moved, "home": POINT.format(1, 0)}
    assert [] == codes_of(tmp_path, fields=right, records=records, schema=schema)
    wrong = {**right, "home": POINT.format(0, 1)}
    assert ["axes-swapped"] == codes_of(tmp_path, fields=wrong, records=records, schema=schema)


def test_a_single_record_is_an_object(tmp_path):
    """`single` takes the object itself, and an object needs `single`."""
    schema = source_schema(document=lambda item: item)
    assert [] == codes_of(tmp_path, records='[records]\nat = ""\nas = "single"', schema=schema)
    assert ["records-not-there"] == codes_of(tmp_path, records='[records]\nat = ""', schema=schema)


def test_the_first_place_that_is_there(tmp_path):
    """A list at `data`, or at `data.data`."""
    inner = {"type": "object", "required": ["data"]}
    schema = source_schema(
        document=lambda item: {
            "type": "object",
            "required": ["data"],
            "properties": {
                "data": {
                    "anyOf": [
                        {"type": "array", "items": item},
                        {**inner, "properties": {"data": {"type": "array", "items": item}}},
                    ]
                }
            },
        }
    )
    assert [] == codes_of(tmp_path, records='[records]\nat = ["data.data", "data"]', schema=schema)


def test_a_list_of_codes_need_know_only_what_keep_if_lets_through(tmp_path):
    """`keep_if` narrows what a field can be: an unknown code that is never kept is no fault."""
    schema = source_schema({"jk": {"enum": ["L", "P", "-"]}})
    records = '[records]\nat = "data"\nkeep_if = [{ from = "jk", is = ["L", "P"] }]'
    assert [] == codes_of(tmp_path, records=records, schema=schema)
    assert ["code-missing"] == codes_of(tmp_path, schema=schema)


def test_keep_if_present_makes_a_value_certain(tmp_path):
    """A record without the value is not kept, so its field is never absent."""
    schema = source_schema(optional={"nik"})
    records = '[records]\nat = "data"\nkeep_if = [{ from = "nik", present = true }]'
    assert [] == codes_of(tmp_path, records=records, schema=schema)


def test_columns_become_records_with_their_own_ids(tmp_path):
    """`$value` is what the cells can be, `$column` what the mapping says of each."""
    records = """[records]
at = "data"
[records.unpivot]
columns = [{ from = "id", sex = "male" }, { from = "tahun", sex = "female" }]
"""
    fields = {
        "id": '{ template = "{id}.{$column.sex}" }',
        "sex": '{ from = "$column.sex" }',
        "value": '{ from = "$value" }',
    }
    assert [] == codes_of(tmp_path, fields=fields, records=records)
    assert ["codes-missing"] == codes_of(
        tmp_path, fields=fields, records=records.replace('sex = "male"', 'sex = "laki-laki"')
    )


def test_a_list_without_items_is_no_list_of_records(tmp_path):
    """What the rows are must be said."""
    assert ["records-untyped"] == codes_of(
        tmp_path, schema={"type": "object", "properties": {"data": {"type": "array"}}}
    )

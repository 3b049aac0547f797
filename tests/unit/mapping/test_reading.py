"""The checker reads an example as the compiled mapping reads a document."""

import enum

import msgspec
import pytest

from gateway.mapping.checking.reading import Reader, Unread
from gateway.mapping.checking.sample_rows import rows_in
from gateway.mapping.language.declaration import NOTHING, From
from gateway.mapping.language.declaration_reader import parse_declaration
from tests.support.partner_documents import ROOT, shipped_datasets
from tests.support.shipped_mappings import shipped_mapping, stand_in_bodies
from tests.support.small_mappings import shipped_codes


def value_at(row, path):
    """The value at a path of plain keys."""
    for step in path.steps:
        row = row.get(step.name) if isinstance(row, dict) else None
    return row


def is_plain(field):
    """Whether a field reads one path of plain keys, and has no stand-in for what it cannot read."""
    settled = field.default is NOTHING and field.otherwise is NOTHING
    if not isinstance(field.source, From) or len(field.source.paths) != 1 or field.name == "id" or not settled:
        return False
    path = field.source.paths[0]
    return path.root == "record" and all(hasattr(step, "name") for step in path.steps) and path.text[:7] != "detail."


def bare(value):
    """A value of a record as the reader gives it."""
    if isinstance(value, list):
        return [bare(item) for item in value]
    return value.value if isinstance(value, enum.Enum) else value


def same(found, wanted):
    """Whether the reader's value is the record's; nothing is null or an empty list, and digits may be text."""
    if isinstance(found, Unread) or found in (None, []):
        return wanted in (None, [])
    return found == wanted or (isinstance(wanted, str) and str(found) == wanted)


def alone(row, document, declaration):
    """The document with one row only; None where rows have a header or become several records."""
    if declaration.records.header_row or declaration.records.unpivot:
        return None
    for path in declaration.records.at:
        place = value_at(document, path)
        if isinstance(place, list):
            place[:] = [row]
            return document
    return None


@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
async def test_an_example_is_read_as_a_document_is(partner, dataset):
    """Each value of a record is what the reader makes of the row's."""
    declaration = parse_declaration(ROOT / f"schemas/partners/{partner}/{dataset}.mapping.toml")
    mapping = shipped_mapping(f"{partner}/{dataset}")
    fields = [(field, Reader(field, shipped_codes(), percent=False)) for field in declaration.fields if is_plain(field)]
    different, compared = [], 0
    for body in await stand_in_bodies(partner, dataset):
        for row in rows_in(msgspec.json.decode(body), declaration.records):
            document = alone(row, msgspec.json.decode(body), declaration)
            mapped = mapping.to_common(msgspec.json.encode(document)).records if document is not None else []
            compared += len(mapped) * len(fields)
            different += [
                field.name
                for field, reader in fields
                for record in mapped
                if not same(reader.read(value_at(row, field.source.paths[0])), bare(getattr(record, field.name)))
            ]
    assert [] == different
    assert compared or declaration.records.header_row

"""What a statistic needs beside its value: name, code, unit, period, and what it is broken down by."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.mapping.operations.dates import date_reader
from gateway.mapping.operations.numbers import number_en, number_id, number_plain
from gateway.onboarding.fit import fit_amount
from gateway.onboarding.mapping_text import column_constants, slug
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.proposal import Open, Proposal, ProposedField, with_constant
from gateway.onboarding.reference import Reference
from gateway.onboarding.source import RecordsPlace
from gateway.onboarding.wide_columns import YEAR

_SEXES = frozenset({"l", "p", "lakilaki", "pria", "male", "perempuan", "wanita", "female", "jumlah", "total", "lp"})
_DIMENSIONS = {
    "gender": "sex",
    "age": "age",
    "education": "education",
    "commodity": "commodity",
    "disease": "disease",
    "country": "country",
    "religion": "religion",
    "vehicle": "vehicle",
    "disaster": "disaster",
    "position": "position",
    "sector": "sector",
}
_NUMBERS = {"id": number_id, "en": number_en}
_LEAST_DIMENSION = 0.6
_MONTHS = 3
_COUNTED = (
    ("percent", "%"),
    ("price", "rupiah"),
    ("person", "orang"),
    ("employee", "orang"),
    ("case", "kasus"),
    ("@place", "unit"),
    ("vehicle", "unit"),
)


def as_statistic(proposal: Proposal, fields: Sequence[FieldProfile], reference: Reference) -> Proposal:
    """The proposal with everything that an indicator must say. `fields` are all of the source's."""
    proposal = _unpivoted(proposal, fields, reference) if proposal.records.columns else proposal
    proposal = _broken_down(proposal, fields, reference)
    title = " ".join(reference.title.replace("-", " ").replace("_", " ").split())
    if title:
        name = (title[:1].upper() + title[1:])[:500]
        proposal = with_constant(proposal, "name", name, 0.75, "the dataset's name", required=True)
        code = slug(title) or "indikator"
        proposal = with_constant(proposal, "code", code, 0.75, "the dataset's name", required=True)
    unit, sure, why = _unit(proposal.field("value"), fields, title, reference)
    proposal = with_constant(proposal, "unit", unit, sure, why, required=True)
    return _dated(proposal, reference)


def _dated(proposal: Proposal, reference: Reference) -> Proposal:
    """The year of the title, where no field says it."""
    year = YEAR.search(reference.title)
    if proposal.field("period") is not None:
        return proposal
    if year is not None:
        return with_constant(proposal, "period", year.group(), 0.8, "the year in the dataset's name", required=True)
    message = 'nothing in the sample says which year it is of; write period = { const = "2024" } in [fields]'
    return proposal.become(open=(*proposal.open, Open(about="period", message=message, required=True)))


def _unit(
    value: ProposedField | None, fields: Sequence[FieldProfile], title: str, reference: Reference
) -> tuple[str, float, str]:
    """The unit of the values: told by the field, by the title, or else a bare count."""
    read = next((field for field in fields if value is not None and field.path in value.paths), None)
    if read is not None and read.unit is not None:
        return read.unit, 0.85, "told by the field itself"
    if read is not None and read.share(FormKind.PERCENT) > 0.5:
        return "%", 0.9, "the values are written with %"
    if read is not None and read.share(FormKind.RUPIAH) > 0.5:
        return "rupiah", 0.85, "the values are rupiah"
    said = [meanings for _, meanings in reference.vocabulary.read(f"{title} {' '.join(read.words) if read else ''}")]
    if not any(meanings & {"amount", "percent", "price"} for meanings in said):
        return "satuan", 0.4, "nothing says what is measured, or in which unit"
    for meaning, unit in _COUNTED:
        if any(meaning in meanings for meanings in said):
            return unit, 0.7, "what the name counts"
    counted = (
        [word for word, meanings in reference.vocabulary.read(" ".join(read.words)) if not meanings] if read else []
    )
    if len(counted) == 1:
        return counted[0], 0.6, "what the field's name counts"
    return "satuan", 0.4, "nothing says what is counted"


def _of_one_measure(place: RecordsPlace, fields: Sequence[FieldProfile]) -> RecordsPlace:
    """The columns without those that hold fractions among counts: a density is no number of inhabitants."""
    by_path = {field.path: field for field in fields}
    broken = {column.path: _has_fractions(by_path.get(column.path)) for column in place.columns}
    counts = tuple(column for column in place.columns if not broken[column.path])
    return msgspec.structs.replace(place, columns=counts) if len(counts) > len(place.columns) / 2 else place


def _has_fractions(field: FieldProfile | None) -> bool:
    """Whether a number with a fraction is among the values."""
    form = field.form(FormKind.NUMBER) if field is not None else None
    read = _NUMBERS.get(form.detail if form is not None else "", number_plain)
    values = [one.value for one in field.frequent] if field is not None else []
    numbers = [read(value.strip()) if isinstance(value, str) else value for value in values]
    return any(number is not None and not float(number).is_integer() for number in numbers)


def _by_month(place: RecordsPlace, reference: Reference) -> RecordsPlace:
    """Columns that are months of the title's year, without the total of them; else the columns as they are."""
    year = YEAR.search(reference.title)
    read = date_reader(("%d %B %Y", "%d %b %Y"))
    found = [
        (column, read(f"1 {column.label.strip().title()} {year.group() if year else 2024}")) for column in place.columns
    ]
    months = [msgspec.structs.replace(column, label=f"{day:%Y-%m}") for column, day in found if day is not None]
    if year is None or len(months) < _MONTHS or len(months) < len(place.columns) - 1:
        return place
    return msgspec.structs.replace(place, columns=tuple(months))


def _unpivoted(proposal: Proposal, fields: Sequence[FieldProfile], reference: Reference) -> Proposal:
    """One record for each of the wide columns."""
    place = _by_month(_of_one_measure(proposal.records, fields), reference)
    proposal = proposal.become(records=place)
    entries = [column_constants(place, number) for number in range(len(place.columns))]
    wide = [field for field in fields if field.path in {column.path for column in place.columns}]
    written = [field for field in wide if "string" in field.kinds]
    operations = fit_amount(max(written or wide, key=lambda field: field.seen), whole=False).operations if wide else {}
    are_named = any(column.year is not None or not column.label.isdigit() for column in place.columns if column.label)
    value = ProposedField(
        field="value",
        required=True,
        declaration={"from": "$value", **operations},
        confidence=0.9 if are_named else 0.6,
        reason=f"{len(entries)} columns hold the same measure" + ("" if are_named else ", as far as numbers tell"),
        paths=tuple(column.path for column in place.columns),
    )
    proposal = proposal.with_field(value)
    for name in ("year", "period"):
        if all(name in entry for entry in entries):
            return proposal.with_field(_of_column("period", name, required=True, reason="a column for each period"))
    labels = [re.sub(r"[^a-z]", "", entry["label"].casefold()) for entry in entries]
    name = "sex" if all(label in _SEXES for label in labels) else "category"
    told = _of_column("dimensions", "column", required=False, reason="what tells the columns apart")
    return proposal.with_field(told.become(declaration={"object": {name: told.declaration}}))


def _of_column(field: str, name: str, *, required: bool, reason: str) -> ProposedField:
    """A field that the column tells."""
    return ProposedField(
        field=field,
        required=required,
        declaration={"from": f"$column.{name}"},
        confidence=0.9,
        reason=reason,
        paths=(f"$column.{name}",),
    )


def _broken_down(proposal: Proposal, fields: Sequence[FieldProfile], reference: Reference) -> Proposal:
    """Every field that the value is broken down by, as members of `dimensions`."""
    first = proposal.field("dimensions")
    if first is None or "object" in first.declaration:
        return proposal
    read = {path for field in proposal.fields for path in field.paths}
    more = [
        one.paths[0] for one in first.alternatives if one.confidence >= _LEAST_DIMENSION and one.paths[0] not in read
    ]
    members: dict[str, Any] = {}
    for path in (first.paths[0], *more):
        field = next(field for field in fields if field.path == path)
        name = _dimension(field, reference)
        members.setdefault(name, {"from": path})
    paths = tuple(member["from"] for member in members.values())
    return proposal.with_field(first.become(declaration={"object": members}, paths=paths))


def _dimension(field: FieldProfile, reference: Reference) -> str:
    """What a dimension is called: the word of its meaning, or its own."""
    words = reference.vocabulary.read(field.label or " ".join(field.words))
    for meaning, name in _DIMENSIONS.items():
        if any(meaning in meanings for _, meanings in words):
            return name
    return slug(field.label or " ".join(field.words)) or "category"

"""What the source does not say itself: constants from the dataset's title and the partner, columns made rows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.mapping.language.units import UNITS
from gateway.onboarding.mapping_text import column_constants, slug
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.proposal import Open, Proposal, ProposedField
from gateway.onboarding.reference import Reference
from gateway.onboarding.score import understood

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SEXES = {"l": "male", "p": "female", "lakilaki": "male", "pria": "male", "male": "male", "perempuan": "female",
          "wanita": "female", "female": "female", "jumlah": "total", "total": "total"}  # fmt: skip
_OF_THE_PARTNER = {"facility": ("region",), "service": ("region",), "service-request": ("region",)}


def completed(proposal: Proposal, fields: Sequence[FieldProfile], reference: Reference) -> Proposal:
    """The proposal with everything that constants can say."""
    if proposal.records.columns:
        proposal = _unpivoted(proposal)
    if proposal.resource == "facility":
        proposal = _kind(proposal, fields, reference)
    elif proposal.resource == "indicator":
        proposal = _statistic(proposal, fields, reference)
    elif proposal.resource == "service" and proposal.field("competent_authority") is None:
        reason = "the partner's name, as no field says which office"
        proposal = _constant(proposal, "competent_authority", reference.partner_name, 0.6, reason, required=True)
    return _region(proposal, reference)


def _constant(
    proposal: Proposal, field: str, value: Any, confidence: float, reason: str, *, required: bool
) -> Proposal:
    """The same value in every record, unless something is proposed already."""
    if proposal.field(field) is not None:
        return proposal
    made = ProposedField(
        field=field, required=required, declaration={"const": value}, confidence=confidence, reason=reason
    )
    return proposal.with_field(made)


def _region(proposal: Proposal, reference: Reference) -> Proposal:
    """The partner's own region, where the records tell no finer one."""
    code = reference.kode_wilayah
    required = proposal.resource == "indicator"
    if code is None or proposal.field("region") is not None:
        return proposal
    return _constant(proposal, "region", code, 0.8, "the partner's own region", required=required)


def _kind(proposal: Proposal, fields: Sequence[FieldProfile], reference: Reference) -> Proposal:
    """What kind of place all of the records are: by the title, by the names of the fields, by the names themselves."""
    proposed = proposal.field("kind")
    found, why = _kind_of_all(fields, reference)
    if proposed is not None:
        codes = proposed.declaration
        if found is not None and "codes" in codes and "otherwise" in codes:
            return proposal.with_field(proposed.become(declaration={**codes, "default": found, "otherwise": found}))
        return proposal.with_field(proposed.become(declaration={**codes, "default": "other"}))
    if found is not None:
        return _constant(proposal, "kind", found, 0.85, why, required=True)
    return _constant(proposal, "kind", "other", 0.4, "nothing says what kind of place they are", required=True)


def _kind_of_all(fields: Sequence[FieldProfile], reference: Reference) -> tuple[str | None, str]:
    vocabulary = reference.vocabulary
    told = _one_kind(vocabulary.kinds_of_place(reference.title))
    if told is not None:
        return told, "the dataset's name says so"
    for field in fields:
        told = _one_kind(vocabulary.kinds_of_place(" ".join(field.words)))
        if told is not None and told not in {"office", "other"}:
            return told, "the names of the fields say so"
    for field, name in zip(fields, understood(fields, reference), strict=True):
        if any("name" in meanings for _, meanings in name.own) and field.frequent:
            kinds = [_one_kind(vocabulary.kinds_of_place(str(one.value))) for one in field.frequent]
            most = max(set(kinds), key=kinds.count)
            if most not in {None, "other"} and kinds.count(most) >= 0.9 * len(kinds):
                return most, "their own names say so"
    return None, ""


def _one_kind(kinds: frozenset[str]) -> str | None:
    if "specialist-hospital" in kinds:
        return "specialist-hospital"
    return next(iter(kinds)) if len(kinds) == 1 else None


def _statistic(proposal: Proposal, fields: Sequence[FieldProfile], reference: Reference) -> Proposal:
    """Name, code, unit and period of an indicator."""
    title = " ".join(reference.title.replace("-", " ").replace("_", " ").split())
    name = title[:1].upper() + title[1:]
    value = proposal.field("value")
    if title:
        proposal = _constant(proposal, "name", name[:500], 0.75, "the dataset's name", required=True)
        proposal = _constant(proposal, "code", slug(title) or "indikator", 0.75, "the dataset's name", required=True)
    if proposal.field("unit") is None:
        unit, sure, why = _unit(value, fields, title, reference)
        proposal = _constant(proposal, "unit", unit, sure, why, required=True)
    if proposal.field("period") is None:
        year = _YEAR.search(reference.title)
        if year is not None:
            proposal = _constant(proposal, "period", year.group(), 0.8, "the year in the dataset's name", required=True)
        else:
            message = 'nothing in the sample says which year it is of; write period = { const = "2024" } in [fields]'
            proposal = proposal.become(open=(*proposal.open, Open(about="period", message=message, required=True)))
    return proposal


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
    for meaning, unit in (("percent", "%"), ("price", "rupiah"), ("person", "orang"), ("employee", "orang"),
                          ("case", "kasus"), ("@place", "unit"), ("vehicle", "unit")):  # fmt: skip
        if any(meaning in meanings for meanings in said):
            return unit, 0.7, "what the name counts"
    return "satuan", 0.4, "nothing says what is counted"


def _unpivoted(proposal: Proposal) -> Proposal:
    """One record for each of the wide columns."""
    place = proposal.records
    entries = [column_constants(place, number) for number in range(len(place.columns))]
    value = proposal.field("value")
    operations = {key: inner for key, inner in (value.declaration if value else {}).items() if key != "from"}
    made = ProposedField(
        field="value",
        required=True,
        declaration={"from": "$value", **operations},
        confidence=0.9,
        reason=f"{len(entries)} columns hold the same measure",
        paths=tuple(column.path for column in place.columns),
    )
    proposal = proposal.with_field(made)
    if all("year" in entry for entry in entries):
        period = ProposedField(field="period", required=True, declaration={"from": "$column.year"}, confidence=0.9,
                               reason="a column per year", paths=("$column.year",))  # fmt: skip
        return proposal.with_field(period)
    name, told = _dimension([entry["label"] for entry in entries])
    dimension = ProposedField(
        field="dimensions",
        required=False,
        declaration={"object": {name: {"from": f"$column.{told}"}}},
        confidence=0.8,
        reason="what tells the columns apart",
        paths=(f"$column.{told}",),
    )
    return proposal.with_field(dimension)


def _dimension(labels: Sequence[str]) -> tuple[str, str]:
    """What the columns differ by."""
    bare = [re.sub(r"[^a-z]", "", label.casefold()) for label in labels]
    return ("sex", "column") if all(label in _SEXES for label in bare) else ("category", "column")


def known_unit(unit: str) -> bool:
    """Whether numbers of that unit can be converted."""
    return unit in UNITS


def blank_defaults(fields: Sequence[FieldProfile]) -> tuple[str | int, ...]:
    """What stands for nothing in many of the fields."""
    counted: Mapping[Any, int] = {}
    for field in fields:
        counted = {**counted, **{value: counted.get(value, 0) + 1 for value in field.blanks if isinstance(value, str)}}
    usual = [value for value, count in counted.items() if value not in {"", "-"} and count > 1 and len(value) < 12]
    return ("", "-", *usual)

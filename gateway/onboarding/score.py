"""How surely each field of a source is each common field: by its name, its values, and both together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from gateway.mapping.targets import Target
from gateway.onboarding.fit import (
    LOOKS,
    NO_FIT,
    Fit,
    Operations,
    fit_amount,
    fit_days,
    fit_id,
    fit_list,
    fit_postal_code,
    fit_rupiah,
    fit_term,
)
from gateway.onboarding.fit_codes import fit_codes, fit_flag
from gateway.onboarding.fit_dates import fit_date, fit_instant, fit_period, is_year_only, month_form
from gateway.onboarding.fit_regions import fit_region
from gateway.onboarding.name_match import NamedField, NameMatch, match_name, named, with_their_thing
from gateway.onboarding.names import says_any
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.reference import Reference

_ENOUGH_RECORDS = 10
_BY_VALUE = 0.85
_LISTED_SHAPES = {"emails": FormKind.EMAIL, "media_urls": FormKind.URL, "phones": FormKind.PHONE}
_WHOLE: Mapping[str, Callable[[FieldProfile], Fit]] = {"fee": fit_rupiah, "processing_days": fit_days}


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One way to make a common field. `paths` are what it reads; `declaration` is its line in the mapping.

    `unknown` are values of a code list that nothing is known of.
    """

    field: str
    paths: tuple[str, ...]
    declaration: dict[str, Any]
    confidence: float
    reason: str
    unknown: tuple[str, ...] = ()


def understood(fields: Sequence[FieldProfile], reference: Reference) -> list[NamedField]:
    """The names of the fields, read once."""
    return with_their_thing([named(field, reference.vocabulary) for field in fields])


def candidates_of(
    target: Target,
    concept: Mapping[str, Any],
    *,
    fields: Sequence[FieldProfile],
    names: Sequence[NamedField],
    reference: Reference,
) -> list[Candidate]:
    """Every field that could be the target, the surest first. Points and constants are made elsewhere."""
    found = []
    for field, name in zip(fields, names, strict=True):
        match = match_name(concept, name)
        by_value = float(concept.get("values", 0.0))
        if match.strength <= 0 and by_value <= 0:
            continue
        fit = fit_of(target, concept, field=field, name=name, reference=reference)
        confidence = _confidence(match, fit, by_value=by_value, records=field.records)
        if confidence > 0.05:
            found.append(_candidate(target, field, match, fit, confidence))
    if target.kind == "instant":
        found = [with_time(candidate, fields=fields, names=names) for candidate in found]
    return sorted(found, key=lambda candidate: (-candidate.confidence, len(candidate.paths[0])))


def with_time(candidate: Candidate, *, fields: Sequence[FieldProfile], names: Sequence[NamedField]) -> Candidate:
    """A day together with the time of day that stands in another field of its own, if there is exactly one."""
    form = candidate.declaration.get("datetime")
    times = [
        (field, time)
        for field, name in zip(fields, names, strict=True)
        if (time := field.form(FormKind.TIME)) is not None and time.share > 0.9 and says_any(name.own, ["date", "hour"])
    ]
    if not isinstance(form, str) or len(times) != 1 or not form.startswith("%") or "H" in form or "I" in form:
        return candidate
    field, time = times[0]
    written = time.detail or ("%H:%M:%S" if (field.shortest or 0) > len("00:00") else "%H:%M")
    declaration = {"template": f"{{{candidate.paths[0]}}} {{{field.path}}}", "datetime": f"{form} {written}"}
    return msgspec.structs.replace(
        candidate,
        paths=(*candidate.paths, field.path),
        declaration=declaration,
        reason=f"{candidate.reason}; the time of day is `{field.path}`",
    )


def with_month(candidate: Candidate, *, fields: Sequence[FieldProfile], names: Sequence[NamedField]) -> Candidate:
    """A year together with the month that stands in another field, if there is exactly one."""
    months = [
        (field, written)
        for field, name in zip(fields, names, strict=True)
        if says_any(name.own, ["month"]) and field.path not in candidate.paths and (written := month_form(field))
    ]
    if not is_year_only(candidate.declaration) or "from" not in candidate.declaration or len(months) != 1:
        return candidate
    field, written = months[0]
    return msgspec.structs.replace(
        candidate,
        paths=(*candidate.paths, field.path),
        declaration={"template": f"{{{candidate.paths[0]}}}-{{{field.path}}}", "period": f"%Y-{written}"},
        reason=f"{candidate.reason}; the month is `{field.path}`",
    )


def declared(target: Target, field: FieldProfile, reference: Reference) -> Candidate:
    """The target read from that field, whatever its name."""
    name = named(field, reference.vocabulary)
    concept: Mapping[str, Any] = next(
        (fields[target.name] for fields in reference.concepts.values() if target.name in fields), {}
    )
    fit = fit_of(target, concept, field=field, name=name, reference=reference)
    return _candidate(target, field, NameMatch(0.0), fit, 1.0)


def _candidate(target: Target, field: FieldProfile, match: NameMatch, fit: Fit, confidence: float) -> Candidate:
    why = [f"`{' '.join(match.words)}` in its name"] if match.words else []
    why += [fit.reason] if fit.reason else []
    return Candidate(
        field=target.name,
        paths=(field.path,),
        declaration={"from": field.path, **_blanks(field, target), **fit.operations},
        confidence=round(confidence, 3),
        reason="; ".join(why),
        unknown=fit.unknown,
    )


def _blanks(field: FieldProfile, target: Target) -> Operations:
    """`null_if` of its own where blanks come that no default names. A code 0 stands for none."""
    own = [value for value in field.blanks if value not in DEFAULT_BLANKS]
    is_code = target.kind == "text" and not target.required and set(field.kinds) <= {"integer", "null"}
    if is_code and 0 not in own and any(one.value == 0 for one in field.frequent):
        own.append(0)
    return {"null_if": [*[value for value in field.blanks if value in DEFAULT_BLANKS], *own]} if own else {}


DEFAULT_BLANKS = ("", "-")
"""What every proposed mapping takes for nothing."""


def _confidence(match: NameMatch, fit: Fit, *, by_value: float, records: int) -> float:
    """Name and values together. Few records prove little."""
    if fit.share <= 0:
        return 0.0
    by_name = match.strength * (0.4 + 0.6 * fit.share)
    told = by_value * fit.telling * fit.share
    confidence = max(by_name, _BY_VALUE * told)
    confidence += (1 - confidence) * 0.5 * min(told, match.strength)
    if records < _ENOUGH_RECORDS:
        confidence *= 0.94 + 0.06 * records / _ENOUGH_RECORDS
    return min(confidence, 0.99)


def fit_of(
    target: Target, concept: Mapping[str, Any], *, field: FieldProfile, name: NamedField, reference: Reference
) -> Fit:
    """How well the field's values suit the target."""
    if target.format == "record-id":
        return fit_id(field)
    if target.format == "kode-wilayah":
        return fit_region(field, reference)
    if target.format == "postal-code":
        return fit_postal_code(field)
    if target.format == "period":
        return fit_period(field)
    if target.many:
        return _fit_many(target, field, reference)
    if target.kind == "code":
        fit = fit_codes(field, target, reference)
        is_closing = {"open", "closed"} == set(target.members) and says_any(name.own, ["close"])
        return fit if fit.share or not is_closing else fit_flag(field)
    return _fit_by_kind(target, concept, field)


def _fit_by_kind(target: Target, concept: Mapping[str, Any], field: FieldProfile) -> Fit:
    match target.kind:
        case "date":
            return fit_date(field)
        case "instant":
            return fit_instant(field)
        case "integer":
            return _WHOLE.get(target.name, _whole)(field)
        case "number":
            return fit_amount(field, whole=False)
        case "map":
            return fit_term(field)
        case "text":
            fit = LOOKS[concept["looks"]](field) if "looks" in concept else _fit_text(field)
            return fit if not field.kinds.get("number") else NO_FIT
        case _:
            return NO_FIT


def _whole(field: FieldProfile) -> Fit:
    return fit_amount(field, whole=True)


def _fit_text(field: FieldProfile) -> Fit:
    if field.many or field.kinds.get("number") or field.kinds.get("boolean"):
        return NO_FIT
    return Fit(share=0.9, reason="text")


def _fit_many(target: Target, field: FieldProfile, reference: Reference) -> Fit:
    """A field that takes a list."""
    if target.kind == "code":
        coded = fit_codes(field, target, reference)
        listed = fit_list(field)
        operations = {**listed.operations, **coded.operations}
        return msgspec.structs.replace(coded, operations=operations) if coded.share and listed.share else NO_FIT
    shape = _LISTED_SHAPES.get(target.name)
    listed = fit_list(field, shape=shape) if shape is None or not field.many else Fit(share=1.0)
    if shape is None:
        return listed
    looks = {FormKind.EMAIL: "email", FormKind.URL: "url", FormKind.PHONE: "phone"}[shape]
    fit = LOOKS[looks](field)
    if "string" not in field.kinds:  # a telephone number that is a number; `split` takes its digits
        return msgspec.structs.replace(fit, operations={"split": ","}) if fit.share else NO_FIT
    return msgspec.structs.replace(fit, operations=listed.operations)

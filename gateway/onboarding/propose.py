"""Proposes a mapping for a source: which common field comes from where, how surely, and what is left open."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.mapping.targets import targets
from gateway.onboarding.choose import both_coordinates_in_one, choose
from gateway.onboarding.complete import blank_defaults, completed
from gateway.onboarding.identify import identified
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.proposal import DOUBTFUL, Open, Proposal, ProposedField, Trial
from gateway.onboarding.reference import Reference
from gateway.onboarding.settle import settled
from gateway.onboarding.source import InferredSource
from gateway.onboarding.trial import tried
from gateway.onboarding.wishes import check_fields, with_forms
from schemas.resources import RESOURCES

_MOSTLY_EMPTIED = 0.5
_OFTEN_REFUSED = 0.05
_DISTRUST = 0.6
_READING = {
    FormKind.DATE: frozenset({"date", "datetime", "period"}),
    FormKind.DATETIME: frozenset({"date", "datetime", "period"}),
    FormKind.NUMBER: frozenset({"number"}),
    FormKind.PERCENT: frozenset({"number"}),
    FormKind.REGION_CODE: frozenset({"scheme"}),
}
"""Which operations depend on the form of a value."""


def propose(
    source: InferredSource,
    documents: Sequence[Any],
    reference: Reference,
    *,
    resource: str | None = None,
    constants: Mapping[str, Any] | None = None,
    said: Mapping[str, str | None] | None = None,
    forms: Mapping[str, str] | None = None,
) -> Proposal:
    """The likeliest mapping that checks, or one that says in `open` and `findings` what is missing.

    `resource` None lets the fields decide. `constants` are common fields whose value a person has said, `said` those
    whose path, `forms` those whose values are written so. Raises `BadWish` where that cannot be.
    """
    wide = {column.path for column in source.records.columns}
    fields = [field for field in source.fields if field.path not in wide]
    choice, sure = choose(fields, reference, resource=resource, is_wide=bool(wide), said=said)
    check_fields(choice.resource, constants=constants or {}, said=said or {}, forms=forms or {}, fields=source.fields)
    proposal = Proposal(
        resource=choice.resource,
        resource_confidence=sure,
        records=source.records,
        zone=reference.zone,
        null_if=blank_defaults(source.fields),
        fields=tuple(choice.fields.values()),
    )
    for name, value in (constants or {}).items():
        proposal = proposal.with_field(_said(name, value))
    proposal = with_forms(proposal, forms or {})
    proposal = settled(completed(proposal, source.fields, reference), source.schema, reference)
    proposal = identified(proposal, fields, source.schema, documents, reference)
    proposal = _without_empty(settled(proposal, source.schema, reference), source, documents, reference)
    return _ordered(_missing(_hesitant(proposal, fields), source))


def _said(name: str, value: Any) -> ProposedField:
    return ProposedField(
        field=name,
        required=True,
        declaration={"const": value},
        confidence=1.0,
        reason="said by the person who onboards",
    )


def _without_empty(
    proposal: Proposal, source: InferredSource, documents: Sequence[Any], reference: Reference
) -> Proposal:
    """The proposal, tried; a field that mostly comes to nothing goes, and one that loses records is doubted."""
    for _ in range(3):
        trial = tried(proposal, source.schema, documents, reference)
        if trial is None or not trial.records_in:
            return proposal.become(trial=trial)
        lost = _lost(proposal, trial)
        if not lost:
            break
        for name, reason in lost.items():
            field = proposal.field(name)
            paths = ", ".join(field.paths) if field is not None else ""
            message = f"{paths} looked like it, and most of its values cannot be read ({reason})"
            proposal = proposal.without_field(name, because=Open(about=name, message=message))
    return _doubted(proposal.become(trial=trial))


def _lost(proposal: Proposal, trial: Trial) -> dict[str, str]:
    """Fields that mostly come to nothing, and optional ones for which records are refused; each with its reason."""
    found = {}
    for counted, least in ((trial.emptied, _MOSTLY_EMPTIED), (trial.refused, _OFTEN_REFUSED)):
        for about, count in counted.items():
            name, _, reason = about.partition(" ")
            field = proposal.field(name)
            if field is not None and not field.required and count > least * trial.records_in:
                found[name] = reason
    return found


def _doubted(proposal: Proposal) -> Proposal:
    """Less sure of a field for which records of the sample are refused, which is told as open."""
    trial = proposal.trial
    assert trial is not None
    for about, count in trial.refused.items():
        name, _, reason = about.partition(" ")
        field = proposal.field(name)
        share = count / trial.records_in
        if field is not None and share > 0.02 and reason != "duplicate-id":
            proposal = proposal.with_field(
                field.become(confidence=round(field.confidence * (1 - _DISTRUST * min(1.0, share)), 3))
            )
            message = f"{count} of {trial.records_in} records of the sample are refused: {reason}"
            proposal = proposal.become(open=(*proposal.open, Open(about=name, message=message)))
    return proposal


def _hesitant(proposal: Proposal, fields: Sequence[FieldProfile]) -> Proposal:
    """Doubtful of what the sample lets be read in two ways, however plain its name; unless a person has chosen it."""
    by_path = {field.path: field for field in fields}
    for field in proposal.fields:
        forms = [form for path in field.paths if path in by_path for form in by_path[path].forms]
        others = tuple(
            other
            for form in forms
            if form.ambiguous and _READING.get(form.kind, frozenset()) & set(field.declaration)
            for other in form.others
        )
        if others and field.confidence < 1:
            confidence = min(field.confidence, DOUBTFUL - 0.01)
            proposal = proposal.with_field(field.become(confidence=confidence, readings=others))
    return proposal


def _missing(proposal: Proposal, source: InferredSource) -> Proposal:
    """The proposal with what nobody makes, what is not known, and what is not used."""
    added = [
        Open(about=target.name, message=f"is required ({target.words}), and nothing in the sample is it", required=True)
        for target in targets(RESOURCES[proposal.resource].type).values()
        if target.required
        and target.name not in {"partner", *(one.about for one in proposal.open if one.required)}
        and proposal.field(target.name) is None
    ]
    added += [
        Open(
            about="location", message=f"{path} holds both coordinates in one text, which the mapping cannot take apart"
        )
        for path in both_coordinates_in_one(source.fields)
        if proposal.field("location") is None and proposal.resource in {"facility", "service-request"}
    ]
    used = {path for field in proposal.fields for path in field.paths}
    unused = tuple(field.path for field in source.fields if field.path not in used)
    return proposal.become(open=(*proposal.open, *added), unused=unused)


def _ordered(proposal: Proposal) -> Proposal:
    """The fields in the order of the common model."""
    order = list(targets(RESOURCES[proposal.resource].type))
    return proposal.become(fields=tuple(sorted(proposal.fields, key=lambda field: order.index(field.field))))

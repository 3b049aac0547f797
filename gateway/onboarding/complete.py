"""What the source does not say itself: constants from the dataset's title and the partner."""

from collections import Counter
from collections.abc import Sequence

from gateway.onboarding.profile import FieldProfile
from gateway.onboarding.proposal import Proposal, with_constant
from gateway.onboarding.reference import Reference
from gateway.onboarding.score import understood
from gateway.onboarding.statistic import as_statistic


def completed(proposal: Proposal, fields: Sequence[FieldProfile], reference: Reference) -> Proposal:
    """The proposal with everything that constants can say."""
    if proposal.resource == "facility":
        proposal = _kind(proposal, fields, reference)
    elif proposal.resource == "indicator":
        proposal = as_statistic(proposal, fields, reference)
    elif proposal.resource == "service" and proposal.field("competent_authority") is None:
        reason = "the partner's name, as no field says which office"
        proposal = with_constant(proposal, "competent_authority", reference.partner_name, 0.6, reason, required=True)
    return _region(proposal, reference)


def _region(proposal: Proposal, reference: Reference) -> Proposal:
    """The partner's own region, where the records tell no finer one."""
    code = reference.kode_wilayah
    required = proposal.resource == "indicator"
    if code is None or proposal.field("region") is not None:
        return proposal
    return with_constant(proposal, "region", code, 0.8, "the partner's own region", required=required)


def _kind(proposal: Proposal, fields: Sequence[FieldProfile], reference: Reference) -> Proposal:
    """What kind of place all of the records are: by the title, by the names of the fields, by the names themselves."""
    proposed = proposal.field("kind")
    found, why = _kind_of_all(fields, reference)
    if proposed is not None and found is not None and proposed.confidence < 0.5:  # its values tell nothing
        return with_constant(proposal.without_field("kind"), "kind", found, 0.85, why, required=True)
    if proposed is not None:
        codes = proposed.declaration
        if found is not None and "codes" in codes and "otherwise" in codes:
            return proposal.with_field(proposed.become(declaration={**codes, "default": found, "otherwise": found}))
        return proposal.with_field(proposed.become(declaration={**codes, "default": "other"}))
    if found is not None:
        return with_constant(proposal, "kind", found, 0.85, why, required=True)
    return with_constant(proposal, "kind", "other", 0.4, "nothing says what kind of place they are", required=True)


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


def blank_defaults(fields: Sequence[FieldProfile]) -> tuple[str | int, ...]:
    """What stands for nothing in many of the fields."""
    counted = Counter(value for field in fields for value in field.blanks if isinstance(value, str))
    usual = [value for value, count in counted.items() if value not in {"", "-"} and count > 1 and len(value) < 12]
    return ("", "-", *usual)

"""The resource that a source holds, and for each of its common fields the likeliest path."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from gateway.mapping.targets import Target, targets
from gateway.onboarding.assign import assign
from gateway.onboarding.name_match import NamedField
from gateway.onboarding.names import says_any
from gateway.onboarding.points import point_candidates
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.proposal import Alternative, ProposedField
from gateway.onboarding.reference import Reference
from gateway.onboarding.score import Candidate, candidates_of, declared, understood, with_month
from schemas.resources import RESOURCES

_POINT = "location"
_LEAST_OPTIONAL = 0.45
_LEAST_SHOWN = 0.2
_TITLE_BONUS = 1.5
_TITLES = {
    "facility": ("@place", "facility"),
    "indicator": ("amount", "percent", "indicator", "price", "rate", "density", "production"),
    "service": ("service", "standard"),
    "service-request": ("complaint", "report"),
}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What one resource would be made of; `score` says how much speaks for the resource."""

    resource: str
    score: float
    fields: dict[str, ProposedField]


def choose(
    fields: Sequence[FieldProfile],
    reference: Reference,
    *,
    resource: str | None,
    is_wide: bool,
    said: Mapping[str, str | None] | None = None,
) -> tuple[Choice, float]:
    """The resource, or the one that the fields speak for, and how sure that is.

    `said` are the paths that a person has chosen for common fields; None where nothing is to be read.
    """
    names = understood(fields, reference)
    if resource is not None:
        choice = choose_fields(resource, fields=fields, names=names, reference=reference, said=said)
        return choice, 1.0
    choices = [choose_fields(name, fields=fields, names=names, reference=reference, said=said) for name in RESOURCES]
    ranked = sorted(choices, key=lambda choice: -_spoken_for(choice, reference, is_wide=is_wide))
    first, second = (_spoken_for(choice, reference, is_wide=is_wide) for choice in ranked[:2])
    return ranked[0], round(min(0.99, 0.5 + 0.5 * min(1.0, (first - second) / max(first, 1.0) * 2)), 3)


def _spoken_for(choice: Choice, reference: Reference, *, is_wide: bool) -> float:
    """The score, with what the title says. A column per year is a statistic, whatever else."""
    titled = says_any(reference.vocabulary.read(reference.title), _TITLES[choice.resource])
    wide = 4.0 if is_wide and choice.resource == "indicator" else 0.0
    bonus = _TITLE_BONUS / 2 if choice.resource == "facility" else _TITLE_BONUS  # statistics are of places, too
    return choice.score + (bonus if titled else 0.0) + wide


def choose_fields(
    resource: str,
    *,
    fields: Sequence[FieldProfile],
    names: Sequence[NamedField],
    reference: Reference,
    said: Mapping[str, str | None] | None = None,
) -> Choice:
    """The likeliest path of each common field of one resource."""
    concepts = reference.concepts[resource]
    wanted = {name: target for name, target in targets(RESOURCES[resource].type).items() if name in concepts}
    candidates: dict[str, list[Candidate]] = {}
    for name, target in wanted.items():
        if target.kind == "point":
            found = point_candidates(name, concepts[name], fields=fields, names=names)
        else:
            found = candidates_of(target, concepts[name], fields=fields, names=names, reference=reference)
        if said is not None and name in said:
            found = _as_said(target, said[name], found, fields=fields, reference=reference)
        candidates[name] = found
    required = frozenset(name for name, target in wanted.items() if target.required)
    chosen = _assigned(candidates, concepts, required=required)
    _without_second_day(chosen)
    if "period" in chosen:
        chosen["period"] = with_month(chosen["period"], fields=fields, names=names)
    proposed = {
        name: _proposed(chosen[name], candidates[name], required=target.required)
        for name, target in wanted.items()
        if name in chosen and (target.required or chosen[name].confidence >= _LEAST_OPTIONAL)
    }
    return Choice(resource=resource, score=_score(proposed, concepts), fields=proposed)


def _assigned(
    candidates: Mapping[str, list[Candidate]], concepts: Mapping[str, Mapping[str, Any]], *, required: frozenset[str]
) -> dict[str, Candidate]:
    """The assignment. Coordinates go first, as two fields make one point."""
    points = candidates.get(_POINT, [])
    taken = {path for point in points[:1] for path in point.paths}
    free = {
        name: [one for one in found if not taken & set(one.paths)]
        for name, found in candidates.items()
        if name != _POINT
    }
    shares = {name: concept.get("shares", ()) for name, concept in concepts.items()}
    chosen = assign(free, required=required, shares=shares)
    return {**chosen, _POINT: points[0]} if points else chosen


def _without_second_day(chosen: dict[str, Candidate]) -> None:
    """A day alone is the period of a statistic, and no time at which anything was observed."""
    observed, period = chosen.get("observed_at"), chosen.get("period")
    if observed is None or period is None or observed.paths != period.paths or "pattern" in period.declaration:
        return
    del chosen["observed_at"]


def _as_said(
    target: Target,
    path: str | None,
    found: Sequence[Candidate],
    *,
    fields: Sequence[FieldProfile],
    reference: Reference,
) -> list[Candidate]:
    """The one way that a person has chosen; coordinates are two paths with a comma between. None is none."""
    paths = tuple(part.strip() for part in path.split(",")) if path else ()
    chosen = next((one for one in found if one.paths in {paths, (path,)}), None)
    if chosen is None and path:
        read = {field.path: field for field in fields}
        chosen = declared(target, read[path], reference) if path in read else None
    return [msgspec.structs.replace(chosen, confidence=1.0, reason="chosen by a person")] if chosen else []


def _score(proposed: Mapping[str, ProposedField], concepts: Mapping[str, Mapping[str, float]]) -> float:
    return sum(float(concepts[name].get("tells", 0.0)) * field.confidence for name, field in proposed.items())


def _proposed(candidate: Candidate, rivals: Sequence[Candidate], *, required: bool) -> ProposedField:
    others = [one for one in rivals if one.paths != candidate.paths and one.confidence >= _LEAST_SHOWN]
    return ProposedField(
        field=candidate.field,
        required=required,
        declaration=candidate.declaration,
        confidence=candidate.confidence,
        reason=candidate.reason,
        paths=candidate.paths,
        alternatives=tuple(Alternative(one.paths, one.confidence) for one in others[:5]),
        unknown=candidate.unknown,
    )


def both_coordinates_in_one(fields: Sequence[FieldProfile]) -> list[str]:
    """Paths of texts that hold latitude and longitude together, which no operation takes apart."""
    pairs = (FormKind.LATITUDE_LONGITUDE, FormKind.LONGITUDE_LATITUDE)
    return [field.path for field in fields if any(field.share(kind) > 0.5 for kind in pairs)]

"""Pairs of coordinates: which latitude goes with which longitude."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.onboarding.name_match import NamedField, match_name
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.score import Candidate

_AXES = {"latitude": FormKind.LATITUDE, "longitude": FormKind.LONGITUDE}
_OTHER = {"latitude": "longitude", "longitude": "latitude"}
_LEAST = 0.5


def point_candidates(
    field: str,
    concept: Mapping[str, Any],
    *,
    fields: Sequence[FieldProfile],
    names: Sequence[NamedField],
) -> list[Candidate]:
    """Every pair that could be the point, the surest first. What the values say counts for more than the names."""
    pairs = []
    for latitude, sure_of_latitude in _of_axis("latitude", concept, fields=fields, names=names):
        for longitude, sure_of_longitude in _of_axis("longitude", concept, fields=fields, names=names):
            if latitude.path != longitude.path:
                together = _together(latitude.path, longitude.path)
                confidence = min(sure_of_latitude, sure_of_longitude) * together
                pairs.append(_pair(field, latitude, longitude, confidence))
    return sorted(pairs, key=lambda pair: (-pair.confidence, sum(map(len, pair.paths))))


def _of_axis(
    axis: str, concept: Mapping[str, Any], *, fields: Sequence[FieldProfile], names: Sequence[NamedField]
) -> Iterator[tuple[FieldProfile, float]]:
    """The fields that may be of that axis, and how surely."""
    for field, name in zip(fields, names, strict=True):
        share, other = field.share(_AXES[axis]), field.share(_AXES[_OTHER[axis]])
        named = match_name({**concept, "is": {axis: 0.98}}, name).strength
        named_other = match_name({**concept, "is": {_OTHER[axis]: 0.98}}, name).strength
        in_geometry = "coordinates[" in field.path
        if share < _LEAST or other > share:
            continue
        if in_geometry:
            yield field, 0.98 * share
        elif named >= _LEAST:
            yield field, min(0.98, named * (0.5 + 0.5 * share))
        elif named_other >= _LEAST:  # exchanged on the platform; the values tell
            yield field, 0.85 * share
        else:
            yield field, 0.7 * share


def _together(latitude: str, longitude: str) -> float:
    """How much two paths look like one pair: below the same key, called alike."""
    above = latitude.rpartition(".")[0], longitude.rpartition(".")[0]
    if above[0] != above[1]:
        return 0.6
    return 1.0


def _pair(field: str, latitude: FieldProfile, longitude: FieldProfile, confidence: float) -> Candidate:
    declaration: dict[str, Any] = {"latitude": latitude.path, "longitude": longitude.path}
    forms = [latitude.form(FormKind.LATITUDE), longitude.form(FormKind.LONGITUDE)]
    if any(form is not None and form.detail == "comma" for form in forms):
        declaration["decimal"] = "comma"
    shares = [form.share for form in forms if form is not None]
    return Candidate(
        field=field,
        paths=(latitude.path, longitude.path),
        declaration=declaration,
        confidence=round(confidence, 3),
        reason=f"{min(shares):.0%} lie in Indonesia's box",
    )

"""Whether what a person says of common fields can be so."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from gateway.mapping.targets import targets
from gateway.onboarding.profile import FieldProfile
from gateway.onboarding.proposal import Proposal
from schemas.resources import RESOURCES


class BadWish(ValueError):
    """It cannot; the message says which option, and what could be meant. It holds no value of the sample."""


def check_fields(
    resource: str,
    *,
    constants: Mapping[str, Any],
    said: Mapping[str, str | None],
    forms: Mapping[str, str],
    fields: Sequence[FieldProfile],
) -> None:
    """Raises `BadWish` for a field that the resource does not have, and for a path that the sample does not have."""
    known = set(targets(RESOURCES[resource].type)) - {"partner"}
    for option, names in (("--constant", constants), ("--map", said), ("--form", forms)):
        for name in names:
            if name not in known:
                raise BadWish(f"{option} {name}: {resource} has no such field{_meant(name, known)}")
    paths = {field.path for field in fields}
    for name, path in said.items():
        if path and path not in paths and not all(part.strip() in paths for part in path.split(",")):
            raise BadWish(f"--map {name}: the sample has no `{path}`{_meant(path, paths)}")


def with_forms(proposal: Proposal, forms: Mapping[str, str]) -> Proposal:
    """The proposal with the forms that a person says. Raises `BadWish` where none is declared."""
    for name, form in forms.items():
        field = proposal.field(name)
        if field is None or field.reading is None:
            raise BadWish(f"--form {name}: it is read in no single form of dates, numbers or region codes")
        proposal = proposal.with_field(field.read_as(form))
    return proposal


def _meant(word: str, known: Collection[str]) -> str:
    """The likeliest, or all where they are few."""
    near = get_close_matches(word, sorted(known), n=3)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; they are {', '.join(sorted(known)[:40])}" if known else ""

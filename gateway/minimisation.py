"""Least data: a record leaves with the fields that were granted, and without any trace of the others.

A field that is not granted is absent from the JSON, not null: null says that the partner has no
value. For each resource and set of fields a struct that has these fields only is made, once, so
that nothing else can be encoded.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from schemas.record import Record
from schemas.resources import Resource

_PROJECTIONS_KEPT = 512

Projection = Callable[[Iterable[Record]], list[bytes]]
"""Each record as JSON, holding the granted fields only."""


class Minimisation:
    """Makes the projections, and keeps those lately used."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self._resources = resources
        self.projection: Callable[[str, frozenset[str]], Projection] = lru_cache(_PROJECTIONS_KEPT)(self._compile)

    def _compile(self, resource: str, fields: frozenset[str]) -> Projection:
        """The projection of a resource to `fields`, in the resource's own order. Unknown fields are a `ValueError`."""
        shape = self._resources[resource].type
        known = {field.name: field.type for field in msgspec.structs.fields(shape)}
        if not fields <= known.keys():
            message = f"{resource} has no field {sorted(fields - known.keys())}"
            raise ValueError(message)
        kept = [name for name in known if name in fields]
        narrowed = msgspec.defstruct(
            f"{shape.__name__}Released", [(name, known[name]) for name in kept], frozen=True, gc=False
        )
        return _compiled(narrowed, kept)


def _compiled(narrowed: type[msgspec.Struct], kept: list[str]) -> Projection:
    """Generated, as a loop over `getattr` takes three times as long. The names are those of our own structs."""
    values = ", ".join(f"r.{name}" for name in kept)
    source = f"def project(records):\n    return [encode(Released({values})) for r in records]\n"
    names: dict[str, Any] = {"encode": msgspec.json.Encoder().encode, "Released": narrowed}
    exec(compile(source, "<projection>", "exec"), names)  # noqa: S102
    project: Projection = names["project"]
    return project

"""An id for records that bring none of their own: of one field, or of several together."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.proposal import Open, Proposal, ProposedField
from gateway.onboarding.reference import Reference
from gateway.onboarding.settle import settled
from gateway.onboarding.trial import tried

_TRIES = 24
_MOST = 3
_TOLERATED = 0.02
_LEAST = 0.35
_LONGEST = 60
_MOVING = (FormKind.FREE_TEXT, FormKind.LATITUDE, FormKind.LONGITUDE, FormKind.URL, FormKind.JSON, FormKind.NIK)


def identified(
    proposal: Proposal,
    fields: Sequence[FieldProfile],
    schema: dict[str, Any],
    documents: Sequence[Any],
    reference: Reference,
) -> Proposal:
    """The proposal with an id that differs from record to record in the sample, if there is one to be had."""
    column = ("$column.column",) if proposal.records.columns else ()
    own = proposal.field("id")
    counting = frozenset(field.path for field in fields if _counts_rows(field))
    ways: list[tuple[str, ...]] = [("$key",)] if proposal.records.form == "keyed" else []
    ways += [own.paths] if own is not None and own.confidence >= _LEAST else []
    ways += list(_ways(fields, proposal))
    best: Proposal | None = None
    least = float("inf")
    for paths in dict.fromkeys(ways[:_TRIES]):
        made = settled(proposal.with_field(_id(own, (*paths, *column), counting)), schema, reference)
        trial = tried(made, schema, documents, reference)
        if trial is None or not trial.records_in:
            continue
        repeated = trial.refused.get("id duplicate-id", 0) + trial.refused.get("id absent", 0)
        if repeated / trial.records_in < least:
            best, least = made, repeated / trial.records_in
        if least <= _TOLERATED:
            return best or made
    if best is None and (own is not None or ways):  # something else keeps the mapping from checking
        return proposal if own is not None else proposal.with_field(_id(None, (*ways[0], *column), counting))
    if best is None:
        message = "no field, and no few of them together, differ from record to record; write id in [fields]"
        return proposal.become(open=(*proposal.open, Open(about="id", message=message, required=True)))
    message = f"{least:.0%} of the sample's records have the id of another one and are refused"
    return best.become(open=(*best.open, Open(about="id", message=message)))


def _id(own: ProposedField | None, paths: tuple[str, ...], counting: frozenset[str]) -> ProposedField:
    """The id read from these paths; `counting` are those of row numbers."""
    if own is not None and paths == own.paths:
        return own.become(confidence=min(own.confidence, 0.7)) if paths[0] in counting else own
    if own is not None and set(own.paths) <= set(paths):
        confidence, reason = own.confidence, f"{own.reason}; one record for each column"
    else:
        confidence = 0.85 if len(paths) == 1 else 0.7
        reason = "together they differ from record to record" if len(paths) > 1 else "it differs from record to record"
        if len(paths) == 1 and paths[0] in counting:
            confidence, reason = 0.6, "the number of its row, which may become another's"
    declaration: dict[str, Any] = {"from": paths[0]} if len(paths) == 1 else {"join": list(paths), "with": "."}
    return ProposedField(
        field="id",
        required=True,
        declaration=declaration,
        confidence=min(confidence, 0.88),
        reason=reason,
        paths=paths,
        alternatives=own.alternatives if own is not None else (),
    )


def _ways(fields: Sequence[FieldProfile], proposal: Proposal) -> Iterator[tuple[str, ...]]:
    """Fields, then pairs and threes of them, that may be an id: such as stay, the most telling first."""
    measured = _paths(proposal, "value")
    usable = [field for field in fields if _stays(field) and field.path not in measured]
    read = [path for name in ("region", "period", "name", "place", "dimensions") for path in _paths(proposal, name)]
    named = _paths(proposal, "name")
    usable.sort(key=lambda field: (_counts_rows(field), field.path in named, field.longest or 0))
    yield from ((field.path,) for field in usable if field.is_unique)
    usable.sort(key=lambda field: (field.path not in read, -field.distinct))
    for size in range(2, _MOST + 1):
        yield from (tuple(field.path for field in some) for some in combinations(usable[:5], size))


def _paths(proposal: Proposal, name: str) -> tuple[str, ...]:
    field = proposal.field(name)
    return () if field is None else tuple(path for path in field.paths if not path.startswith("$"))


def _counts_rows(field: FieldProfile) -> bool:
    """Whether its values are 1, 2, 3 … and it is not called an id."""
    span = (field.minimum, field.maximum) == (1, field.records)
    return field.is_unique and span and not {"id", "kode", "code", "oid", "objectid", "gid", "fid"} & set(field.words)


def _stays(field: FieldProfile) -> bool:
    """Whether its values are fit for an id: scalar, there in every record, short, and no measured value."""
    if field.many or field.personal or field.kinds.get("number") or field.kinds.get("boolean"):
        return False
    if field.present - field.null - field.blank < 0.98 or (field.longest or 0) > _LONGEST:
        return False
    measured = field.share(FormKind.NUMBER) > 0.5 and field.share(FormKind.PERIOD) < 0.5
    return not measured and all(field.share(kind) < 0.5 for kind in _MOVING)

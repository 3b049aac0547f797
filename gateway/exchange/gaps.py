"""Gaps: what is missing of an answer, from each place where something can go missing."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain, islice

from gateway.agreements.check import Withheld
from gateway.errors import GatewayError
from gateway.exchange.answer import Gap
from gateway.ids import DatasetId
from gateway.mapping.mapped import Mapped, Refused

SHOWN_ALONE = 20
"""So many gaps of one document are shown each with its pointer; the rest are folded by reason and field."""

FILTER_UNSUPPORTED = "filter-unsupported"


def gap(dataset: DatasetId, reason: str, *, pointer: str | None = None, detail: str | None = None) -> Gap:
    """A gap that concerns a whole dataset."""
    return Gap(partner=dataset.partition("/")[0], dataset=dataset, reason=reason, pointer=pointer, detail=detail)


def gap_of_failure(dataset: DatasetId, error: GatewayError) -> Gap:
    """The gap that a partner's failure leaves: its code, and the pointer where its document broke."""
    return gap(dataset, str(error.code), pointer=error.parameters.get("pointer"))


def gap_of_withheld(withheld: Withheld) -> Gap:
    """The gap that a missing grant leaves; who can grant it stands in the refusal of a named partner."""
    return gap(withheld.offer.dataset, withheld.refusal.code.value, detail=withheld.refusal.message)


def gaps_of_document(dataset: DatasetId, mapped: Mapped, *, fields: frozenset[str]) -> tuple[Gap, ...]:
    """The gaps that one document's records leave: refused records, and released fields that were left empty."""
    emptied = (it for it in mapped.emptied if it.field in fields)
    return tuple(_folded(dataset, chain(mapped.refused, emptied)))


def _folded(dataset: DatasetId, refused: Iterable[Refused]) -> Iterable[Gap]:
    partner = dataset.partition("/")[0]
    rest = iter(refused)
    for it in islice(rest, SHOWN_ALONE):
        yield Gap(partner=partner, dataset=dataset, reason=it.reason, pointer=it.pointer, field=it.field)
    for (reason, field), count in sorted(
        Counter((it.reason, it.field) for it in rest).items(), key=lambda it: (it[0][0], it[0][1] or "")
    ):
        yield Gap(partner=partner, dataset=dataset, reason=reason, field=field, count=count)

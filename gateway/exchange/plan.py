"""The plan of one exchange: whom to ask for what, how much each may give, and what is missing already."""

import msgspec

from adapters.base import Question
from gateway.agreements.check import Entitlement, Grant
from gateway.errors import BadRequest, BadRequestCode
from gateway.exchange.answer import Gap
from gateway.exchange.cursor import Place
from gateway.exchange.gaps import FILTER_UNSUPPORTED, gap, gap_of_withheld
from gateway.exchange.offers import OfferedDataset, Offers
from gateway.exchange.pushdown import Filtering, Unsupported
from gateway.exchange.understanding import Understood
from gateway.ids import DatasetId, PartnerId
from gateway.remembered import Remembered

_KEPT = 256


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset's part of a page: it gives up to `share` records, from `place` on."""

    dataset: OfferedDataset
    entitlement: Entitlement
    place: Place
    share: int
    filtering: Filtering
    source_id: str | None = None

    @property
    def question(self) -> Question:
        """What its platform is asked: always a whole page, so that the document can serve other shares too."""
        if self.source_id is not None:
            return Question(source_id=self.source_id, size=1)
        return Question(position=self.place.position, size=self.dataset.size, filters=self.filtering.parameters)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The turns that are taken now, the places that wait for a later page, and the gaps known before asking.

    `questions` are what upstream is asked, side by side, in the order of the turns.
    """

    turns: tuple[Turn, ...]
    questions: tuple[tuple[DatasetId, Question], ...]
    waiting: tuple[Place, ...]
    gaps: tuple[Gap, ...]


class Planner:
    """Makes the plans: the same one for the same understood question under the same grant."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers
        self._made: Remembered[tuple[int, int], tuple[Understood, Grant, Plan]] = Remembered(at_most=_KEPT)

    def plan(self, understood: Understood, grant: Grant) -> Plan:
        """The plan. Raises `BadRequest` for a filter that a named partner, or every partner, cannot meet."""
        key = id(understood), id(grant)
        made = self._made.get(key)
        if made is None:
            made = understood, grant, _plan(understood, grant, offers=self._offers)
            self._made.put(key, made)
        return made[2]


def _plan(understood: Understood, grant: Grant, *, offers: Offers) -> Plan:
    entitled = {it.offer.dataset: it for it in grant.entitlements}
    found = [(place, offers.by_id[place.dataset]) for place in understood.places if place.dataset in entitled]
    filterings = [(place, dataset, dataset.push_down.plan(understood.conditions)) for place, dataset in found]
    able = [(place, dataset, it) for place, dataset, it in filterings if isinstance(it, Filtering)]
    unable = [(dataset, it) for _, dataset, it in filterings if isinstance(it, Unsupported)]
    _check_filters(understood, able={dataset.partner for _, dataset, _ in able}, unable=unable)
    shares = _shares(understood.limit, len(able))
    turns = tuple(
        _turn(understood, entitlement=entitled[dataset.id], place=place, share=share, dataset=dataset, filtering=it)
        for (place, dataset, it), share in zip(able, shares, strict=True)
        if share
    )
    return Plan(
        turns=turns,
        questions=tuple((turn.dataset.id, turn.question) for turn in turns),
        waiting=tuple(place for (place, _, _), share in zip(able, shares, strict=True) if not share),
        gaps=(
            *(gap_of_withheld(it) for it in grant.withheld),
            *(gap(dataset.id, FILTER_UNSUPPORTED, detail=_unable(it)) for dataset, it in unable),
        ),
    )


def _shares(limit: int, count: int) -> list[int]:
    """`limit` shared evenly; the first get one more where it does not divide."""
    if not count:
        return []
    each, more = divmod(limit, count)
    return [each + (index < more) for index in range(count)]


def _turn(
    understood: Understood,
    *,
    entitlement: Entitlement,
    place: Place,
    share: int,
    dataset: OfferedDataset,
    filtering: Filtering,
) -> Turn:
    """One record is asked for by its id where the platform knows how, else looked for in the whole list."""
    source_id = understood.source_id if dataset.settings.by_id else None
    if understood.source_id is not None and source_id is None and dataset.settings.paging.kind != "single":
        message = f"{dataset.id} cannot be asked for one record; ask for the list"
        raise BadRequest(BadRequestCode.FILTER_UNSUPPORTED, message, dataset=dataset.id, filter="id")
    return Turn(
        dataset=dataset,
        entitlement=entitlement,
        place=place,
        share=share,
        filtering=filtering,
        source_id=source_id,
    )


def _check_filters(
    understood: Understood, *, able: set[PartnerId], unable: list[tuple[OfferedDataset, Unsupported]]
) -> None:
    for dataset, it in unable:
        if (understood.are_named and dataset.partner not in able) or not able:
            raise BadRequest(
                BadRequestCode.FILTER_UNSUPPORTED,
                f"{dataset.id}: {_unable(it)}",
                dataset=dataset.id,
                filter=", ".join(it.names),
                supported=list(it.supported),
            )


def _unable(unsupported: Unsupported) -> str:
    able = ", ".join(unsupported.supported) or "none"
    return f"neither the platform nor the gateway can filter by {', '.join(unsupported.names)}; by these: {able}"

"""May they? The agreement check: default deny, per provider, down to the field."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.agreements.agreement import Agreement, AgreementBook
from gateway.agreements.coverage import Case, Provider, covering
from gateway.agreements.field_classes import ALWAYS_RELEASED, FieldClasses
from gateway.clock import Clock
from gateway.decision import Allowed, Decision, Refused
from gateway.errors import RefusalCode
from gateway.ids import DatasetId, PartnerId

_DECISIONS_KEPT = 1024
_SLOT_S = 900
"""No time zone changes its day within a quarter of an hour that begins on the quarter."""

_NEAREST_TO_A_GRANT = (
    RefusalCode.PROFILE_INSUFFICIENT,
    RefusalCode.FIELD_NOT_GRANTED,
    RefusalCode.PURPOSE_NOT_COVERED,
    RefusalCode.AGREEMENT_SUSPENDED,
    RefusalCode.AGREEMENT_MISSING,
)


class Asker(msgspec.Struct, frozen=True):
    """Who asks, for what. `proves_key`: the client signs with a private key, so it may see Personal fields."""

    partner: PartnerId
    purpose: str
    proves_key: bool


class Offer(msgspec.Struct, frozen=True):
    """One dataset of one provider. An open one needs no agreement and yields its Public fields."""

    dataset: DatasetId
    provider: PartnerId
    is_open: bool = False


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for.

    `are_named`: the caller named these providers, so each must grant something. `fields` are names
    and classes; None means every granted field that is not Personal. A name must be granted, of a
    class as much comes as is. `filtered_on`: fields that a filter reads; filtering by a field tells
    its value, so it must be granted too.
    """

    resource: str
    offers: tuple[Offer, ...]
    are_named: bool = False
    fields: tuple[str, ...] | None = None
    filtered_on: tuple[str, ...] = ()


class Entitlement(msgspec.Struct, frozen=True):
    """One dataset, the fields of it that may leave, and the agreements that this rests on (none if open)."""

    offer: Offer
    fields: frozenset[str]
    agreements: tuple[Agreement, ...]


class Withheld(msgspec.Struct, frozen=True):
    """One dataset that may not be released, and why."""

    offer: Offer
    refusal: Refused


class Grant(msgspec.Struct, frozen=True):
    """What may be released, at least one dataset of it, and what may not."""

    entitlements: tuple[Entitlement, ...]
    withheld: tuple[Withheld, ...]

    def agreements(self) -> tuple[Agreement, ...]:
        """The agreements that the grant rests on, each once."""
        return tuple({it.id: it for one in self.entitlements for it in one.agreements}.values())


class AgreementCheck:
    """Decides what an asker may have. Reads the book on every question; only what follows from it is kept."""

    def __init__(
        self,
        *,
        book: AgreementBook,
        clock: Clock,
        providers: Mapping[PartnerId, Provider],
        classes: Mapping[str, FieldClasses],
        purposes: frozenset[str],
    ) -> None:
        self._book = book
        self._clock = clock
        self._providers = providers
        self._classes = classes
        self._purposes = purposes
        self._zones = {provider.zone: ZoneInfo(provider.zone) for provider in providers.values()}
        self._kept: OrderedDict[Any, tuple[tuple[Agreement, ...], Decision[Grant]]] = OrderedDict()

    async def check(self, asker: Asker, wanted: Wanted) -> Decision[Grant]:
        """What may be released to the asker, or why nothing may. Raises `StoreUnavailable`.

        A provider that was named and grants nothing refuses the whole question; one that was not
        named is withheld, as long as another grants something.
        """
        agreements = await self._book.of_consumer(asker.partner)
        key = (asker, wanted, int(self._clock.seconds() // _SLOT_S))
        kept = self._kept.get(key)
        if kept is not None and kept[0] is agreements:
            self._kept.move_to_end(key)
            return kept[1]
        decision = self._decide(asker, wanted, agreements)
        self._kept[key] = (agreements, decision)
        if len(self._kept) > _DECISIONS_KEPT:
            self._kept.popitem(last=False)
        return decision

    def _decide(self, asker: Asker, wanted: Wanted, agreements: tuple[Agreement, ...]) -> Decision[Grant]:
        covers = {
            provider: self._covering(provider, asker=asker, resource=wanted.resource, agreements=agreements)
            for provider in dict.fromkeys(offer.provider for offer in wanted.offers)
        }
        found = [
            self._entitle(offer, covers=covers[offer.provider], asker=asker, wanted=wanted) for offer in wanted.offers
        ]
        entitled = tuple(one for one in found if isinstance(one, Entitlement))
        withheld = tuple(one for one in found if isinstance(one, Withheld))
        granting = {one.offer.provider for one in entitled}
        if wanted.are_named:
            for one in withheld:
                if one.offer.provider not in granting:
                    return one.refusal
        elif not entitled and withheld:
            return min((one.refusal for one in withheld), key=lambda it: _NEAREST_TO_A_GRANT.index(it.code))
        return Allowed(Grant(entitled, withheld))

    def _covering(
        self, provider: PartnerId, *, asker: Asker, resource: str, agreements: tuple[Agreement, ...]
    ) -> tuple[Case, Decision[tuple[Agreement, ...]]]:
        who = self._providers[provider]
        today = self._clock.now().astimezone(self._zones[who.zone]).date()
        case = Case(who, asker.partner, resource, asker.purpose, today)
        if asker.purpose not in self._purposes:
            message = f"{asker.purpose} is not a purpose that data is exchanged for"
            return case, case.refused(RefusalCode.PURPOSE_NOT_COVERED, message, covered=sorted(self._purposes))
        return case, covering(agreements, case=case)

    def _entitle(
        self,
        offer: Offer,
        *,
        covers: tuple[Case, Decision[tuple[Agreement, ...]]],
        asker: Asker,
        wanted: Wanted,
    ) -> Entitlement | Withheld:
        case, covered = covers
        classes = self._classes[wanted.resource]
        opened = classes.public if offer.is_open and asker.purpose in self._purposes else frozenset[str]()
        if isinstance(covered, Refused):
            if not opened:
                return Withheld(offer, covered)
            return _narrow(offer, granted=opened, using=(), case=case, classes=classes, asker=asker, wanted=wanted)
        # An agreement that adds nothing to what is open anyhow is not used, so its quota is not spent.
        granted = {it: classes.expand(_granted_words(it, wanted.resource)) for it in covered.grant}
        using = tuple(it for it, fields in granted.items() if not opened or not fields <= opened)
        fields = opened.union(*granted.values())
        return _narrow(offer, granted=fields, using=using, case=case, classes=classes, asker=asker, wanted=wanted)


def _granted_words(agreement: Agreement, resource: str) -> list[str]:
    return [field.name for granted in agreement.resources if granted.resource == resource for field in granted.fields]


def _narrow(
    offer: Offer,
    *,
    granted: frozenset[str],
    using: tuple[Agreement, ...],
    case: Case,
    classes: FieldClasses,
    asker: Asker,
    wanted: Wanted,
) -> Entitlement | Withheld:
    """The granted fields, narrowed to those that were asked for; or the first that may not leave."""
    granted |= ALWAYS_RELEASED
    asked = wanted.fields
    names = [word for word in asked or () if not word.startswith("@")]
    missing = sorted({*names, *wanted.filtered_on} - granted)
    if missing:
        message = f"{case.provider.id} has not granted {', '.join(missing)}"
        return Withheld(offer, case.refused(RefusalCode.FIELD_NOT_GRANTED, message, fields=missing))
    released = granted - classes.personal if asked is None else (granted & classes.expand(asked)) | ALWAYS_RELEASED
    personal = sorted(released & classes.personal)
    if personal and not asker.proves_key:
        message = f"{', '.join(personal)}: only clients that prove a private key may have Personal fields"
        return Withheld(offer, case.refused(RefusalCode.PROFILE_INSUFFICIENT, message, fields=personal))
    return Entitlement(offer, released, using)

"""What of all events a reader may have, now: default deny, for each kind of event and each partner."""

from collections.abc import Mapping

import msgspec

from gateway.access.caller import Caller
from gateway.access.client import Profile
from gateway.agreements.check import AgreementCheck, Asker, Entitlement, Offer, Wanted
from gateway.agreements.field_classes import FieldClasses
from gateway.decision import Allowed, Decision, Refused
from gateway.errors import BadRequest, BadRequestCode, RefusalCode
from gateway.ids import PartnerId

_NEAREST_TO_A_GRANT = (
    RefusalCode.PROFILE_INSUFFICIENT,
    RefusalCode.FIELD_NOT_GRANTED,
    RefusalCode.PURPOSE_NOT_COVERED,
    RefusalCode.AGREEMENT_SUSPENDED,
    RefusalCode.AGREEMENT_MISSING,
)


class FeedWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which events a reader asks for. None means all that it may have; what is named must be granted.

    `fields` None means every granted field that is not Personal.
    """

    names: tuple[str, ...] | None = None
    partners: tuple[PartnerId, ...] | None = None
    fields: tuple[str, ...] | None = None


class Readable(msgspec.Struct, frozen=True):
    """What may be read: per event name and provider, and what is withheld although there is an agreement for it."""

    entitlements: dict[tuple[str, PartnerId], Entitlement]
    withheld: tuple[tuple[str, PartnerId, RefusalCode], ...]

    def wanted(self) -> dict[str, frozenset[PartnerId]]:
        """The providers of each event name."""
        found: dict[str, frozenset[PartnerId]] = {}
        for name, provider in self.entitlements:
            found[name] = found.get(name, frozenset()) | {provider}
        return found


class FeedEntitlements:
    """Decides. `offers` are all event sources, by the name of the event that they publish."""

    def __init__(
        self,
        *,
        check: AgreementCheck,
        classes: Mapping[str, FieldClasses],
        offers: Mapping[str, tuple[Offer, ...]],
        partners: frozenset[PartnerId],
    ) -> None:
        self._check = check
        self._classes = classes
        self._offers = offers
        self._partners = partners

    def check_words(self, wish: FeedWish) -> None:
        """Raises `BadRequest` for a partner, or a field, that there is not."""
        for partner in wish.partners or ():
            if partner not in self._partners:
                raise _invalid("partner", "partners of this exchange", known=sorted(self._partners))
        classes = self._classes.values()  # a field that the wanted kinds do not have is none that they withhold
        for word in wish.fields or ():
            if not any(it.knows(word) for it in classes):
                nearest = next((found for it in classes if (found := it.nearest(word))), None)
                raise _invalid("fields", "fields of life events, @public or @restricted", nearest=nearest)

    async def readable(self, caller: Caller, wish: FeedWish) -> Decision[Readable]:
        """What the caller may read of it, or why nothing. Raises `StoreUnavailable`."""
        asker = Asker(caller.partner, caller.purpose, caller.profile is Profile.FAPI)
        entitlements: dict[tuple[str, PartnerId], Entitlement] = {}
        refusals: dict[tuple[str, PartnerId], Refused] = {}
        for name in wish.names or tuple(self._classes):
            for offer in self._offered(name, wish):
                decision = await self._check.check(asker, self._asked(name, offer, wish))
                if isinstance(decision, Refused):
                    refusals[name, offer.provider] = decision
                else:
                    entitlements[name, offer.provider] = decision.grant.entitlements[0]
        refused = _first_missing(wish, entitlements, refusals)
        if refused is not None:
            return refused
        withheld = [(*pair, it.code) for pair, it in refusals.items() if it.code is not RefusalCode.AGREEMENT_MISSING]
        return Allowed(Readable(entitlements, tuple(withheld)))

    def _offered(self, name: str, wish: FeedWish) -> tuple[Offer, ...]:
        """One source of each partner that publishes such events: its other sources fall under the same agreements."""
        by_partner = {it.provider: it for it in self._offers.get(name, ())}
        return tuple(it for it in by_partner.values() if wish.partners is None or it.provider in wish.partners)

    def _asked(self, name: str, offer: Offer, wish: FeedWish) -> Wanted:
        fields = wish.fields
        if fields is not None:
            fields = tuple(it for it in fields if self._classes[name].knows(it)) or ("id",)
        return Wanted(resource=name, offers=(offer,), are_named=True, fields=fields)


def _first_missing(
    wish: FeedWish,
    entitlements: Mapping[tuple[str, PartnerId], Entitlement],
    refusals: Mapping[tuple[str, PartnerId], Refused],
) -> Refused | None:
    """Why the question is refused: nothing may be had, or nothing of a name or partner that it names."""
    had_names, had_partners = {name for name, _ in entitlements}, {partner for _, partner in entitlements}
    for name in wish.names or ():
        if name not in had_names:
            return _nearest([it for (one, _), it in refusals.items() if one == name], name)
    for partner in wish.partners or ():
        if partner not in had_partners:
            return _nearest([it for (_, one), it in refusals.items() if one == partner], str(partner))
    return None if entitlements else _nearest(list(refusals.values()), "events")


def _nearest(refusals: list[Refused], what: str) -> Refused:
    """The refusal that is nearest to a grant; of what nobody publishes, that there is no agreement."""
    if not refusals:
        return Refused(RefusalCode.AGREEMENT_MISSING, f"nobody publishes {what}", {"resource": what})
    return min(refusals, key=lambda it: _NEAREST_TO_A_GRANT.index(it.code))


def _invalid(parameter: str, expected: str, **more: object) -> BadRequest:
    message = f"{parameter}: expected {expected}"
    return BadRequest(BadRequestCode.PARAMETER_INVALID, message, parameter=parameter, expected=expected, **more)

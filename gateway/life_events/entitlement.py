"""May this subscriber have this event, now? Asked for every delivery, whatever was true when it subscribed."""

from collections.abc import Mapping

from gateway.access.client import Client, ClientRegister, ClientStatus, Profile
from gateway.agreements.check import AgreementCheck, Asker, Entitlement, Offer, Wanted
from gateway.agreements.field_classes import FieldClasses
from gateway.decision import Allowed, Decision, Refused
from gateway.errors import RefusalCode
from gateway.ids import PartnerId
from gateway.life_events.event import StoredEvent
from gateway.life_events.subscription import Subscription


class Entitlements:
    """Decides about subscriptions. `offers` are all event sources, by the name of the event that they publish."""

    def __init__(
        self,
        *,
        check: AgreementCheck,
        clients: ClientRegister,
        classes: Mapping[str, FieldClasses],
        offers: Mapping[str, tuple[Offer, ...]],
        partners: frozenset[PartnerId],
    ) -> None:
        self._check = check
        self._clients = clients
        self._classes = classes
        self._offers = offers
        self._partners = partners

    async def check_event(self, subscription: Subscription, event: StoredEvent) -> Decision[Entitlement]:
        """The fields of the event that may leave, and the agreements behind it. Raises `StoreUnavailable`."""
        if event.provider not in self._partners or subscription.partner not in self._partners:
            parameters = {"provider": event.provider, "consumer": subscription.partner, "resource": event.name}
            return Refused(RefusalCode.AGREEMENT_MISSING, "a partner takes no part any more", parameters)
        offer = Offer(event.dataset, event.provider)
        decision = await self._decide(subscription, event.name, offers=(offer,), are_named=True)
        return decision if isinstance(decision, Refused) else Allowed(decision.grant[0])

    async def check_subscription(self, subscription: Subscription) -> Decision[None]:
        """Whether, of each kind of event, the subscriber may have that of every partner it names, or else of any.

        Raises `StoreUnavailable`.
        """
        for name in subscription.names:
            wanted = subscription.providers
            offers = tuple(it for it in self._offers.get(name, ()) if wanted is None or it.provider in wanted)
            decision = await self._decide(subscription, name, offers=offers, are_named=wanted is not None)
            if isinstance(decision, Refused):
                return decision
        return Allowed(None)

    async def entitled(self, subscription: Subscription) -> frozenset[tuple[str, PartnerId]]:
        """The kinds of event, each with its publisher, of which the subscriber may have anything now.

        Raises `StoreUnavailable`.
        """
        found: set[tuple[str, PartnerId]] = set()
        for name in subscription.names:
            for provider in self.publishers(name):
                offers = tuple(it for it in self._offers[name] if it.provider == provider)[:1]
                decision = await self._decide(subscription, name, offers=offers, are_named=True)
                if isinstance(decision, Allowed):
                    found.add((name, provider))
        return frozenset(found)

    def publishers(self, name: str) -> frozenset[PartnerId]:
        """The partners that publish such an event."""
        return frozenset(it.provider for it in self._offers.get(name, ()))

    async def _decide(
        self, subscription: Subscription, name: str, *, offers: tuple[Offer, ...], are_named: bool
    ) -> Decision[tuple[Entitlement, ...]]:
        client = await self._clients.find(subscription.client_id)
        if client is None or client.status is not ClientStatus.ACTIVE:
            message = f"the client {subscription.client_id} is disabled"
            return Refused(RefusalCode.CLIENT_DISABLED, message, {"client_id": subscription.client_id})
        if subscription.purpose not in client.purposes:
            message = f"the client may not ask for the purpose {subscription.purpose}"
            return Refused(RefusalCode.PURPOSE_NOT_COVERED, message, {"purpose": subscription.purpose})
        wanted = Wanted(
            resource=name,
            offers=offers,
            are_named=are_named,
            fields=self._words(subscription, name),
            filtered_on=tuple(sorted(subscription.filters)),
        )
        decision = await self._check.check(_asker(subscription, client), wanted)
        return decision if isinstance(decision, Refused) else Allowed(decision.grant.entitlements)

    def _words(self, subscription: Subscription, name: str) -> tuple[str, ...] | None:
        """The wanted fields that this kind of event has: a subscription to several kinds names those of all."""
        if subscription.fields is None:
            return None
        return tuple(it for it in subscription.fields if self._classes[name].knows(it))


def _asker(subscription: Subscription, client: Client) -> Asker:
    """A key that was proved when it subscribed proves nothing for a client that has become one with a secret."""
    return Asker(subscription.partner, subscription.purpose, subscription.proves_key and client.profile is Profile.FAPI)

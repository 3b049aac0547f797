"""Subscriptions, events in line for them, and a worker's outbox, over a real database."""

from datetime import UTC, datetime, timedelta

from gateway.clock import SystemClock
from gateway.ids import ClientId, PartnerId, new_id
from gateway.life_events.delivery import Attempt, Claimed, DeliveryStatus, Settled
from gateway.life_events.event import PublishedEvent
from gateway.life_events.outbox import Room, Turn
from gateway.life_events.sealing import Sealer
from gateway.life_events.settling import after_attempt
from gateway.life_events.signature import Scheme, SigningSecret, new_key
from gateway.life_events.subscription import Subscription, SubscriptionStatus, Webhook
from gateway.life_events.webhook_secrets import sealed_secret
from gateway.storage.accepting import Accepting
from gateway.storage.outbox import StoredOutbox
from gateway.storage.subscription_office import StoredSubscriptionOffice
from gateway.storage.transactor import Transactor
from tests.support.life_events import a_publication, an_event

START = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
LEASE = timedelta(seconds=15)
DISABLE_AFTER = timedelta(days=5)


def a_subscription(id="sub_disdukcapil", **changes) -> Subscription:
    """The civil registry of Sumedang wants its own hospital's births."""
    values = {
        "id": id,
        "client_id": ClientId("disdukcapil-sumedang"),
        "partner": PartnerId("sumedang"),
        "purpose": "pencatatan-sipil",
        "proves_key": True,
        "names": ("birth",),
        "target": Webhook("https://capil.example/events"),
        "status": SubscriptionStatus.ACTIVE,
        "created_at": START,
        "updated_at": START,
    }
    return Subscription(**(values | changes))


class Line:
    """The outbox of one database, and ways to fill it and look into it."""

    def __init__(self, engine, folder) -> None:
        self.transactor = Transactor(engine)
        self.office = StoredSubscriptionOffice(engine)
        self.sealer = Sealer.opened(folder / "event-keys", clock=SystemClock())

    async def subscribe(self, *subscriptions: Subscription) -> dict[str, SigningSecret]:
        """Keeps them, each with one signing secret."""
        made = {}
        async with self.office.changing() as change:
            for it in subscriptions:
                await change.put(it)
                if isinstance(it.target, Webhook):
                    secret = SigningSecret(new_id("whs"), Scheme(it.target.signature), new_key())
                    await change.put_secrets(it.id, (sealed_secret(secret, sealer=self.sealer, now=START),))
                    made[it.id] = secret
        return made

    async def publish(self, *events: PublishedEvent) -> None:
        """Accepts the events in one transaction."""
        accepting = Accepting([a_publication(*events)], sealer=self.sealer)
        await self.transactor.run(accepting.run)

    async def births(self, count: int, *, first: int = 1, **changes) -> list[PublishedEvent]:
        """Accepts so many births."""
        events = [an_event(number, accepted_at=START, **changes) for number in range(first, first + count)]
        await self.publish(*events)
        return events

    def worker(self, owner="wrk_1", *, transactor=None) -> StoredOutbox:
        """One worker's outbox."""
        return StoredOutbox(transactor or self.transactor, sealer=self.sealer, owner=owner, disable_after=DISABLE_AFTER)

    async def claim(self, worker, *, now=START, total=100, settled=(), **room) -> list[Claimed]:
        """What the worker gets in one turn."""
        wanted = Room(total=total, busy=room.pop("busy", {}), **room)
        turned = await worker.take_turn(Turn(now=now, lease_until=now + LEASE, settled=tuple(settled), room=wanted))
        return list(turned.claimed)

    async def settle(self, worker, *settled: Settled, now=START):
        """Settles without claiming."""
        return await worker.take_turn(Turn(now=now, lease_until=now + LEASE, settled=settled))

    async def entries(self, subscription_id="sub_disdukcapil"):
        """Its deliveries in the order of their events."""
        return list(reversed(await self.office.deliveries(subscription_id, limit=10_000)))


def arrived(claimed: Claimed, *, now=START) -> Settled:
    """It arrived."""
    return after_attempt(claimed, Attempt(at=now, duration_ms=4, status_code=204), now=now)


def failed(claimed: Claimed, *, now=START, **changes) -> Settled:
    """It did not arrive."""
    attempt = Attempt(**({"at": now, "duration_ms": 4, "status_code": 500, "reason": "http-500"} | changes))
    return after_attempt(claimed, attempt, now=now)


def statuses(entries) -> list[DeliveryStatus]:
    """How they stand."""
    return [it.status for it in entries]

"""A dispatcher over a real outbox, real agreements' check and real connections."""

from contextlib import asynccontextmanager

from gateway.access.client import Profile
from gateway.agreements.agreement import GrantedField, GrantedResource
from gateway.agreements.check import AgreementCheck, Offer
from gateway.agreements.coverage import Provider
from gateway.agreements.field_classes import field_classes
from gateway.api.metrics import Meters
from gateway.clock import SystemClock
from gateway.ids import AgreementId, ClientId, DatasetId, PartnerId
from gateway.life_events.backoff import SCHEDULE_S
from gateway.life_events.dispatcher import Dispatcher
from gateway.life_events.entitlement import Entitlements
from gateway.life_events.outgoing import OutgoingEvents
from gateway.life_events.pace import Pace
from gateway.life_events.preparing import Preparation
from gateway.life_events.target_guard import TargetGuard
from gateway.life_events.webhook_sender import WebhookSender
from gateway.minimisation import Minimisation
from schemas.resources import LIFE_EVENTS
from tests.support.access import HeldClients, HeldLimiter
from tests.support.deliveries import Line
from tests.support.exchange import HeldBook
from tests.support.registers import a_client, an_agreement

PURPOSE = "pencatatan-sipil"
SUMEDANG, JAKARTA = PartnerId("sumedang"), PartnerId("jakarta")
BIRTHS = DatasetId("sumedang/hospital-births")
RECORD = (
    b'{"id":"sumedang:birth:hospital-births.SKL-1","partner":"sumedang","region":"32.11",'
    b'"born_at":"2026-03-10T11:20:00+07:00","child_name":"Citra Lestari","child_sex":"female",'
    b'"mother_nik":"3211104405950002","mother_name":"Euis Rohaeti"}'
)


def registry_client(id="disdukcapil-sumedang", **changes):
    """The civil registry's client, which proves a key."""
    values = {"partner": SUMEDANG, "profile": Profile.FAPI, "purposes": frozenset({PURPOSE}), "secrets": ()}
    return a_client(id, **(values | changes))


def own_agreement(id="SK-1", *fields: str, **changes):
    """Sumedang lets its own registry have births: the Public fields, and those named."""
    granted = tuple(GrantedField(name, "UU 24/2013 ps. 27") for name in ("@public", "@restricted", *fields))
    values = {
        "provider": SUMEDANG,
        "consumer": SUMEDANG,
        "resources": (GrantedResource("birth", granted),),
        "purposes": frozenset({PURPOSE}),
    }
    return an_agreement(AgreementId(id), **(values | changes))


class World:
    """What dispatchers of one test share."""

    def __init__(self, engine, folder) -> None:
        self.line = Line(engine, folder)
        self.book = HeldBook([own_agreement("SK-1", "child_name", "mother_nik")])
        self.clients = HeldClients({ClientId("disdukcapil-sumedang"): registry_client()})
        self.limiter = HeldLimiter()
        self.meters = Meters()
        self.clock = SystemClock()

    async def births(self, count: int, **changes):
        """Accepts so many births, each with a whole record."""
        return await self.line.births(count, record=RECORD, **changes)

    def counted(self, name: str, **labels) -> float:
        """A counter's value."""
        return self.meters.registry.get_sample_value(name, labels) or 0.0

    @asynccontextmanager
    async def dispatching(self, owner="wrk_1", *, timeout_s=1.0, retry_pauses_s=SCHEDULE_S):
        """One dispatcher, while it lasts."""
        guard = TargetGuard(ports=(443,), private=("127.0.0.0/8",))
        sender = WebhookSender(guard=guard, clock=self.clock, timeout_s=timeout_s)
        await sender.open()
        dispatcher = Dispatcher(
            outbox=self.line.worker(owner),
            preparation=Preparation(
                entitlements=self.entitlements(),
                outgoing=OutgoingEvents(minimisation=Minimisation(LIFE_EVENTS), events=LIFE_EVENTS),
                clock=self.clock,
            ),
            senders={"webhook": sender},
            pace=Pace(self.limiter),
            clock=self.clock,
            meter=self.meters,
            retry_pauses_s=retry_pauses_s,
        )
        await dispatcher.open()
        try:
            yield dispatcher
        finally:
            await dispatcher.close()
            await sender.close()

    def entitlements(self) -> Entitlements:
        """Who may have what."""
        classes = field_classes(LIFE_EVENTS)
        providers = {it: Provider(it, it.title()) for it in (SUMEDANG, JAKARTA)}
        check = AgreementCheck(
            book=self.book, clock=self.clock, providers=providers, classes=classes, purposes=frozenset({PURPOSE})
        )
        offers = {"birth": (Offer(BIRTHS, SUMEDANG),)}
        return Entitlements(
            check=check, clients=self.clients, classes=classes, offers=offers, partners=frozenset(providers)
        )

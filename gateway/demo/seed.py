"""Clients and agreements of the demonstration, made by the same acts as an administrator's."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from gateway.access.client import Profile
from gateway.access.scopes import Scope
from gateway.administration.decide_agreement import decide_agreement
from gateway.administration.desk import Desk
from gateway.administration.draft_agreement import NewAgreement, draft_agreement
from gateway.administration.register_client import NewClient, register_client
from gateway.agreements.agreement import GrantedField, GrantedResource, Quota
from gateway.agreements.states import Step
from gateway.ids import AgreementId

BY = "Petugas Demo"
ADMINISTRATION = "administrasi-gerbang"
PURPOSE = "pelayanan-publik"
PURPOSES = frozenset({PURPOSE, "penanganan-laporan", "perencanaan-pembangunan", "replikasi-inovasi"})

_READ = frozenset({Scope.FACILITIES_READ, Scope.INDICATORS_READ, Scope.SERVICE_REQUESTS_READ, Scope.SERVICES_READ})
_OPEN = GrantedField("@public", "UU 14/2008")
_RESTRICTED = GrantedField("@restricted", "UU 25/2009; perjanjian kerja sama pasal 4")
_EVERYTHING = (
    GrantedResource("facility", (_OPEN,)),
    GrantedResource("indicator", (_OPEN,)),
    GrantedResource("service", (_OPEN,)),
    GrantedResource("service-request", (_OPEN, _RESTRICTED)),
)
_WITHOUT_CITIZENS_WORDS = (*_EVERYTHING[:3], GrantedResource("service-request", (_OPEN,)))
_PERSONAL = (GrantedResource("facility", (_OPEN, GrantedField("head_name", "UU 27/2022 pasal 20 ayat 2"))),)


class Credentials(msgspec.Struct, frozen=True):
    """A client of the demonstration, with its secret or private key (PEM) in the clear.

    Both are made up, and live as long as the demo.
    """

    client_id: str
    secret: str = ""
    key: str | None = None


class Seeded(msgspec.Struct, frozen=True):
    """Credentials by client's id, and the agreement that waits for somebody's approval."""

    clients: dict[str, Credentials]
    waiting: AgreementId


async def seed(desk: Desk, *, further: Iterable[str] = ()) -> Seeded:
    """Registers a client for each partner and an administrator; four agreements in force and one submitted.

    `further` partners provide to Jakarta, under an agreement of their own each.
    """
    clients = {
        new.partner if new.scopes == _READ else "admin": await _registered(desk, new)
        for new in (
            _client("jakarta-demo", partner="jakarta", name="Jakarta Smart City", scopes=_READ),
            _client("sumedang-demo", partner="sumedang", name="Diskominfosanditik Sumedang", scopes=_READ),
            _client(
                "admin-demo", partner="jakarta", name="Administrator", scopes={Scope.ADMIN}, purposes={ADMINISTRATION}
            ),
        )
    }
    for provider, consumer, granted in (
        ("sumedang", "jakarta", _EVERYTHING),
        ("jakarta", "jakarta", _EVERYTHING),
        ("jakarta", "sumedang", _WITHOUT_CITIZENS_WORDS),
        ("sumedang", "sumedang", _EVERYTHING),
        *((partner, "jakarta", _EVERYTHING) for partner in further),
    ):
        agreement = await _submitted(desk, provider=provider, consumer=consumer, granted=granted)
        await decide_agreement(desk, agreement, step=Step.APPROVE, by=BY, reason="Disetujui kedua pihak")
    waiting = await _submitted(desk, provider="jakarta", consumer="sumedang", granted=_PERSONAL)
    return Seeded(clients, waiting)


def _client(
    id: str, *, partner: str, name: str, scopes: Iterable[str], purposes: Iterable[str] = PURPOSES
) -> NewClient:
    return NewClient(
        id=id,
        partner=partner,
        name=name,
        profile=Profile.BASIC,
        scopes=frozenset(scopes),
        purposes=frozenset(purposes),
    )


async def _registered(desk: Desk, new: NewClient) -> Credentials:
    registered = await register_client(desk, new, by=BY, reason="Peragaan")
    assert registered.secret is not None
    return Credentials(registered.client.id, registered.secret)


async def _submitted(desk: Desk, *, provider: str, consumer: str, granted: tuple[GrantedResource, ...]) -> AgreementId:
    """A new agreement for a year, from yesterday so that it holds in every time zone."""
    today = desk.clock.now().date()
    new = NewAgreement(
        provider=provider,
        consumer=consumer,
        title=f"Pertukaran data {provider} kepada {consumer}",
        resources=granted,
        purposes=PURPOSES,
        valid_from=today - timedelta(days=1),
        valid_until=today + timedelta(days=365),
        quota=Quota(limit=10_000, window_s=86_400),
    )
    agreement = await draft_agreement(desk, new, by=BY, reason="Peragaan")
    await decide_agreement(desk, agreement.id, step=Step.SUBMIT, by=BY, reason="Diajukan")
    return agreement.id

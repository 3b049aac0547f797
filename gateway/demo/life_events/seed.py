"""Clients, agreement and adoption that a region's own systems need, made by the same acts as an administrator's.

The agreement is the region's with itself: its registry gets its hospital's births because somebody decreed it, as any
other partner would. Registry and notifier prove a private key, as Personal fields travel to them.
"""

from datetime import timedelta

import msgspec
from joserfc.jwk import ECKey

from gateway.access.client import Profile
from gateway.access.scopes import Scope
from gateway.administration.adopt_recipe import adopt_recipe
from gateway.administration.decide_agreement import decide_agreement
from gateway.administration.desk import Desk
from gateway.administration.draft_agreement import NewAgreement, draft_agreement
from gateway.administration.register_client import NewClient, register_client
from gateway.agreements.agreement import GrantedField, GrantedResource
from gateway.agreements.states import Step
from gateway.demo.seed import BY, Credentials

RECIPE = "newborn-documents"
CIVIL_REGISTRATION = "administrasi-kependudukan"
_REASON = "Peragaan"
_REGISTRATION_LAW = "UU 24/2013 pasal 27; Permendagri 108/2019"
_NOTICE_LAW = "UU 27/2022 pasal 20 ayat 2 huruf e"
REGISTERED = (
    "@public", "@restricted", "born_at", "child_name", "child_sex", "birth_order", "mother_nik", "mother_name",
    "father_nik", "father_name", "family_card_number", "residence_region",
)  # fmt: skip
"""What the registry needs of a birth; no telephone number."""
_BIRTH = (
    *(GrantedField(name, _REGISTRATION_LAW) for name in REGISTERED),
    GrantedField("contact_phone", _NOTICE_LAW),
)
_DOCUMENT = (GrantedField("@public", _REGISTRATION_LAW), GrantedField("holder_name", _NOTICE_LAW))
_LATE = (GrantedField("@public", "UU 25/2009 pasal 15"),)


class Offices(msgspec.Struct, frozen=True):
    """The clients of one region that fill the recipe's roles."""

    hospital: Credentials
    civil_registry: Credentials
    notifier: Credentials


async def seed_region(desk: Desk, partner: str) -> Offices:
    """Three clients, an agreement of the partner with itself, and the recipe adopted."""
    hospital = NewClient(
        id=f"{partner}-rumah-sakit",
        partner=partner,
        name="Rumah sakit (SIMRS)",
        profile=Profile.BASIC,
        scopes=frozenset({Scope.EVENTS_PUBLISH, Scope.CASES_READ}),
        purposes=frozenset({CIVIL_REGISTRATION}),
    )
    registered = await register_client(desk, hospital, by=BY, reason=_REASON)
    assert registered.secret is not None
    offices = Offices(
        Credentials(registered.client.id, registered.secret),
        await _proving(desk, f"{partner}-dukcapil", partner=partner, name="Dukcapil"),
        await _proving(desk, f"{partner}-pemberitahuan", partner=partner, name="Pemberitahuan warga"),
    )
    await _agree_with_itself(desk, partner)
    roles = {
        "hospital": (offices.hospital.client_id,),
        "civil-registry": (offices.civil_registry.client_id,),
        "notifier": (offices.notifier.client_id,),
    }
    await adopt_recipe(desk, RECIPE, partner=partner, roles=roles, by=BY, reason=_REASON)
    return offices


async def _proving(desk: Desk, id: str, *, partner: str, name: str) -> Credentials:
    """A client with a private key of its own."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    new = NewClient(
        id=id,
        partner=partner,
        name=name,
        profile=Profile.FAPI,
        scopes=frozenset({Scope.EVENTS_PUBLISH, Scope.SUBSCRIPTIONS_MANAGE}),
        purposes=frozenset({CIVIL_REGISTRATION}),
        keys=dict(key.as_dict(private=False)),
    )
    registered = await register_client(desk, new, by=BY, reason=_REASON)
    return Credentials(registered.client.id, key=key.as_pem(private=True).decode())


async def _agree_with_itself(desk: Desk, partner: str) -> None:
    today = desk.clock.now().date()
    new = NewAgreement(
        provider=partner,
        consumer=partner,
        title="Keputusan kepala daerah tentang pemanfaatan data peristiwa kependudukan",
        resources=(
            GrantedResource("birth", _BIRTH),
            GrantedResource("document-issued", _DOCUMENT),
            GrantedResource("case-late", _LATE),
        ),
        purposes=frozenset({CIVIL_REGISTRATION}),
        valid_from=today - timedelta(days=1),
        valid_until=today + timedelta(days=365),
    )
    agreement = await draft_agreement(desk, new, by=BY, reason=_REASON)
    for step, reason in ((Step.SUBMIT, "Diajukan"), (Step.APPROVE, "Ditetapkan")):
        await decide_agreement(desk, agreement.id, step=step, by=BY, reason=reason)

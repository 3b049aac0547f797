"""Which agreements cover a question on one day, and, if none does, the nearest reason why."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from gateway.agreements.agreement import Agreement, AgreementStatus
from gateway.decision import Allowed, Decision, Refused
from gateway.errors import RefusalCode
from gateway.ids import PartnerId
from gateway.settings import Partner


class Standing(StrEnum):
    """How an agreement stands on a day: its status, and for an active one its period too."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    ENDED = "ended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"


STOPPED = (Standing.SUSPENDED, Standing.NOT_YET_VALID, Standing.EXPIRED, Standing.ENDED)
"""Approved once, but not in force now; the first is the nearest to being in force."""

WAITING = (Standing.SUBMITTED, Standing.DRAFT)


class Provider(msgspec.Struct, frozen=True):
    """Who can grant: a partner, how to reach it, and the zone that its days are counted in."""

    id: PartnerId
    name: str
    zone: str = "Asia/Jakarta"
    contact: str = ""


def providers(partners: Mapping[str, Partner]) -> dict[PartnerId, Provider]:
    """Every partner as one who can grant."""
    return {PartnerId(it.id): Provider(PartnerId(it.id), it.name, it.zone, it.contact) for it in partners.values()}


class Case(msgspec.Struct, frozen=True):
    """What the agreements are held against."""

    provider: Provider
    consumer: PartnerId
    resource: str
    purpose: str
    today: date

    def refused(self, code: RefusalCode, message: str, **more: Any) -> Refused:
        """A refusal that says whose data it is about and who can grant it."""
        parameters: dict[str, Any] = {
            "provider": self.provider.id,
            "provider_name": self.provider.name,
            "contact": self.provider.contact,
            "consumer": self.consumer,
            "resource": self.resource,
            "purpose": self.purpose,
        }
        return Refused(code, message, {**parameters, **more})


def standing(agreement: Agreement, today: date) -> Standing:
    """How the agreement stands on that day of its provider's."""
    if agreement.status is not AgreementStatus.ACTIVE:
        return Standing(agreement.status.value)
    if today < agreement.valid_from:
        return Standing.NOT_YET_VALID
    return Standing.EXPIRED if today > agreement.valid_until else Standing.ACTIVE


def covering(agreements: Iterable[Agreement], *, case: Case) -> Decision[tuple[Agreement, ...]]:
    """The agreements in force that cover the case (one or more), or why none does."""
    about = [
        (standing(agreement, case.today), agreement)
        for agreement in agreements
        if agreement.provider == case.provider.id
        and agreement.consumer == case.consumer
        and any(granted.resource == case.resource for granted in agreement.resources)
    ]
    fitting = tuple(it for stands, it in about if stands is Standing.ACTIVE and case.purpose in it.purposes)
    return Allowed(fitting) if fitting else _why_not(about, case=case)


def _why_not(about: list[tuple[Standing, Agreement]], *, case: Case) -> Refused:
    """The reason nearest to a grant: a stopped one that fits, then another purpose, then any stopped, then none."""
    fitting = [(stands, it) for stands, it in about if case.purpose in it.purposes]
    active = [it for stands, it in about if stands is Standing.ACTIVE]
    stopped = _first(fitting, STOPPED) or (None if active else _first(about, STOPPED))
    if stopped:
        stands, agreement = stopped
        return case.refused(
            RefusalCode.AGREEMENT_SUSPENDED,
            f"agreement {agreement.id} is {stands.value}",
            agreement=agreement.id,
            state=stands.value,
            valid_from=agreement.valid_from.isoformat(),
            valid_until=agreement.valid_until.isoformat(),
        )
    if active:
        return case.refused(
            RefusalCode.PURPOSE_NOT_COVERED,
            f"no agreement with {case.provider.id} covers the purpose {case.purpose}",
            agreements=[it.id for it in active],
            covered=sorted(frozenset[str]().union(*(it.purposes for it in active))),
        )
    waiting = _first(about, WAITING)
    return case.refused(
        RefusalCode.AGREEMENT_MISSING,
        f"no agreement lets {case.consumer} have {case.resource} of {case.provider.id}",
        state=waiting[0].value if waiting else "",
    )


def _first(about: list[tuple[Standing, Agreement]], order: tuple[Standing, ...]) -> tuple[Standing, Agreement] | None:
    return min(
        (pair for pair in about if pair[0] in order),
        key=lambda pair: (order.index(pair[0]), pair[1].id),
        default=None,
    )

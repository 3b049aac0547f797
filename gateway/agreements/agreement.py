"""An agreement (*perjanjian kerja sama*) between a provider and a consumer, and the book that keeps them."""

from datetime import date
from enum import StrEnum
from typing import Protocol

import msgspec

from gateway.ids import AgreementId, PartnerId


class AgreementStatus(StrEnum):
    """Where an agreement stands. Every change has a reason and a person, in the audit log."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    ENDED = "ended"


class GrantedField(msgspec.Struct, frozen=True):
    """One common field, or the class `@public` or `@restricted`, and the law it rests on.

    Personal fields are never part of a class: they are granted by name or not at all.
    """

    name: str
    legal_basis: str


class GrantedResource(msgspec.Struct, frozen=True):
    """What of one resource (its name, as `facility`) is granted."""

    resource: str
    fields: tuple[GrantedField, ...]


class Quota(msgspec.Struct, frozen=True):
    """How many exchanges the consumer may make in a window under this agreement."""

    limit: int
    window_s: int


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Provider → consumer: resources and fields with their legal basis, purposes, period, quota.

    `valid_until` is the last day it holds, both days in the provider's own time zone.
    """

    id: AgreementId
    provider: PartnerId
    consumer: PartnerId
    title: str
    resources: tuple[GrantedResource, ...]
    purposes: frozenset[str]
    valid_from: date
    valid_until: date
    quota: Quota | None = None
    status: AgreementStatus = AgreementStatus.DRAFT
    status_reason: str = ""


class AgreementBook(Protocol):
    """The agreements, as the check reads them. Raises `StoreUnavailable`."""

    async def of_consumer(self, consumer: PartnerId) -> tuple[Agreement, ...]:
        """Every agreement of that consumer, whatever its status, as they stood at most 2 s ago."""
        ...

"""Drafts an agreement between a provider and a consumer."""

from datetime import date

import msgspec

from gateway.administration.desk import COMMAND_LINE, Desk, Via, invalid, record_act, require_known, require_text
from gateway.agreements.agreement import Agreement, GrantedField, GrantedResource, Quota
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import AgreementId, PartnerId, new_id

_LONGEST_WINDOW_S = 31 * 86_400


class NewAgreement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be agreed. Fields are common fields, or `@public`, `@restricted`; each rests on a law.

    `id` may be chosen, as the number of the signed document; without it one is made.
    """

    provider: str
    consumer: str
    title: str
    resources: tuple[GrantedResource, ...]
    purposes: frozenset[str]
    valid_from: date
    valid_until: date
    quota: Quota | None = None
    id: str | None = None


async def draft_agreement(desk: Desk, new: NewAgreement, *, by: str, reason: str, via: Via = COMMAND_LINE) -> Agreement:
    """The draft. It grants nothing until it is submitted and approved. Raises `BadRequest` for what cannot be."""
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    agreement = _made(desk, new, reason=reason)
    async with desk.office.changing() as change:
        if await change.agreement(agreement.id) is not None:
            raise BadRequest(BadRequestCode.CONFLICT, f"{agreement.id} exists already", id=agreement.id, state="taken")
        await change.put_agreement(agreement)
        await record_act(
            change,
            "draft-agreement",
            subject=agreement.id,
            by=by,
            desk=desk,
            via=via,
            partner=agreement.provider,
            reason=reason,
            agreement=agreement,
        )
    return agreement


def _made(desk: Desk, new: NewAgreement, *, reason: str) -> Agreement:
    """The agreement, every part of it checked."""
    require_known([new.provider], parameter="provider", known=desk.partners)
    require_known([new.consumer], parameter="consumer", known=desk.partners)
    if new.valid_until < new.valid_from:
        invalid("valid_until", "not before valid_from")
    if new.quota is not None and not (new.quota.limit > 0 and 0 < new.quota.window_s <= _LONGEST_WINDOW_S):
        invalid("quota", "a limit of at least 1 in a window of 1 s to 31 days")
    if not new.resources:
        invalid("resources", f"at least one of {', '.join(sorted(desk.fields))}")
    return Agreement(
        id=AgreementId(require_text(new.id, parameter="id") if new.id is not None else new_id("agreement")),
        provider=PartnerId(new.provider),
        consumer=PartnerId(new.consumer),
        title=require_text(new.title, parameter="title"),
        resources=tuple(_checked(desk, granted, at=index) for index, granted in enumerate(new.resources)),
        purposes=require_known(new.purposes, parameter="purposes", known=desk.purposes),
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        quota=new.quota,
        status_reason=reason,
    )


def _checked(desk: Desk, granted: GrantedResource, *, at: int) -> GrantedResource:
    """The resource, its fields known and each with its legal basis."""
    require_known([granted.resource], parameter=f"resources[{at}].resource", known=desk.fields)
    known = desk.fields[granted.resource]
    if not granted.fields:
        invalid(f"resources[{at}].fields", "at least one field, or @public")
    for index, field in enumerate(granted.fields):
        where = f"resources[{at}].fields[{index}]"
        if not known.knows(field.name):
            expected = f"a field of {granted.resource}, @public or @restricted"
            invalid(f"{where}.name", expected, found=field.name[:100], nearest=known.nearest(field.name))
        require_text(field.legal_basis, parameter=f"{where}.legal_basis")
    return GrantedResource(
        granted.resource, tuple(GrantedField(it.name, it.legal_basis.strip()) for it in granted.fields)
    )

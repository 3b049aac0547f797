"""What every act works with: the registers, the clock, and what there is to choose from."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NoReturn, Protocol

import msgspec

from gateway.access.client import Client
from gateway.access.scopes import Scope
from gateway.access.secrets import SecretKeeper
from gateway.administration.office import Change, Office
from gateway.agreements.agreement import Agreement
from gateway.agreements.field_classes import FieldClasses
from gateway.audit.record import AuditRecord
from gateway.clock import Clock
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import AgreementId, ClientId, new_id

_LONGEST_TEXT = 500


class Via(msgspec.Struct, frozen=True, kw_only=True):
    """The door that an act came through, for its audit record. The command line leaves all of it out."""

    client_id: str | None = None
    request_id: str | None = None
    remote: str | None = None


COMMAND_LINE = Via()


class AdoptableRecipe(Protocol):
    """What an adoption needs to know of a recipe."""

    @property
    def roles(self) -> Mapping[str, Any]:
        """Its roles; each is bound to a client."""
        ...

    @property
    def publishing_roles(self) -> frozenset[str]:
        """Those whose clients publish."""
        ...

    @property
    def trigger_event(self) -> str:
        """The life event that opens its cases."""
        ...

    @property
    def trigger_needs(self) -> tuple[str, ...]:
        """The fields of that event that its steps cannot do without."""
        ...


class DeclaredSource(msgspec.Struct, frozen=True, kw_only=True):
    """An event source as its mapping's `file` declares it: which life event, and the `fields` that it may fill."""

    id: str
    event: str
    fields: frozenset[str]
    file: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The collaborators of the acts. `fields` are the resources' field classes by resource name.

    `recipes` are those that can be adopted, by their names. `declared_sources` reads those of a partner from its
    files; it blocks, and raises `BadConfiguration`.
    """

    office: Office
    secrets: SecretKeeper
    clock: Clock
    partners: frozenset[str]
    purposes: frozenset[str]
    fields: Mapping[str, FieldClasses]
    declared_sources: Callable[[str], tuple[DeclaredSource, ...]]
    scopes: frozenset[str] = frozenset(Scope)
    recipes: Mapping[str, AdoptableRecipe] = field(default_factory=dict)


async def find_client(change: Change, client_id: ClientId) -> Client:
    """The client, or raises `BadRequest` (not found)."""
    client = await change.client(client_id)
    return client if client is not None else not_found(client_id)


async def find_agreement(change: Change, agreement_id: AgreementId) -> Agreement:
    """The agreement, or raises `BadRequest` (not found)."""
    agreement = await change.agreement(agreement_id)
    return agreement if agreement is not None else not_found(agreement_id)


async def record_act(
    change: Change, act: str, *, subject: str, by: str, desk: Desk, via: Via, partner: str | None = None, **details: Any
) -> None:
    """Writes that `by` did `act` to `subject`, in the transaction of the change itself."""
    await change.record(
        AuditRecord(
            id=new_id("aud"),
            at=desk.clock.now(),
            kind=f"admin.{act}",
            outcome="answered",
            client_id=via.client_id,
            partner=partner,
            subject=subject,
            by=by,
            details=details,
            request_id=via.request_id,
            remote=via.remote,
        )
    )


def require_text(text: str, *, parameter: str) -> str:
    """`text` without blanks around it; raises `BadRequest` where nothing, or a control character, is left."""
    text = text.strip()
    if not text or len(text) > _LONGEST_TEXT or not text.isprintable():
        invalid(parameter, f"1 to {_LONGEST_TEXT} printable characters")
    return text


def require_known(words: Collection[str], *, parameter: str, known: Collection[str]) -> frozenset[str]:
    """The words, each of them known, at least one; raises `BadRequest` naming the nearest known one."""
    if not words:
        invalid(parameter, f"at least one of {', '.join(sorted(known))}")
    for word in words:
        if word not in known:
            nearest = next(iter(get_close_matches(word, known, n=1)), None)
            invalid(parameter, f"one of {', '.join(sorted(known))}", found=word[:100], nearest=nearest)
    return frozenset(words)


def invalid(parameter: str, expected: str, **more: Any) -> NoReturn:
    """Raises `BadRequest`: what was given cannot be, and what could."""
    raise BadRequest(
        BadRequestCode.PARAMETER_INVALID,
        f"{parameter} must be {expected}" + (f"; did you mean {more['nearest']}?" if more.get("nearest") else ""),
        parameter=parameter,
        expected=expected,
        **more,
    )


def not_found(id: str) -> NoReturn:
    """Raises `BadRequest`: there is none with this id."""
    raise BadRequest(BadRequestCode.NOT_FOUND, f"there is no {id[:100]}", id=id[:100])

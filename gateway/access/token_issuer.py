"""The authorization server's I/O: fetch, let the pure core decide, keep what it decided, record, answer.

The order is what counts. A client is found by what it claims; the core proves it; a used assertion
is remembered before it is believed, and only once its signature is good, so that nobody can use up
another's; the record is durable before the answer leaves. Whatever store is down, nothing is
issued: `StoreUnavailable`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

from gateway.access.access_token import AccessToken
from gateway.access.client import Client, ClientRegister
from gateway.access.oauth_core import NOT_PROVED, OAuthCore
from gateway.access.oauth_form import OAuthForm
from gateway.access.oauth_outcome import Introspection, Issued, OAuthError, OAuthRefused, Revoked
from gateway.access.oauth_request import CoreRequest
from gateway.access.rate_limit import RateLimits
from gateway.access.server_metadata import TOKEN_PATH
from gateway.access.shared import Denylist, ReplayGuard
from gateway.access.token_event import TokenEvent, TokenEventKind, TokenLog
from gateway.access.token_verifier import TokenVerifier
from gateway.clock import Clock
from gateway.decision import Refused
from gateway.errors import StoreUnavailable
from gateway.ids import ClientId

log = structlog.get_logger(__name__)

Outcome = Issued | Revoked | Introspection | OAuthRefused
Decided = TypeVar("Decided", bound=Outcome)


class TokenIssuer:
    """Issues, revokes and introspects access tokens. Every act raises `StoreUnavailable` where a store is down."""

    def __init__(
        self,
        *,
        core: OAuthCore,
        clients: ClientRegister,
        verifier: TokenVerifier,
        replay: ReplayGuard,
        denylist: Denylist,
        limits: RateLimits,
        records: TokenLog,
        clock: Clock,
        metadata: dict[str, Any],
    ) -> None:
        self._core = core
        self._clients = clients
        self._verifier = verifier
        self._replay = replay
        self._denylist = denylist
        self._limits = limits
        self._records = records
        self._clock = clock
        self._metadata = metadata

    @property
    def issuer(self) -> str:
        """The issuer's URL."""
        return self._core.issuer

    @property
    def metadata(self) -> dict[str, Any]:
        """What the server says of itself (RFC 8414)."""
        return self._metadata

    def jwks(self) -> dict[str, Any]:
        """The public keys that tokens are checked with (RFC 7517)."""
        return self._core.keys.jwks()

    async def issue(self, form: OAuthForm) -> Issued | OAuthRefused:
        """A token for the client that the form proves, or why not; recorded either way."""

        async def decide(request: CoreRequest) -> Issued | OAuthRefused:
            return await self._believed(request, self._core.issue(request))

        return await self._recorded(TokenEventKind.ISSUE, form, decide)

    async def revoke(self, form: OAuthForm) -> Revoked | OAuthRefused:
        """Refuses the form's token from now on, in every process; recorded."""

        async def decide(request: CoreRequest) -> Revoked | OAuthRefused:
            request.token = self._verifier.read(form.fields.get("token", ""))
            outcome = await self._believed(request, self._core.revoke(request))
            if isinstance(outcome, Revoked) and outcome.claims is not None:
                await self._denylist.revoke_token(outcome.claims.jti, outcome.claims.exp)
            return outcome

        return await self._recorded(TokenEventKind.REVOKE, form, decide)

    async def introspect(self, form: OAuthForm) -> Introspection | OAuthRefused:
        """What the client may know of the form's token; only refusals are recorded."""

        async def decide(request: CoreRequest) -> Introspection | OAuthRefused:
            request.token = self._verifier.read(form.fields.get("token", ""))
            if request.token is not None:
                request.token_counts = await self._verifier.check_still_counts(request.token) is None
            return await self._believed(request, self._core.introspect(request))

        return await self._recorded(TokenEventKind.INTROSPECT, form, decide)

    async def refuse(
        self, kind: TokenEventKind, *, description: str, request_id: str, remote: str | None
    ) -> OAuthRefused:
        """The refusal of a request whose form could not even be read; recorded, and counted against its address."""

        async def decide(_: CoreRequest) -> OAuthRefused:
            return OAuthRefused(error=OAuthError.INVALID_REQUEST, description=description, reason="form-unreadable")

        return await self._recorded(kind, OAuthForm(fields={}, request_id=request_id, remote=remote), decide)

    async def _recorded(
        self, kind: TokenEventKind, form: OAuthForm, decide: Callable[[CoreRequest], Awaitable[Decided]]
    ) -> Decided | OAuthRefused:
        """What `decide` decides, once the record of it is durable; a failure is recorded and raised."""
        at = self._clock.now()
        request = CoreRequest(form, uri=self._core.issuer + TOKEN_PATH, now=at)
        try:
            outcome = await self._admitted(request) or await decide(request)
        except BaseException as error:
            reason = "store-unavailable" if isinstance(error, StoreUnavailable) else type(error).__name__
            await self._records.record(_event(kind, request, outcome="failed", reason=reason))
            raise
        if kind is not TokenEventKind.INTROSPECT or isinstance(outcome, OAuthRefused):
            event = _told(kind, request, outcome)
            await self._records.record(event)
            log.info(event.kind, outcome=event.outcome, reason=event.reason, client_id=event.client_id)
        return outcome

    async def _admitted(self, request: CoreRequest) -> OAuthRefused | None:
        """Why the request is not even looked at; fetches the client that it claims."""
        claimed = request.oauth_form.claimed_client_id()
        decision = await self._limits.check_token_request(claimed or "", request.oauth_form.remote)
        if isinstance(decision, Refused):
            return OAuthRefused(
                error=OAuthError.TEMPORARILY_UNAVAILABLE,
                description="too many requests; keep the token until it expires",
                reason=decision.code.value,
                retry_after_s=decision.parameters["retry_after_s"],
            )
        if claimed is not None:
            request.claimed = await self._clients.find(ClientId(claimed))
        return None

    async def _believed(self, request: CoreRequest, outcome: Decided) -> Decided | OAuthRefused:
        """The outcome, unless the assertion that it rests on was used before."""
        used = request.used_assertion
        if used is None or await self._replay.first_use(used.key, used.until):
            return outcome
        request.authenticated = None
        request.failed_proof = "assertion-replayed"
        return OAuthRefused(error=OAuthError.INVALID_CLIENT, description=NOT_PROVED, reason="assertion-replayed")


def _told(kind: TokenEventKind, request: CoreRequest, outcome: Outcome) -> TokenEvent:
    """The event of an outcome."""
    if isinstance(outcome, OAuthRefused):
        return _event(kind, request, outcome="refused", reason=outcome.reason)
    claims = None if isinstance(outcome, Introspection) else outcome.claims
    return _event(kind, request, outcome="answered", claims=claims)


def _event(
    kind: TokenEventKind,
    request: CoreRequest,
    *,
    outcome: str,
    reason: str | None = None,
    claims: AccessToken | None = None,
) -> TokenEvent:
    proved: Client | None = request.authenticated
    claimed: Client | None = request.claimed
    return TokenEvent(
        kind=kind,
        at=request.at,
        outcome=outcome,
        reason=reason,
        client_id=proved.id if proved else None,
        partner=proved.partner if proved else None,
        subject=claimed.id if claimed and not proved else None,
        method=request.auth_method if proved else None,
        token_id=claims.jti if claims else None,
        purpose=claims.purpose if claims else None,
        scope=claims.scope if claims else None,
        request_id=request.oauth_form.request_id,
        remote=request.oauth_form.remote,
    )

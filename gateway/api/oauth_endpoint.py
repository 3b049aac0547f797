"""What POST `/oauth/token`, `/oauth/revoke` and `/oauth/introspect` have in common: read, act, answer."""

from collections.abc import Awaitable, Callable

from gateway.access.oauth_form import OAuthForm
from gateway.access.oauth_outcome import OAuthRefused
from gateway.access.token_event import TokenEventKind
from gateway.access.token_issuer import TokenIssuer
from gateway.api.oauth_reply import STORE_DOWN, error_reply
from gateway.api.oauth_request_reader import OAuthRequestReader, OAuthUnread
from gateway.api.reply import HttpRequest, Reply
from gateway.api.request_facts import facts_of
from gateway.errors import StoreUnavailable

Act = Callable[[OAuthForm], Awaitable[Reply | OAuthRefused]]


class OAuthEndpoint:
    """One endpoint: `act` answers a form that could be read."""

    def __init__(self, kind: TokenEventKind, *, issuer: TokenIssuer, reader: OAuthRequestReader, act: Act) -> None:
        self._kind = kind
        self._issuer = issuer
        self._reader = reader
        self._act = act

    async def answer(self, request: HttpRequest) -> Reply:
        """The answer, whatever was sent; notes the reason of a refusal for the log."""
        facts = facts_of(request.scope)
        status: int | None = None
        try:
            try:
                outcome = await self._act(await self._reader.read(request))
            except OAuthUnread as error:
                status = error.status
                outcome = await self._issuer.refuse(
                    self._kind, description=error.description, request_id=facts.request_id, remote=facts.remote
                )
        except StoreUnavailable:
            outcome, status = STORE_DOWN, None
        if isinstance(outcome, Reply):
            return outcome
        facts.reason = outcome.reason
        return error_reply(outcome, issuer=self._issuer.issuer, status=status)

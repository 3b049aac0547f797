"""POST `/oauth/introspect`: whether a token counts, and what it says (RFC 7662)."""

from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.access.oauth_form import OAuthForm
from gateway.access.oauth_outcome import OAuthRefused
from gateway.access.server_metadata import INTROSPECTION_PATH
from gateway.access.token_event import TokenEventKind
from gateway.access.token_issuer import TokenIssuer
from gateway.api.oauth_endpoint import OAuthEndpoint
from gateway.api.oauth_reply import answer_reply
from gateway.api.oauth_request_reader import OAuthRequestReader
from gateway.api.reply import HttpRequest, Reply


def introspect_token_door(issuer: TokenIssuer, *, reader: OAuthRequestReader) -> HTTPRouteHandler:
    """The door."""

    async def act(form: OAuthForm) -> Reply | OAuthRefused:
        outcome = await issuer.introspect(form)
        return outcome if isinstance(outcome, OAuthRefused) else answer_reply(outcome)

    endpoint = OAuthEndpoint(TokenEventKind.INTROSPECT, issuer=issuer, reader=reader, act=act)

    @post(INTROSPECTION_PATH, name="introspectToken", status_code=200)
    async def introspect_token(request: HttpRequest) -> Reply:
        return await endpoint.answer(request)

    return introspect_token

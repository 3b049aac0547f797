"""POST `/oauth/revoke`: a client ends a token of its own (RFC 7009)."""

from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.access.oauth_form import OAuthForm
from gateway.access.oauth_outcome import OAuthRefused
from gateway.access.server_metadata import REVOCATION_PATH
from gateway.access.token_event import TokenEventKind
from gateway.access.token_issuer import TokenIssuer
from gateway.api.oauth_endpoint import OAuthEndpoint
from gateway.api.oauth_reply import empty_reply
from gateway.api.oauth_request_reader import OAuthRequestReader
from gateway.api.reply import HttpRequest, Reply


def revoke_token_door(issuer: TokenIssuer, *, reader: OAuthRequestReader) -> HTTPRouteHandler:
    """The door."""

    async def act(form: OAuthForm) -> Reply | OAuthRefused:
        outcome = await issuer.revoke(form)
        return outcome if isinstance(outcome, OAuthRefused) else empty_reply()

    endpoint = OAuthEndpoint(TokenEventKind.REVOKE, issuer=issuer, reader=reader, act=act)

    @post(REVOCATION_PATH, name="revokeToken", status_code=200)
    async def revoke_token(request: HttpRequest) -> Reply:
        return await endpoint.answer(request)

    return revoke_token

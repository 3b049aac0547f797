"""POST `/oauth/token`: an access token for a client that proves itself (RFC 6749 §4.4)."""

from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.access.oauth_form import OAuthForm
from gateway.access.oauth_outcome import OAuthRefused
from gateway.access.server_metadata import TOKEN_PATH
from gateway.access.token_event import TokenEventKind
from gateway.access.token_issuer import TokenIssuer
from gateway.api.oauth_endpoint import OAuthEndpoint
from gateway.api.oauth_reply import answer_reply
from gateway.api.oauth_request_reader import OAuthRequestReader
from gateway.api.reply import HttpRequest, Reply


def issue_token_door(issuer: TokenIssuer, *, reader: OAuthRequestReader) -> HTTPRouteHandler:
    """The door."""

    async def act(form: OAuthForm) -> Reply | OAuthRefused:
        outcome = await issuer.issue(form)
        return outcome if isinstance(outcome, OAuthRefused) else answer_reply(outcome.answer)

    endpoint = OAuthEndpoint(TokenEventKind.ISSUE, issuer=issuer, reader=reader, act=act)

    @post(TOKEN_PATH, name="issueToken", status_code=200)
    async def issue_token(request: HttpRequest) -> Reply:
        return await endpoint.answer(request)

    return issue_token

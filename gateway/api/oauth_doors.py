"""The doors of the authorization server, all of them."""

from litestar.handlers import HTTPRouteHandler

from gateway.access.token_issuer import TokenIssuer
from gateway.api.authorization_server import authorization_server_doors
from gateway.api.introspect_token import introspect_token_door
from gateway.api.issue_token import issue_token_door
from gateway.api.oauth_request_reader import OAuthRequestReader
from gateway.api.revoke_token import revoke_token_door


def oauth_doors(issuer: TokenIssuer, *, body_timeout_s: float) -> list[HTTPRouteHandler]:
    """Five doors. `oauth_description` says what they are in the API description."""
    reader = OAuthRequestReader(timeout_s=body_timeout_s)
    return [
        issue_token_door(issuer, reader=reader),
        revoke_token_door(issuer, reader=reader),
        introspect_token_door(issuer, reader=reader),
        *authorization_server_doors(issuer),
    ]

"""Who is asking: an access token becomes a `Caller`, or the reason why not.

Reading a token costs a signature check, so tokens that were read are remembered, by the SHA-256 of
their text. Nothing else is: expiry, audience, scope, the denylist, the client's state and the
signing key are looked at for each request, from what the process already knows. Where it knows
nothing fresh, the register and the denylist raise `StoreUnavailable`, and nobody is let in.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from gateway.access.access_token import AccessToken, read_access_token
from gateway.access.caller import Caller
from gateway.access.client import Client, ClientRegister, ClientStatus
from gateway.access.jose import JoseUnreadable
from gateway.access.shared import Denylist
from gateway.access.signing_keys import SigningKeys
from gateway.clock import Clock
from gateway.decision import Allowed, Decision, Refused
from gateway.errors import RefusalCode
from gateway.ids import ClientId, PartnerId

MAX_TOKEN_LENGTH = 4096
_LEEWAY_S = 10


@dataclass(frozen=True, slots=True)
class ReadToken:
    """A token whose signature, issuer and kind are good; whether it still counts is another question."""

    claims: AccessToken
    caller: Caller
    kid: str


class TokenVerifier:
    """Checks access tokens for one audience."""

    def __init__(
        self,
        *,
        keys: SigningKeys,
        clients: ClientRegister,
        denylist: Denylist,
        clock: Clock,
        issuer: str,
        audience: str,
        remembered: int = 4096,
    ) -> None:
        self._keys = keys
        self._clients = clients
        self._denylist = denylist
        self._clock = clock
        self._issuer = issuer
        self._audience = audience
        self._remembered = remembered
        self._read: OrderedDict[bytes, ReadToken] = OrderedDict()

    async def check(self, token: str | None, *, scope: str) -> Decision[Caller]:
        """The caller behind `token`, if it may use `scope`. Raises `StoreUnavailable`."""
        if not token:
            return Refused(RefusalCode.TOKEN_MISSING, "no access token was sent")
        read = self.read(token)
        if read is None:
            return Refused(RefusalCode.TOKEN_INVALID, "the access token is not one of ours, or is damaged")
        refused = await self.check_still_counts(read)
        if refused is not None:
            return refused
        if scope not in read.caller.scopes:
            return _refused(
                read,
                RefusalCode.SCOPE_MISSING,
                f"the token has no scope {scope}; ask for it when getting a token, or ask the admin to grant it",
                scope=scope,
            )
        return Allowed(read.caller)

    def read(self, token: str) -> ReadToken | None:
        """The token, if its form, signature, key, kind and issuer are good; None where any is not."""
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            return None
        digest = hashlib.sha256(token.encode("ascii")).digest()
        read = self._read.get(digest)
        if read is not None:
            self._read.move_to_end(digest)
            return read if self._keys.is_trusted(read.kid) else None
        try:
            kid, claims = read_access_token(token, self._keys.trusted())
        except JoseUnreadable:
            return None
        if claims.iss != self._issuer or claims.sub != claims.client_id or claims.cnf is not None:
            return None
        read = ReadToken(claims, _caller(claims), kid)
        self._remember(digest, read)
        return read

    async def check_still_counts(self, read: ReadToken) -> Refused | None:
        """Why the token counts no longer, or not here; None where it does. Raises `StoreUnavailable`."""
        claims, now = read.claims, self._clock.seconds()
        if claims.aud != self._audience or max(claims.iat, claims.nbf) > now + _LEEWAY_S:
            return _refused(read, RefusalCode.TOKEN_INVALID, "the access token is for another place or time")
        if claims.exp <= now:
            return _refused(read, RefusalCode.TOKEN_EXPIRED, "the access token has expired; get a new one")
        if self._denylist.is_denied(claims.jti, claims.client_id, claims.iat):
            return _refused(read, RefusalCode.TOKEN_REVOKED, "the access token was revoked; get a new one")
        client = await self._clients.find(read.caller.client_id)
        if client is None or client.status is not ClientStatus.ACTIVE:
            return _refused(read, RefusalCode.CLIENT_DISABLED, "the client is disabled; ask the admin")
        if _says_more_than(claims, client) or not read.caller.scopes <= client.scopes:
            message = "the client has changed since the token was issued; get a new one"
            return _refused(read, RefusalCode.TOKEN_REVOKED, message)
        return None

    def _remember(self, digest: bytes, read: ReadToken) -> None:
        if read.claims.exp <= self._clock.seconds():
            return
        self._read[digest] = read
        if len(self._read) > self._remembered:
            self._read.popitem(last=False)


def _caller(claims: AccessToken) -> Caller:
    return Caller(
        client_id=ClientId(claims.client_id),
        partner=PartnerId(claims.partner),
        profile=claims.profile,
        purpose=claims.purpose,
        scopes=frozenset(claims.scope.split(" ")),
        token_id=claims.jti,
    )


def _says_more_than(claims: AccessToken, client: Client) -> bool:
    """Whether the client may no longer be what the token says that it is."""
    return (
        claims.partner != client.partner
        or claims.profile is not client.profile
        or claims.purpose not in client.purposes
    )


def _refused(read: ReadToken, code: RefusalCode, message: str, /, **parameters: str) -> Refused:
    """The refusal, naming the client for the audit record: its token is genuine."""
    return Refused(code, message, {"client_id": read.caller.client_id, **parameters})

"""Clients, keys, tokens and assertions to try the access room with, and held-still stores for its edges."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from gateway.access.access_token import audience_of
from gateway.access.client import Client, ClientStatus, Profile
from gateway.access.keys import public_jwks
from gateway.access.oauth_core import OAuthCore
from gateway.access.oauth_form import OAuthForm
from gateway.access.rate_limit import RateLimits
from gateway.access.secrets import SecretKeeper
from gateway.access.server_metadata import server_metadata
from gateway.access.shared import RateRule, Spent
from gateway.access.signing_keys import SigningKeys
from gateway.access.token_event import TokenEvent
from gateway.access.token_issuer import TokenIssuer
from gateway.access.token_verifier import TokenVerifier
from gateway.errors import AuditUnavailable, StoreUnavailable
from gateway.ids import ClientId, PartnerId
from gateway.settings import Access

ISSUER = "https://gateway.example.go.id"
PEPPER = b"lada-hitam-dari-lampung"
NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
SECRET_CLIENT = ClientId("client_sumedang")
KEY_CLIENT = ClientId("client_jakarta")


class SetClock:
    """A clock that tells what it was set to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def private_key(kind: str) -> Key:
    """A key for that algorithm; making RSA keys is slow, so there is one of each family."""
    return _key(_FAMILIES.get(kind, "EC"))


_FAMILIES = {"PS256": "RSA", "RS256": "RSA", "Ed25519": "OKP", "EdDSA": "OKP"}


@cache
def _key(family: str) -> Key:
    match family:
        case "RSA":
            return RSAKey.generate_key(2048, auto_kid=True)
        case "OKP":
            return OKPKey.generate_key("Ed25519", auto_kid=True)
        case _:
            return ECKey.generate_key("P-256", auto_kid=True)


def b64(value: bytes | dict[str, Any]) -> str:
    """base64url without padding; of a dictionary, its JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: dict[str, Any] | bytes, key: Any, *, alg: str, **header: Any) -> str:
    """A compact JWS as an attacker could make it: any asymmetric algorithm, any header."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    start = b64({"alg": alg, **header})
    body = f"{start}.{b64(payload)}"
    return f"{body}.{b64(JWSRegistry.algorithms[alg].sign(body.encode(), key))}"


def a_client(client_id: ClientId = SECRET_CLIENT, **changes: Any) -> Client:
    """An active client of Sumedang with one purpose."""
    values: dict[str, Any] = {
        "id": client_id,
        "partner": PartnerId("sumedang"),
        "name": "Dasbor Sumedang",
        "profile": Profile.BASIC,
        "scopes": frozenset({"facilities:read", "indicators:read"}),
        "purposes": frozenset({"perencanaan"}),
        "status": ClientStatus.ACTIVE,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Client(**(values | changes))


def a_key_client(*kinds: str, **changes: Any) -> Client:
    """A client of Jakarta that proves itself by keys of those kinds, and has two purposes."""
    keys = [private_key(kind).as_dict(private=False) for kind in kinds or ("ES256",)]
    values: dict[str, Any] = {
        "partner": PartnerId("jakarta"),
        "profile": Profile.FAPI,
        "purposes": frozenset({"pelayanan-publik", "perencanaan"}),
        "jwks": public_jwks({"keys": keys}),
    }
    return a_client(KEY_CLIENT, **(values | changes))


def with_secret(client: Client, keeper: SecretKeeper, now: datetime = NOON) -> tuple[Client, str]:
    """The client with a new secret, and the secret in the clear."""
    text, kept = keeper.issue(now)
    return a_client(client.id, **_fields(client) | {"secrets": (kept,)}), text


def _fields(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in client.__struct_fields__ if name != "id"}


def basic(user: str, password: str) -> str:
    """An HTTP Basic header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def assertion_claims(clock: SetClock, **changes: Any) -> dict[str, Any]:
    """The claims of a good assertion of the key client; a change to None takes a claim away."""
    now = int(clock.seconds())
    claims = {
        "iss": KEY_CLIENT,
        "sub": KEY_CLIENT,
        "aud": ISSUER,
        "iat": now,
        "exp": now + 60,
        "jti": f"assertion-{now}",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def an_assertion(clock: SetClock, *, kind: str = "ES256", header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A good assertion of the key client, but for the changes to its claims and header."""
    key = private_key(kind)
    names = {"kid": key.kid} | (header or {})
    return signed(assertion_claims(clock, **changes), key, alg=kind, **names)


def a_form(authorization: str | None = None, **fields: str) -> OAuthForm:
    """A token request."""
    return OAuthForm(
        fields={"grant_type": "client_credentials"} | fields,
        authorization=authorization,
        request_id="req_1",
        remote="192.0.2.1",
    )


def an_assertion_form(assertion: str, **fields: str) -> OAuthForm:
    """A token request that an assertion proves."""
    purpose = {"purpose": "perencanaan"}
    return a_form(client_assertion_type=ASSERTION_TYPE, client_assertion=assertion, **(purpose | fields))


@dataclass
class HeldClients:
    """A client register in a dictionary."""

    clients: dict[str, Client] = field(default_factory=dict)
    is_down: bool = False

    async def find(self, client_id: ClientId) -> Client | None:
        if self.is_down:
            raise StoreUnavailable("down")
        return self.clients.get(client_id)

    def put(self, client: Client) -> None:
        self.clients[client.id] = client


@dataclass
class HeldReplay:
    """A replay guard in a dictionary."""

    used: dict[str, float] = field(default_factory=dict)
    is_down: bool = False

    async def first_use(self, key: str, until: float) -> bool:
        if self.is_down:
            raise StoreUnavailable("down")
        is_first = key not in self.used
        self.used.setdefault(key, until)
        return is_first


@dataclass
class HeldDenylist:
    """A denylist in sets."""

    tokens: dict[str, float] = field(default_factory=dict)
    clients: set[str] = field(default_factory=set)
    is_down: bool = False

    async def revoke_token(self, token_id: str, expires_at: float) -> None:
        self.tokens[token_id] = expires_at

    async def revoke_client(self, client_id: str) -> None:
        self.clients.add(client_id)

    def is_denied(self, token_id: str, client_id: str, issued_at: float) -> bool:
        if self.is_down:
            raise StoreUnavailable("down")
        return token_id in self.tokens or client_id in self.clients


@dataclass
class HeldLimiter:
    """A limiter that admits until a key is told to be full."""

    full: tuple[str, ...] = ()
    is_down: bool = False
    asked: list[str] = field(default_factory=list)

    async def spend(self, key: str, rule: RateRule) -> Spent:
        self.asked.append(key)
        if self.is_down:
            raise StoreUnavailable("down")
        if key in self.full:
            return Spent(admitted=False, remaining=0, reset_s=30.0, retry_after_s=2.5)
        return Spent(admitted=True, remaining=rule.burst - 1, reset_s=1.0)


@dataclass
class HeldRecords:
    """A token log in a list."""

    events: list[TokenEvent] = field(default_factory=list)
    is_down: bool = False

    async def record(self, event: TokenEvent) -> None:
        if self.is_down:
            raise AuditUnavailable("down")
        self.events.append(event)


class TokenWorld:
    """A whole authorization server and verifier over held-still edges, with one client of each profile."""

    def __init__(self, folder: Path, clients: Iterable[Client] = ()) -> None:
        self.clock = SetClock()
        self.keys = SigningKeys.opened(folder, clock=self.clock, token_ttl_s=300)
        self.keeper = SecretKeeper(PEPPER)
        self.clients, self.replay, self.denylist = HeldClients(), HeldReplay(), HeldDenylist()
        self.limiter, self.records = HeldLimiter(), HeldRecords()
        secret_client, self.secret = with_secret(a_client(), self.keeper)
        for client in (secret_client, a_key_client(), *clients):
            self.clients.put(client)
        self.core = OAuthCore(issuer=ISSUER, keys=self.keys, secrets=self.keeper, token_ttl_s=300)
        self.verifier = TokenVerifier(
            keys=self.keys,
            clients=self.clients,
            denylist=self.denylist,
            clock=self.clock,
            issuer=ISSUER,
            audience=audience_of(ISSUER),
            remembered=8,
        )
        self.issuer = TokenIssuer(
            core=self.core,
            clients=self.clients,
            verifier=self.verifier,
            replay=self.replay,
            denylist=self.denylist,
            limits=RateLimits(self.limiter, Access(), clock=self.clock),
            records=self.records,
            clock=self.clock,
            metadata=server_metadata(ISSUER, purposes=["perencanaan"]),
        )

    @property
    def authorization(self) -> str:
        """The secret client's HTTP Basic header."""
        return basic(SECRET_CLIENT, self.secret)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good access token of the secret client; a change to None takes a claim away."""
        now = int(self.clock.seconds())
        claims = {
            "iss": ISSUER,
            "aud": audience_of(ISSUER),
            "sub": SECRET_CLIENT,
            "client_id": SECRET_CLIENT,
            "partner": "sumedang",
            "purpose": "perencanaan",
            "scope": "facilities:read indicators:read",
            "profile": "basic",
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "jti": "token-1",
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token(self, **changes: Any) -> str:
        """An access token that the gateway signed, with those changes to its claims."""
        key = self.keys.signing()
        return signed(self.claims(**changes), key, alg="ES256", typ="at+jwt", kid=key.kid)

"""One request at an OAuth endpoint, with all that was fetched for it: what the pure core works on."""

from collections import defaultdict
from datetime import datetime

from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError, OAuth2Payload, OAuth2Request
from joserfc.jwk import KeySet

from gateway.access import client_assertion
from gateway.access.access_token import AccessToken
from gateway.access.client import Client, Profile
from gateway.access.client_assertion import UsedAssertion
from gateway.access.keys import key_set
from gateway.access.oauth_form import OAuthForm
from gateway.access.scopes import NAMED_ONLY, scope_text, scopes_in
from gateway.access.secrets import SecretKeeper
from gateway.access.token_verifier import ReadToken

BASIC_METHOD = "client_secret_basic"
GRANT_TYPE = "client_credentials"


class FormPayload(OAuth2Payload):  # type: ignore[misc]  # Authlib has no types
    """The form's parameters in Authlib's words."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    @property
    def data(self) -> dict[str, str]:
        """Each parameter; `oauth_form` has seen to it that none stands twice."""
        return self._fields

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """Each parameter as a list."""
        return defaultdict(list, {name: [value] for name, value in self._fields.items()})


class CoreRequest(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """What goes in (form, the client that it claims, the token that it is about, the time) and what came of it.

    `uri` is made from the configured issuer: Authlib refuses plain-HTTP addresses, as seen behind a
    proxy. What came of it: `authenticated`, `auth_method`, `used_assertion` (to be remembered before
    the outcome is believed), `failed_proof` (why authentication failed, for the record only).
    """

    def __init__(
        self,
        form: OAuthForm,
        *,
        uri: str,
        now: datetime,
        claimed: Client | None = None,
        token: ReadToken | None = None,
        token_counts: bool = False,
    ) -> None:
        headers = {"Authorization": form.authorization} if form.authorization else {}
        super().__init__("POST", uri, headers=headers)
        self.payload = FormPayload(form.fields)
        self.oauth_form = form
        self.at = now
        self.now = now.timestamp()
        self.claimed = claimed
        self.token = token
        self.token_counts = token_counts
        self.purpose = ""
        self.authenticated: Client | None = None
        self.used_assertion: UsedAssertion | None = None
        self.failed_proof: str | None = None
        self.issued: AccessToken | None = None
        self.revoked: AccessToken | None = None

    @property
    def form(self) -> dict[str, str]:
        """The parameters, where Authlib's endpoints look for them."""
        return self.oauth_form.fields


class ClientView(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A client as Authlib asks about it; `client` None stands for one that doesn't exist.

    Then every question is answered in the same time and with the same no.
    """

    def __init__(self, client: Client | None, *, secrets: SecretKeeper, at: datetime) -> None:
        self.client = client
        self._secrets = secrets
        self._at = at

    def get_client_id(self) -> str:
        """Its id."""
        return self.client.id if self.client else ""

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the secret is one of its live ones."""
        return self._secrets.matches(client_secret, self.client.secrets if self.client else (), now=self._at)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Whether its profile authenticates so: `basic` by secret, `fapi` by key, neither by the other."""
        methods = {Profile.BASIC: BASIC_METHOD, Profile.FAPI: client_assertion.METHOD}
        return self.client is not None and methods[self.client.profile] == method

    def check_grant_type(self, grant_type: str) -> bool:
        """Client credentials, and nothing else."""
        return grant_type == GRANT_TYPE

    def get_allowed_scope(self, scope: str | None) -> str:
        """The scopes that the token gets: those asked for, never fewer. Raises `InvalidScopeError`.

        Where none are asked for: all that the client has, but for those that must be named.
        """
        has = self.client.scopes if self.client else frozenset[str]()
        asked = has - NAMED_ONLY if scope is None else scopes_in(scope)
        if not asked:
            raise InvalidScopeError("name the scopes: names with one space between them")
        lacking = asked - has
        if lacking:
            names = scope_text(lacking)[:200]
            raise InvalidScopeError(f"the client does not have: {names}; the admin can grant scopes")
        return scope_text(asked)

    def public_keys(self) -> KeySet | None:
        """The keys that it registered."""
        return key_set(self.client.jwks) if self.client else None

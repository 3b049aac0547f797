"""What the authorization server says of itself, and which issuers it can be."""

import pytest

from gateway.access.access_token import audience_of
from gateway.access.scopes import Scope, read_scope_of, scope_text, scopes_in
from gateway.access.server_metadata import issuer_of, server_metadata
from gateway.errors import BadConfiguration
from schemas.resources import RESOURCES
from tests.support.access import ISSUER


def test_the_metadata_names_every_endpoint_and_how_to_authenticate_there():
    """RFC 8414."""
    metadata = server_metadata(ISSUER, purposes=["b", "a"])
    assert {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/oauth/token",
        "revocation_endpoint": f"{ISSUER}/oauth/revoke",
        "introspection_endpoint": f"{ISSUER}/oauth/introspect",
        "jwks_uri": f"{ISSUER}/oauth/jwks",
        "grant_types_supported": ["client_credentials"],
        "purposes_supported": ["a", "b"],
    }.items() <= metadata.items()
    for endpoint in ("token", "revocation", "introspection"):
        assert ["private_key_jwt", "client_secret_basic"] == metadata[f"{endpoint}_endpoint_auth_methods_supported"]
        algorithms = metadata[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert ["ES256", "PS256", "Ed25519", "EdDSA"] == algorithms


@pytest.mark.parametrize(
    ("public_url", "issuer"),
    [
        ("https://gerbang.go.id/", "https://gerbang.go.id"),
        ("http://127.0.0.1:8400", "http://127.0.0.1:8400"),
        ("http://localhost:8400/", "http://localhost:8400"),
        ("http://[::1]:8400", "http://[::1]:8400"),
    ],
)
def test_the_issuer_is_the_public_url_without_its_last_slash(public_url, issuer):
    """So that exactly one spelling of it is right."""
    assert issuer == issuer_of(public_url)


@pytest.mark.parametrize(
    "public_url",
    [
        "http://gerbang.go.id",
        "http://10.0.0.1",
        "ftp://x",
        "",
        "gerbang.go.id",
        "https://a?b",
        "https://a#b",
        "https://a/b",
    ],
)
def test_an_issuer_that_tokens_cannot_come_from_stops_the_start(public_url):
    """Plain HTTP beyond this machine, or more than scheme and host."""
    with pytest.raises(BadConfiguration, match=r"server\.public_url"):
        issuer_of(public_url)


def test_an_access_tokens_audience_is_never_an_assertions():
    """One is the API, the other the issuer."""
    assert audience_of(ISSUER) != ISSUER


def test_every_resource_has_its_scope_and_the_scopes_are_in_order():
    """Alphabetical, none twice."""
    assert {read_scope_of(resource.plural) for resource in RESOURCES.values()} < set(Scope)
    assert sorted(Scope) == list(Scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", {"a"}),
        ("a b", {"a", "b"}),
        ("a a", {"a"}),
        ("", None),
        (" a", None),
        ("a  b", None),
        ('a"', None),
        ("é", None),
    ],
)
def test_a_scope_parameter_is_a_list_of_scope_tokens(text, expected):
    """RFC 6749 §3.3."""
    assert expected == scopes_in(text)


def test_scopes_are_told_in_alphabetical_order():
    """The same set is always the same text."""
    assert "a b c" == scope_text(frozenset({"c", "a", "b"}))

"""Which access tokens become a caller, and why the others don't."""

import hmac
import json
import random

import pytest
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from gateway.access.caller import Caller
from gateway.access.client import ClientStatus, Profile
from gateway.access.signing_keys import replace_compromised, rotate
from gateway.decision import Allowed, Refused
from gateway.errors import RefusalCode, StoreUnavailable
from tests.support.access import (
    ISSUER,
    KEY_CLIENT,
    SECRET_CLIENT,
    TokenWorld,
    a_client,
    an_assertion,
    b64,
    private_key,
    signed,
)

SCOPE = "facilities:read"


@pytest.fixture
def world(tmp_path):
    """An authorization server and verifier."""
    return TokenWorld(tmp_path / "keys")


async def code_of(world, token, *, scope=SCOPE):
    """The refusal's code, or None where the token was taken."""
    decision = await world.verifier.check(token, scope=scope)
    return decision.code if isinstance(decision, Refused) else None


async def test_a_good_token_becomes_the_caller_that_it_names(world):
    """Client, partner, profile, purpose and scopes come from the token."""
    assert Allowed(
        Caller(
            client_id=SECRET_CLIENT,
            partner="sumedang",
            profile=Profile.BASIC,
            purpose="perencanaan",
            scopes=frozenset({"facilities:read", "indicators:read"}),
            token_id="token-1",
        )
    ) == await world.verifier.check(world.token(), scope=SCOPE)


@pytest.mark.parametrize("token", [None, ""])
async def test_no_token_is_told_from_a_bad_one(world, token):
    """RFC 6750 §3.1 wants no error code where nothing was sent."""
    assert RefusalCode.TOKEN_MISSING == await code_of(world, token)


@pytest.mark.parametrize(
    "claim", ["iss", "aud", "sub", "client_id", "partner", "purpose", "scope", "profile", "iat", "nbf", "exp", "jti"]
)
async def test_a_token_without_any_one_of_its_claims_is_invalid(world, claim):
    """RFC 9068 §2.2 and ours: each claim is needed."""
    assert RefusalCode.TOKEN_INVALID == await code_of(world, world.token(**{claim: None}))


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://other.example.go.id"),
        ("aud", ISSUER),
        ("aud", ["https://gateway.example.go.id/v1"]),
        ("aud", "https://gateway.example.go.id/v1/"),
        ("sub", KEY_CLIENT),
        ("profile", "gold"),
        ("iat", "1773118800"),
        ("exp", True),
        ("exp", 1e400),
        ("scope", ["facilities:read"]),
        ("jti", 7),
        ("cnf", {"jkt": "x"}),
    ],
)
async def test_a_token_with_a_strange_claim_is_invalid(world, claim, value):
    """Foreign issuer or audience, another type, or bound to a key that nobody proves."""
    assert RefusalCode.TOKEN_INVALID == await code_of(world, world.token(**{claim: value}))


@pytest.mark.parametrize(("claim", "ahead"), [("iat", 11), ("nbf", 11)])
async def test_a_token_from_the_future_is_invalid(world, claim, ahead):
    """Clocks may differ by 10 s and no more."""
    now = int(world.clock.seconds())
    assert RefusalCode.TOKEN_INVALID == await code_of(world, world.token(**{claim: now + ahead}))
    assert await code_of(world, world.token(**{claim: now + 10})) is None


async def test_a_token_expires_though_it_is_remembered(world):
    """The time is looked at for each request, not only when the token is read."""
    token = world.token()
    assert await code_of(world, token) is None
    world.clock.pass_s(299)
    assert await code_of(world, token) is None
    world.clock.pass_s(1)
    assert RefusalCode.TOKEN_EXPIRED == await code_of(world, token)


async def test_a_token_is_refused_once_it_is_revoked_though_it_is_remembered(world):
    """The denylist is asked for each request."""
    token = world.token()
    assert await code_of(world, token) is None
    await world.denylist.revoke_token("token-1", 0)
    assert RefusalCode.TOKEN_REVOKED == await code_of(world, token)


async def test_all_tokens_of_a_client_are_refused_once_it_is_revoked(world):
    """The denylist holds clients too."""
    token = world.token()
    await world.denylist.revoke_client(SECRET_CLIENT)
    assert RefusalCode.TOKEN_REVOKED == await code_of(world, token)


@pytest.mark.parametrize("change", ["disabled", "deleted"])
async def test_a_token_of_a_client_that_is_no_longer_active_is_refused(world, change):
    """Whether the token is remembered or not."""
    token = world.token()
    assert await code_of(world, token) is None
    if change == "disabled":
        world.clients.put(a_client(status=ClientStatus.DISABLED))
    else:
        del world.clients.clients[SECRET_CLIENT]
    assert RefusalCode.CLIENT_DISABLED == await code_of(world, token)


@pytest.mark.parametrize(
    "changes",
    [
        {"profile": Profile.FAPI},
        {"partner": "jakarta"},
        {"purposes": frozenset({"lain"})},
        {"scopes": frozenset({"facilities:read"})},
    ],
)
async def test_a_token_that_says_more_than_its_client_now_may_is_refused(world, changes):
    """What was taken from a client is taken from its tokens."""
    token = world.token()
    assert await code_of(world, token) is None
    world.clients.put(a_client(**changes))
    assert RefusalCode.TOKEN_REVOKED == await code_of(world, token)


async def test_a_missing_scope_is_named(world):
    """With what to do about it."""
    decision = await world.verifier.check(world.token(), scope="services:read")
    assert (RefusalCode.SCOPE_MISSING, "services:read") == (decision.code, decision.parameters["scope"])
    assert SECRET_CLIENT == decision.parameters["client_id"]


@pytest.mark.parametrize("store", ["clients", "denylist"])
async def test_nobody_is_let_in_while_a_store_is_down(world, store):
    """The verifier fails closed, also for tokens that it remembers."""
    token = world.token()
    assert await code_of(world, token) is None
    getattr(world, store).is_down = True
    with pytest.raises(StoreUnavailable):
        await world.verifier.check(token, scope=SCOPE)


def forged(world, alg):
    """The good claims under a signature that isn't ours."""
    claims = json.dumps(world.claims()).encode()
    ours = world.keys.trusted().keys[0]
    header = {"typ": "at+jwt", "kid": ours.kid}
    match alg:
        case "none":
            return f"{b64({'alg': 'none'} | header)}.{b64(claims)}."
        case "HS256":  # key confusion: our public key as the shared secret
            body = f"{b64({'alg': 'HS256'} | header)}.{b64(claims)}"
            return f"{body}.{b64(hmac.digest(ours.as_pem(private=False), body.encode(), 'sha256'))}"
        case "RS256" | "PS256":
            return signed(claims, private_key(alg), alg=alg, **header)
        case "embedded":  # CVE-2026-27962: the key comes with the token
            key = ECKey.generate_key("P-256")
            return signed(claims, key, alg="ES256", **header, jwk=key.as_dict(private=False))
        case _:
            return signed(claims, ECKey.generate_key("P-256"), alg="ES256", **header)


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "PS256", "embedded", "foreign"])
async def test_a_token_that_another_signed_is_invalid(world, alg):
    """RFC 8725 §3.1: one algorithm, and the key is ours to choose."""
    assert RefusalCode.TOKEN_INVALID == await code_of(world, forged(world, alg))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": None},
        {"typ": "JWT"},
        {"typ": "dpop+jwt"},
        {"typ": "at+jwt+x"},
        {"typ": 7},
        {"kid": None, "typ": "JWT"},
        {"kid": "../../etc/passwd"},
        {"kid": ""},
        {"kid": ["x"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": "b64"},
        {"crit": ["b64"], "b64": False},
        {"b64": True},
        {"alg": ["ES256"]},
        {"alg": "es256"},
        {"alg": "ES384"},
        {"x": "y" * 3000},
    ],
    ids=lambda header: str(header)[:40],
)
async def test_a_token_with_a_strange_header_is_invalid(world, header):
    """`typ` is a must (RFC 9068 §4), `crit` means what we don't understand, and `kid` is only ever compared."""
    key = world.keys.signing()
    fields = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | header
    start = b64({name: value for name, value in fields.items() if value is not None})
    body = f"{start}.{b64(world.claims())}"
    signature = b64(JWSRegistry.algorithms["ES256"].sign(body.encode(), key))
    assert RefusalCode.TOKEN_INVALID == await code_of(world, f"{body}.{signature}")


async def test_unknown_header_members_are_ignored(world):
    """RFC 7515 §4; joserfc's own registry refuses them."""
    key = world.keys.signing()
    token = signed(world.claims(), key, alg="ES256", typ="application/AT+JWT", kid=key.kid, note="x" * 600)
    assert await code_of(world, token) is None


async def test_an_assertion_is_no_access_token(world):
    """Kinds of token are never interchangeable (RFC 8725 §3.12)."""
    assert RefusalCode.TOKEN_INVALID == await code_of(world, an_assertion(world.clock))


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "..",
        "a.b.c",
        "a.b.c.d.e",
        "e30.e30.e30",
        b64(b"[" * 3000) + ".e30.e30",
        b64(b'["alg"]') + ".e30.e30",
        b64(b"7") + ".e30.e30",
        b64(b"\xff\xfe") + ".e30.e30",
        "\ud800.e30.e30",
        "é.e30.e30",
        "a" * 5000,
        "a" * 1_000_000,
    ],
    ids=range(13),
)
async def test_text_that_is_no_token_is_invalid_and_nothing_worse(world, text):
    """Deep nesting, lone surrogates, wrong types and great lengths are all just bad tokens."""
    assert RefusalCode.TOKEN_INVALID == await code_of(world, text)


async def test_deep_nesting_under_a_good_signature_is_invalid(world):
    """Even a payload of ours is decoded within bounds."""
    key = world.keys.signing()
    token = signed(b'{"a":' * 1500 + b"1" + b"}" * 1500, key, alg="ES256", typ="at+jwt", kid=key.kid)
    assert len(token) > 4096 or RefusalCode.TOKEN_INVALID == await code_of(world, token)
    assert world.verifier.read(token) is None


async def test_one_spelling_of_a_token_counts(world):
    """Base64url that isn't canonical, or is padded, is refused; revocation goes by `jti` anyhow."""
    head, body, signature = world.token().split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    neighbour = alphabet[alphabet.index(signature[-1]) ^ 1]
    for spelling in (f"{signature[:-1]}{neighbour}", f"{signature}==", f"{signature}\n", f" {signature}"):
        assert RefusalCode.TOKEN_INVALID == await code_of(world, f"{head}.{body}.{spelling}")


async def test_a_token_with_any_one_character_changed_is_invalid(world):
    """Every character counts."""
    token = world.token()
    chance = random.Random(7)
    for at in chance.sample(range(len(token)), 60):
        other = "A" if token[at] != "A" else "B"
        assert RefusalCode.TOKEN_INVALID == await code_of(world, token[:at] + other + token[at + 1 :])


async def test_the_cache_is_bounded_and_forgets_the_oldest(world):
    """However many tokens come, memory doesn't grow."""
    for number in range(20):
        assert await code_of(world, world.token(jti=f"token-{number}")) is None
    assert 8 == len(world.verifier._read)


async def test_bad_and_expired_tokens_are_not_remembered(world):
    """Nobody can push good tokens out with bad ones."""
    await code_of(world, forged(world, "foreign"))
    await code_of(world, world.token(exp=int(world.clock.seconds()) - 1))
    assert 0 == len(world.verifier._read)


async def test_a_token_outlives_the_rotation_of_its_key(world, tmp_path):
    """The old key is trusted until its last token has expired."""
    old = world.token(exp=int(world.clock.seconds()) + 900)
    rotate(tmp_path / "keys", now=world.clock.seconds(), token_ttl_s=300, announce_s=60)
    await world.keys.reload()
    world.clock.pass_s(61)
    assert await code_of(world, world.token()) is None
    assert await code_of(world, old) is None
    world.clock.pass_s(400)
    assert RefusalCode.TOKEN_INVALID == await code_of(world, old)


async def test_a_remembered_token_is_refused_once_its_key_is_taken_away(world, tmp_path):
    """A stolen signing key is of no use once it was replaced."""
    token = world.token()
    assert await code_of(world, token) is None
    replace_compromised(tmp_path / "keys", now=world.clock.seconds())
    await world.keys.reload()
    assert RefusalCode.TOKEN_INVALID == await code_of(world, token)
    assert await code_of(world, world.token()) is None


async def test_the_issue_time_goes_to_the_denylist(world):
    """So that a client that was revoked and enabled again can get new tokens."""
    seen = []
    world.denylist.is_denied = lambda *arguments: seen.append(arguments) or False
    await world.verifier.check(world.token(), scope=SCOPE)
    assert [("token-1", SECRET_CLIENT, int(world.clock.seconds()))] == seen

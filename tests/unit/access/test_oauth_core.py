"""What the authorization server decides, without a server; among it, each stock fault of the libraries below it."""

import asyncio
import base64
import hmac
import random
import sys
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from gateway.access.access_token import audience_of, read_access_token
from gateway.access.client import ClientStatus, Profile
from gateway.access.keys import public_jwks
from gateway.access.oauth_core import OAuthCore
from gateway.access.oauth_form import OAuthForm
from gateway.access.oauth_outcome import Issued, OAuthError, OAuthRefused
from gateway.errors import BadConfiguration, StoreUnavailable
from tests.support.access import (
    ISSUER,
    KEY_CLIENT,
    NOON,
    SECRET_CLIENT,
    TokenWorld,
    a_client,
    a_form,
    a_key_client,
    an_assertion,
    an_assertion_form,
    assertion_claims,
    b64,
    basic,
    private_key,
    signed,
    with_secret,
)

NOT_PROVED = (OAuthError.INVALID_CLIENT, "client authentication failed")


@pytest.fixture
def world(tmp_path):
    """An authorization server and verifier."""
    return TokenWorld(tmp_path / "keys")


async def refusal(world, form):
    """Error and description of what must be refused."""
    outcome = await world.issuer.issue(form)
    assert isinstance(outcome, OAuthRefused), outcome
    assert world.denylist.tokens == {}
    return outcome.error, outcome.description


def reason(world):
    """The finer cause, as it was recorded last."""
    return world.records.events[-1].reason


async def test_a_secret_gets_a_token_for_the_only_purpose_and_all_scopes(world):
    """RFC 9068 claims, ES256, 300 s; purpose and scopes are told back."""
    outcome = await world.issuer.issue(a_form(world.authorization))
    _, claims = read_access_token(outcome.answer.access_token, world.keys.trusted())
    assert ("Bearer", 300, "facilities:read indicators:read", "perencanaan") == (
        outcome.answer.token_type,
        outcome.answer.expires_in,
        outcome.answer.scope,
        outcome.answer.purpose,
    )
    assert world.claims(jti=claims.jti) == {
        name: getattr(claims, name) for name in claims.__struct_fields__ if name != "cnf"
    }
    assert len(claims.jti) >= 22


@pytest.mark.parametrize("kind", ["ES256", "PS256", "Ed25519", "EdDSA"])
async def test_an_assertion_gets_a_token_whatever_good_algorithm_signed_it(world, kind):
    """FAPI 2.0 §5.4.1: joserfc's defaults would refuse three of these."""
    world.clients.put(a_key_client("ES256", "PS256", "Ed25519"))
    outcome = await world.issuer.issue(an_assertion_form(an_assertion(world.clock, kind=kind)))
    assert isinstance(outcome, Issued), world.records.events
    assert (KEY_CLIENT, "jakarta", Profile.FAPI) == (
        outcome.claims.client_id,
        outcome.claims.partner,
        outcome.claims.profile,
    )


@pytest.mark.parametrize("typ", ["JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"])
async def test_an_assertion_may_name_its_kind(world, typ):
    """RFC 7523bis wants it to."""
    assert isinstance(
        await world.issuer.issue(an_assertion_form(an_assertion(world.clock, header={"typ": typ}))), Issued
    )


async def test_a_key_without_a_kid_is_found_by_its_thumbprint_though_there_are_two(world):
    """Joserfc needs a `kid` as soon as a set has two keys; registering gives each one."""
    plain = {name: value for name, value in private_key("ES256").as_dict(private=False).items() if name != "kid"}
    other = ECKey.generate_key("P-256").as_dict(private=False)
    world.clients.put(a_key_client(jwks=public_jwks({"keys": [other, plain]})))
    kid = private_key("ES256").thumbprint()
    outcome = await world.issuer.issue(an_assertion_form(an_assertion(world.clock, header={"kid": kid})))
    assert isinstance(outcome, Issued)


# --- stock faults: exceptions before authentication -----------------------------------------------


@pytest.mark.parametrize(
    "credentials", [b"\xff\xfe:\xff", b"client:\xc3", "clïent:secret".encode(), b"\x00:\x00", b":", b"client", b""]
)
async def test_basic_credentials_that_are_not_text_are_just_wrong(world, credentials):
    """Stock fault 1: `UnicodeDecodeError`, a 500 before authentication."""
    header = "Basic " + base64.b64encode(credentials).decode()
    assert NOT_PROVED == await refusal(world, a_form(header))


@pytest.mark.parametrize(
    "header", ["Basic", "Basic ", "Basic !!!!", "Basic YTpi=", "basic YTpi YTpi", "Basic " + "A" * 5000]
)
async def test_basic_headers_that_are_not_base64_are_just_wrong(world, header):
    """The stock parser skips what isn't base64."""
    error, _ = await refusal(world, a_form(header))
    assert OAuthError.INVALID_CLIENT == error


@pytest.mark.parametrize("alg", ['ES"256', "ÉS256", "\\", "\n", "<script>", "x" * 4000])
async def test_an_algorithm_that_cannot_be_said_back_is_not_said_back(world, alg):
    """Stock fault 1: joserfc echoes it, and Authlib's error then raises `ValueError`."""
    header = b64({"alg": alg, "kid": "x"})
    assertion = f"{header}.{b64(assertion_claims(world.clock))}.{b64(b'x' * 64)}"
    assert NOT_PROVED == await refusal(world, an_assertion_form(assertion))


@pytest.mark.parametrize("payload", [b'{"a":' * 3000, b"[" * 9000, b'{"sub":' + b"[" * 9000])
async def test_deep_nesting_before_the_signature_is_just_wrong(world, payload):
    """Stock fault 1: `RecursionError` from 12 KB, before anything is proved."""
    assert NOT_PROVED == await refusal(world, an_assertion_form(f"{b64({'alg': 'ES256'})}.{b64(payload)}.e30"))


@pytest.mark.parametrize(
    "text", ["\ud800", "a.\ud800.b", b64({"alg": "ES256"}) + "." + b64(b'{"sub":"\\ud800"}') + ".x"]
)
async def test_lone_surrogates_are_just_wrong(world, text):
    """Stock fault 1, the fourth: `UnicodeEncodeError`."""
    assert NOT_PROVED == await refusal(world, an_assertion_form(text))


# --- stock fault: claims of the assertion ----------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": [ISSUER]}, "assertion-claims"),
        ({"aud": [ISSUER, "https://other.example"]}, "assertion-claims"),
        ({"aud": f"{ISSUER}/oauth/token"}, "assertion-audience"),
        ({"aud": f"{ISSUER}/"}, "assertion-audience"),
        ({"aud": audience_of(ISSUER)}, "assertion-audience"),
        ({"aud": "https://other.example"}, "assertion-audience"),
        ({"iss": "someone"}, "assertion-issuer"),
        ({"iss": None}, "assertion-claims"),
        ({"aud": None}, "assertion-claims"),
        ({"exp": None}, "assertion-claims"),
        ({"jti": None}, "assertion-claims"),
        ({"jti": "short"}, "assertion-claims"),
        ({"jti": "x" * 129}, "assertion-claims"),
        ({"jti": 12345678}, "assertion-claims"),
        ({"exp": "1773118900"}, "assertion-claims"),
        ({"exp": True}, "assertion-claims"),
        ({"iat": "now"}, "assertion-claims"),
    ],
    ids=str,
)
async def test_an_assertion_with_a_strange_claim_is_refused(world, changes, why):
    """Stock fault 2: `aud` may be a list; and each claim removed in turn."""
    assert NOT_PROVED == await refusal(world, an_assertion_form(an_assertion(world.clock, **changes)))
    assert why == reason(world)
    assert {} == world.replay.used


@pytest.mark.parametrize("sub", [None, 7, "client_other", ["client_jakarta"]])
async def test_an_assertion_about_another_is_refused(world, sub):
    """No subject, one that is no text, or one that isn't there."""
    assert NOT_PROVED == await refusal(world, an_assertion_form(an_assertion(world.clock, sub=sub)))


@pytest.mark.parametrize(
    ("claim", "seconds", "is_good"),
    [
        ("exp", 310, True),
        ("exp", 311, False),
        ("exp", 315_360_000, False),
        ("exp", -9, True),
        ("exp", -10, False),
        ("iat", 10, True),
        ("iat", 11, False),
        ("iat", 3600, False),
        ("iat", -300, True),
        ("nbf", 11, False),
    ],
)
async def test_an_assertion_lives_briefly_and_now(world, claim, seconds, is_good):
    """Stock fault 2: an `exp` ten years ahead is taken; and `iat` in the future."""
    when = int(world.clock.seconds()) + seconds
    outcome = await world.issuer.issue(an_assertion_form(an_assertion(world.clock, **{claim: when})))
    assert is_good == isinstance(outcome, Issued)


@pytest.mark.parametrize("exp", [b"1e400", b"NaN", b"Infinity", b"-1e400", b"9" * 400])
async def test_a_time_that_is_no_number_never_lasts_for_ever(world, exp):
    """`NaN` compares false with everything."""
    claims = assertion_claims(world.clock, exp=None)
    payload = b'{"exp":' + exp + b"," + str(claims).replace("'", '"').encode()[1:]
    assertion = signed(payload, private_key("ES256"), alg="ES256", kid=private_key("ES256").kid)
    assert NOT_PROVED == await refusal(world, an_assertion_form(assertion))


# --- stock fault: algorithms and keys ---------------------------------------------------------------


def forged(world, kind):
    """The good claims, but not signed by the client's key with an algorithm that we take."""
    claims, ours = assertion_claims(world.clock), private_key("ES256")
    match kind:
        case "none":
            return f"{b64({'alg': 'none', 'kid': ours.kid})}.{b64(claims)}."
        case "HS256":
            body = f"{b64({'alg': 'HS256', 'kid': ours.kid})}.{b64(claims)}"
            return f"{body}.{b64(hmac.digest(ours.as_pem(private=False), body.encode(), 'sha256'))}"
        case "RS256":
            return signed(claims, private_key("RS256"), alg="RS256", kid=private_key("RS256").kid)
        case "embedded":
            key = ECKey.generate_key("P-256")
            return signed(claims, key, alg="ES256", kid=ours.kid, jwk=key.as_dict(private=False))
        case "jku":
            key = ECKey.generate_key("P-256")
            return signed(claims, key, alg="ES256", kid=ours.kid, jku="http://127.0.0.1:1/jwks")
        case "crit":
            return signed(claims, ours, alg="ES256", kid=ours.kid, crit=["x"], x=1)
        case "at+jwt" | "dpop+jwt" | "secevent+jwt":
            return signed(claims, ours, alg="ES256", kid=ours.kid, typ=kind)
        case _:
            return signed(claims, ECKey.generate_key("P-256"), alg="ES256", kid=kind)


@pytest.mark.parametrize(
    "kind",
    [
        "none",
        "HS256",
        "RS256",
        "embedded",
        "jku",
        "crit",
        "at+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "../../keys",
        "' OR 1=1",
    ],
)
async def test_an_assertion_that_the_client_did_not_sign_is_refused(world, kind):
    """Stock fault 4: joserfc's default takes HS256 and RS256; RSA keys are registered here to prove it."""
    world.clients.put(a_key_client("ES256", "RS256"))
    assert NOT_PROVED == await refusal(world, an_assertion_form(forged(world, kind)))
    assert "assertion-signature" == reason(world)
    assert {} == world.replay.used


async def test_an_access_token_is_no_assertion(world):
    """Kinds of token are never interchangeable (RFC 8725 §3.12), though both are ES256."""
    world.clients.put(a_key_client(jwks={"keys": [world.keys.jwks()["keys"][0]]}))  # even if the key were one
    token = world.token(iss=KEY_CLIENT, sub=KEY_CLIENT, aud=ISSUER, jti="assertion-1")
    assert NOT_PROVED == await refusal(world, an_assertion_form(token))


async def test_any_one_changed_character_spoils_an_assertion(world):
    """Non-canonical base64 included."""
    assertion = an_assertion(world.clock)
    chance = random.Random(11)
    for at in chance.sample(range(len(assertion)), 40):
        other = "A" if assertion[at] != "A" else "B"
        assert NOT_PROVED == await refusal(world, an_assertion_form(assertion[:at] + other + assertion[at + 1 :]))
    assert {} == world.replay.used


# --- replay ------------------------------------------------------------------------------------------


async def test_an_assertion_counts_once(world):
    """RFC 7523 §3: the second use is refused, in the same words as any failure."""
    form = an_assertion_form(an_assertion(world.clock))
    assert isinstance(await world.issuer.issue(form), Issued)
    assert NOT_PROVED == await refusal(world, form)
    assert "assertion-replayed" == reason(world)


async def test_one_of_many_simultaneous_uses_of_an_assertion_counts(world):
    """The guard decides, not the order of arrival."""
    form = an_assertion_form(an_assertion(world.clock))
    outcomes = await asyncio.gather(*(world.issuer.issue(form) for _ in range(10)))
    assert 1 == sum(isinstance(outcome, Issued) for outcome in outcomes)


async def test_an_assertion_is_used_up_also_where_its_request_is_refused_for_another_cause(world):
    """It proved the client; it must not do so again."""
    assertion = an_assertion(world.clock)
    assert OAuthError.INVALID_SCOPE == (await refusal(world, an_assertion_form(assertion, scope="nothing")))[0]
    assert NOT_PROVED == await refusal(world, an_assertion_form(assertion))


async def test_nobody_can_use_up_anothers_assertion_id(world):
    """The id is remembered only under a good signature, and under its client."""
    taken = signed(assertion_claims(world.clock), ECKey.generate_key("P-256"), alg="ES256")
    assert NOT_PROVED == await refusal(world, an_assertion_form(taken))
    assert isinstance(await world.issuer.issue(an_assertion_form(an_assertion(world.clock))), Issued)


async def test_nothing_is_issued_while_the_replay_guard_is_down(world):
    """It fails closed."""
    world.replay.is_down = True
    with pytest.raises(StoreUnavailable):
        await world.issuer.issue(an_assertion_form(an_assertion(world.clock)))
    assert "failed" == world.records.events[-1].outcome


# --- stock fault: double authentication, client_id of another ------------------------------------------


@pytest.mark.parametrize(
    ("authorization", "fields"),
    [
        ("basic", {"client_secret": "x"}),
        ("basic", {"client_assertion": "x", "client_assertion_type": "y"}),
        ("basic", {"client_assertion_type": "y"}),
        (None, {"client_assertion": "x", "client_secret": "y"}),
    ],
)
async def test_two_client_authentications_are_one_too_many(world, authorization, fields):
    """Stock fault 3 (RFC 6749 §2.3)."""
    header = world.authorization if authorization == "basic" else authorization
    assert OAuthError.INVALID_REQUEST == (await refusal(world, a_form(header, **fields)))[0]


async def test_a_client_id_must_be_that_of_the_client_that_is_proved(world):
    """Stock fault 3 (RFC 7521 §4.2)."""
    assert NOT_PROVED == await refusal(world, a_form(world.authorization, client_id=KEY_CLIENT))
    assert isinstance(await world.issuer.issue(a_form(world.authorization, client_id=SECRET_CLIENT)), Issued)
    form = an_assertion_form(an_assertion(world.clock), client_id=SECRET_CLIENT)
    assert NOT_PROVED == await refusal(world, form)


async def test_a_bearer_token_authenticates_no_client(world):
    """So it stands in nobody's way."""
    form = an_assertion_form(an_assertion(world.clock))
    beside = OAuthForm(fields=form.fields, authorization="Bearer x")
    assert isinstance(await world.issuer.issue(beside), Issued)


@pytest.mark.parametrize("header", [None, "Bearer x", "Digest x", "Negotiate"])
async def test_no_authentication_is_told_what_there_is(world, header):
    """It says nothing about any client."""
    error, description = await refusal(world, a_form(header))
    assert (OAuthError.INVALID_CLIENT, True) == (error, "HTTP Basic" in description)


async def test_a_secret_in_the_body_is_told_where_it_belongs(world):
    """PHP clients send it there; `client_secret_post` isn't offered."""
    error, description = await refusal(world, a_form(client_id=SECRET_CLIENT, client_secret=world.secret))
    assert (OAuthError.INVALID_CLIENT, True) == (error, "HTTP Basic" in description)


async def test_a_public_client_is_no_client(world):
    """The stock method `none` isn't offered either."""
    assert OAuthError.INVALID_CLIENT == (await refusal(world, a_form(client_id=SECRET_CLIENT)))[0]


# --- stock fault: enumeration -----------------------------------------------------------------------------


async def test_an_unknown_client_and_a_wrong_secret_look_the_same(world):
    """Stock fault 6."""
    answers = {
        await refusal(world, a_form(header))
        for header in (
            basic("client_nobody", world.secret),
            basic(SECRET_CLIENT, "wrong"),
            basic(SECRET_CLIENT, world.secret[:-1] + "x"),
            basic(KEY_CLIENT, world.secret),
            basic("a b", "x"),
            basic("x" * 300, "x"),
        )
    }
    assertion = an_assertion(world.clock, iss="client_nobody", sub="client_nobody")
    answers.add(await refusal(world, an_assertion_form(assertion)))
    assert {NOT_PROVED} == answers


async def test_a_profile_proves_itself_its_own_way_only(world):
    """A `fapi` client has no use of a secret, nor a `basic` one of a key."""
    keyed, secret = with_secret(a_key_client(), world.keeper)
    world.clients.put(keyed)
    assert NOT_PROVED == await refusal(world, a_form(basic(KEY_CLIENT, secret), purpose="perencanaan"))
    world.clients.put(a_key_client(profile=Profile.BASIC))
    assert NOT_PROVED == await refusal(world, an_assertion_form(an_assertion(world.clock)))


async def test_a_disabled_client_is_told_so_once_it_is_proved(world):
    """Who doesn't know the secret doesn't learn it."""
    secret_client, secret = with_secret(a_client(status=ClientStatus.DISABLED), world.keeper)
    world.clients.put(secret_client)
    error, _ = await refusal(world, a_form(basic(SECRET_CLIENT, secret)))
    assert (OAuthError.UNAUTHORIZED_CLIENT, "client-disabled") == (error, reason(world))
    assert NOT_PROVED == await refusal(world, a_form(basic(SECRET_CLIENT, "wrong")))


async def test_a_secret_ends_when_it_expires(world):
    """Not a second later."""
    old = world.clients.clients[SECRET_CLIENT].secrets
    _, new = world.keeper.issue(NOON)
    world.clients.put(a_client(secrets=world.keeper.rotated(old, new, grace=timedelta(seconds=60))))
    assert isinstance(await world.issuer.issue(a_form(world.authorization)), Issued)
    world.clock.pass_s(60)
    assert NOT_PROVED == await refusal(world, a_form(world.authorization))


# --- grant, scope, purpose, resource -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "grant_type", ["password", "refresh_token", "authorization_code", "Client_Credentials", 'é"\\']
)
async def test_there_is_one_grant(world, grant_type):
    """And what was sent isn't said back: Authlib's own description would echo it unchecked."""
    outcome = await world.issuer.issue(OAuthForm(fields={"grant_type": grant_type}, authorization=world.authorization))
    assert (OAuthError.UNSUPPORTED_GRANT_TYPE, "grant_type must be client_credentials") == (
        outcome.error,
        outcome.description,
    )


async def test_the_grant_must_be_named(world):
    """A missing parameter is another error than an unknown grant (RFC 6749 §5.2)."""
    outcome = await world.issuer.issue(OAuthForm(fields={}, authorization=world.authorization))
    assert OAuthError.INVALID_REQUEST == outcome.error


@pytest.mark.parametrize(
    "scope", ["services:read", "facilities:read services:read", "admin", "x", 'a"b', "a  b", " a", "é"]
)
async def test_scopes_are_never_silently_narrowed(world, scope):
    """What isn't granted whole is refused."""
    assert OAuthError.INVALID_SCOPE == (await refusal(world, a_form(world.authorization, scope=scope)))[0]


async def test_scopes_that_were_asked_for_are_all_that_the_token_gets(world):
    """In alphabetical order, each once."""
    form = a_form(world.authorization, scope="indicators:read indicators:read")
    assert "indicators:read" == (await world.issuer.issue(form)).answer.scope


async def test_admin_must_be_asked_for_by_name(world):
    """A token for reading never carries more by chance."""
    scopes = frozenset({"admin", "introspect", "facilities:read"})
    admin, secret = with_secret(a_client(scopes=scopes), world.keeper)
    world.clients.put(admin)
    form = a_form(basic(SECRET_CLIENT, secret))
    assert "facilities:read" == (await world.issuer.issue(form)).answer.scope
    form = a_form(basic(SECRET_CLIENT, secret), scope="admin")
    assert "admin" == (await world.issuer.issue(form)).answer.scope
    world.clients.put(a_client(scopes=frozenset({"admin"}), secrets=admin.secrets))
    assert OAuthError.INVALID_SCOPE == (await refusal(world, a_form(basic(SECRET_CLIENT, secret))))[0]


async def test_a_token_carries_exactly_one_purpose(world):
    """It must be named where there are several, and be one of the client's."""
    good = an_assertion_form(an_assertion(world.clock, jti="assertion-a"), purpose="pelayanan-publik")
    assert "pelayanan-publik" == (await world.issuer.issue(good)).claims.purpose
    for number, fields in enumerate(({"purpose": "lain"}, {"purpose": "pelayanan-publik perencanaan"})):
        form = an_assertion_form(an_assertion(world.clock, jti=f"assertion-{number}"), **fields)
        assert OAuthError.INVALID_REQUEST == (await refusal(world, form))[0]
    missing = an_assertion_form(an_assertion(world.clock, jti="assertion-m"))
    del missing.fields["purpose"]
    error, description = await refusal(world, missing)
    assert (OAuthError.INVALID_REQUEST, True) == (error, "pelayanan-publik, perencanaan" in description)


async def test_a_client_without_a_purpose_gets_no_token(world):
    """Default is deny; and a purpose that an error can't hold is not said as it is."""
    for purposes in (frozenset(), frozenset({'"', "é", "\\"})):
        client, secret = with_secret(a_client(purposes=purposes), world.keeper)
        world.clients.put(client)
        assert OAuthError.INVALID_REQUEST == (await refusal(world, a_form(basic(SECRET_CLIENT, secret))))[0]


async def test_a_resource_must_be_ours(world):
    """RFC 8707."""
    form = a_form(world.authorization, resource="https://other.example/v1")
    assert OAuthError.INVALID_TARGET == (await refusal(world, form))[0]
    form = a_form(world.authorization, resource=audience_of(ISSUER))
    assert isinstance(await world.issuer.issue(form), Issued)


async def test_the_banned_module_is_never_loaded(world):
    """`authlib.jose` is where the serious advisories lived; everything here works without it."""
    await world.issuer.issue(a_form(world.authorization))
    await world.issuer.issue(an_assertion_form(an_assertion(world.clock)))
    assert [] == [name for name in sys.modules if name.startswith("authlib.jose")]


@pytest.mark.parametrize("ttl", [0, -1, 29, 3601, 864_000])
def test_a_life_of_tokens_that_nobody_should_want_stops_the_start(world, ttl):
    """Authlib's own default for this grant is ten days."""
    with pytest.raises(BadConfiguration, match=r"access\.token_ttl_s"):
        OAuthCore(issuer=ISSUER, keys=world.keys, secrets=world.keeper, token_ttl_s=ttl)

"""What the authorization server keeps, records and answers when its stores fail."""

import pytest

from gateway.access.oauth_form import OAuthForm
from gateway.access.oauth_outcome import Introspection, Issued, OAuthError, Revoked
from gateway.access.token_event import TokenEventKind
from gateway.decision import Refused
from gateway.errors import AuditUnavailable, RefusalCode, StoreUnavailable
from tests.support.access import (
    ISSUER,
    KEY_CLIENT,
    SECRET_CLIENT,
    TokenWorld,
    a_client,
    a_form,
    an_assertion,
    an_assertion_form,
    basic,
    with_secret,
)


@pytest.fixture
def world(tmp_path):
    """An authorization server and verifier."""
    return TokenWorld(tmp_path / "keys")


def about(world, token, authorization=None):
    """A revocation or introspection request of the secret client."""
    return OAuthForm(fields={"token": token}, authorization=authorization or world.authorization)


async def issued(world):
    """A token of the secret client."""
    return (await world.issuer.issue(a_form(world.authorization))).answer.access_token


async def test_an_issued_token_is_recorded(world):
    """Who, what for, how proved, and the token's id; never the token."""
    token = await issued(world)
    (event,) = world.records.events
    assert ("token", "answered", None, SECRET_CLIENT, "sumedang", "client_secret_basic") == (
        event.kind,
        event.outcome,
        event.reason,
        event.client_id,
        event.partner,
        event.method,
    )
    assert ("perencanaan", "facilities:read indicators:read", "req_1", "192.0.2.1") == (
        event.purpose,
        event.scope,
        event.request_id,
        event.remote,
    )
    assert world.verifier.read(token).claims.jti == event.token_id
    assert token not in repr(event)


async def test_a_refusal_is_recorded_with_its_finer_cause(world):
    """The claimed client stands as subject, as nothing was proved."""
    await world.issuer.issue(a_form(basic(SECRET_CLIENT, "wrong")))
    await world.issuer.issue(a_form(basic("client_nobody", "wrong")))
    await world.issuer.issue(a_form(world.authorization, scope="admin"))
    assert [
        ("refused", "client-unknown-or-secret-wrong", None, SECRET_CLIENT),
        ("refused", "client-unknown-or-secret-wrong", None, None),
        ("refused", "invalid_scope", SECRET_CLIENT, None),
    ] == [(event.outcome, event.reason, event.client_id, event.subject) for event in world.records.events]


async def test_a_form_that_cannot_be_read_is_recorded_too(world):
    """And counted against its address."""
    await world.issuer.refuse(TokenEventKind.ISSUE, description="no form", request_id="req_2", remote="192.0.2.7")
    assert ("refused", "form-unreadable", "req_2") == (
        world.records.events[0].outcome,
        world.records.events[0].reason,
        world.records.events[0].request_id,
    )
    assert ["token:192.0.2.7", "token:192.0.2.7:"] == world.limiter.asked


async def test_no_token_leaves_without_its_record(world):
    """The record is durable first."""
    world.records.is_down = True
    with pytest.raises(AuditUnavailable):
        await world.issuer.issue(a_form(world.authorization))


async def test_no_token_is_issued_while_the_register_is_down(world):
    """And the failure is recorded."""
    world.clients.is_down = True
    with pytest.raises(StoreUnavailable):
        await world.issuer.issue(a_form(world.authorization))
    assert [("failed", "store-unavailable")] == [(event.outcome, event.reason) for event in world.records.events]


async def test_too_many_requests_are_refused_before_anything_is_looked_up(world):
    """With how long to wait; recorded."""
    world.limiter.full = (f"token:192.0.2.1:{SECRET_CLIENT}",)
    world.clients.is_down = True
    outcome = await world.issuer.issue(a_form(world.authorization))
    assert (OAuthError.TEMPORARILY_UNAVAILABLE, 2.5, "limit-reached") == (
        outcome.error,
        outcome.retry_after_s,
        world.records.events[0].reason,
    )


async def test_tokens_are_issued_while_the_limiter_is_down(world):
    """It fails open."""
    world.limiter.is_down = True
    assert isinstance(await world.issuer.issue(a_form(world.authorization)), Issued)


# --- revocation -------------------------------------------------------------------------------------


async def test_a_revoked_token_is_refused(world):
    """And the revocation is recorded."""
    token = await issued(world)
    assert isinstance(await world.issuer.revoke(about(world, token)), Revoked)
    decision = await world.verifier.check(token, scope="facilities:read")
    assert isinstance(decision, Refused)
    assert RefusalCode.TOKEN_REVOKED == decision.code
    assert ("token.revoke", "answered", SECRET_CLIENT) == (
        world.records.events[-1].kind,
        world.records.events[-1].outcome,
        world.records.events[-1].client_id,
    )
    assert world.records.events[-1].token_id in world.denylist.tokens


@pytest.mark.parametrize("token", ["x", "a.b.c", "expired", "assertion"])
async def test_what_is_no_token_is_revoked_without_a_word(world, token):
    """RFC 7009 §2.2: it can't be used anyhow."""
    text = {
        "expired": world.token(exp=int(world.clock.seconds()) - 1),
        "assertion": an_assertion(world.clock),
    }.get(token, token)
    assert Revoked() == await world.issuer.revoke(about(world, text))
    assert {} == world.denylist.tokens


async def test_a_token_of_another_client_is_not_revoked(world):
    """And its holder isn't told that it was."""
    other = (await world.issuer.issue(an_assertion_form(an_assertion(world.clock)))).answer.access_token
    outcome = await world.issuer.revoke(about(world, other))
    assert OAuthError.INVALID_GRANT == outcome.error
    assert {} == world.denylist.tokens


async def test_revoking_needs_the_client_to_be_proved(world):
    """The token alone is not enough."""
    token = await issued(world)
    outcome = await world.issuer.revoke(about(world, token, basic(SECRET_CLIENT, "wrong")))
    assert OAuthError.INVALID_CLIENT == outcome.error
    assert {} == world.denylist.tokens


async def test_a_replayed_assertion_revokes_nothing(world):
    """The effect comes only after the assertion was accepted."""
    assertion = an_assertion(world.clock)
    token = (await world.issuer.issue(an_assertion_form(assertion))).answer.access_token
    form = an_assertion_form(assertion, token=token)
    assert OAuthError.INVALID_CLIENT == (await world.issuer.revoke(form)).error
    assert {} == world.denylist.tokens


@pytest.mark.parametrize("act", ["revoke", "introspect"])
async def test_the_token_must_be_there(world, act):
    """`invalid_request` where it isn't; an unknown hint is ignored."""
    missing = OAuthForm(fields={}, authorization=world.authorization)
    assert OAuthError.INVALID_REQUEST == (await getattr(world.issuer, act)(missing)).error
    hinted = OAuthForm(fields={"token": "x", "token_type_hint": "saml"}, authorization=world.authorization)
    assert not hasattr(await getattr(world.issuer, act)(hinted), "error")


# --- introspection ------------------------------------------------------------------------------------


async def test_a_client_learns_all_of_its_own_token(world):
    """RFC 7662 §2.2, and the purpose; nothing is recorded."""
    token = await issued(world)
    world.records.events.clear()
    now = int(world.clock.seconds())
    outcome = await world.issuer.introspect(about(world, token))
    assert (
        Introspection(
            active=True,
            scope="facilities:read indicators:read",
            client_id=SECRET_CLIENT,
            token_type="Bearer",
            exp=now + 300,
            iat=now,
            nbf=now,
            sub=SECRET_CLIENT,
            aud=f"{ISSUER}/v1",
            iss=ISSUER,
            jti=world.verifier.read(token).claims.jti,
            partner="sumedang",
            profile="basic",
            purpose="perencanaan",
        )
        == outcome
    )
    assert [] == world.records.events


async def test_a_client_learns_nothing_of_anothers_token_unless_it_may(world):
    """`active: false`, as of no token at all; the scope `introspect` opens it."""
    other = (await world.issuer.issue(an_assertion_form(an_assertion(world.clock)))).answer.access_token
    assert Introspection(active=False) == await world.issuer.introspect(about(world, other))
    may, secret = with_secret(a_client(scopes=frozenset({"introspect"})), world.keeper)
    world.clients.put(may)
    outcome = await world.issuer.introspect(about(world, other, basic(SECRET_CLIENT, secret)))
    assert (True, KEY_CLIENT) == (outcome.active, outcome.client_id)


@pytest.mark.parametrize("why", ["revoked", "expired", "client changed", "client gone", "nonsense", "assertion"])
async def test_a_token_that_counts_no_longer_is_not_active(world, why):
    """Whatever the cause, it is only said that it doesn't count."""
    may, secret = with_secret(a_client("client_watch", scopes=frozenset({"introspect"})), world.keeper)
    world.clients.put(may)
    token = await issued(world)
    match why:
        case "revoked":
            await world.denylist.revoke_client(SECRET_CLIENT)
        case "expired":
            world.clock.pass_s(300)
        case "client changed":
            world.clients.put(a_client(purposes=frozenset({"lain"})))
        case "client gone":
            del world.clients.clients[SECRET_CLIENT]
        case "nonsense":
            token = "x.y.z"
        case "assertion":
            token = an_assertion(world.clock)
    outcome = await world.issuer.introspect(about(world, token, basic("client_watch", secret)))
    assert Introspection(active=False) == outcome

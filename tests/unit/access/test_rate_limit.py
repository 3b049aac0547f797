"""The policy of limits: whom they count, and that they fail open."""

import pytest

from gateway.access.rate_limit import RateLimits
from gateway.decision import Allowed, Refused
from gateway.errors import RefusalCode
from gateway.settings import Access
from tests.support.access import HeldLimiter, SetClock


class CountingMeter:
    """A meter that keeps what it counted."""

    def __init__(self):
        self.counted = []

    def count(self, name, /, **labels):
        self.counted.append((name, labels))


@pytest.fixture
def limiter():
    """A limiter that admits everyone."""
    return HeldLimiter()


@pytest.fixture
def meter():
    """A meter."""
    return CountingMeter()


@pytest.fixture
def clock():
    """A clock that stands still."""
    return SetClock()


@pytest.fixture
def limits(limiter, meter, clock):
    """The policy with its default settings."""
    return RateLimits(limiter, Access(), clock=clock, meter=meter)


async def test_a_client_is_told_what_is_left(limits):
    """Its rule is that of the settings."""
    decision = await limits.check_and_spend("client_a")
    assert (True, 99) == (decision.grant.admitted, decision.grant.remaining)


async def test_a_refusal_says_which_rule_how_much_and_until_when(limits, limiter):
    """All that a 429 needs."""
    limiter.full = ("client:client_a",)
    refused = await limits.check_and_spend("client_a")
    assert RefusalCode.LIMIT_REACHED == refused.code
    assert {
        "rule": "client",
        "limit": 600,
        "window_s": 60,
        "remaining": 0,
        "reset_s": 30.0,
        "retry_after_s": 2.5,
    } == refused.parameters
    assert isinstance(await limits.check_and_spend("client_b"), Allowed)


async def test_a_quota_belongs_to_the_agreement(limits, limiter):
    """Whoever of the consumer's clients spends it."""
    limiter.full = ("agreement:agreement_1",)
    refused = await limits.check_quota("agreement_1", "client_a", limit=10, window_s=86_400)
    assert (RefusalCode.QUOTA_REACHED, 10, 86_400) == (
        refused.code,
        refused.parameters["limit"],
        refused.parameters["window_s"],
    )


async def test_the_limiter_fails_open_logged_and_counted(limits, limiter, meter):
    """An outage of the counter is none of the service."""
    limiter.is_down = True
    assert Allowed(None) == await limits.check_and_spend("client_a")
    assert [("rate_limit_skipped", {"rule": "client"})] == meter.counted


async def test_a_limiter_that_is_down_is_left_alone_for_a_second(limits, limiter, meter, clock):
    """So that its timeout isn't added to every request; then it counts again."""
    limiter.is_down = True
    for _ in range(5):
        await limits.check_and_spend("client_a")
    assert (1, 5) == (len(limiter.asked), len(meter.counted))
    limiter.is_down = False
    clock.pass_s(1)
    decision = await limits.check_and_spend("client_a")
    assert decision.grant is not None


async def test_a_client_cannot_be_shut_out_of_the_token_endpoint_from_another_address(limits, limiter):
    """What isn't proved counts only together with where it came from."""
    limiter.full = ("token:192.0.2.9:client_a",)
    assert isinstance(await limits.check_token_request("client_a", "192.0.2.9"), Refused)
    assert isinstance(await limits.check_token_request("client_a", "192.0.2.1"), Allowed)


async def test_an_address_cannot_try_one_client_after_another(limits, limiter):
    """The address is counted too."""
    limiter.full = ("token:192.0.2.9",)
    refused = await limits.check_token_request("client_z", "192.0.2.9")
    assert "token-remote" == refused.parameters["rule"]
    assert isinstance(await limits.check_token_request("client_a", None), Allowed)

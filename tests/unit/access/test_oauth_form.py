"""Which bodies are forms that an OAuth endpoint takes."""

import pytest

from gateway.access.oauth_form import MAX_BODY, FormUnreadable, OAuthForm, basic_credentials, read_fields
from tests.support.access import an_assertion, basic


def test_a_form_is_read():
    """Plus and percent are decoded."""
    assert {"a": "b c", "d": "e&f"} == read_fields(b"a=b+c&d=e%26f")


def test_a_parameter_without_a_value_counts_as_left_out():
    """RFC 6749 §3.1."""
    assert {"a": "b"} == read_fields(b"a=b&scope=")
    assert {} == read_fields(b"")


@pytest.mark.parametrize(
    "body",
    [
        b"a=b&a=c",
        b"a=b&a=",
        b"grant_type=client_credentials&grant_type=client_credentials",
        b"a",
        b"a=b&",
        b"a=b&c",
        b"a=%zz",
        b"a=%",
        b"a=%c3%a9",
        b"a=%ED%A0%80",
        b"a=%00%ff",
        "a=é".encode(),
        b"\xff\xfe",
        b"&".join(b"p%d=x" % number for number in range(21)),
        b"a=" + b"x" * MAX_BODY,
        b'{"grant_type":"client_credentials"}',
        b"--x\r\nContent-Disposition: form-data\r\n",
    ],
    ids=range(17),
)
def test_another_body_is_refused(body):
    """Repeated parameters, stray percent signs, text that isn't ASCII, too many, too long, no form at all."""
    with pytest.raises(FormUnreadable) as caught:
        read_fields(body)
    assert str(caught.value).isascii()


def test_as_many_and_as_long_as_allowed_is_taken():
    """The bounds are inclusive."""
    assert 20 == len(read_fields(b"&".join(b"p%d=x" % number for number in range(20))))
    assert MAX_BODY - 2 == len(read_fields(b"a=" + b"x" * (MAX_BODY - 2))["a"])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (basic("client", "secret"), ("client", "secret")),
        ("bAsIc Y2xpZW50OnNlY3JldA==", ("client", "secret")),
        (basic("client", "a:b"), ("client", "a:b")),
        (basic("cl%20ient", "s%2Bt"), ("cl ient", "s+t")),
        (basic("client", ""), None),
        (basic("", "secret"), None),
        (basic("client", "%ff"), None),
        ("Basic Y2xpZW50OnNlY3JldA", None),
        ("Bearer Y2xpZW50OnNlY3JldA==", None),
        (None, None),
    ],
)
def test_basic_credentials_are_read_strictly(header, expected):
    """RFC 6749 §2.3.1: both parts are form-encoded."""
    assert expected == basic_credentials(header)


def test_the_claimed_client_is_only_an_id(held_clock):
    """From Basic, from the assertion's subject, or from `client_id`; None where it can be no id."""
    assert "client" == OAuthForm(fields={}, authorization=basic("client", "x")).claimed_client_id()
    assertion = an_assertion(held_clock)
    assert "client_jakarta" == OAuthForm(fields={"client_assertion": assertion}).claimed_client_id()
    assert "c" == OAuthForm(fields={"client_id": "c"}).claimed_client_id()
    for strange in ("a b", "x" * 65, "é", "a\nb", "../x"):
        assert OAuthForm(fields={"client_id": strange}).claimed_client_id() is None
        assert OAuthForm(fields={"client_assertion": an_assertion(held_clock, sub=strange)}).claimed_client_id() is None


@pytest.fixture
def held_clock():
    """A clock that stands still."""
    from tests.support.access import SetClock

    return SetClock()

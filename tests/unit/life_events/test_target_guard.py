"""Where webhooks may not go, in whatever notation, and where they may."""

import asyncio

import pytest

from gateway.life_events.target_guard import GuardedResolver, TargetGuard, TargetRefused

PUBLIC = "93.184.215.14"
PUBLIC_IPV6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

HOSTILE_URLS = {
    "loopback": "https://127.0.0.1/",
    "loopback, elsewhere in its net": "https://127.8.8.8/",
    "loopback, decimal": "https://2130706433/",
    "loopback, octal": "https://0177.0.0.1/",
    "loopback, octal whole": "https://017700000001/",
    "loopback, hexadecimal": "https://0x7f000001/",
    "loopback, hexadecimal parts": "https://0x7f.0x0.0x0.0x1/",
    "loopback, short": "https://127.1/",
    "loopback, padded": "https://127.000.000.001/",
    "loopback, trailing dot": "https://127.0.0.1./",
    "zero": "https://0/",
    "zeroes": "https://0.0.0.0/",
    "private 10": "https://10.1.2.3/",
    "private 172.16": "https://172.31.255.255/",
    "private 192.168": "https://192.168.1.1/",
    "carrier-grade nat": "https://100.64.0.1/",
    "link-local metadata": "https://169.254.169.254/latest/meta-data/",
    "cloud host agent": "https://168.63.129.16/",
    "protocol assignments, which is_global calls global": "https://192.0.0.8/",
    "documentation": "https://203.0.113.5/",
    "benchmarks": "https://198.18.0.1/",
    "6to4 relay": "https://192.88.99.1/",
    "multicast": "https://224.0.0.1/",
    "broadcast": "https://255.255.255.255/",
    "ipv6 loopback": "https://[::1]/",
    "ipv6 unspecified": "https://[::]/",
    "ipv6-mapped loopback": "https://[::ffff:127.0.0.1]/",
    "ipv6-mapped loopback, hexadecimal": "https://[::ffff:7f00:1]/",
    "ipv6-mapped public": f"https://[::ffff:{PUBLIC}]/",
    "ipv4-compatible": "https://[::127.0.0.1]/",
    "nat64": "https://[64:ff9b::7f00:1]/",
    "local nat64, which is_global calls global": "https://[64:ff9b:1::1]/",
    "6to4, which is_global calls global": "https://[2002:7f00:1::]/",
    "teredo": "https://[2001:0:53aa:64c::1]/",
    "ipv6 documentation": "https://[2001:db8::1]/",
    "ipv6 link-local": "https://[fe80::1]/",
    "ipv6 zone": "https://[fe80::1%25eth0]/",
    "ipv6 unique local": "https://[fd00:ec2::254]/",
    "ipv6 multicast": "https://[ff02::1]/",
    "unicode digits": "https://①②⑦.0.0.1/",
    "fullwidth digits": "https://\uff11\uff12\uff17.0.0.1/",
    "unicode dots": "https://127。0。0。1/",
    "percent-encoded": "https://%31%32%37.0.0.1/",
    "user name that looks like the host": f"https://{PUBLIC}@127.0.0.1/",
    "user name and password": f"https://a:b@{PUBLIC}/",
    "backslash": f"https://{PUBLIC}\\@127.0.0.1/",
    "fragment before the at sign": f"https://{PUBLIC}#@127.0.0.1/",
    "tab in the scheme": "ht\ttps://127.0.0.1/",
    "line feed": f"https://{PUBLIC}/\r\nHost: internal",
    "no scheme": f"//{PUBLIC}/",
    "plain http": f"http://{PUBLIC}/",
    "file": "file:///etc/passwd",
    "gopher": f"gopher://{PUBLIC}:6379/_FLUSHALL",
    "another port": f"https://{PUBLIC}:6379/",
    "port zero": f"https://{PUBLIC}:0/",
    "port beyond": f"https://{PUBLIC}:65979/",
    "no host": "https:///path",
    "empty label": "https://a..b/",
    "too long": f"https://{PUBLIC}/" + "a" * 3000,
    "nothing": "",
}


def guard(*answers: str, **changes) -> TargetGuard:
    """A guard whose name server says this, whatever it is asked."""

    async def lookup(host, port):
        del host, port
        return list(answers)

    return TargetGuard(**{"ports": (443,), "lookup": lookup} | changes)


@pytest.mark.parametrize("url", HOSTILE_URLS.values(), ids=HOSTILE_URLS.keys())
async def test_a_hostile_url_is_refused(url):
    """Whoever looks at it: nothing is dialled. A name server that says it is public does not help."""
    with pytest.raises(TargetRefused):
        await guard(PUBLIC).check(url)


@pytest.mark.parametrize(
    "answers",
    [
        ("127.0.0.1",),
        (PUBLIC, "10.0.0.1"),
        (PUBLIC_IPV6, PUBLIC, "::1"),
        ("fe80::1%eth0",),
        ("::ffff:169.254.169.254",),
        ("not an address",),
        (),
    ],
)
async def test_a_name_with_one_answer_that_is_not_public_is_refused(answers):
    """All are checked, not only the first."""
    with pytest.raises(TargetRefused):
        await guard(*answers).check("https://hooks.example/")


@pytest.mark.parametrize("url", ["https://hooks.example/a?b=c", f"https://{PUBLIC}/", f"https://[{PUBLIC_IPV6}]:443/"])
async def test_a_public_https_url_is_admitted(url):
    """With a path, a query, or the port said."""
    assert url == (await guard(PUBLIC, PUBLIC_IPV6).check(url)).url


async def test_a_name_that_is_found_nowhere_is_refused():
    """As its reason says."""

    async def lookup(host, port):
        raise OSError

    with pytest.raises(TargetRefused, match="name"):
        await guard(lookup=lookup).check("https://hooks.example/")


async def test_a_name_that_changes_its_answer_is_checked_when_it_is_dialled():
    """DNS rebinding: public when it subscribes, loopback when it is sent to."""
    answers = [[PUBLIC], ["127.0.0.1"]]

    async def lookup(host, port):
        return answers.pop(0)

    rebinding = guard(lookup=lookup)
    await rebinding.check("https://hooks.example/")
    with pytest.raises(TargetRefused, match="address"):
        await GuardedResolver(rebinding, scheme="https").resolve("hooks.example", 443)


async def test_what_is_dialled_is_what_was_checked():
    """Numbers, under the name that TLS asks for."""
    found = await GuardedResolver(guard(PUBLIC, PUBLIC_IPV6), scheme="https").resolve("hooks.example", 443)
    assert [(PUBLIC, "hooks.example"), (PUBLIC_IPV6, "hooks.example")] == [(it["host"], it["hostname"]) for it in found]


async def test_a_network_that_the_operator_opens_may_be_reached_by_http_at_any_port():
    """And nothing beside it."""
    opened = guard("127.0.0.1", private=("127.0.0.0/8",))
    await opened.check("http://127.0.0.1:8081/hook")
    await opened.check("http://localhost:8081/hook")
    for url in ("http://10.0.0.1/", "http://[::1]/", f"http://{PUBLIC}/", f"https://{PUBLIC}:8081/"):
        with pytest.raises(TargetRefused):
            await opened.check(url)


async def test_the_systems_own_answers_are_checked():
    """`localhost`, by the resolver of this machine."""
    real = TargetGuard(ports=(443,))
    with pytest.raises(TargetRefused, match="address"):
        await asyncio.wait_for(real.check("https://localhost/"), 10)
    real.close()

"""Platforms behind a certificate authority of their own: who is trusted, by whom, and who never is."""

import socket
import ssl

import msgspec
import pytest

from adapters.authority import tls_trusting
from adapters.base import AdapterError, Fault, Question
from adapters.config import Auth
from gateway.errors import BadConfiguration
from gateway.settings import Dataset, Intake, Partner, Platform, Upstream
from gateway.upstream.asked_dataset import build_asked_datasets
from gateway.upstream.http import HttpTransport
from gateway.upstream.submitters import build_submitters
from tests.support.certificates import Certificates
from tests.support.platform_server import PlatformServer, answering


@pytest.fixture
def certificates(tmp_path):
    """Of the platform's own authority."""
    return Certificates(tmp_path / "tls")


@pytest.fixture
async def server(certificates):
    """A platform that shows them."""
    async with PlatformServer(answering(b"[]"), certificates=certificates) as running:
        yield running


@pytest.fixture
async def transport():
    """One, for all platforms of a test."""
    async with HttpTransport(Upstream()) as opened:
        yield opened


def partner_of(**platforms):
    """Garut, with a dataset and an intake of each platform's name."""
    return Partner(
        id="garut",
        name="Garut",
        kode_wilayah="32.05",
        platforms=platforms,
        datasets={name: Dataset(platform=name, path="/data") for name in platforms},
        intakes={f"{name}-intake": Intake(platform=name, path="/data", key_header="Key") for name in platforms},
    )


def rest(url, ca_file=None, **named):
    """A platform at that address."""
    return Platform(adapter="rest_json", base_url=url, ca_file=ca_file and str(ca_file), **named)


def adapters_of(partner, transport):
    """The adapter of each platform, by its name."""
    asked = build_asked_datasets(
        {"garut": partner}, transport=transport, secrets={"KUNCI": "rahasia"}.__getitem__, personal=()
    )
    return {one.id.partition("/")[2]: one.adapter for one in asked.values()}


async def failure(adapter):
    """What asking raises."""
    with pytest.raises(AdapterError) as caught:
        await adapter.fetch(Question())
    return caught.value


async def test_a_platform_is_trusted_by_its_own_authority(server, transport, certificates):
    """As often as it is asked."""
    adapters = adapters_of(partner_of(own=rest(server.url, certificates.authority)), transport)
    for _ in range(2):
        assert b"[]" == (await adapters["own"].fetch(Question())).body


async def test_without_it_the_platform_is_refused_and_the_key_is_named(server, transport):
    """For good: asking again does not help."""
    error = await failure(adapters_of(partner_of(own=rest(server.url)), transport)["own"])
    assert (Fault.UNREACHABLE, False) == (error.fault, error.is_transient)
    assert error.message.startswith("the platform's certificate is not trusted: ")
    assert "ca_file" in error.message
    assert not server.requests


async def test_another_platforms_authority_does_not_help(server, transport, certificates):
    """Not even at the same address, while a connection that the other opened is idle in the pool."""
    partner = partner_of(
        own=rest(server.url, certificates.authority),
        plain=rest(server.url),
        strange=rest(server.url, certificates.stranger),
    )
    adapters = adapters_of(partner, transport)
    await adapters["own"].fetch(Question())
    for name in ("plain", "strange"):
        assert "certificate is not trusted" in (await failure(adapters[name])).message
    await adapters["own"].fetch(Question())
    assert 2 == len(server.requests)


async def test_a_certificate_for_another_name_is_refused_all_the_same(server, transport, certificates, monkeypatch):
    """The authority is trusted, and the name is not the platform's."""
    system = socket.getaddrinfo

    def getaddrinfo(host, *given, **named):
        return system("127.0.0.1" if host == "data.garut.example" else host, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    url = f"https://data.garut.example:{server.port}"
    error = await failure(adapters_of(partner_of(own=rest(url, certificates.authority)), transport)["own"])
    assert "the platform's certificate is not trusted: it is for another name than base_url's" == error.message


async def test_a_certificate_that_has_expired_is_refused_all_the_same(transport, tmp_path):
    """Whoever signed it."""
    expired = Certificates(tmp_path / "expired", days=-1)
    async with PlatformServer(answering(b"[]"), certificates=expired) as server:
        error = await failure(adapters_of(partner_of(own=rest(server.url, expired.authority)), transport)["own"])
    assert "the platform's certificate is not trusted: it has expired" == error.message


async def test_the_systems_trust_holds_beside_it(server, transport, certificates, monkeypatch):
    """An authority is added, and none is taken away."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    adapters = adapters_of(partner_of(own=rest(server.url, certificates.stranger)), transport)
    assert b"[]" == (await adapters["own"].fetch(Question())).body


async def test_an_intermediate_authority_that_the_platform_leaves_out_may_be_named(transport, tmp_path):
    """Alone, or in one file with the root; the root alone does not lead to the certificate."""
    chain = Certificates(tmp_path / "chain", is_intermediate=True)
    both = tmp_path / "both.pem"
    both.write_bytes("# Autorité: akar dan antara\n".encode() + chain.root.read_bytes() + chain.authority.read_bytes())
    async with PlatformServer(answering(b"[]"), certificates=chain) as server:
        partner = partner_of(
            antara=rest(server.url, chain.authority), both=rest(server.url, both), root=rest(server.url, chain.root)
        )
        adapters = adapters_of(partner, transport)
        for name in ("antara", "both"):
            assert b"[]" == (await adapters[name].fetch(Question())).body
        assert "ca_file" in (await failure(adapters["root"])).message


async def test_the_token_is_fetched_with_the_same_trust(transport, server, certificates):
    """Where we say who we are is part of the platform."""
    async with PlatformServer(answering(b'{"access_token": "t"}'), certificates=certificates) as tokens:
        auth = Auth(kind="client-credentials", client_id="gerbang", secret="KUNCI", token_url=f"{tokens.url}/token")
        trusted = rest(server.url, certificates.authority, auth=auth)
        adapters = adapters_of(partner_of(own=trusted, plain=rest(server.url, auth=auth)), transport)
        await adapters["own"].fetch(Question())
        await failure(adapters["plain"])
        assert (1, "Bearer t") == (len(tokens.requests), server.requests[0].headers["Authorization"])


async def test_records_are_handed_over_with_the_same_trust(server, transport, certificates):
    """To the platform that names the authority, and to none that does not."""
    partner = partner_of(own=rest(server.url, certificates.authority), plain=rest(server.url))
    submitters = build_submitters({"garut": partner}, transport=transport, secrets={}.__getitem__)
    await submitters["garut/own-intake"].submit(b"{}", source_id="1", idempotency_key="1")
    with pytest.raises(AdapterError) as caught:
        await submitters["garut/plain-intake"].submit(b"{}", source_id="1", idempotency_key="1")
    assert "ca_file" in caught.value.message
    assert [b"{}"] == server.bodies


async def test_a_platform_that_does_not_speak_tls_says_nothing_of_certificates(transport):
    """No authority would help."""
    async with PlatformServer(answering(b"[]")) as server:
        url = server.url.replace("http:", "https:")
        error = await failure(adapters_of(partner_of(own=rest(url)), transport)["own"])
    assert "the platform does not speak TLS as it should" == error.message


def test_verification_stays_on_and_one_context_serves_all_files_of_one_content(certificates, tmp_path):
    """A context holds the whole of the system's trust, so it is not made for each dataset."""
    made = tls_trusting(str(certificates.authority))
    copy = tmp_path / "copy.pem"
    copy.write_bytes(certificates.authority.read_bytes())
    assert made is tls_trusting(str(copy))
    assert made is not tls_trusting(str(certificates.stranger))
    assert (True, ssl.CERT_REQUIRED) == (made.check_hostname, made.verify_mode)


def test_no_key_of_a_platform_turns_verification_off():
    """`ca_file` is all that is said about trust."""
    keys = {field.name for field in msgspec.structs.fields(Platform)}
    assert {"adapter", "base_url", "auth", "success", "headers", "timeout_s", "ca_file"} == keys


@pytest.mark.parametrize("build", [build_asked_datasets, build_submitters])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "holds none; `openssl x509 -inform der"),
        (b"0\x82\x01\x02", "holds none; `openssl x509 -inform der"),
        (b"-----BEGIN CERTIFICATE-----\nsampah\n-----END CERTIFICATE-----\n", "holds none that can be read"),
        (b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "holds none that can be read"),
    ],
    ids=["missing", "empty", "DER", "rubbish", "a key"],
)
def test_a_file_that_holds_no_authority_names_file_and_key(tmp_path, build, content, told):
    """When the gateway is put together, before anything is asked."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    more = {"personal": ()} if build is build_asked_datasets else {}
    partner = partner_of(own=rest("https://data.garut.example", file))
    with pytest.raises(BadConfiguration) as caught:
        build({"garut": partner}, transport=HttpTransport(Upstream()), secrets={}.__getitem__, **more)
    assert caught.value.message.startswith("partners/garut.toml: platforms.own.ca_file: expected a file")
    assert told in caught.value.message


def test_a_file_that_may_not_be_read_is_told_as_such(tmp_path):
    """As is a folder."""
    with pytest.raises(BadConfiguration, match="cannot be read: Is a directory"):
        adapters_of(partner_of(own=rest("https://data.garut.example", tmp_path)), HttpTransport(Upstream()))

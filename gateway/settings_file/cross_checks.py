"""What the settings must keep beyond their types: names that must exist, forms, and no secret over plain HTTP."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from adapters.registry import GIVEN, PROTOCOLS
from gateway.settings import Dataset, Partner, Platform, Settings

Finding = tuple[tuple[str, ...], str]
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_KODE_WILAYAH = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?")
_EVENT_TYPE = re.compile(r"[A-Za-z0-9._/:-]{0,200}")
_POSITIVE = (
    ("server", ("workers", "max_body_bytes", "body_timeout_s")),
    ("database", ("pool_size",)),
    ("shared", ("timeout_s",)),
    ("access", ("token_ttl_s", "rate_limit", "rate_window_s", "rate_burst", "token_rate_limit")),
    ("contracts", ("deadline_s", "keep_days")),
    ("life_events", ("attempt_timeout_s", "disable_after_s", "keep_days", "fewest_cases")),
    ("upstream", ("deadline_s", "connect_timeout_s", "max_bytes", "breaker_threshold", "breaker_open_s", "pool_size")),
)
_LONGEST_TOKEN_S = 3600
_SHORTEST_CHECK_S = 1
_LAST_PORT = 65_535


def cross_checks(settings: Settings) -> Iterator[Finding]:
    """Each fault as the key that is wrong and what is expected there."""
    yield from _server(settings)
    for table, names in _POSITIVE:
        for name in names:
            if getattr(getattr(settings, table), name) <= 0:
                yield (table, name), "expected more than 0"
    if settings.access.token_ttl_s > _LONGEST_TOKEN_S:
        yield ("access", "token_ttl_s"), f"expected at most {_LONGEST_TOKEN_S}: revocations are kept that long"
    if not re.match(r"sqlite:///|postgres(?:ql)?://", settings.database.url):
        yield ("database", "url"), "expected `sqlite:///PATH` or `postgresql://…`"
    if not re.match(r"embedded:.|rediss?://|unix://", settings.shared.url):
        yield ("shared", "url"), "expected `embedded:DIR`, `redis://…`, `rediss://…` or `unix:///PATH`"
    if 0 != settings.contracts.check_every_s < _SHORTEST_CHECK_S:
        yield ("contracts", "check_every_s"), f"expected 0 (never) or at least {_SHORTEST_CHECK_S}"
    yield from _life_events(settings)
    for name in settings.purposes:
        if not _ID.fullmatch(name):
            yield ("purposes", name), "expected a name of a-z, 0-9 and single hyphens"
    yield from _twice(settings)
    for name, partner in settings.partners.items():
        for key, message in _partner(partner):
            yield ("partners", name, *key), message


def _server(settings: Settings) -> Iterator[Finding]:
    """What clients see, and what we listen on."""
    server = settings.server
    url = urlsplit(server.public_url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        yield ("server", "public_url"), "expected `https://HOST`"
    elif url.scheme == "http" and not _is_loopback(url.hostname):
        yield ("server", "public_url"), "expected https: tokens and data would travel in the clear"
    if url.query or url.fragment or server.public_url.endswith("/"):
        yield ("server", "public_url"), "expected no query, no fragment and no slash at the end"
    for name in ("port", "admin_port"):
        if not 0 <= getattr(server, name) <= _LAST_PORT:
            yield ("server", name), "expected 0 to 65535"
    if server.port == server.admin_port != 0 and server.host == server.admin_host:
        yield ("server", "admin_port"), "expected another port than `port`: administration has its own listener"


def _life_events(settings: Settings) -> Iterator[Finding]:
    """Where webhooks may go, and when again."""
    for network in settings.life_events.private_targets:
        try:
            ip_network(network)
        except ValueError:
            yield ("life_events", "private_targets"), "expected networks, as `127.0.0.0/8` or `fd00::/8`"
    if not all(0 < port <= _LAST_PORT for port in settings.life_events.target_ports):
        yield ("life_events", "target_ports"), f"expected ports from 1 to {_LAST_PORT}"
    if not all(pause > 0 for pause in settings.life_events.retry_pauses_s):
        yield ("life_events", "retry_pauses_s"), "expected pauses of more than 0"


def _twice(settings: Settings) -> Iterator[Finding]:
    """Partners with one region's code."""
    seen: dict[str, str] = {}
    for name, partner in settings.partners.items():
        other = seen.setdefault(partner.kode_wilayah, name)
        if other != name:
            yield ("partners", name, "kode_wilayah"), f"partner {other} has it already"


def _partner(partner: Partner) -> Iterator[Finding]:
    """One partner's own faults, by key within its file."""
    if not _ID.fullmatch(partner.id):
        yield ("id",), "expected a-z, 0-9 and single hyphens"
    if not _KODE_WILAYAH.fullmatch(partner.kode_wilayah):
        yield ("kode_wilayah",), 'expected a Kemendagri code with dots, as "31", "32.11" or "32.11.15"'
    try:
        ZoneInfo(partner.zone)
    except (ValueError, OSError, LookupError):
        yield ("zone",), "expected a time zone, as Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT)"
    for name, platform in partner.platforms.items():
        for key, message in _platform(platform):
            yield ("platforms", name, *key), message
    for name, dataset in partner.datasets.items():
        if not _ID.fullmatch(name):
            yield ("datasets", name), "expected a name of a-z, 0-9 and single hyphens"
        for key, message in _dataset(dataset, platforms=partner.platforms):
            yield ("datasets", name, *key), message
    yield from _events(partner)
    yield from _intakes(partner)


def _events(partner: Partner) -> Iterator[Finding]:
    """Names that no dataset has, and types that can be."""
    for name, source in partner.events.items():
        if not _ID.fullmatch(name):
            yield ("events", name), "expected a name of a-z, 0-9 and single hyphens"
        if name == "cases":
            yield ("events", name), "expected another name: the gateway itself tells of cases under it"
        if name in partner.datasets:
            yield ("events", name), "expected another name: a dataset has it, and both have files of that name"
        if not _EVENT_TYPE.fullmatch(source.type):
            yield ("events", name, "type"), "expected a CloudEvents type, as id.go.example.birth, or none"


def _intakes(partner: Partner) -> Iterator[Finding]:
    """Names of their own, and the platforms that they name."""
    known = sorted(partner.platforms)
    for name, intake in partner.intakes.items():
        if not _ID.fullmatch(name):
            yield ("intakes", name), "expected a name of a-z, 0-9 and single hyphens"
        if name in partner.datasets or name in partner.events:
            yield ("intakes", name), "expected another name: a dataset or an event source has it, and its files"
        if intake.platform not in known:
            expected = f"expected one of {', '.join(known) or 'none'}{_nearest(intake.platform, known)}"
            yield ("intakes", name, "platform"), expected


def _platform(platform: Platform) -> Iterator[Finding]:
    """Address, protocol and credentials."""
    known = {**PROTOCOLS, **GIVEN}
    if platform.adapter not in known:
        yield ("adapter",), f"expected one of {', '.join(known)}{_nearest(platform.adapter, known)}"
    url = urlsplit(platform.base_url)
    schemes = known.get(platform.adapter, ("https", "http"))
    if url.scheme not in schemes or not (url.hostname or url.scheme == "file"):
        yield ("base_url",), f"expected `{schemes[0]}://…`"
    if url.username or url.password:
        yield ("base_url",), "expected no password in it; see `auth`"
    if platform.auth.kind != "none" and _is_in_the_clear(url):
        yield ("base_url",), "expected https: the credentials would travel in the clear"
    if platform.ca_file is not None and "https" not in {url.scheme, urlsplit(platform.auth.token_url or "").scheme}:
        hint = "; a database's stands in options.ca_file of its datasets" if platform.adapter == "sql_table" else ""
        yield ("ca_file",), f"expected an https base_url: nothing else shows a certificate{hint}"
    if platform.timeout_s <= 0:
        yield ("timeout_s",), "expected more than 0"


def _dataset(dataset: Dataset, *, platforms: Iterable[str]) -> Iterator[Finding]:
    """The platform that it names, and times that can be."""
    known = sorted(platforms)
    if dataset.platform not in known:
        yield ("platform",), f"expected one of {', '.join(known) or 'none'}{_nearest(dataset.platform, known)}"
    for name in ("fresh_for_s", "stale_if_error_s"):
        if getattr(dataset, name) < 0:
            yield (name,), "expected 0 or more"


def _is_in_the_clear(url: SplitResult) -> bool:
    return url.scheme == "http" and not _is_loopback(url.hostname or "")


def _is_loopback(host: str) -> bool:
    """Whether only this machine is meant."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _nearest(word: str, known: Iterable[str]) -> str:
    found = get_close_matches(word, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""

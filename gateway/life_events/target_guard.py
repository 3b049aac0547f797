"""Where webhooks may go. Never into anybody's own network, however the address is written or answered.

A URL is read strictly, so that no two parsers can differ about its host. A name is resolved once, every answer is
checked, and the checked address is the one that is dialled. `ipaddress.is_global` is not asked: it calls
192.0.0.8, 64:ff9b:1::1, 2002::/16 and multicast global. What is not listed here as public, is not.
"""

import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NoReturn

import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.name_lookup import NameLookup, resolved

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Lookup = Callable[[str, int], Awaitable[list[str]]]
"""Every address that a name stands for. Raises `OSError`."""

LONGEST_URL = 2_048
_URL = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<ipv6>[0-9A-Fa-f:.]{2,45})\]|(?P<host>[A-Za-z0-9._-]{1,253}))"
    r"(?::(?P<port>[0-9]{1,5}))?(?:/[!-\[\]^-~]*|\?[!-\[\]^-~]*)?"
)
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")

_NOT_PUBLIC_IPV4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # a cloud's own host agent, on a public address
            "169.254.0.0/16",  # link-local, clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""Whatever lies outside is no public host: loopback, mapped and NAT64 IPv4, link-local, unique local, multicast."""
_NOT_PUBLIC_IPV6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, with an IPv4 address inside
            "3fff::/20",  # documentation
        ),
    )
)


class TargetRefused(Exception):
    """The gateway does not send there. `reason` is a code: `scheme`, `port`, `host`, `address`, `url`, `name`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Target(msgspec.Struct, frozen=True):
    """A URL that is well-formed. `address` where its host is one."""

    url: str
    scheme: str
    host: str
    port: int
    address: str | None


class TargetGuard:
    """Decides about URLs and addresses. `private` are networks that the operator opens, for any port and for http."""

    def __init__(self, *, ports: Iterable[int], private: Iterable[str] = (), lookup: Lookup | None = None) -> None:
        self._ports = frozenset(ports)
        self._private: tuple[Network, ...] = tuple(ip_network(it) for it in private)
        self._names = NameLookup("webhook-names")
        self.lookup: Lookup = lookup or self._names.answers

    def read(self, url: str) -> Target:
        """The URL's parts, its address checked where its host is one. Raises `TargetRefused`."""
        match = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
        if match is None:
            raise TargetRefused("url")
        scheme = match["scheme"]
        port = int(match["port"]) if match["port"] else (443 if scheme == "https" else 80)
        if not 0 < port < 65_536:
            raise TargetRefused("port")
        address = _literal(match["ipv6"], match["host"])
        target = Target(url, scheme, match["ipv6"] or match["host"], port, None if address is None else str(address))
        if address is not None:
            self.check_address(str(address), port=port, scheme=scheme)
        return target

    async def check(self, url: str) -> Target:
        """The URL's parts, its name resolved and every answer checked. Raises `TargetRefused`."""
        target = self.read(url)
        if target.address is None:
            await self.resolve(target.host, port=target.port, scheme=target.scheme)
        return target

    async def resolve(self, host: str, *, port: int, scheme: str) -> list[str]:
        """Every address of the name, if each of them may be dialled. Raises `TargetRefused`."""
        try:
            addresses = await self.lookup(host, port)
        except (OSError, UnicodeError):
            raise TargetRefused("name") from None
        if not addresses:
            raise TargetRefused("name")
        for address in addresses:
            self.check_address(address, port=port, scheme=scheme)
        return addresses

    def check_address(self, address: str, *, port: int, scheme: str) -> None:
        """Returns where this address may be dialled. Raises `TargetRefused`."""
        try:
            parsed = ip_address(address)
        except ValueError:
            raise TargetRefused("address") from None
        if any(parsed in network for network in self._private if network.version == parsed.version):
            return
        if not _is_public(parsed):
            raise TargetRefused("address")
        if scheme != "https":
            raise TargetRefused("scheme")
        if port not in self._ports:
            raise TargetRefused("port")

    def close(self) -> None:
        """Ends the threads that look names up."""
        self._names.close()


class GuardedResolver(AbstractResolver):
    """What aiohttp dials: addresses that were checked, and no others."""

    def __init__(self, guard: TargetGuard, *, scheme: str) -> None:
        self._guard = guard
        self._scheme = scheme

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses. Raises `TargetRefused`."""
        del family
        addresses = await self._guard.resolve(host, port=port, scheme=self._scheme)
        return resolved(host, port, addresses)

    async def close(self) -> None:
        """Nothing is held."""


def _literal(ipv6: str | None, host: str) -> Address | None:
    """The address, where the host is one; None for a name. Raises `TargetRefused` for what is neither."""
    if ipv6 is not None:
        try:
            return IPv6Address(ipv6)
        except ValueError:
            _refuse_host()
    labels = host.split(".")
    if not all(map(_LABEL.fullmatch, labels)):
        _refuse_host()
    last = labels[-1].lower()
    if not (last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last)):
        return None
    # Some resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as addresses; only the plain form is one here.
    try:
        return IPv4Address(host)
    except ValueError:
        _refuse_host()


def _refuse_host() -> NoReturn:
    """Raises `TargetRefused`: the host is neither a name nor an address in its plain form."""
    raise TargetRefused("host")


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_IPV4)
    if address.scope_id is not None or address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _NOT_PUBLIC_IPV6)

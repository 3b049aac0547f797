"""Where a database stands and who we are to it; in the clear on this machine alone."""

import ssl
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from adapters.config import AdapterMisconfigured, Auth, Secrets

_PORTS = {"postgresql": 5432, "mysql": 3306}


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """One database. `password` is shown nowhere. `ca_file` replaces the system's trust."""

    scheme: str
    host: str
    port: int
    database: str
    user: str | None
    password: str | None
    ca_file: str | None

    def tls(self) -> ssl.SSLContext | None:
        """Certificate and name are verified; None on this machine, unless an authority is named."""
        if self.ca_file is None and _is_loopback(self.host):
            return None
        return ssl.create_default_context(cafile=self.ca_file)

    def __repr__(self) -> str:
        return f"Address({self.scheme}://{self.host}:{self.port}/{self.database})"


def read_address(base_url: str, *, auth: Auth, secrets: Secrets, ca_file: str | None) -> Address:
    """The address. Raises `AdapterMisconfigured`."""
    try:
        url = urlsplit(base_url)
        port = url.port or _PORTS.get(url.scheme, 0)
    except ValueError:
        raise AdapterMisconfigured("base_url", "must be postgresql://HOST/DATABASE or mysql://HOST/DATABASE") from None
    database = unquote(url.path).strip("/")
    if url.scheme not in _PORTS or not url.hostname or not database or "/" in database or url.query or url.fragment:
        raise AdapterMisconfigured("base_url", "must be postgresql://HOST/DATABASE or mysql://HOST/DATABASE")
    if url.username or url.password:
        raise AdapterMisconfigured("base_url", "holds a password; name it in auth")
    if ca_file is not None and not Path(ca_file).is_file():
        raise AdapterMisconfigured("options.ca_file", "there is no such file")
    user, password = _credentials(auth, secrets)
    return Address(
        scheme=url.scheme,
        host=url.hostname,
        port=port,
        database=database,
        user=user,
        password=password,
        ca_file=ca_file,
    )


def _credentials(auth: Auth, secrets: Secrets) -> tuple[str | None, str | None]:
    if auth.kind == "none":
        return auth.user, None
    if auth.kind != "basic" or not auth.user or not auth.secret:
        raise AdapterMisconfigured("auth.kind", "a database knows basic, with user and secret, or none")
    try:
        return auth.user, secrets(auth.secret)
    except LookupError:
        name = auth.secret
        raise AdapterMisconfigured("auth.secret", f"there is no secret {name}; set {name} or {name}_FILE") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The certificate authorities that platforms stand behind, beside those that the system trusts."""

import ssl
from functools import cache
from pathlib import Path

from adapters.config import AdapterMisconfigured

_KEY = "ca_file"
_WANTED = "expected a file with the certificate of the platform's authority in PEM, -----BEGIN CERTIFICATE-----"


def tls_trusting(ca_file: str) -> ssl.SSLContext:
    """What the system trusts and what the file holds; certificates and names are verified.

    Blocks, so make it at the start. Raises `AdapterMisconfigured`. One for all files of the same content.
    """
    return _tls(read_authorities(ca_file))


def read_authorities(ca_file: str) -> str:
    """The file's content, which holds certificates. Blocks. Raises `AdapterMisconfigured`."""
    try:
        content = Path(ca_file).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no path"
        raise AdapterMisconfigured(_KEY, f"{_WANTED}; {ca_file} cannot be read: {reason}") from error
    pem = content.decode("ascii", errors="ignore")  # people write names beside certificates
    if "-----BEGIN" not in pem:
        advice = f"`openssl x509 -inform der -in {ca_file} -out FILE` makes one of a file in DER"
        raise AdapterMisconfigured(_KEY, f"{_WANTED}; {ca_file} holds none; {advice}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError) as error:
        raise AdapterMisconfigured(_KEY, f"{_WANTED}; {ca_file} holds none that can be read") from error
    return pem


@cache
def _tls(pem: str) -> ssl.SSLContext:
    """As aiohttp makes its own, with the authorities that are named. An intermediate one needs no root above it."""
    made = ssl.create_default_context()
    made.load_verify_locations(cadata=pem)
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    made.set_alpn_protocols(["http/1.1"])
    return made

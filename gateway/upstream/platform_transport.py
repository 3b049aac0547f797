"""The transport to one platform: whom it trusts beside those that the system trusts."""

import ssl

import msgspec

from adapters.authority import tls_trusting
from adapters.base import Request, Response, Transport
from gateway.settings import Platform


class TrustingTransport:
    """Sends each request with the trust that is given."""

    def __init__(self, transport: Transport, *, tls: ssl.SSLContext) -> None:
        self._transport = transport
        self._tls = tls

    async def send(self, request: Request) -> Response:
        """The response, whatever its status. Raises `AdapterError`."""
        return await self._transport.send(msgspec.structs.replace(request, tls=self._tls))


def transport_to(platform: Platform, *, transport: Transport) -> Transport:
    """`transport`, or one that trusts the platform's `ca_file` too. Blocks. Raises `AdapterMisconfigured`."""
    if platform.ca_file is None:
        return transport
    return TrustingTransport(transport, tls=tls_trusting(platform.ca_file))

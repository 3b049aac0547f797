"""TLS in front of a server on loopback, as a government's proxy gives it: with a certificate of its own authority."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.certificates import Certificates


@asynccontextmanager
async def tls_front(port: int, certificates: Certificates) -> AsyncIterator[str]:
    """Its address; what is said to it is passed on to `port`."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificates.certificate, certificates.key)

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pumped(reader, inner_writer), _pumped(inner_reader, writer))

    server = await asyncio.start_server(passed_on, "127.0.0.1", 0, ssl=made)
    yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until either side ends."""
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()

"""Asks a platform for a fresh answer, and keeps it as it came over the wire; in memory, and nowhere else."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from adapters.base import Adapter, AdapterError, Closing, Document, Question, Request, Response, Transport
from adapters.folder import Folder
from adapters.registry import build_adapter, build_authentication_of
from gateway.contracts.contract import Contract
from gateway.contracts.replay import WITHOUT_WIRE
from gateway.errors import BadRequest, BadRequestCode, GatewayError
from gateway.settings import Upstream
from gateway.upstream.asked_dataset import naming
from gateway.upstream.http import HttpTransport
from gateway.upstream.platform_transport import transport_to

_ENDINGS = {"csv_file": ".csv", "geojson": ".geojson", "xml_feed": ".xml"}


class Taken(msgspec.Struct, frozen=True):
    """One page, as it came; `ending` is that of the file it belongs in."""

    content: bytes
    ending: str


async def taken(
    contract: Contract,
    settings: Upstream,
    *,
    secrets: Callable[[str], str],
    pages: int,
    deadline_s: float,
) -> list[Taken]:
    """The first pages of the dataset. Raises `BadRequest` where nothing can be asked for, `BadConfiguration`, and
    `GatewayError` where the platform does not answer.
    """
    if contract.is_event or contract.is_own:
        comes = "is the gateway's own" if contract.is_own else "comes to us"
        message = f"{contract.id} {comes}, and no platform can be asked for it; keep a sample by hand"
        raise BadRequest(BadRequestCode.PARAMETER_INVALID, message)
    async with HttpTransport(settings) as opened:
        with naming(contract.partner, f"platforms.{contract.dataset.platform}"):
            transport = transport_to(contract.platform, transport=opened)
        tap = _Tap(transport)
        adapter = _adapter(contract, transport=transport, tap=tap, secrets=secrets)
        try:
            async with asyncio.timeout(deadline_s):
                return await _pages(contract, adapter, tap, pages)
        except AdapterError as error:
            raise GatewayError(f"{contract.id}: {error.message}") from error
        except TimeoutError:
            raise GatewayError(f"{contract.id}: no answer within {deadline_s:g} s") from None
        finally:
            if isinstance(adapter, Closing):
                await adapter.close()


def _adapter(contract: Contract, *, transport: Transport, tap: Transport, secrets: Callable[[str], str]) -> Adapter:
    """The dataset's adapter; its questions go through the tap, and how we say who we are does not."""
    with naming(contract.partner, f"datasets.{contract.name}"):
        return build_adapter(
            contract.platform.adapter,
            platform=contract.platform,
            dataset=contract.dataset,
            transport=tap,
            secrets=secrets,
            authentication=build_authentication_of(contract.platform, transport=transport, secrets=secrets),
        )


async def _pages(contract: Contract, adapter: Adapter, tap: "_Tap", pages: int) -> list[Taken]:
    found: list[Taken] = []
    position: str | None = None
    while len(found) < pages:
        tap.body = None
        document = await adapter.fetch(Question(position=position))
        found.append(await _as_sent(contract, tap.body, document))
        position = document.next_position
        if position is None:
            break
    return found


async def _as_sent(contract: Contract, body: bytes | None, document: Document) -> Taken:
    """The page as the platform sent it: over the wire, from a file, or, of what has neither, its rows."""
    kind = contract.platform.adapter
    if urlsplit(contract.platform.base_url).scheme == "file":
        folder = Folder(contract.platform.base_url, max_bytes=contract.dataset.options.get("max_bytes"))
        body, _ = await asyncio.to_thread(folder.read, contract.dataset.path, etag=None)
    if body is None or kind in WITHOUT_WIRE:
        return Taken(document.body, ".json")
    is_xml = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    return Taken(body, ".xml" if is_xml else _ENDINGS.get(kind, ".json"))


class _Tap:
    """Passes requests on, and keeps the body of the last answer."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.body: bytes | None = None

    async def send(self, request: Request) -> Response:
        """The response, whatever its status."""
        response = await self._transport.send(request)
        self.body = response.body
        return response

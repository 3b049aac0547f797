"""Recorded bodies as if their platform had just sent them: the contract's own adapter reads them."""

import asyncio
from collections.abc import Iterable

import msgspec

from adapters.base import Adapter, AdapterError, Question, Request, Response
from adapters.config import Auth, Paging
from adapters.registry import GIVEN, build_adapter
from gateway.contracts.contract import Contract
from gateway.contracts.recordings import Sample

WITHOUT_WIRE = frozenset({"sql_table", *GIVEN})
"""Protocols whose samples are documents already."""
_NOWHERE = "http://sample.invalid"


class Replay:
    """Reads the samples of one contract. Raises `AdapterMisconfigured` for settings that cannot work."""

    def __init__(self, contract: Contract) -> None:
        self._transport = _Recorded()
        self._adapter: Adapter | None = None
        if contract.is_event or contract.platform.adapter in WITHOUT_WIRE:
            return
        dataset, platform = contract.dataset, contract.platform
        if dataset.paging.kind == "window" or dataset.paging.header:
            # Spans of time begin today, and headers were not recorded: a recording is one page.
            dataset = msgspec.structs.replace(dataset, paging=Paging())
        self._adapter = build_adapter(
            platform.adapter,
            platform=msgspec.structs.replace(platform, base_url=_NOWHERE, auth=Auth()),
            dataset=dataset,
            transport=self._transport,
            secrets=_no_secret,
        )

    async def document(self, sample: Sample) -> bytes:
        """The document that the adapter makes of a recorded body. Raises `AdapterError` or `OSError`."""
        return await self.read(await asyncio.to_thread(sample.path.read_bytes), content_type=sample.content_type)

    async def read(self, content: bytes, *, content_type: str) -> bytes:
        """The same of a body that stands nowhere. Raises `AdapterError`."""
        if self._adapter is None:
            return content
        self._transport.response = Response(status=200, headers={"content-type": content_type}, body=content)
        document = await self._adapter.fetch(Question())
        return document.body


class _Recorded:
    """Answers every request with the one response that it was given."""

    def __init__(self) -> None:
        self.response: Response | None = None

    async def send(self, request: Request) -> Response:  # noqa: ARG002  (whatever is asked, the sample is the answer)
        """The response."""
        assert self.response is not None
        return self.response


def _no_secret(name: str) -> str:
    """A recording needs none."""
    raise KeyError(name)


def replayed(contract: Contract, samples: Iterable[Sample]) -> list[tuple[Sample, bytes | AdapterError]]:
    """Each of the samples with its document, or with what the adapter says of it. Blocks; not for a loop's thread.

    Raises `AdapterMisconfigured`.
    """
    replay = Replay(contract)

    async def all_of_them() -> list[tuple[Sample, bytes | AdapterError]]:
        return [(sample, await _read(replay, sample)) for sample in samples]

    return asyncio.run(all_of_them())


async def _read(replay: Replay, sample: Sample) -> bytes | AdapterError:
    try:
        return await replay.document(sample)
    except AdapterError as error:
        return error

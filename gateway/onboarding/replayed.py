"""A file as if the platform had just sent it: read by the protocol's own adapter, so that both see the same."""

import asyncio
from typing import Any

import msgspec

from adapters.base import AdapterError, Question, Request, Response
from adapters.registry import build_adapter
from gateway.onboarding.file_bytes import FileText
from gateway.onboarding.rejected import SampleRejected
from gateway.settings import Dataset, Platform

_MARK = "\ufeff"
_NOWHERE = "http://sample.invalid"


class _FileTransport:
    """Answers every request with the file."""

    def __init__(self, content: bytes, content_type: str) -> None:
        self._response = Response(status=200, headers={"content-type": content_type}, body=content)

    async def send(self, request: Request) -> Response:  # noqa: ARG002  # whatever is asked, the file is the answer
        """The file."""
        return self._response


def _no_secret(name: str) -> str:
    """A file needs none."""
    raise KeyError(name)


def read_by_adapter(file: FileText, *, adapter: str, options: dict[str, str], content_type: str) -> Any:
    """The document that the adapter makes of the file. Raises `SampleRejected`."""
    built = build_adapter(
        adapter,
        platform=Platform(adapter=adapter, base_url=_NOWHERE),
        dataset=Dataset(platform="sample", options=options),
        transport=_FileTransport(file.text.lstrip(_MARK).encode(), content_type),
        secrets=_no_secret,
    )
    try:
        document = asyncio.run(built.fetch(Question()))
    except AdapterError as error:
        raise SampleRejected(error.message, file=file.name) from None
    return msgspec.json.decode(document.body)

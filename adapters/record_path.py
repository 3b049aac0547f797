"""The address of one record, made of its id."""

import re
from urllib.parse import quote, unquote

from adapters.base import AdapterError, Fault
from adapters.config import AdapterMisconfigured
from adapters.platform_client import PlatformClient

_CLIMBS = re.compile(r"[/\\](\.{0,2})[/\\]")


class RecordPath:
    """`path` holds `{id}`. Built once per dataset or intake."""

    def __init__(self, path: str, *, client: PlatformClient) -> None:
        if "{id}" not in path:
            raise AdapterMisconfigured("by_id", "must hold {id}")
        self._url = client.url(path)

    def url(self, source_id: str) -> str:
        """The record's URL. Raises `AdapterError` (not found) for an id that would lead elsewhere."""
        if _CLIMBS.search(f"/{unquote(source_id)}/"):  # some servers decode a path before they walk it
            raise AdapterError(Fault.NOT_FOUND, "no record can have this id")
        return self._url.replace(quote("{id}"), quote(source_id, safe=""))

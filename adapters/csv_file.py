"""CSV files, over HTTP or in a folder: a list of objects of text, one per row, by the header's names."""

import asyncio
import csv
import io
import re
from collections import Counter
from functools import partial

import msgspec

from adapters.base import AdapterError, Document, Fault, Question, Request
from adapters.beside_loop import read_beside
from adapters.config import AdapterMisconfigured, DatasetSettings, PlatformSettings, require_options
from adapters.folder import Folder
from adapters.platform_client import PlatformClient
from adapters.success import SuccessPredicate, check_content_type

_OPTIONS = frozenset({"delimiter", "encoding", "header", "max_bytes"})
_ENCODINGS = {"utf-8": "utf-8-sig", "utf-8-sig": "utf-8-sig", "windows-1252": "cp1252", "utf-16": "utf-16"}
_DELIMITERS = {"tab": "\t"}
_USUAL_TYPES = ("text/csv", "application/csv", "application/vnd.ms-excel", "text/plain", "application/octet-stream")
_HEADER = re.compile(r"([1-9]\d?)(?:-([1-9]\d?))?")


class CsvReader:
    """Turns the bytes of one file into rows. Pure.

    `header` says which line names the columns, from 1, or which lines do, as `3-4`: cells that were merged count for
    the empty ones beside them, and the names of a column are joined. What stands above is passed over.
    """

    def __init__(self, *, delimiter: str, encoding: str, header: str = "1") -> None:
        if len(delimiter) != 1:
            raise AdapterMisconfigured("options.delimiter", "must be one character, or tab")
        if encoding.lower() not in _ENCODINGS:
            raise AdapterMisconfigured("options.encoding", f"must be one of {', '.join(_ENCODINGS)}")
        found = _HEADER.fullmatch(header)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < first <= last:
            raise AdapterMisconfigured(
                "options.header", "must be a line, as 2, or the first and last of several, as 2-3"
            )
        self._first, self._last = first - 1, last
        self._delimiter = delimiter
        self._encoding = _ENCODINGS[encoding.lower()]

    def rows(self, content: bytes) -> list[dict[str, str] | None]:
        """One object per row, or None for a row whose cells do not fit the header: it cannot be told which is
        which, and a mapping refuses it by its place. Blank lines are no rows. Raises `AdapterError`.
        """
        cells = self._cells(content)
        if len(cells) < self._last:
            raise AdapterError(Fault.UNREADABLE, "the file ends above the line that names the columns")
        header = self._header(cells[self._first : self._last])
        rows = [_row(header, row) for row in cells[self._last :] if any(cell.strip() for cell in row)]
        if rows and not any(rows):
            raise AdapterError(Fault.UNREADABLE, f"no row has the {len(header)} cells of the header")
        return rows

    def _cells(self, content: bytes) -> list[list[str]]:
        try:
            text = content.decode(self._encoding)
        except UnicodeDecodeError as error:
            raise AdapterError(Fault.UNREADABLE, f"byte {error.start} is not {self._encoding}") from None
        if not text.strip():
            raise AdapterError(Fault.UNREADABLE, "the file is empty", is_transient=True)
        if re.match(r"\s*<(!doctype|html|\?xml)\b", text, re.IGNORECASE):
            raise AdapterError(Fault.UNREADABLE, "the file is a web page, not CSV")
        if "\0" in text:
            raise AdapterError(Fault.UNREADABLE, "the file holds NUL characters: another encoding, or no text at all")
        lines = io.StringIO(text.lstrip("\r\n"), newline="")  # a newline within quotes comes through as it is
        try:
            return list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            why = "a quote is not closed or stands within a cell, or a cell is too long"
            raise AdapterError(Fault.UNREADABLE, why) from None

    def _header(self, lines: list[list[str]]) -> list[str]:
        """The columns' names; a nameless column goes by its position, trailing ones are dropped."""
        names = merged_names(lines)
        while names and not names[-1]:
            names.pop()
        if len(names) == 1 and (other := [mark for mark in ";,\t|" if mark in names[0]]):
            raise AdapterError(Fault.UNREADABLE, f"the header is one column: the delimiter may be {other[0]!r}")
        names = [name or str(position) for position, name in enumerate(names, start=1)]
        doubled = [name for name, count in Counter(names).items() if count > 1]
        if doubled:
            raise AdapterError(Fault.UNREADABLE, f"{len(doubled)} column names stand twice in the header")
        return names


def merged_names(lines: list[list[str]]) -> list[str]:
    """The names that one or several lines give the columns; one goes on over empty cells, to finer ones below."""
    if not lines:
        return []
    *above, names = [[" ".join(cell.split()) for cell in line] for line in lines]
    for line in reversed(above):
        names += [""] * (len(line) - len(names))
        spread = ""
        for place, name in enumerate(names):
            own = line[place] if place < len(line) else ""
            spread = own or (spread if name else "")
            names[place] = f"{spread} {name}".strip()
    return names


class CsvFile:
    """One CSV file of a platform, whole.

    Options: `delimiter` (`,` unless said; `tab`), `encoding` (`utf-8`, with or without a mark; `windows-1252`;
    `utf-16`), `header` (the line that names the columns, `1` unless said, or the lines, as `3-4`), `max_bytes` of a
    local file. `by_id` names the column that holds the id. With a `base_url` of
    `file:///folder`, files are read from that folder, and from nowhere else.
    """

    def __init__(
        self, *, platform: PlatformSettings, dataset: DatasetSettings, client: PlatformClient | None = None
    ) -> None:
        require_options(dataset.options, _OPTIONS)
        if dataset.paging.kind != "single":
            raise AdapterMisconfigured("paging.kind", "a CSV file is one document: single")
        options = dataset.options
        delimiter = options.get("delimiter", ",")
        self._reader = CsvReader(
            delimiter=_DELIMITERS.get(delimiter, delimiter),
            encoding=options.get("encoding", "utf-8"),
            header=options.get("header", "1"),
        )
        self._id_column = dataset.by_id
        self._dataset = dataset
        self._client = client
        self._success = SuccessPredicate(platform.success, content_type=_USUAL_TYPES)
        self._url = client.url(dataset.path) if client else ""
        self._folder = Folder(platform.base_url, max_bytes=options.get("max_bytes"))

    @property
    def finds_by_id(self) -> bool:
        """Where the settings name the column."""
        return self._id_column is not None

    async def fetch(self, question: Question) -> Document:
        """The whole file, or one record of it. Raises `AdapterError`."""
        source = self._from_platform(self._client, question) if self._client else self._from_folder(question)
        content, etag = await source
        if content is None:
            return Document(body=b"", etag=question.etag, not_modified=True)
        body = await read_beside(partial(self._body, content, question.source_id), size=len(content))
        return Document(body=body, etag=etag)

    def _body(self, content: bytes, source_id: str | None) -> bytes:
        rows = self._reader.rows(content)
        if source_id is not None:
            if self._id_column is None:
                raise AdapterError(Fault.UNREADABLE, "this dataset has no way to ask for one record")
            rows = [row for row in rows if row and row.get(self._id_column, "").strip() == source_id]
            if not rows:
                raise AdapterError(Fault.NOT_FOUND, "no row has this id")
        return msgspec.json.encode(rows)

    async def _from_platform(self, client: PlatformClient, question: Question) -> tuple[bytes | None, str | None]:
        request = Request(url=self._url, query={**self._dataset.query, **question.filters})
        response = await client.send(request, accept="text/csv, */*;q=0.5", etag=question.etag, is_one=False)
        if response.status == 304:
            return None, None
        check_content_type(response, self._success.content_type)
        return response.body, response.headers.get("etag")

    async def _from_folder(self, question: Question) -> tuple[bytes | None, str | None]:
        if question.filters:
            raise AdapterError(Fault.UNREADABLE, "a local file takes no filters")
        return await asyncio.to_thread(self._folder.read, self._dataset.path, etag=question.etag)


def _row(header: list[str], cells: list[str]) -> dict[str, str] | None:
    """The row by column name, or None where its cells do not fit."""
    surplus = cells[len(header) :]
    if len(cells) < len(header) or any(cell.strip() for cell in surplus):
        return None
    return dict(zip(header, cells, strict=False))

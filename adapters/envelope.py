"""The few values of a JSON document that steer an adapter, found without decoding the rest.

Every level is decoded into a Struct of raw members, so that the whole document is walked, and thereby
proved to be JSON, while only the named paths cost anything.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

import msgspec

from adapters.base import AdapterError, Fault

_BOM = b"\xef\xbb\xbf"
_KEY = re.compile(r'"([^"]+)"|([^."]+)')
_ROOT = ""
_LIST: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUE = msgspec.json.Decoder()
_RAW: msgspec.json.Decoder[msgspec.Raw] = msgspec.json.Decoder(msgspec.Raw)

Buffer: TypeAlias = bytes | msgspec.Raw


def keys_of(path: str) -> tuple[str, ...]:
    """The keys of a dotted path; a key that holds a dot is quoted: `meta."a.b".total`."""
    return tuple(quoted or plain for quoted, plain in _KEY.findall(path))


def as_json(body: bytes) -> bytes:
    """`body` without a byte order mark. Raises `AdapterError` unless it is UTF-8 with something in it."""
    body = body.removeprefix(_BOM)
    if not body.strip():
        # Some platforms answer 200 with nothing when they are overloaded, so asking again may help.
        raise AdapterError(Fault.UNREADABLE, "the body is empty", is_transient=True)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise AdapterError(Fault.UNREADABLE, f"the body is not UTF-8, from byte {error.start}") from None
    return body


class Envelope:
    """The values at some paths of one document."""

    def __init__(self, found: Mapping[str, Buffer]) -> None:
        self._found = found

    def has(self, path: str) -> bool:
        """Whether the path is there and not null."""
        raw = self._found.get(path)
        return raw is not None and bytes(raw).strip() != b"null"

    def value(self, path: str | None) -> Any:
        """The value at the path, or None where it is absent."""
        raw = self._found.get(path) if path is not None else None
        return None if raw is None else _VALUE.decode(raw)

    def text(self, path: str | None) -> str | None:
        """The value as text: `true`, `200`, `ok`; None for null, absent, an object or a list."""
        value = self.value(path)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else None

    def whole_number(self, path: str | None) -> int | None:
        """The value as a count, also where it is written as text; None where it is none."""
        text = (self.text(path) or "").strip()
        return int(text) if text.isdecimal() and len(text) < 19 else None

    def count(self, path: str | None) -> int | None:
        """How many members the list or object at `path` has (None: the document, if that is a list), 0 for null.

        None where there is nothing to count.
        """
        raw = self._found.get(_ROOT if path is None else path)
        if raw is None:
            return None
        for decoder in (_LIST, _MEMBERS)[: 1 if path is None else 2]:
            try:
                return len(decoder.decode(raw))
            except msgspec.ValidationError:
                continue
        return 0 if bytes(raw).strip() == b"null" else None


class EnvelopeReader:
    """Reads the same paths of every document of one dataset. Built once."""

    def __init__(self, paths: Iterable[str | None]) -> None:
        self._tree = _Level()
        for path in paths:
            if path:
                self._tree.add(path, keys_of(path))

    def read(self, body: bytes) -> Envelope:
        """The envelope of `body`, which is walked to its end. Raises `AdapterError` unless it is JSON."""
        found: dict[str, Buffer] = {_ROOT: body}
        try:
            if not self._tree.collect(body, found):
                _RAW.decode(body)
        except RecursionError:
            raise AdapterError(Fault.UNREADABLE, "the JSON is nested too deeply") from None
        except msgspec.DecodeError as error:
            raise AdapterError(Fault.UNREADABLE, f"the body is not JSON: {_where(error)}") from None
        return Envelope(found)


class _Level:
    """The members of one object that matter, and what matters within them."""

    def __init__(self) -> None:
        self._paths: dict[str, list[str]] = {}
        self._below: dict[str, _Level] = {}

    def add(self, path: str, keys: tuple[str, ...]) -> None:
        key, *rest = keys
        self._paths.setdefault(key, [])
        if rest:
            self._below.setdefault(key, _Level()).add(path, tuple(rest))
        else:
            self._paths[key].append(path)

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Any]:
        names = {f"m{index}": key for index, key in enumerate(self._paths)}
        fields = [(name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in names]
        return msgspec.json.Decoder(msgspec.defstruct("Level", fields, rename=names))

    def collect(self, raw: Buffer, found: dict[str, Buffer]) -> bool:
        """Puts what is there into `found`; whether `raw` was an object, and so walked to its end."""
        if not self._paths:
            return False
        try:
            level = self._decoder.decode(raw)
        except msgspec.ValidationError:  # a list, as PHP writes for an empty object, or null
            return False
        for index, (key, paths) in enumerate(self._paths.items()):
            member = getattr(level, f"m{index}")
            if member is msgspec.UNSET:
                continue
            found.update(dict.fromkeys(paths, member))
            if key in self._below:
                self._below[key].collect(member, found)
        return True


def _where(error: msgspec.DecodeError) -> str:
    """What the decoder found wrong, which never holds content: a kind and a byte."""
    text = str(error)
    return text if text.startswith(("Input data was truncated", "JSON is malformed")) else "it does not decode"

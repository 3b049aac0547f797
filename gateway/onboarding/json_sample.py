"""JSON samples: decoded as the mapping will see them, or refused with the line and what to do."""

import json
import math
import re
from typing import Any

import msgspec

from gateway.mapping.json_body import without_half_pairs, without_nul
from gateway.onboarding.file_bytes import FIRST_PART, FileText
from gateway.onboarding.rejected import SampleRejected

DEEPEST = 24
_WHOLE = 2**63
_CALLBACK = re.compile(r"\s*[\w$.]+\s*\(\s*[\[{]")
_UNQUOTED = re.compile(r"[{,]\s*(?:'|[A-Za-z_]\w*\s*:)")


class JsonRead(msgspec.Struct, frozen=True):
    """The document, what is to be said, and whether the file has a value a line (JSON Lines)."""

    document: Any
    notes: list[str]
    in_lines: bool


def read_json(file: FileText) -> JsonRead:
    """The document of a file. Raises `SampleRejected`."""
    if file.is_cut:
        if not _is_in_lines(file.text):
            raise _too_large(file)
        file = msgspec.structs.replace(file, text=file.text[: file.text.rfind("\n", 0, FIRST_PART) + 1])
    text = without_half_pairs(without_nul(file.text.lstrip("\ufeff").encode())).decode()
    reader = _Reader(file.name)
    try:
        read = JsonRead(reader.read(text), reader.notes, in_lines=False)
    except json.JSONDecodeError as error:
        read = _lines(file, text, error)
    read.notes.extend(file.notes)
    if file.encoding != "utf-8":
        read.notes.append(f"the file is {file.encoding}; the platform itself must send UTF-8, as JSON always is")
    _check_sense(read.document, file.name)
    return read


def _is_in_lines(text: str) -> bool:
    """Whether the first line is an object by itself."""
    line = text[: max(0, text.find("\n", 0, FIRST_PART))].strip()
    try:
        return line.startswith("{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


class _Reader:
    """Decodes, and notes what decoders usually pass over in silence."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.doubled: set[str] = set()

    @property
    def notes(self) -> list[str]:
        """What was passed over."""
        if not self.doubled:
            return []
        return [f"the member {_listed(self.doubled)} stands twice in one object; the last one counts"]

    def read(self, text: str) -> Any:
        """The value that a text writes."""
        try:
            return json.loads(text, object_pairs_hook=self._object, parse_constant=self._refuse)
        except RecursionError:
            raise _too_deep(self.name) from None
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError):
                raise
            raise SampleRejected("the file holds a number of thousands of digits", file=self.name) from None

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            self.doubled |= {name for name in found if names.count(name) > 1}
        return found

    def _refuse(self, word: str) -> Any:
        message = f"the file holds {word}, which is no JSON, and the gateway refuses it; the platform must send null"
        raise SampleRejected(message, file=self.name)


def _lines(file: FileText, text: str, error: json.JSONDecodeError) -> JsonRead:
    """JSON Lines as one list; anything else is refused."""
    lines = [line for line in text.splitlines() if line.strip()]
    if error.msg != "Extra data" or len(lines) < 2:
        raise SampleRejected(_diagnosis(text, error), file=file.name) from None
    reader = _Reader(file.name)
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(reader.read(line))
        except json.JSONDecodeError:
            message = (
                f"several JSON values stand one after the other, and line {number} is none; "
                "save one answer of the platform"
            )
            raise SampleRejected(message, file=file.name) from None
    note = (
        "the file has one object a line (JSON Lines); the platform must answer one list of them, "
        "as the gateway reads one document"
    )
    return JsonRead(found, [note, *reader.notes], in_lines=True)


def _diagnosis(text: str, error: json.JSONDecodeError) -> str:
    """What is wrong with a text that is no JSON, and what to do; never what stands there."""
    where = f"line {error.lineno}, column {error.colno}"
    before, after = text[: error.pos].rstrip(), text[error.pos :].lstrip()
    if not after or (error.msg.startswith("Unterminated string") and "\n" not in after.rstrip()):
        return f"the JSON is cut off at {where}; save the whole answer"
    if before.endswith(",") and after[:1] in {"]", "}"}:
        return f"a comma stands before the closing bracket at {where}, which is no JSON; the platform must leave it out"
    if _CALLBACK.match(text):
        return "the JSON is wrapped in a function call (JSONP); ask the platform without `callback`"
    if _UNQUOTED.match(text[max(0, error.pos - 1) :]) or _UNQUOTED.match(text):
        return f"names and texts need double quotes, at {where}: this is JavaScript or Python, not JSON"
    if error.msg.startswith("Invalid control character"):
        return f"a text holds a line break or another control character at {where}, which JSON writes as \\n"
    return f"not JSON: {error.msg.lower()} at {where}"


def _too_large(file: FileText) -> SampleRejected:
    message = (
        f"the file is larger than {file.in_mb} MB, and JSON cannot be read in part; "
        "ask the platform for fewer records (as `?limit=1000`), a few hundred are enough"
    )
    return SampleRejected(message, file=file.name)


def _too_deep(name: str) -> SampleRejected:
    return SampleRejected(f"the JSON is nested more than {DEEPEST} deep, and no mapping reaches its end", file=name)


def _check_sense(document: Any, name: str) -> None:
    """Raises `SampleRejected` for what the gateway's decoder or a mapping cannot take."""
    if not isinstance(document, (dict, list)):
        raise SampleRejected("the file holds a single value, and no records", file=name)
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _too_deep(name)
        below: list[Any] = []
        for one in level:
            for value in one.values() if isinstance(one, dict) else one:
                if isinstance(value, (dict, list)):
                    below.append(value)
                elif isinstance(value, float) and not math.isfinite(value):
                    raise SampleRejected("the file holds a number that is too large to be one", file=name)
                elif isinstance(value, int) and not -_WHOLE <= value < _WHOLE:
                    message = (
                        "the file holds a whole number beyond 64 bits, which the gateway refuses; "
                        "it must be sent as text"
                    )
                    raise SampleRejected(message, file=name)
        level = below


def _listed(names: set[str]) -> str:
    return ", ".join(f"`{name[:60]}`" for name in sorted(names)[:5])
